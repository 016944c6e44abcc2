"""What is said of nights: the inbox, why a night stops, what becomes of files."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- Before a night -----------------------------------------------------------------------------------------

NO_INBOX = Translation(
    en="There is no inbox. Name the folder that files are dropped into: inbox.folder in config.yaml, or --inbox PATH.",
    zh="没有指定收件夹。请在 config.yaml 的 inbox.folder 中（或用 --inbox 路径）指定投放文件的文件夹。",
)
INBOX_MISSING = Translation(
    en="The inbox {folder} isn't there. Make the folder, or mount the share it lies on.",
    zh="收件夹 {folder} 不存在。请创建该文件夹，或挂载其所在的共享盘。",
)
FOLDER_UNUSABLE = Translation(
    en="The folder {folder} can't be used: {error}. Check inbox.done and inbox.attention, and who may write there.",
    zh="文件夹 {folder} 无法使用：{error}。请检查 inbox.done 和 inbox.attention，以及写入权限。",
)
BUSY = Translation(
    en="Another night is at work on this inbox: {run}, on {host} (process {pid}), since {since}. Nothing was touched. "
    "Wait until it has ended, or set ledger.wait to wait for it.",
    zh="此收件夹正由另一个夜间任务处理：{run}，主机 {host}（进程 {pid}），开始于 {since}。未做任何改动。"
    "请等它结束，或设置 ledger.wait 自动等待。",
)
BUSY_UNKNOWN = Translation(
    en="Another night is at work on this inbox. Nothing was touched. Wait until it has ended, or set ledger.wait to wait for it.",
    zh="此收件夹正由另一个夜间任务处理。未做任何改动。请等它结束，或设置 ledger.wait 自动等待。",
)
LOW_SPACE = Translation(
    en="Only {free_mb} MB are free on the disk of {folder}; tonight's work needs {needed_mb} MB. Nothing more is sent. "
    "Free some space; the next night goes on by itself.",
    zh="{folder} 所在磁盘仅剩 {free_mb} MB，今晚的任务需要 {needed_mb} MB。已停止发送。请清理磁盘空间，下一夜会自动继续。",
)
DISK_FAILED = Translation(
    en="The disk of {folder} fails: {error}. Nothing more is sent. Free some space; the next night goes on by itself.",
    zh="{folder} 所在磁盘写入失败：{error}。已停止发送。请清理磁盘空间，下一夜会自动继续。",
)
UNSOUND = Translation(
    en="The ledger {ledger} does not pass its check ({error}). Nothing is sent before it does. Copies from earlier nights "
    "are in {copies}; keep the damaged file, too.",
    zh="账本 {ledger} 未通过检查（{error}），在修复之前不会发送任何订单。以前各夜的备份在 {copies}；请同时保留损坏的文件。",
)
ASIDE_WRONG = Translation(
    en="{file} can't be followed ({problem}), so nothing of the file was sent. It may hold owner_id, max_points and rate. "
    "Mend it, and put both into the inbox again.",
    zh="无法按 {file} 执行（{problem}），未发送该文件的任何订单。其中可以写 owner_id、max_points、rate。请改好后一起放回收件夹。",
)
ASIDE_TOO_LARGE = Translation(en="it is too large", zh="文件过大")

# --- During a night -----------------------------------------------------------------------------------------

CUT_OFF = Translation(
    en="The night {night} was cut off before its end; it is taken up again.",
    zh="夜间任务 {night} 曾中途中断，现在继续。",
)
TAKEN = Translation(en="{file}: taken", zh="{file}：已取走")
FILED_DONE = Translation(
    en="{file}: done, {points} points. Now in {place}", zh="{file}：完成，消耗 {points} 点券。现位于 {place}"
)
FILED_ATTENTION = Translation(
    en="{file}: needs a look, {points} points. Now in {place}",
    zh="{file}：需要处理，消耗 {points} 点券。现位于 {place}",
)
KEPT = Translation(en="{file}: goes on by itself the next night", zh="{file}：下一夜自动继续")
DIED_OVER = Translation(
    en="The program ended {times} times while it worked on this file, so the file is put aside. `batchsync run` on a copy shows "
    "what is wrong; what had been sent is remembered.",
    zh="程序处理此文件时异常终止了 {times} 次，因此将其搁置。可对副本运行 `batchsync run` 查看原因；已发送的订单都有记录。",
)
BUG = Translation(
    en="This is a bug of ours ({kind}); the other files went on. The ledger is safe. What happened is written down in {log}; "
    "please send us that file.",
    zh="这是程序自身的缺陷（{kind}），其他文件不受影响。账本是安全的。详情已写入 {log}，请把该文件发给我们。",
)
NOT_OPEN = Translation(
    en="Orders may be sent only in {window}; {count} files wait. It opens {opens}.",
    zh="只允许在 {window} 发送订单；有 {count} 个文件等待。下次开放时间：{opens}。",
)
REPORT_AT = Translation(en="report: {path}", zh="报告：{path}")
SHEET_AT = Translation(en="what needs a person: {path}", zh="需要处理的内容：{path}")
REPORT_LOST = Translation(
    en="The night is over and all is filed, but its report can't be written to {path}: {error}",
    zh="夜间任务已结束，文件均已归档，但报告无法写入 {path}：{error}",
)
METRICS_LOST = Translation(
    en="The metrics can't be written to {path}: {error}", zh="指标无法写入 {path}：{error}"
)
STOPPING = Translation(
    en="Stopping: nothing new is sent; the calls under way are waited for. A second signal gives them up.",
    zh="正在停止：不再发送新的订单，等待进行中的调用结束。再次收到信号则放弃等待。",
)
WATCHING = Translation(en="Watching {folder}. Ctrl-C ends it.", zh="正在监视 {folder}。按 Ctrl-C 结束。")

STOPS: Mapping[str, Translation] = MappingProxyType(
    {
        "window": Translation(
            en="The time window closed. What is left goes on by itself the next night.",
            zh="时间窗口已关闭，剩余部分下一夜自动继续。",
        ),
        "night_cap": Translation(
            en="The night's spending cap is reached. What is left goes on by itself the next night; spend.max_points_night raises the cap.",
            zh="达到每夜点券上限，剩余部分下一夜自动继续；可调高 spend.max_points_night。",
        ),
        "interrupted": Translation(
            en="Somebody stopped it. What is left goes on by itself the next night.",
            zh="被人为停止，剩余部分下一夜自动继续。",
        ),
        "authentication": Translation(
            en="The token is not accepted. Get the right one (BATCHSYNC_TOKEN or api.token_file), then put the file it stopped at "
            "back into the inbox; files that were not begun wait there.",
            zh="token 未通过认证。请换成正确的 token（BATCHSYNC_TOKEN 或 api.token_file），再把中断的文件放回收件夹；"
            "尚未开始的文件仍在收件夹中等待。",
        ),
        "balance": Translation(
            en="The balance is empty. Top up, then put the file it stopped at back into the inbox; only what is left is sent. Files "
            "that were not begun wait there.",
            zh="账户余额不足。请充值，再把中断的文件放回收件夹，只会发送剩下的订单；尚未开始的文件仍在收件夹中等待。",
        ),
        "address": Translation(
            en="The address does not answer as the API would. Check api.url and api.proxy (`batchsync doctor` helps), then put the "
            "file it stopped at back into the inbox.",
            zh="该地址不像是本接口。请检查 api.url 和 api.proxy（可运行 `batchsync doctor`），再把中断的文件放回收件夹。",
        ),
        "failures": Translation(
            en="One file after the other ended with nothing but failures: the API seems to be down. Put the files back into the inbox "
            "when it is up again; those that were not begun wait there.",
            zh="接连几个文件都只有失败，接口可能已停机。恢复后请把文件放回收件夹；尚未开始的文件仍在收件夹中等待。",
        ),
        "disk": Translation(
            en="The disk is full. Free some space; what is left goes on by itself the next night.",
            zh="磁盘已满。请清理空间，剩余部分下一夜自动继续。",
        ),
        "busy": Translation(
            en="Another run holds the ledger. What is left goes on by itself the next night.",
            zh="账本被另一次运行占用，剩余部分下一夜自动继续。",
        ),
        "refused": Translation(
            en="It could not go on. What is left waits in the inbox.", zh="无法继续，剩余文件在收件夹中等待。"
        ),
    }
)
"""Why a night stopped, and what to do."""

LEFT: Mapping[str, Translation] = MappingProxyType(
    {
        "link": Translation(en="a link; put the file itself there", zh="是链接；请放入文件本身"),
        "no_file": Translation(en="not a plain file", zh="不是普通文件"),
        "unfinished": Translation(
            en="a lock file, or still being written by another program", zh="是锁文件，或其他程序仍在写入"
        ),
        "changing": Translation(en="still being copied", zh="仍在复制中"),
        "in_use": Translation(
            en="held open by another program, or still changing", zh="被其他程序占用，或仍在变化"
        ),
        "foreign_folder": Translation(
            en="a folder without a folder.yaml; make one (it may be empty) if it is a merchant's",
            zh="文件夹中没有 folder.yaml；如属于某个商家，请创建一个（可以为空）",
        ),
    }
)
"""Why something was left in the inbox."""

# --- Telling people -----------------------------------------------------------------------------------------

NO_APPRISE = Translation(
    en='Nobody was told: notify.urls is set, but apprise is not installed. Install it: pip install "batchsync[notify]"',
    zh='未发送通知：已设置 notify.urls，但没有安装 apprise。请安装：pip install "batchsync[notify]"',
)
NOTIFY_WRONG = Translation(
    en="Number {place} of notify.urls ({scheme}://...) is no address that apprise knows. Nobody was told there.",
    zh="notify.urls 的第 {place} 个（{scheme}://……）不是 apprise 认识的地址，未能发送通知。",
)
NOTIFY_FAILED = Translation(
    en="Number {place} of notify.urls ({scheme}://...) took no message: {why}. The night itself is not touched by that.",
    zh="notify.urls 的第 {place} 个（{scheme}://……）未能接收消息：{why}。夜间任务本身不受影响。",
)
NOTIFY_MORE = Translation(en="... more in the report.", zh="……详见报告。")
REFUSED_TITLE = Translation(en="batchsync: the night could not begin", zh="batchsync：夜间任务无法开始")
