"""Messages about settings: errors, the template, the docs page, and the Chinese meaning of each key."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- Source of a setting ------------------------------------------------------------------------------

IN_FILE = Translation(en="{file}, line {line}", zh="{file} 第 {line} 行")
IN_ENVIRONMENT = Translation(en="environment variable {name}", zh="环境变量 {name}")
IN_KEYRING = Translation(en="the system's keyring", zh="系统的密钥库")
IN_TOKEN_FILE = Translation(en="the token file {file}", zh="token 文件 {file}")
IN_OPTION = Translation(en="option {flag}", zh="选项 {flag}")
FAULT = Translation(en="{where}: {what}", zh="{where}：{what}")
WRONG = Translation(
    en="The settings have errors, so nothing was sent. Please fix:",
    zh="设置有误，因此没有发送任何订单。请修改：",
)

# --- The file as a whole ------------------------------------------------------------------------------------

NO_FILE = Translation(
    en="There is no settings file {file}. `batchsync init` writes one here.",
    zh="找不到设置文件 {file}。运行 `batchsync init` 可在当前文件夹生成一份。",
)
UNREADABLE = Translation(
    en="The settings file {file} cannot be opened ({error}).",
    zh="设置文件 {file} 打不开（{error}）。",
)
NOT_TEXT = Translation(
    en="{file} is neither UTF-8 nor GBK text. Save it again as UTF-8.",
    zh="{file} 既不是 UTF-8 也不是 GBK 文本，请另存为 UTF-8。",
)
NOT_YAML = Translation(
    en="this cannot be read as YAML ({problem}). Each setting is `name: value`, indented by two spaces under its section.",
    zh="这里不符合 YAML 格式（{problem}）。每项设置写作“名称: 值”，在所属分组下缩进两个空格。",
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
    en="this must be `section:` with its settings indented below it.",
    zh="这里应写成“分组:”，其设置项缩进写在下面。",
)
TOO_DEEP = Translation(en="this is nested too deeply.", zh="嵌套层数过多。")
DUPLICATE_KEY = Translation(
    en="`{key}` is set twice; the first one is in line {first}. Delete one of them.",
    zh="`{key}` 重复出现，第一次在第 {first} 行。请删除其中一处。",
)
TOKEN_IN_FILE = Translation(
    en="the settings file must not contain a token, since such files are copied and mailed. Delete it here and run "
    "`batchsync token set`, or put the token into a separate file and name that file in api.token_file.",
    zh="设置文件常被复制和转发，不能写入 token。请从这里删除，改为运行 `batchsync token set`，"
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
EMPTY_VALUE = Translation(
    en="{key} has no value. Write one, or remove the line to use the default.",
    zh="{key} 没有值。请填写，或删除该行以使用默认值。",
)
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
    zh="`{key}` 是一个分组：请把它的设置写在下面各行，缩进两个空格。",
)
NOT_ADDRESS = Translation(
    en="{key} must be a web address such as http://host/path, without a user name, not {value}.",
    zh="{key} 必须是网址，例如 http://host/path，且不含用户名，不能是 {value}。",
)
NOT_WINDOW = Translation(
    en="{key} must be two times of a day such as 22:00-06:00, not {value}.",
    zh="{key} 必须是两个时间，例如 22:00-06:00，不能是 {value}。",
)
OTHER = Translation(en="{key} cannot be {value} ({problem}).", zh="{key} 不能是 {value}（{problem}）。")

# --- The token ----------------------------------------------------------------------------------------------

NO_TOKEN = Translation(
    en="There is no access token. Run `batchsync token set`, or set the environment variable BATCHSYNC_TOKEN, or put the token "
    "into a file that only you can read and name it in api.token_file of config.yaml.",
    zh="没有访问 token。请运行 `batchsync token set`，或设置环境变量 BATCHSYNC_TOKEN，或把 token 存入仅自己可读的文件，"
    "并在 config.yaml 的 api.token_file 中填写该文件名。",
)
NO_TOKEN_FILE = Translation(
    en="api.token_file is {file}, which cannot be read ({error}).",
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
    en="{where} must contain the token and nothing else: one line, no spaces, no quotes, no `Bearer`.",
    zh="{where} 只能包含 token 本身：一行，不含空格、引号或 `Bearer`。",
)
TOKEN_PROMPT = Translation(en="Access token (not shown):", zh="访问 token（输入时不显示）：")
TOKEN_INPUT = Translation(en="The input", zh="输入内容")
TOKEN_STORED = Translation(en="The token is stored in {where}.", zh="token 已保存到{where}。")
TOKEN_FROM = Translation(en="The token comes from {where}.", zh="token 来自{where}。")
TOKEN_NOT_USED = Translation(
    en="It is not used yet: the token comes from {where}, which comes first.",
    zh="但目前不会使用它：token 来自{where}，其优先级更高。",
)
TOKEN_CLEARED = Translation(en="The stored token is removed.", zh="已删除保存的 token。")
TOKEN_NONE_STORED = Translation(en="No token is stored.", zh="没有保存的 token。")
TOKEN_NOT_STORED = Translation(
    en="The token cannot be stored or removed ({error}).", zh="无法保存或删除 token（{error}）。"
)
TOKEN_OPEN = Translation(
    en="Other users of this computer can read the token in {file}. Run: chmod 600 {quoted}",
    zh="本机其他用户可以读取 {file} 中的 token。请运行：chmod 600 {quoted}",
)

# --- The template and the docs ------------------------------------------------------------------------------

TEMPLATE_HEAD = Translation(
    en="# Settings of batchsync. Every key is optional; the values shown are the defaults.\n"
    "# Later wins: this file, then environment variables (BATCHSYNC_PACE__RATE=5), then options (--rate 5).\n"
    "# Paths are relative to this file. The access token is never written here: run `batchsync token set`, or set api.token_file or BATCHSYNC_TOKEN.\n"
    "# `batchsync doctor` checks the settings.",
    zh="# batchsync 的设置。每一项都可以省略，这里写的是默认值。\n"
    "# 优先级由低到高：本文件，环境变量（BATCHSYNC_PACE__RATE=5），命令行选项（--rate 5）。\n"
    "# 相对路径以本文件所在文件夹为准。访问 token 不写在这里：请运行 `batchsync token set`，或设置 api.token_file 或 BATCHSYNC_TOKEN。\n"
    "# 运行 `batchsync doctor` 可检查设置是否正确。",
)
DOCS_HEAD = Translation(
    en="# Settings\n\n"
    "`config.yaml`, then environment variables (`BATCHSYNC_PACE__RATE=5`, a section and its key joined by two underscores; "
    'lists as `a,b` or `["a", "b"]`, pairs as `{{"name": "value"}}`), then options: later sources override earlier ones. '
    "Relative paths in `config.yaml` start from its own folder. The access token is `BATCHSYNC_TOKEN`, or a file "
    "named by `api.token_file`; in `config.yaml` it is refused. `batchsync init` writes a commented `config.yaml`.\n\n"
    "This page is generated from `batchsync/config.py`.\n",
    zh="# 设置\n\n"
    "`config.yaml`，其次环境变量（`BATCHSYNC_PACE__RATE=5`，分组与键之间用两个下划线；"
    '列表写作 `a,b` 或 `["a", "b"]`，成对的值写作 `{{"name": "value"}}`），最后是命令行选项：后者优先。'
    "`config.yaml` 中的相对路径以该文件所在文件夹为准。访问 token 用 `BATCHSYNC_TOKEN`，或由 `api.token_file` "
    "指定的文件；写在 `config.yaml` 中会被拒绝。`batchsync init` 会生成一份带注释的 `config.yaml`。\n\n"
    "本页由 `batchsync/config.py` 生成。\n",
)
DOCS_COLUMNS = Translation(en="| key | default | meaning |", zh="| 键 | 默认值 | 含义 |")
DOCS_NO_DEFAULT = Translation(en="-", zh="-")

MEANINGS_ZH: Mapping[str, str] = MappingProxyType(
    {
        "api": "接口和账户。",
        "api.url": "接口地址。",
        "api.account": "账户名，表示消耗谁的点券。更换 token 时账户名保持不变。",
        "api.token_file": "存放访问 token 的文件，仅自己可读（权限 0600）。也可以使用 `batchsync token set` 或 BATCHSYNC_TOKEN。",
        "api.connect_timeout": "等待建立连接的秒数。超时表示什么都没有发出。",
        "api.answer_timeout": "等待响应的秒数，应长于服务器自己的时限：响应丢失的订单会成为“结果未知”。",
        "api.keep_alive": "复用连接：更快，但如果服务器关闭空闲连接，会有订单成为“结果未知”。",
        "api.codes": "服务商文档中没有的状态码的含义：refused（拒绝，不扣费）或 charged（已扣费）。",
        "api.proxy": "HTTP 代理。不使用环境变量中的代理设置。",
        "pace": "发送速度。",
        "pace.rate": "任意一秒内的最多调用次数。",
        "pace.concurrency": "同时进行的最多调用数。",
        "retry": "重试，仅限于确定没有发出的调用。",
        "retry.attempts": "一次任务中每个订单最多尝试的次数。",
        "retry.max_wait": "两次尝试之间最长等待的秒数（服务器的 Retry-After 优先）。",
        "retry.max_total": "一个订单所有尝试合计最长的秒数。",
        "retry.unsent_http": "表示调用在处理前就被拒绝的 HTTP 状态码：没有扣费，订单可以再次发送。",
        "spend": "点券限额。",
        "spend.max_points": "一次任务最多消耗的点券。进行中的调用和结果未知的订单都按已消耗计算。",
        "spend.max_points_night": "一次夜间任务中所有文件合计最多消耗的点券。",
        "spend.price": "预计一次调用消耗的点券（用于估算）。",
        "spend.resync_after": "已同步的订单多少天后可以再次付费同步。默认永不。",
        "stop": "任务何时自动停止。",
        "stop.failures_in_a_row": "连续出现这么多次同类失败后停止。",
        "stop.uncertain_in_a_row": "连续出现这么多个结果未知的订单后停止。",
        "input": "如何读取表格。",
        "input.sheets": "要读取的工作表。默认读取所有可见的工作表。",
        "input.header_row": "表头的行号（与 Excel 显示的一致）。默认自动识别。",
        "input.order_columns": "订单号列的表头（或列字母，如 C）。默认自动识别。",
        "input.owner_columns": "商家 ID 列的表头（或列字母）。默认自动识别。",
        "input.owner_id": "没有商家 ID 列的工作表使用的商家 ID；也可以按工作表填写“工作表名: 商家 ID”。",
        "input.owners": "“店铺名: 商家 ID”，用于只有店铺名的表格。",
        "input.hidden_rows": "被筛选隐藏的行如何处理（skip 跳过，send 发送）。",
        "output": "如何写出结果。",
        "output.language": "结果和提示的语言。auto 跟随表头的语言。",
        "output.format": "结果的格式。Excel 会损坏 CSV 中的订单号。",
        "output.folder": "结果所在的文件夹。默认与原文件在一起。",
        "ledger": "账本：记录所有发送过的订单。",
        "ledger.url": "sqlite:///...、文件路径，或 postgresql://...。默认为用户数据文件夹中的文件。",
        "ledger.wait": "等待同一账户的其他任务结束的秒数。",
        "ledger.keep_days": "调用明细（争议时的证据）保留的天数。默认永久保留。订单始终保留。",
        "inbox": "`nightly` 和 `watch` 处理的收件目录。",
        "inbox.folder": "收件目录，`nightly` 和 `watch` 必须设置。带有 folder.yaml 的子文件夹属于某个商家。",
        "inbox.done": "所有行都已同步的文件及其结果存放的文件夹。默认为收件目录旁边的 done。",
        "inbox.attention": "需要处理的文件存放的文件夹。默认为收件目录旁边的 attention。",
        "inbox.settle": "文件多少秒没有变化才会处理，因为它可能还在复制中。",
        "inbox.window": "允许发送的时段，例如 22:00-06:00。未完成的部分次日夜间继续。默认任何时间。",
        "inbox.canary": "如果一个文件最先的这么多个订单大多以同样原因失败，就停止该文件。0 表示关闭此功能。",
        "notify": "夜间任务的通知。",
        "notify.urls": "通知地址，按 apprise 的写法：dingtalk://...、wecombot://...、feishu://...、slack://...、mailtos://...、jsons://...",
        "notify.when": "always：每次夜间任务后都通知；attention：有需要处理的事项时通知；stop：仅在提前停止时通知。",
        "notify.failed_percent": "夜间任务的调用失败超过这个百分比时也通知。",
        "notify.points": "夜间任务消耗的点券超过这个数时也通知。",
        "web": "本机网页（`batchsync web`）。",
        "web.host": "监听的地址。如果不是本机地址，必须设置 password_file。",
        "web.port": "监听的端口，0 表示任意空闲端口。",
        "web.password_file": "存放网页密码的文件，仅自己可读（权限 0600）。",
        "web.max_upload": "上传文件的最大兆字节数。",
    }
)
"""Chinese meanings of the settings; the English ones are the docstrings in config.py. A test compares the keys."""

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "api.token_file": "token.txt",
        "api.codes": '{"210": refused}',
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
