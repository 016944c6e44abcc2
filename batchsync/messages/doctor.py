"""Messages of init, doctor and demo."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- init ---------------------------------------------------------------------------------------------------

INIT_EXISTS = Translation(
    en="{path} already exists and was not changed. Move it away first, or write another file with --config OTHER.yaml.",
    zh="{path} 已存在，未作更改。请先移走它，或用 --config 其他.yaml 另写一份。",
)
INIT_CANNOT = Translation(
    en="{path} cannot be written ({error}). Choose another folder.",
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
    en="Everything is in order. Nothing was sent, nothing was spent.",
    zh="一切正常。没有发送任何订单，没有消耗点券。",
)
SOME_WARNINGS = Translation(
    en="Ready, with {warnings:warning|warnings}. Nothing was sent, nothing was spent.",
    zh="可以运行，有 {warnings} 处警告。没有发送任何订单，没有消耗点券。",
)
NOT_WELL = Translation(
    en="{bad:problem|problems} to fix before a run. Nothing was sent, nothing was spent.",
    zh="运行前有 {bad} 个问题需要解决。没有发送任何订单，没有消耗点券。",
)
PYTHON = Translation(
    en="batchsync {version}, Python {python}, {system}", zh="batchsync {version}，Python {python}，{system}"
)
PYTHON_OLD = Translation(
    en="Python {python} is too old; 3.11 or newer is required.",
    zh="Python {python} 版本过低，需要 3.11 或更高版本。",
)
PACKAGES = Translation(en="packages: {packages}", zh="依赖包：{packages}")
PACKAGES_MISSING = Translation(
    en="packages are missing: {packages}. Install batchsync again in the same way as before.",
    zh="缺少依赖包：{packages}。请按原来的方式重新安装 batchsync。",
)
CONFIG_FOUND = Translation(en="settings: {path}", zh="设置：{path}")
CONFIG_NONE = Translation(
    en="settings: no config.yaml in this folder, the defaults apply (`batchsync init` writes one)",
    zh="设置：当前文件夹没有 config.yaml，使用默认值（可用 `batchsync init` 生成）",
)
CONFIG_BAD = Translation(en="settings: {fault}", zh="设置：{fault}")
TOKEN_SET = Translation(
    en="token: set, {masked}, from {where}; only a paid call can show whether it is valid",
    zh="token：已设置，{masked}，来自{where}；是否有效只有付费调用才能验证",
)
TOKEN_BAD = Translation(en="token: {fault}", zh="token：{fault}")
TOKEN_MODE = Translation(en="token: {warning}", zh="token：{warning}")
LEDGER_NEW = Translation(
    en="ledger: {path} (does not exist yet; the first run creates it)",
    zh="账本：{path}（尚不存在，首次运行时创建）",
)
LEDGER_OK = Translation(en="ledger: {path}, {size}, check passed", zh="账本：{path}，{size}，检查通过")
LEDGER_FAULTS = Translation(
    en="ledger: {path} is damaged ({fault}). Stop using it and restore a backup.",
    zh="账本：{path} 已损坏（{fault}）。请停止使用，并恢复备份。",
)
LEDGER_UNUSABLE = Translation(en="ledger: {fault}", zh="账本：{fault}")
LEDGER_FOLDER = Translation(
    en="ledger: no write access to the folder {folder}. Change its permissions, or choose another place with ledger.url.",
    zh="账本：文件夹 {folder} 没有写入权限。请修改权限，或用 ledger.url 换一个位置。",
)
LEDGER_NETWORK = Translation(
    en="ledger: {path} is on a network drive ({kind}), where a power failure or two computers can lose entries. Use a local disk (ledger.url).",
    zh="账本：{path} 位于网络磁盘（{kind}），断电或多台电脑同时使用可能丢失记录。请改用本地磁盘（ledger.url）。",
)
DISK_OK = Translation(en="disk: {free} free for the ledger", zh="磁盘：账本所在磁盘剩余 {free}")
DISK_LOW = Translation(
    en="disk: only {free} free on the ledger's disk. A run needs about 200 bytes per order; free some space.",
    zh="磁盘：账本所在磁盘仅剩 {free}。每个订单约需 200 字节，请清理空间。",
)
FOLDER_OK = Translation(en="results: {folder} is writable", zh="结果：文件夹 {folder} 可写")
FOLDER_BAD = Translation(
    en="results: no write access to {folder}. Change its permissions, or choose another folder with output.folder or --output.",
    zh="结果：文件夹 {folder} 没有写入权限。请修改权限，或用 output.folder 或 --output 换一个。",
)
INBOX_OK = Translation(en="inbox: {folder}", zh="收件目录：{folder}")
NOT_WRITABLE = Translation(en="no write access", zh="没有写入权限")
NOTIFY_OK = Translation(
    en="notifications: {count} valid addresses in notify.urls (nothing was sent)",
    zh="通知：notify.urls 中 {count} 个地址有效（没有发送通知）",
)
CLOCK_OK = Translation(en="clock: {now}", zh="时钟：{now}")
CLOCK_WRONG = Translation(
    en="clock: {now} cannot be right. Set the computer's date and time.",
    zh="时钟：{now} 不正确。请校正电脑的日期和时间。",
)
CLOCK_BACK = Translation(
    en="clock: {now} is earlier than the last run ({last}). Set the computer's date and time.",
    zh="时钟：{now} 早于上一次任务（{last}）。请校正电脑的日期和时间。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Messages on connecting to the API or to the proxy."""

    open: Translation
    unknown: Translation
    closed: Translation


ADDRESS = Way(
    open=Translation(
        en="address: connected to {host} port {port} in {ms} ms",
        zh="地址：{host} 端口 {port} 可连接，{ms} 毫秒",
    ),
    unknown=Translation(
        en="address: the host name {host} cannot be resolved ({error}). Check api.url and the network.",
        zh="地址：无法解析域名 {host}（{error}）。请检查 api.url 和网络。",
    ),
    closed=Translation(
        en="address: cannot connect to {host} port {port} ({error}). Check api.url, the network, and firewalls.",
        zh="地址：无法连接 {host} 端口 {port}（{error}）。请检查 api.url、网络和防火墙。",
    ),
)
PROXY = Way(
    open=Translation(
        en="proxy: connected to {host} port {port} in {ms} ms; only the first call shows whether it forwards",
        zh="代理：{host} 端口 {port} 可连接，{ms} 毫秒；是否转发，第一次调用时才能确定",
    ),
    unknown=Translation(
        en="proxy: the host name {host} cannot be resolved ({error}). Check api.proxy and the network.",
        zh="代理：无法解析域名 {host}（{error}）。请检查 api.proxy 和网络。",
    ),
    closed=Translation(
        en="proxy: cannot connect to {host} port {port} ({error}). Check api.proxy: is the proxy running?",
        zh="代理：无法连接 {host} 端口 {port}（{error}）。请检查 api.proxy，确认代理正在运行。",
    ),
)
ADDRESS_CLEAR = Translation(
    en="address: http:// is not encrypted, so the token and the orders can be read on the way. The vendor documents no https:// address; use a network that you trust.",
    zh="地址：http:// 没有加密，token 和订单以明文传输。服务商没有提供 https:// 地址，请在可信的网络中使用。",
)
PROXY_IGNORED = Translation(
    en="proxy: {names} is set in the environment but not used. Set api.proxy if calls must go through a proxy.",
    zh="代理：环境变量 {names} 已设置，但不会使用。如必须经过代理，请设置 api.proxy。",
)

# --- demo ---------------------------------------------------------------------------------------------------

DEMO_START = Translation(
    en="The sandbox, a simulated API, runs at {url}. Samples: {samples}. Results are written to {folder}. No real order is sent and no points are spent.",
    zh="模拟接口正在 {url} 运行。样例：{samples}。结果写入 {folder}。不会发送真实订单，也不消耗点券。",
)
DEMO_NO_SAMPLES = Translation(
    en="The samples are not installed. Download the repository and run `batchsync demo` in it.",
    zh="没有安装样例文件。请下载代码仓库，并在其中运行 `batchsync demo`。",
)
DEMO_FOLDER_TAKEN = Translation(
    en="{folder} cannot be written ({error}). Run `batchsync demo` in another folder.",
    zh="{folder} 无法写入（{error}）。请在其他文件夹运行 `batchsync demo`。",
)
DEMO_FIRST = Translation(
    en="--- First run: batchsync run samples/... ---", zh="--- 第一次运行：batchsync run samples/... ---"
)
DEMO_AGAIN = Translation(
    en="--- The same command again: synced orders are not sent, nothing is paid twice ---",
    zh="--- 再次运行同一命令：已同步的不再发送，不会重复付费 ---",
)
DEMO_FIRST_TOTAL = Translation(
    en="First run: {calls:call|calls}, {spent:point|points} spent, {possible} more possible (uncertain, or no amount in the response).\nThe sandbox charged {booked:point|points} = {spent} + {rest} of these {possible}.",
    zh="第一次运行：调用 {calls} 次，消耗 {spent} 点券，另有 {possible} 点券可能已消耗（结果未知，或响应未注明点券）。\n模拟接口扣除 {booked} 点券 = {spent} + 上述 {possible} 中的 {rest}。",
)
DEMO_SECOND_TOTAL = Translation(
    en="Second run: {calls:call|calls}, {spent:point|points} spent: only orders that were refused at no cost were sent again.\nOrders that the sandbox charged twice: {twice}.",
    zh="第二次运行：调用 {calls} 次，消耗 {spent} 点券：只有被拒绝且未扣费的订单再次发送。\n模拟接口重复扣费的订单：{twice} 个。",
)
DEMO_AGREES = Translation(en="The figures agree.", zh="数字一致。")
DEMO_DIFFERS = Translation(
    en="The figures do not agree. This is a bug; please send us {folder}.",
    zh="数字不一致，这是程序缺陷，请把 {folder} 发给我们。",
)
DEMO_NEXT = Translation(
    en="Open the result workbooks in {folder}, or see the runs: batchsync history --ledger {ledger}\nFor real orders: batchsync init, batchsync doctor, batchsync check orders.xlsx",
    zh="请打开 {folder} 中的结果工作簿，或查看任务：batchsync history --ledger {ledger}\n正式使用：batchsync init，batchsync doctor，batchsync check 订单.xlsx",
)
