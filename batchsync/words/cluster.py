"""What is said about several machines."""

from batchsync.words.text import Text

CAP_NEEDS_US = Text(
    en="A spending cap is kept by the process that sends, so a run with spend.max_points can't be left to the workers. "
    "Leave out --detach, or the cap.",
    zh="点券上限由发送进程自己控制，因此设置了 spend.max_points 的运行不能交给工作进程。请去掉 --detach 或点券上限。",
)
ONLY_POSTGRES = Text(
    en="{what} needs a ledger that several machines share: --ledger postgresql://...",
    zh="{what} 需要多台机器共用的账本：--ledger postgresql://...",
)
LEFT = Text(
    en="Run {run}: {orders} orders are left to the workers ({workers} at work). See how it goes with `batchsync history "
    "{run}`, and write the result with `batchsync report {run}`.",
    zh="运行 {run}：{orders} 个订单已交给工作进程（当前 {workers} 个）。用 batchsync history {run} 查看进度，用 batchsync report {run} 生成结果。",
)
LEFT_TO_NOBODY = Text(
    en="No worker is at work now. Start one, here or elsewhere: batchsync worker --ledger ...",
    zh="当前没有工作进程。请在本机或其他机器启动：batchsync worker --ledger ...",
)
LEFT_NOTHING = Text(
    en="{file}: nothing to send, so nothing was left to the workers.", zh="{file}：没有需要发送的订单。"
)
WORKER_UP = Text(
    en="Worker {holder} on {host} waits for runs of the account {account} ({place}). Ctrl-C ends it after the calls under way.",
    zh="工作进程 {holder}（{host}）正在等待账号 {account} 的运行（{place}）。按 Ctrl-C 会在完成进行中的调用后退出。",
)
WORKER_DRAINS = Text(en="{run}: joined.", zh="{run}：开始参与。")
WORKER_DONE = Text(en="{run}: done here, {calls} calls.", zh="{run}：本机已完成，共 {calls} 次调用。")
WORKER_STOPPED = Text(
    en="{run}: stopped ({why}), {calls} calls.", zh="{run}：已停止（{why}），共 {calls} 次调用。"
)
WORKER_AWAY = Text(
    en="The database doesn't answer ({error}); trying again.", zh="数据库无响应（{error}），正在重试。"
)
