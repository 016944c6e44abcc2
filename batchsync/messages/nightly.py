"""Messages of nightly runs: the inbox, why a nightly run stopped, what happened to files."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- Before a nightly run ------------------------------------------------------------------------------------

NO_INBOX = Translation(
    en="No inbox is set. Set inbox.folder in config.yaml, or use --inbox PATH.",
    zh="没有设置收件目录。请在 config.yaml 中设置 inbox.folder，或使用 --inbox 路径。",
)
INBOX_MISSING = Translation(
    en="The inbox {folder} does not exist. Create the folder, or mount the share it is on.",
    zh="收件目录 {folder} 不存在。请创建该文件夹，或挂载其所在的共享盘。",
)
FOLDER_UNUSABLE = Translation(
    en="The folder {folder} cannot be used: {error}. Check inbox.done, inbox.attention and the permissions.",
    zh="文件夹 {folder} 无法使用：{error}。请检查 inbox.done、inbox.attention 和写入权限。",
)
BUSY = Translation(
    en="Another nightly run is processing this inbox: {run}, on {host} (process {pid}), since {since}. Nothing was changed. Wait until it has ended, or set ledger.wait.",
    zh="该收件目录正由另一个夜间任务处理：{run}，主机 {host}（进程 {pid}），开始于 {since}。未作任何改动。请等它结束，或设置 ledger.wait。",
)
BUSY_UNKNOWN = Translation(
    en="Another nightly run is processing this inbox. Nothing was changed. Wait until it has ended, or set ledger.wait.",
    zh="该收件目录正由另一个夜间任务处理。未作任何改动。请等它结束，或设置 ledger.wait。",
)
LOW_SPACE = Translation(
    en="Only {free_mb} MB are free on the disk of {folder}, but {needed_mb} MB are needed. Sending has stopped. Free some space; the next nightly run continues.",
    zh="{folder} 所在磁盘仅剩 {free_mb} MB，需要 {needed_mb} MB。已停止发送。请清理磁盘空间，下一次夜间任务会继续。",
)
DISK_FAILED = Translation(
    en="Writing to the disk of {folder} failed: {error}. Sending has stopped. Free some space; the next nightly run continues.",
    zh="{folder} 所在磁盘写入失败：{error}。已停止发送。请清理磁盘空间，下一次夜间任务会继续。",
)
LEDGER_DAMAGED = Translation(
    en="The ledger {ledger} is damaged ({error}). Nothing is sent until it is repaired. Copies from earlier nightly runs are in {copies}; keep the damaged file, too.",
    zh="账本 {ledger} 已损坏（{error}），修复之前不会发送任何订单。以前夜间任务的备份在 {copies}；请同时保留损坏的文件。",
)
OVERRIDES_WRONG = Translation(
    en="The settings in {file} cannot be applied ({problem}), so its spreadsheet was not sent. The file may have owner_id, max_points and rate. Correct it and put both files into the inbox again.",
    zh="{file} 中的设置无法应用（{problem}），对应的表格没有发送。其中可以写 owner_id、max_points、rate。请改正后把两个文件一起放回收件目录。",
)
OVERRIDES_TOO_LARGE = Translation(en="the file is too large", zh="文件过大")

# --- During a nightly run ------------------------------------------------------------------------------------

CUT_OFF = Translation(
    en="The nightly run {night} ended unexpectedly and is continued now.",
    zh="夜间任务 {night} 曾意外中断，现在继续。",
)
TAKEN = Translation(en="{file}: started", zh="{file}：开始处理")
FILED_DONE = Translation(
    en="{file}: done, {points} points. Now in {place}", zh="{file}：完成，消耗 {points} 点券。现位于 {place}"
)
FILED_ATTENTION = Translation(
    en="{file}: needs attention, {points} points. Now in {place}",
    zh="{file}：需要处理，消耗 {points} 点券。现位于 {place}",
)
KEPT = Translation(en="{file}: continues with the next nightly run", zh="{file}：下一次夜间任务继续")
DIED_OVER = Translation(
    en="The program ended unexpectedly {times} times while it processed this file, so the file was moved aside. Run `batchsync run` on a copy to see the cause; orders that were sent are in the ledger.",
    zh="程序处理此文件时意外终止了 {times} 次，因此不再处理。可对副本运行 `batchsync run` 查看原因；已发送的订单都在账本中。",
)
BUG = Translation(
    en="This is a bug of batchsync ({kind}). The other files are processed, and the ledger is safe. The details are in {log}; please send us that file.",
    zh="这是 batchsync 的缺陷（{kind}）。其他文件不受影响，账本是安全的。详情在 {log}，请把该文件发给我们。",
)
NOT_OPEN = Translation(
    en="Orders may be sent only between {window}; files waiting: {count}. Next start: {opens}.",
    zh="只允许在 {window} 发送订单，有 {count} 个文件等待。下次开始：{opens}。",
)
REPORT_AT = Translation(en="report: {path}", zh="报告：{path}")
SHEET_AT = Translation(en="rows that need attention: {path}", zh="需要处理的行：{path}")
REPORT_LOST = Translation(
    en="The nightly run has ended and all files are archived, but the report cannot be written to {path}: {error}",
    zh="夜间任务已结束，文件均已归档，但报告无法写入 {path}：{error}",
)
METRICS_LOST = Translation(
    en="The metrics cannot be written to {path}: {error}", zh="指标无法写入 {path}：{error}"
)
STOPPING = Translation(
    en="Stopping: no new orders are sent; calls under way are finished. A second signal cancels them.",
    zh="正在停止：不再发送新的订单，等待进行中的调用结束。再次收到信号则取消这些调用。",
)
WATCHING = Translation(
    en="Watching {folder}. Press Ctrl-C to stop.", zh="正在监视 {folder}。按 Ctrl-C 停止。"
)

STOPS: Mapping[str, Translation] = MappingProxyType(
    {
        "window": Translation(
            en="The time window has ended. The rest continues with the next nightly run.",
            zh="允许发送的时段已结束，剩余部分由下一次夜间任务继续。",
        ),
        "night_cap": Translation(
            en="The cap of the nightly run is reached. The rest continues with the next nightly run; spend.max_points_night raises the cap.",
            zh="达到夜间任务的点券上限，剩余部分由下一次夜间任务继续；可调高 spend.max_points_night。",
        ),
        "interrupted": Translation(
            en="It was stopped by a user. The rest continues with the next nightly run.",
            zh="被用户停止，剩余部分由下一次夜间任务继续。",
        ),
        "authentication": Translation(
            en="The access token is not valid. Set the right one (batchsync token set), then put the file at which it stopped "
            "back into the inbox; files that were not started are still there.",
            zh="访问 token 无效。请设置正确的 token（batchsync token set），再把中断的文件放回收件目录；"
            "尚未开始的文件仍在收件目录中。",
        ),
        "balance": Translation(
            en="The account balance is empty. Top up, then put the file at which it stopped back into the inbox; only the rest is sent. "
            "Files that were not started are still there.",
            zh="账户余额不足。请充值，再把中断的文件放回收件目录，只会发送剩余的订单；尚未开始的文件仍在收件目录中。",
        ),
        "address": Translation(
            en="The server at the address is not the API. Check api.url and api.proxy (`batchsync doctor` helps), then put the "
            "file at which it stopped back into the inbox.",
            zh="该地址不是本接口。请检查 api.url 和 api.proxy（可运行 `batchsync doctor`），再把中断的文件放回收件目录。",
        ),
        "failures": Translation(
            en="Several files in a row ended with failures only: the API may be down. Put the files back into the inbox when it works "
            "again; files that were not started are still there.",
            zh="连续几个文件都只有失败，接口可能已停机。恢复后请把文件放回收件目录；尚未开始的文件仍在收件目录中。",
        ),
        "disk": Translation(
            en="The disk is full. Free some space; the rest continues with the next nightly run.",
            zh="磁盘已满。请清理空间，剩余部分由下一次夜间任务继续。",
        ),
        "busy": Translation(
            en="Another run of the account is active. The rest continues with the next nightly run.",
            zh="同一账户有其他任务在进行，剩余部分由下一次夜间任务继续。",
        ),
        "refused": Translation(
            en="It could not continue. The remaining files are in the inbox.",
            zh="无法继续，剩余文件在收件目录中。",
        ),
    }
)
"""Why a nightly run stopped, and what to do."""

SKIPPED: Mapping[str, Translation] = MappingProxyType(
    {
        "link": Translation(en="a link; copy the file itself into the inbox", zh="是链接；请放入文件本身"),
        "no_file": Translation(en="not a plain file", zh="不是普通文件"),
        "unfinished": Translation(
            en="a lock file, or still being written by another program", zh="是锁文件，或其他程序仍在写入"
        ),
        "changing": Translation(en="still being copied", zh="仍在复制中"),
        "in_use": Translation(
            en="held open by another program, or still changing", zh="被其他程序占用，或仍在变化"
        ),
        "unknown_folder": Translation(
            en="a folder without a folder.yaml; create one (it may be empty) if the folder belongs to a merchant",
            zh="文件夹中没有 folder.yaml；如属于某个商家，请创建一个（可以为空）",
        ),
    }
)
"""Why an entry of the inbox was not processed."""

# --- Notifications ------------------------------------------------------------------------------------------

NO_APPRISE = Translation(
    en='No notification was sent: notify.urls is set, but apprise is not installed. Install it with: pip install "batchsync[notify]"',
    zh='没有发送通知：已设置 notify.urls，但没有安装 apprise。请安装：pip install "batchsync[notify]"',
)
NOTIFY_WRONG = Translation(
    en="Address {place} of notify.urls ({scheme}://...) is not valid. No notification can be sent there.",
    zh="notify.urls 的第 {place} 个地址（{scheme}://……）无效，无法发送通知。",
)
NOTIFY_FAILED = Translation(
    en="The notification to address {place} of notify.urls ({scheme}://...) failed: {why}. The nightly run itself is not affected.",
    zh="发送到 notify.urls 第 {place} 个地址（{scheme}://……）的通知失败：{why}。夜间任务本身不受影响。",
)
NOTIFY_MORE = Translation(en="... more in the report.", zh="……详见报告。")
REFUSED_TITLE = Translation(en="batchsync: the nightly run could not start", zh="batchsync：夜间任务无法开始")
