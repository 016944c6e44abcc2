"""What is said about settings: faults in them, and what each key means in Chinese (English is config.py's own)."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- Where a setting came from ------------------------------------------------------------------------------

IN_FILE = Translation(en="{file}, line {line}", zh="{file} 第 {line} 行")
IN_ENVIRONMENT = Translation(en="environment variable {name}", zh="环境变量 {name}")
IN_TOKEN_FILE = Translation(en="the token file {file}", zh="token 文件 {file}")
IN_OPTION = Translation(en="option {flag}", zh="选项 {flag}")
FAULT = Translation(en="{where}: {what}", zh="{where}：{what}")
WRONG = Translation(
    en="The settings can't be used, so nothing was sent. To mend:",
    zh="设置有误，因此没有发送任何订单。请修改：",
)

# --- The file as a whole ------------------------------------------------------------------------------------

NO_FILE = Translation(
    en="There is no settings file {file}. `batchsync init` writes one here.",
    zh="找不到设置文件 {file}。运行 `batchsync init` 可在当前文件夹生成一份。",
)
UNREADABLE = Translation(
    en="The settings file {file} can't be opened ({error}).",
    zh="设置文件 {file} 打不开（{error}）。",
)
NOT_TEXT = Translation(
    en="{file} is neither UTF-8 nor GBK text. Save it again as UTF-8.",
    zh="{file} 既不是 UTF-8 也不是 GBK 文本，请另存为 UTF-8。",
)
NOT_YAML = Translation(
    en="this can't be read as YAML ({problem}). Each setting is `name: value`, indented by two spaces under its section.",
    zh="这里不符合 YAML 格式（{problem}）。每项设置写作“名称: 值”，在所属小节下缩进两个空格。",
)
TAB = Translation(
    en="there is a tab in the indentation. Use spaces.",
    zh="缩进里有制表符（Tab），请改用空格。",
)
WIDE_COLON = Translation(
    en="there is a full-width colon `：`. Write `: `, a plain colon and a space.",
    zh="这里用了全角冒号“：”，请改为半角冒号加一个空格（: ）。",
)
NOT_SECTIONS = Translation(
    en="this should be `section:` with its settings indented below it.",
    zh="这里应写成“小节:”，其设置项缩进写在下面。",
)
TOO_DEEP = Translation(en="this is nested too deeply.", zh="嵌套层数过多。")
DUPLICATE_KEY = Translation(
    en="`{key}` stands here a second time; the first is in line {first}. Delete one of them.",
    zh="`{key}` 重复出现，第一次在第 {first} 行。请删除其中一处。",
)
TOKEN_IN_FILE = Translation(
    en="a token must not stand in the settings file, which gets copied and mailed around. Delete it here; set the "
    "environment variable BATCHSYNC_TOKEN, or put the token into a file of its own and name it in api.token_file.",
    zh="设置文件常被复制和转发，不能写入 token。请从这里删除，改为设置环境变量 BATCHSYNC_TOKEN，"
    "或把 token 单独存为一个文件，并在 api.token_file 中填写该文件名。",
)

# --- One key ------------------------------------------------------------------------------------------------

UNKNOWN_KEY = Translation(en="there is no setting `{key}`.", zh="没有名为 `{key}` 的设置。")
UNKNOWN_KEY_MEANT = Translation(
    en="there is no setting `{key}`. Did you mean `{meant}`?",
    zh="没有名为 `{key}` 的设置。是否想写 `{meant}`？",
)
NOT_WHOLE = Translation(
    en="{key} must be a whole number, not {value}.", zh="{key} 必须是整数，不能是 {value}。"
)
NOT_NUMBER = Translation(en="{key} must be a number, not {value}.", zh="{key} 必须是数字，不能是 {value}。")
NOT_BOOL = Translation(
    en="{key} must be true or false, not {value}.", zh="{key} 只能填 true 或 false，不能是 {value}。"
)
NOT_MORE = Translation(
    en="{key} must be more than {bound}, not {value}.", zh="{key} 必须大于 {bound}，不能是 {value}。"
)
NOT_AT_LEAST = Translation(
    en="{key} must be at least {bound}, not {value}.", zh="{key} 不能小于 {bound}，现为 {value}。"
)
NOT_LESS = Translation(
    en="{key} must be less than {bound}, not {value}.", zh="{key} 必须小于 {bound}，现为 {value}。"
)
NOT_AT_MOST = Translation(
    en="{key} must be at most {bound}, not {value}.", zh="{key} 不能大于 {bound}，现为 {value}。"
)
NOT_ONE_OF = Translation(
    en="{key} must be one of {choices}, not {value}.", zh="{key} 只能是 {choices} 之一，不能是 {value}。"
)
NOT_TEXT_VALUE = Translation(en="{key} must be a text, not {value}.", zh="{key} 必须是文字，不能是 {value}。")
TOO_SHORT = Translation(en="{key} must not be empty.", zh="{key} 不能为空。")
TOO_LONG = Translation(en="{key} may have at most {bound} characters.", zh="{key} 最多 {bound} 个字符。")
NOT_LIST = Translation(
    en="{key} must be a list: [a, b], or one value in each line after a `-`.",
    zh="{key} 必须是列表：写作 [a, b]，或每行一个、以 `-` 开头。",
)
NOT_MAP = Translation(
    en="{key} must be pairs: one `name: value` in each line below it.",
    zh="{key} 必须是成对的值：在其下每行写一个“名称: 值”。",
)
NOT_SECTION = Translation(
    en="`{key}` is a section: write its settings in the lines below it, indented by two spaces.",
    zh="`{key}` 是一个小节：请把它的设置写在下面各行，缩进两个空格。",
)
NOT_ADDRESS = Translation(
    en="{key} must be a web address such as http://host/path, without a user name, not {value}.",
    zh="{key} 必须是网址，例如 http://host/path，且不含用户名，不能是 {value}。",
)
NOT_WINDOW = Translation(
    en="{key} must be two times of a day such as 22:00-06:00, not {value}.",
    zh="{key} 必须是两个时间，例如 22:00-06:00，不能是 {value}。",
)
OTHER = Translation(en="{key} can't be {value} ({problem}).", zh="{key} 不能是 {value}（{problem}）。")

# --- The token ----------------------------------------------------------------------------------------------

NO_TOKEN = Translation(
    en="There is no access token. Set the environment variable BATCHSYNC_TOKEN, or put the token into a file that only you "
    "can read and name it in api.token_file of config.yaml.",
    zh="没有访问 token。请设置环境变量 BATCHSYNC_TOKEN，或把 token 存入仅自己可读的文件，"
    "并在 config.yaml 的 api.token_file 中填写该文件名。",
)
NO_TOKEN_FILE = Translation(
    en="api.token_file names {file}, which can't be read ({error}).",
    zh="api.token_file 指向的 {file} 无法读取（{error}）。",
)
TOKEN_AS_FILE = Translation(
    en="api.token_file must be the name of a file with the token in it; this looks like the token itself.",
    zh="api.token_file 应填写存放 token 的文件名；这里填的像是 token 本身。",
)
EMPTY_TOKEN = Translation(
    en="{where} is empty. Put the access token there.", zh="{where} 是空的，请填入访问 token。"
)
STRANGE_TOKEN = Translation(
    en="{where} must hold the token and nothing else: one line, no spaces, no quotes, no `Bearer`.",
    zh="{where} 只能包含 token 本身：一行，不含空格、引号或 `Bearer`。",
)
TOKEN_OPEN = Translation(
    en="Others on this computer can read the token in {file}. Mend it with: chmod 600 {quoted}",
    zh="本机其他用户可以读取 {file} 中的 token。请运行：chmod 600 {quoted}",
)

# --- The template and the docs ------------------------------------------------------------------------------

TEMPLATE_HEAD = Translation(
    en="# Settings of batchsync. Every key is optional; what stands here are the defaults.\n"
    "# Later wins: this file, then environment variables (BATCHSYNC_PACE__RATE=5), then options (--rate 5).\n"
    "# Paths are relative to this file. The access token never stands here: set BATCHSYNC_TOKEN, or api.token_file.\n"
    "# `batchsync doctor` tells whether all is well.",
    zh="# batchsync 的设置。每一项都可以省略，这里写的是默认值。\n"
    "# 优先级由低到高：本文件，环境变量（BATCHSYNC_PACE__RATE=5），命令行选项（--rate 5）。\n"
    "# 相对路径以本文件所在文件夹为准。访问 token 不写在这里：请设置 BATCHSYNC_TOKEN 或 api.token_file。\n"
    "# 运行 `batchsync doctor` 可检查设置是否正确。",
)
DOCS_HEAD = Translation(
    en="# Settings\n\n"
    "`config.yaml`, then environment variables (`BATCHSYNC_PACE__RATE=5`, a section and its key joined by two underscores; "
    'lists as `a,b` or `["a", "b"]`, pairs as `{{"name": "value"}}`), then options: the later wins. '
    "Relative paths in `config.yaml` start from its own folder. The access token is `BATCHSYNC_TOKEN`, or a file "
    "named by `api.token_file`; in `config.yaml` it is refused. `batchsync init` writes a commented `config.yaml`.\n\n"
    "This page is generated from `batchsync/config.py`.\n",
    zh="# 设置\n\n"
    "`config.yaml`，其次环境变量（`BATCHSYNC_PACE__RATE=5`，小节与键之间用两个下划线；"
    '列表写作 `a,b` 或 `["a", "b"]`，成对的值写作 `{{"name": "value"}}`），最后是命令行选项：后者优先。'
    "`config.yaml` 中的相对路径以该文件所在文件夹为准。访问 token 用 `BATCHSYNC_TOKEN`，或由 `api.token_file` "
    "指定的文件；写在 `config.yaml` 中会被拒绝。`batchsync init` 会生成一份带注释的 `config.yaml`。\n\n"
    "本页由 `batchsync/config.py` 生成。\n",
)
DOCS_COLUMNS = Translation(en="| key | default | meaning |", zh="| 键 | 默认值 | 含义 |")
DOCS_NO_DEFAULT = Translation(en="-", zh="-")

MEANINGS_ZH: Mapping[str, str] = MappingProxyType(
    {
        "api": "订单发往哪里，以谁的名义发送。",
        "api.url": "接口地址。",
        "api.account": "账户名，表示花的是谁的点券；token 可以更换，账户名不变。",
        "api.token_file": "存放访问 token 的文件，只应允许自己读取（权限 0600）；也可以设置 BATCHSYNC_TOKEN。",
        "api.connect_timeout": "连接服务器最多等待的秒数；超时则什么都没有发出。",
        "api.answer_timeout": "等待回答的秒数；应长于服务器自己的时限，因为丢失的回答会成为“结果未知”的行。",
        "api.keep_alive": "复用连接：更快，但服务器若断开空闲连接，会有行变成“结果未知”。",
        "api.proxy": "HTTP 代理；不使用环境变量里的代理设置。",
        "pace": "发送的快慢。",
        "pace.rate": "任意一秒内最多的调用次数。",
        "pace.concurrency": "同时进行的最多调用数。",
        "retry": "重试，仅限于确知没有发出的调用。",
        "retry.attempts": "一次运行中一个订单最多尝试的次数。",
        "retry.max_wait": "两次尝试之间最长等待的秒数（服务器的 Retry-After 优先）。",
        "retry.max_total": "一个订单所有尝试合计最长的秒数。",
        "retry.unsent_http": "表示调用在处理前就被拒绝的 HTTP 状态码：没有扣费，可以再发。",
        "spend": "可以花多少。",
        "spend.max_points": "一次运行最多花费的点券；进行中和结果未知的调用都按已花费计算。",
        "spend.max_points_night": "一夜之内所有文件合计最多花费的点券。",
        "spend.price": "预计一次调用花费的点券。",
        "spend.resync_after": "已同步的订单过多少天可以再次付费同步；不填则永不。",
        "stop": "什么时候自行停止。",
        "stop.failures_in_a_row": "连续多少次同类失败后停止。",
        "stop.uncertain_in_a_row": "连续多少个订单结果未知后停止。",
        "input": "如何读取表格。",
        "input.sheets": "要读取的工作表；不填则读取所有可见的工作表。",
        "input.header_row": "表头所在的行号（与 Excel 显示的一致）；不填则自动查找。",
        "input.order_columns": "订单号列的表头（或列字母，如 C）；不填则自动查找。",
        "input.owner_columns": "商家 id 列的表头（或列字母）；不填则自动查找。",
        "input.owner_id": "没有商家 id 列的表格所用的商家 id；也可按工作表填写“工作表名: 商家 id”。",
        "input.owners": "“店铺名: 商家 id”，用于只有店铺名的表格。",
        "input.hidden_rows": "被筛选隐藏的行如何处理（skip 跳过，send 发送）。",
        "output": "如何写出结果。",
        "output.language": "结果和提示的语言；auto 跟随表头的语言。",
        "output.format": "结果的格式。Excel 会损坏 CSV 里的订单号。",
        "output.folder": "结果放在哪个文件夹；不填则放在原文件旁边。",
        "ledger": "账本：记住每一个发送过的订单。",
        "ledger.url": "sqlite:///...、文件路径，或 postgresql://...；不填则放在用户数据文件夹。",
        "ledger.wait": "等待另一个运行结束的秒数。",
        "ledger.keep_days": "调用记录（争议时的证据）保留的天数；不填则永久保留。订单始终保留。",
        "inbox": "`nightly` 和 `watch` 处理的收件文件夹。",
        "inbox.folder": "文件放在哪里；nightly 和 watch 必须设置。其中带有 folder.yaml 的子文件夹归某个商家专用。",
        "inbox.done": "所有行都已同步的文件连同结果放到哪里；不填则为收件文件夹旁边的 done。",
        "inbox.attention": "需要人工处理的文件放到哪里；不填则为收件文件夹旁边的 attention。",
        "inbox.settle": "文件多少秒没有变化才会处理：它可能还在复制中。",
        "inbox.window": "允许发送的时段，例如 22:00-06:00；没做完的下一夜继续。不填则随时可以。",
        "inbox.canary": "如果一个文件最先的这么多个订单大多以同样原因失败，就停止处理该文件；0 表示不这样停止。",
        "notify": "夜间运行的情况通知谁，什么时候通知。",
        "notify.urls": "通知地址，按 apprise 的写法：dingtalk://...、wecombot://...、feishu://...、slack://...、mailtos://...、jsons://...",
        "notify.when": "always 每夜都通知，attention 有事需要人工处理时通知，stop 只在提前停止时通知。",
        "notify.failed_percent": "一夜的调用失败超过百分之多少时，无论如何都通知。",
        "notify.points": "一夜消耗的点券超过多少时，无论如何都通知。",
        "web": "本机网页（`batchsync web`）。",
        "web.host": "监听的地址；如果不是本机地址，必须设置 password_file。",
        "web.port": "监听的端口；0 表示任选空闲端口。",
        "web.password_file": "存放网页密码的文件，只应允许自己读取（权限 0600）。",
        "web.max_upload": "单个上传文件最大多少兆字节。",
    }
)
"""What config.py's docstrings say, in Chinese; a test holds the keys against config.py's."""

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "api.token_file": "token.txt",
        "api.proxy": "http://127.0.0.1:8888",
        "spend.max_points": "500",
        "spend.max_points_night": "5000",
        "spend.resync_after": "365",
        "input.sheets": "[Sheet1]",
        "input.header_row": "3",
        "input.order_columns": "[订单号]",
        "input.owner_columns": "[商家ID]",
        "input.owner_id": '"2088123464"',
        "input.owners": '{Tea House: "2088123464"}',
        "output.folder": "results",
        "ledger.url": "orders.sqlite",
        "ledger.keep_days": "1000",
        "inbox.folder": "inbox",
        "inbox.done": "done",
        "inbox.attention": "attention",
        "inbox.window": '"22:00-06:00"',
        "notify.urls": '["jsons://example.com/hook"]',
        "notify.failed_percent": "5",
        "notify.points": "5000",
        "web.password_file": "web-password.txt",
    }
)
"""A value to show for a key whose default is nothing."""
