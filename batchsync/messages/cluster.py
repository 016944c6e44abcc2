"""What is said about several machines."""

from batchsync.messages.render import Translation

CAP_NEEDS_US = Translation(
    en="A spending cap is kept by the process that sends, so a run with spend.max_points can't be left to the workers. "
    "Leave out --detach, or the cap.",
    zh="点券上限由发送进程自己控制，因此设置了 spend.max_points 的运行不能交给工作进程。请去掉 --detach 或点券上限。",
)
CAP_IS_OURS = Translation(
    en="--processes {processes}: this process sends alone, since a spending cap is kept by one process. Without the cap"
    " {processes} processes send.",
    zh="--processes {processes}：点券上限由一个进程控制，因此本次由这一个进程单独发送。不设上限时，{processes} 个进程会一起发送。",
)
ONE_CALL_EACH = Translation(
    en="--processes {processes}: {concurrency:process sends|processes send}, since no more calls than that may be under way at"
    " once (--concurrency).",
    zh="--processes {processes}：由 {concurrency} 个进程发送，因为同时进行的调用最多这么多（--concurrency）。",
)
HAND_LOST = Translation(
    en="One of the sending processes ended early, and the others send what it left. Why: {why}",
    zh="一个发送进程提前结束，剩余的订单由其他进程发送。原因：{why}",
)
HAND_KILLED = Translation(
    en="it was killed (code {code}); what it may have had under way is uncertain.",
    zh="进程被强行终止（代码 {code}）；如果它有正在进行的调用，其结果未知。",
)
ONLY_POSTGRES = Translation(
    en="{what} needs a ledger that several machines share: --ledger postgresql://...",
    zh="{what} 需要多台机器共用的账本：--ledger postgresql://...",
)
LEFT = Translation(
    en="Run {run}: {orders} orders are left to the workers ({workers} at work). See how it goes with `batchsync history "
    "{run}`, and write the result with `batchsync report {run}`.",
    zh="运行 {run}：{orders} 个订单已交给工作进程（当前 {workers} 个）。用 batchsync history {run} 查看进度，用 batchsync report {run} 生成结果。",
)
LEFT_TO_NOBODY = Translation(
    en="No worker is at work now. Start one, here or elsewhere: batchsync worker --ledger ...",
    zh="当前没有工作进程。请在本机或其他机器启动：batchsync worker --ledger ...",
)
LEFT_NOTHING = Translation(
    en="{file}: nothing to send, so nothing was left to the workers.", zh="{file}：没有需要发送的订单。"
)
WORKER_UP = Translation(
    en="Worker {holder} on {host} waits for runs of the account {account} ({place}). Ctrl-C ends it after the calls under way.",
    zh="工作进程 {holder}（{host}）正在等待账号 {account} 的运行（{place}）。按 Ctrl-C 会在完成进行中的调用后退出。",
)
WORKER_DRAINS = Translation(en="{run}: joined.", zh="{run}：开始参与。")
WORKER_DONE = Translation(en="{run}: done here, {calls} calls.", zh="{run}：本机已完成，共 {calls} 次调用。")
WORKER_STOPPED = Translation(
    en="{run}: stopped ({why}), {calls} calls.", zh="{run}：已停止（{why}），共 {calls} 次调用。"
)
WORKER_AWAY = Translation(
    en="The database doesn't answer ({error}); trying again.", zh="数据库无响应（{error}），正在重试。"
)
