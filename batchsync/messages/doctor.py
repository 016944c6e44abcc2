"""What init, doctor and demo say: to those who start, or to whom something is broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- init ---------------------------------------------------------------------------------------------------

INIT_EXISTS = Translation(
    en="{path} exists already and is left as it is. Move it away first, or write another with --config OTHER.yaml.",
    zh="{path} 已存在，保持不变。请先移走它，或用 --config 其他.yaml 另写一份。",
)
INIT_CANNOT = Translation(
    en="{path} can't be written ({error}). Choose another folder.",
    zh="{path} 无法写入（{error}）。请换一个文件夹。",
)
INIT_WRITTEN = Translation(en="{path} written.", zh="已生成 {path}。")
INIT_NEXT = Translation(
    en="Next: set BATCHSYNC_TOKEN (or api.token_file in it), then `batchsync doctor`.",
    zh="下一步：设置 BATCHSYNC_TOKEN（或在其中填写 api.token_file），然后运行 `batchsync doctor`。",
)

# --- doctor -------------------------------------------------------------------------------------------------

MARKS: Mapping[str, Translation] = MappingProxyType(
    {
        "ok": Translation(en="ok  ", zh="正常"),
        "warn": Translation(en="warn", zh="注意"),
        "bad": Translation(en="BAD ", zh="错误"),
    }
)
ALL_WELL = Translation(
    en="All is well. Nothing was sent, nothing was spent.", zh="一切正常。没有发送任何订单，没有花费点券。"
)
SOME_WARNINGS = Translation(
    en="It works; {warnings:thing|things} to look at. Nothing was sent, nothing was spent.",
    zh="可以运行，有 {warnings} 处值得注意。没有发送任何订单，没有花费点券。",
)
NOT_WELL = Translation(
    en="{bad:thing|things} to mend before a run. Nothing was sent, nothing was spent.",
    zh="运行前有 {bad} 处需要修正。没有发送任何订单，没有花费点券。",
)
PYTHON = Translation(
    en="batchsync {version}, Python {python}, {system}", zh="batchsync {version}，Python {python}，{system}"
)
PYTHON_OLD = Translation(
    en="Python {python} is too old: 3.11 or newer is needed.",
    zh="Python {python} 版本过低：需要 3.11 或更高版本。",
)
PACKAGES = Translation(en="packages: {packages}", zh="依赖包：{packages}")
PACKAGES_MISSING = Translation(
    en="packages are missing: {packages}. Install batchsync again, the way it was installed at first.",
    zh="缺少依赖包：{packages}。请按当初的方式重新安装 batchsync。",
)
CONFIG_FOUND = Translation(en="settings: {path}", zh="设置：{path}")
CONFIG_NONE = Translation(
    en="settings: no config.yaml here, defaults hold (`batchsync init` writes one)",
    zh="设置：当前文件夹没有 config.yaml，使用默认值（可用 `batchsync init` 生成）",
)
CONFIG_BAD = Translation(en="settings: {fault}", zh="设置：{fault}")
TOKEN_SET = Translation(en="token: set, {masked}, from {where}", zh="token：已设置，{masked}，来自 {where}")
TOKEN_BAD = Translation(en="token: {fault}", zh="token：{fault}")
TOKEN_MODE = Translation(en="token: {warning}", zh="token：{warning}")
FROM_ENVIRONMENT = Translation(en="BATCHSYNC_TOKEN", zh="BATCHSYNC_TOKEN")
ACCOUNT = Translation(en="account: “{account}”", zh="账户：“{account}”")
LEDGER_NEW = Translation(
    en="ledger: {path} (not there yet, the first run makes it)", zh="账本：{path}（尚不存在，首次运行时创建）"
)
LEDGER_OK = Translation(en="ledger: {path}, {size}, passes its check", zh="账本：{path}，{size}，通过自检")
LEDGER_FAULTS = Translation(
    en="ledger: {path} is damaged ({fault}). Stop using it, and go back to a backup of it.",
    zh="账本：{path} 已损坏（{fault}）。请停止使用，并恢复其备份。",
)
LEDGER_UNUSABLE = Translation(en="ledger: {fault}", zh="账本：{fault}")
LEDGER_FOLDER = Translation(
    en="ledger: the folder {folder} can't be written. Change its rights, or choose another place with ledger.url.",
    zh="账本：文件夹 {folder} 不可写。请修改权限，或用 ledger.url 换一个位置。",
)
LEDGER_NETWORK = Translation(
    en="ledger: {path} lies on a network drive ({kind}), where a power cut or two machines can lose entries. "
    "Put it on a local disk with ledger.url.",
    zh="账本：{path} 位于网络磁盘（{kind}），断电或多机同时使用可能丢失记录。请用 ledger.url 改到本地磁盘。",
)
DISK_OK = Translation(en="disk: {free} free for the ledger", zh="磁盘：账本所在磁盘剩余 {free}")
DISK_LOW = Translation(
    en="disk: only {free} free where the ledger is. A run needs about 200 bytes an order; free some space.",
    zh="磁盘：账本所在磁盘仅剩 {free}。每个订单约需 200 字节，请清理空间。",
)
FOLDER_OK = Translation(en="results: {folder} can be written", zh="结果：文件夹 {folder} 可写")
FOLDER_BAD = Translation(
    en="results: {folder} can't be written. Change its rights, or choose another with output.folder or --output.",
    zh="结果：文件夹 {folder} 不可写。请修改权限，或用 output.folder 或 --output 换一个。",
)
INBOX_OK = Translation(en="inbox: {folder}", zh="收件夹：{folder}")
NOT_WRITABLE = Translation(en="nothing can be written there", zh="无法写入")
NOTIFY_OK = Translation(
    en="messages: {count} of notify.urls understood (none was sent)",
    zh="通知：notify.urls 中 {count} 个地址有效（未发送）",
)
CLOCK_OK = Translation(en="clock: {now}", zh="时钟：{now}")
CLOCK_WRONG = Translation(
    en="clock: {now} can't be right. Set the computer's date and time.",
    zh="时钟：{now} 显然不对。请校正电脑的日期和时间。",
)
CLOCK_BACK = Translation(
    en="clock: {now} is before the last run ({last}). Set the computer's date and time.",
    zh="时钟：{now} 早于上一次运行（{last}）。请校正电脑的日期和时间。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What there is to say of the first hop to the API."""

    open: Translation
    unknown: Translation
    closed: Translation


ADDRESS = Way(
    open=Translation(
        en="address: {host} port {port} answers in {ms} ms", zh="地址：{host} 端口 {port} 可连接，{ms} 毫秒"
    ),
    unknown=Translation(
        en="address: the name {host} is not known ({error}). Check api.url and the network.",
        zh="地址：无法解析域名 {host}（{error}）。请检查 api.url 和网络。",
    ),
    closed=Translation(
        en="address: {host} port {port} can't be reached ({error}). Check api.url, the network, and firewalls.",
        zh="地址：无法连接 {host} 端口 {port}（{error}）。请检查 api.url、网络和防火墙。",
    ),
)
PROXY = Way(
    open=Translation(
        en="proxy: {host} port {port} answers in {ms} ms; whether it lets us through, the first call will show",
        zh="代理：{host} 端口 {port} 可连接，{ms} 毫秒；是否放行，要到第一次调用才知道",
    ),
    unknown=Translation(
        en="proxy: the name {host} is not known ({error}). Check api.proxy and the network.",
        zh="代理：无法解析域名 {host}（{error}）。请检查 api.proxy 和网络。",
    ),
    closed=Translation(
        en="proxy: {host} port {port} can't be reached ({error}). Check api.proxy: is the proxy running?",
        zh="代理：无法连接 {host} 端口 {port}（{error}）。请检查 api.proxy，确认代理正在运行。",
    ),
)
ADDRESS_CLEAR = Translation(
    en="address: http:// is not encrypted, so the token and the orders travel in clear. The vendor documents no https://; "
    "use a network you trust.",
    zh="地址：http:// 没有加密，token 和订单以明文传输。接口方未提供 https:// 地址，请在可信的网络中使用。",
)
PROXY_IGNORED = Translation(
    en="proxy: {names} is set in the environment and not used; set api.proxy if calls must go through it.",
    zh="代理：环境变量 {names} 已设置，但不会使用；如必须经过代理，请设置 api.proxy。",
)

# --- demo ---------------------------------------------------------------------------------------------------

DEMO_START = Translation(
    en="A stand-in of the API runs at {url}. Samples: {samples}. Results go to {folder}. Nothing real is sent or spent.",
    zh="接口的替身正在 {url} 运行。样例：{samples}。结果写入 {folder}。不会真正发送，也不花点券。",
)
DEMO_NO_SAMPLES = Translation(
    en="The samples are not installed here. Get the repository and run `batchsync demo` in it.",
    zh="此处没有安装样例文件。请取得代码仓库，并在其中运行 `batchsync demo`。",
)
DEMO_FOLDER_TAKEN = Translation(
    en="{folder} can't be written ({error}). Run `batchsync demo` in another folder.",
    zh="{folder} 无法写入（{error}）。请在其他文件夹运行 `batchsync demo`。",
)
DEMO_FIRST = Translation(
    en="--- First go: batchsync run samples/... ---", zh="--- 第一遍：batchsync run samples/... ---"
)
DEMO_AGAIN = Translation(
    en="--- The same command again: what is synced is not sent, nothing is paid twice ---",
    zh="--- 同一命令再运行一遍：已同步的不再发送，绝不重复付费 ---",
)
DEMO_FIRST_TOTAL = Translation(
    en="First go: {calls:call|calls}, {spent:point|points} spent, {possible} more possible (uncertain, or no amount named).\n"
    "The stand-in's books: {booked:point|points} = {spent} + {rest} of these {possible}.",
    zh="第一遍：调用 {calls} 次，消耗 {spent} 点券，另有 {possible} 点券可能已消耗（结果未知，或回答未注明点券）。\n"
    "替身的账：{booked} 点券 = {spent} + 上述 {possible} 中的 {rest}。",
)
DEMO_SECOND_TOTAL = Translation(
    en="Second go: {calls:call|calls}, {spent:point|points} spent: only orders refused before, which had cost nothing, went again.\n"
    "Orders charged twice, by the stand-in's books: {twice}.",
    zh="第二遍：调用 {calls} 次，消耗 {spent} 点券：只有之前被拒绝且未扣费的订单再次发送。\n"
    "按替身的账，被重复扣费的订单：{twice} 个。",
)
DEMO_AGREES = Translation(en="The figures agree.", zh="数字一致。")
DEMO_DIFFERS = Translation(
    en="The figures do not agree: that is a bug of ours. Please send us {folder}.",
    zh="数字不一致：这是程序自身的缺陷。请把 {folder} 发给我们。",
)
DEMO_NEXT = Translation(
    en="Open the workbooks in {folder}, or look back: batchsync history --ledger {ledger}\nThen, for real: batchsync init, batchsync doctor, batchsync check orders.xlsx",
    zh="请打开 {folder} 里的结果表看看，或查看记录：batchsync history --ledger {ledger}\n正式使用：batchsync init，batchsync doctor，batchsync check 订单.xlsx",
)
