"""Messages of the sandbox: its start, its options and errors in a script."""

from batchsync.messages.render import Translation

READY = Translation(
    en="The sandbox listens at {url}\nIts token is {token}, its charge log is at {log}. Nothing here costs anything. "
    "Ctrl-C ends it.\n",
    zh="模拟接口已启动：{url}\ntoken 是 {token}，扣费记录在 {log}。这里不会真的扣点券。按 Ctrl-C 结束。\n",
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
    en="The sandbox cannot listen on {host}:{port} ({error}). Choose another --port; 0 takes any that is free.",
    zh="模拟接口无法监听 {host}:{port}（{error}）。请换一个 --port；填 0 会自动选用空闲端口。",
)
NO_SCRIPT = Translation(
    en="The script {file} cannot be read ({error}).",
    zh="脚本 {file} 无法读取（{error}）。",
)
BAD_SCRIPT = Translation(
    en="{file}, order {order}: {what!r} is not a behaviour of the sandbox. Known are: {known}; a number is a "
    "status code, `http 500` an HTTP status. Details go into a mapping, e.g. {{do: silent, charge: false}}.",
    zh="{file}，订单 {order}：模拟接口不认识 {what!r}。可用的有：{known}；数字表示状态码，`http 500` 表示 HTTP 状态。"
    "需要细节时写成映射，例如 {{do: silent, charge: false}}。",
)
BAD_SHAPE = Translation(
    en="The script {file} must map order numbers to behaviours, e.g. `240101-123: silent`.",
    zh="脚本 {file} 必须是“订单号: 行为”的形式，例如 `240101-123: silent`。",
)

HELP_PORT = Translation(en="port to listen on; 0 takes any free one", zh="监听端口；0 表示任选空闲端口")
HELP_HOST = Translation(en="address to listen on", zh="监听地址")
HELP_TOKEN = Translation(en="the only valid token", zh="唯一有效的 token")
HELP_PRICE = Translation(en="points that each charged call costs", zh="每次扣费的点券数")
HELP_BALANCE = Translation(en="points in the account; unlimited by default", zh="点券余额；不填则无限")
HELP_RATE = Translation(
    en="calls in any one second; further ones are rejected with 429", zh="每秒最多调用次数；超出返回 429"
)
HELP_LATENCY = Translation(en="seconds until a response", zh="响应前等待的秒数")
HELP_FAULTS = Translation(
    en="share of orders whose first call gets a fault, e.g. 0.15", zh="首次调用出错的订单比例，例如 0.15"
)
HELP_SEED = Translation(en="seed that selects these orders", zh="随机种子，决定哪些订单出错")
HELP_ONLY = Translation(en="draw only these faults (comma-separated)", zh="只从这些故障里选（逗号分隔）")
HELP_SCRIPT = Translation(
    en="a YAML or JSON file: order number: behaviour, or a list with one behaviour per call",
    zh="YAML 或 JSON 文件：订单号: 行为，或按调用次序列出多个行为",
)
HELP_NO_AMOUNT = Translation(en="responses without the amount", zh="响应中不带 amount")
HELP_CHARGE_LOG = Translation(
    en="a file to which every call and charge is appended before it is answered",
    zh="每次调用和扣费在响应之前追加写入该文件",
)
