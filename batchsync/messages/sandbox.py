"""What the sandbox says: on start, in its answers, and about a script it can't play."""

from batchsync.messages.render import Translation

READY = Translation(
    en="The sandbox listens at {url}\nIts token is {token}, its charge log is at {books}. Nothing here costs anything. "
    "Ctrl-C ends it.\n",
    zh="模拟接口已启动：{url}\ntoken 是 {token}，扣费记录在 {books}。这里不会真的扣点券。按 Ctrl-C 结束。\n",
)
TRY_IN_POSIX_SHELL = Translation(
    en="  BATCHSYNC_TOKEN={token} batchsync run FILE --url {url}\n",
    zh="  BATCHSYNC_TOKEN={token} batchsync run 文件 --url {url}\n",
)
TRY_ON_WINDOWS = Translation(
    en='  cmd:         set "BATCHSYNC_TOKEN={token}" && batchsync run FILE --url {url}\n'
    "  PowerShell:  $env:BATCHSYNC_TOKEN = '{token}'; batchsync run FILE --url {url}\n",
    zh='  cmd:         set "BATCHSYNC_TOKEN={token}" && batchsync run 文件 --url {url}\n'
    "  PowerShell:  $env:BATCHSYNC_TOKEN = '{token}'; batchsync run 文件 --url {url}\n",
)
PORT_TAKEN = Translation(
    en="The sandbox can't listen on {host}:{port} ({error}). Choose another --port; 0 takes any that is free.",
    zh="沙箱无法监听 {host}:{port}（{error}）。请换一个 --port；填 0 会自动选用空闲端口。",
)
NO_SCRIPT = Translation(
    en="The script {file} can't be read ({error}).",
    zh="脚本 {file} 无法读取（{error}）。",
)
BAD_SCRIPT = Translation(
    en="{file}, order {order}: {what!r} is nothing that the sandbox can do. It can do: {known}; a number is a "
    "status code, `http 500` an HTTP status. Details go into a mapping, e.g. {{do: silent, charge: false}}.",
    zh="{file}，订单 {order}：沙箱不认识 {what!r}。可用的有：{known}；数字表示状态码，`http 500` 表示 HTTP 状态。"
    "需要细节时写成映射，例如 {{do: silent, charge: false}}。",
)
BAD_SHAPE = Translation(
    en="The script {file} must map order numbers to what happens to them, e.g. `240101-123: silent`.",
    zh="脚本 {file} 必须是“订单号: 行为”的形式，例如 `240101-123: silent`。",
)

HELP_PORT = Translation(en="where to listen; 0 takes any free port", zh="监听端口；0 表示任选空闲端口")
HELP_HOST = Translation(en="where to listen", zh="监听地址")
HELP_TOKEN = Translation(en="the only token that is let in", zh="唯一有效的 token")
HELP_PRICE = Translation(en="points that each charged call costs", zh="每次扣费的点券数")
HELP_BALANCE = Translation(en="points there are; without end when left out", zh="点券余额；不填则无限")
HELP_RATE = Translation(
    en="calls in any one second; more are turned away with 429", zh="每秒最多调用次数；超出返回 429"
)
HELP_LATENCY = Translation(en="seconds until an answer", zh="应答前等待的秒数")
HELP_FAULTS = Translation(
    en="share of orders whose first call goes wrong, e.g. 0.15", zh="首次调用出错的订单比例，例如 0.15"
)
HELP_SEED = Translation(en="which orders those are", zh="随机种子，决定哪些订单出错")
HELP_ONLY = Translation(
    en="choose faults only from these (comma-separated)", zh="只从这些故障里选（逗号分隔）"
)
HELP_SCRIPT = Translation(
    en="a YAML or JSON file: order number: what happens, or a list for one call after another",
    zh="YAML 或 JSON 文件：订单号: 行为，或按调用次序列出多个行为",
)
HELP_NO_AMOUNT = Translation(en="answers leave the amount out", zh="应答中不带 amount")
HELP_BOOKS = Translation(
    en="a file to which every call and charge is appended before it is answered",
    zh="每次调用和扣费在应答之前追加写入该文件",
)
