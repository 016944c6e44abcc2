"""Texts about workers and detached runs."""

from batchsync.messages.render import Translation

ONLY_POSTGRES = Translation(
    en="{what} needs a ledger that several machines share: --ledger postgresql://...",
    zh="{what} 需要多台机器共用的账本：--ledger postgresql://...",
)
DETACHED = Translation(
    en="Run {run}: {orders} orders are queued for the workers ({workers} active). See its progress with `batchsync history "
    "{run}`, and write the result with `batchsync report {run}`.",
    zh="任务 {run}：{orders} 个订单已交给工作进程（当前 {workers} 个）。用 batchsync history {run} 查看进度，用 batchsync report {run} 生成结果。",
)
NO_WORKERS = Translation(
    en="No worker is active. Start one on this or another machine: batchsync worker --ledger ...",
    zh="当前没有工作进程。请在本机或其他机器启动：batchsync worker --ledger ...",
)
NOTHING_DETACHED = Translation(en="{file}: no orders to send.", zh="{file}：没有需要发送的订单。")
WORKER_AWAY = Translation(
    en="The database does not respond ({error}); trying again.", zh="数据库无响应（{error}），正在重试。"
)
WORKER_UP = Translation(
    en="Worker on {host} waits for runs of {accounts} ({place}). Ctrl-C ends it after the calls under way.",
    zh="工作进程（{host}）正在等待账户 {accounts} 的任务（{place}）。按 Ctrl-C 会在完成进行中的调用后退出。",
)
WORKER_SENDS = Translation(en="{run}: sending.", zh="{run}：开始发送。")
WORKER_DONE = Translation(en="{run}: sent.", zh="{run}：已发送完毕。")
WORKER_STOPPED = Translation(en="{run}: stopped ({why}).", zh="{run}：已停止（{why}）。")
DIFFERENT_LEDGERS = Translation(
    en="The settings {one} and {other} have different ledgers. One worker serves accounts of one ledger.",
    zh="设置文件 {one} 和 {other} 使用不同的账本。一个工作进程只能处理同一账本的账户。",
)
