"""Texts of the report of a nightly run."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

TITLE = Translation(en="Nightly run of {day}", zh="{day} 夜间任务报告")
WHEN = Translation(en="{began} to {ended}", zh="{began} 至 {ended}")
VERDICTS: Mapping[str, Translation] = MappingProxyType(
    {
        "good": Translation(en="Everything is in order.", zh="一切正常。"),
        "idle": Translation(en="No files.", zh="没有收到文件。"),
        "attention": Translation(en="Some rows need attention.", zh="有内容需要处理。"),
        "stopped": Translation(en="The nightly run stopped early.", zh="夜间任务提前停止。"),
    }
)
CUT_OFF = Translation(
    en="This nightly run ended unexpectedly (the computer went down, or the program was killed) and was continued; this report covers both parts.",
    zh="本次夜间任务曾意外中断（停机或程序被终止），之后继续执行；报告包含两部分。",
)

CARDS: Mapping[str, Translation] = MappingProxyType(
    {
        "files": Translation(en="files", zh="文件"),
        "synced": Translation(en="orders synced", zh="同步订单"),
        "failed": Translation(en="rows failed", zh="失败行"),
        "uncertain": Translation(en="rows uncertain", zh="结果未知行"),
        "invalid": Translation(en="rows invalid", zh="无效行"),
        "points": Translation(en="points spent", zh="消耗点券"),
    }
)
FILES_NOTE = Translation(
    en="{done} done, {attention} need attention, {waiting} continue",
    zh="完成 {done}，需处理 {attention}，继续 {waiting}",
)
CALLS_NOTE = Translation(en="in {calls} calls", zh="共 {calls} 次调用")
POINTS_NOTE = Translation(
    en="{possible} more possible; night before {before}; mean of {nights} nights {mean}",
    zh="另可能消耗 {possible}；前一夜 {before}；近 {nights} 夜平均 {mean}",
)
FIRST_NOTE = Translation(
    en="{possible} more possible; first nightly run", zh="另可能消耗 {possible}；首次夜间任务"
)

TODO = Translation(en="What to do", zh="处理建议")
NOTHING_TODO = Translation(en="Nothing.", zh="无。")
TODO_FILES = Translation(
    en="Files that could not be processed: {count}. The report page shows the reason of each; correct them and put them into the inbox again.",
    zh="有 {count} 个文件无法处理：原因见报告网页，改正后请重新放入收件目录。",
)
TODO_UNCERTAIN = Translation(
    en="Uncertain rows: {count}. They may have been charged and are never sent again automatically. Check them with the vendor, then run: batchsync resolve --charged ORDER... or --not-charged ORDER...",
    zh="有 {count} 行结果未知：可能已扣费，不会自动再次发送。请到服务商后台核对，然后运行：batchsync resolve --charged 订单号…… 或 --not-charged 订单号……",
)
TODO_FAILED = Translation(
    en="Failed rows: {count}. The spreadsheet shows the reasons. Put the result workbook into the inbox to send them again.",
    zh="有 {count} 行失败：原因见表格。如需再次发送，请把结果工作簿放入收件目录。",
)
TODO_INVALID = Translation(
    en="Invalid rows: {count}. The spreadsheet shows the cell and the reason. Correct them in the result workbook and put it into the inbox.",
    zh="有 {count} 行无效：表格中写明了单元格和原因。请在结果工作簿中改正后放入收件目录。",
)
TODO_NOT_SENT = Translation(
    en="Rows of stopped files that were not sent: {count}. Put the result workbooks into the inbox when the cause is fixed.",
    zh="中断的文件有 {count} 行未发送：排除原因后，请把结果工作簿放入收件目录。",
)
TODO_SKIPPED = Translation(
    en="Entries of the inbox that were not processed: {count}. The report page shows the reasons.",
    zh="收件目录中有 {count} 项未处理，原因见报告网页。",
)
PENDING = Translation(
    en="Files for the next nightly run: {count}.", zh="有 {count} 个文件等待下一次夜间任务。"
)

FILES = Translation(en="Files", zh="文件")
FILE_HEADS: tuple[Translation, ...] = (
    Translation(en="file", zh="文件"),
    Translation(en="", zh=""),
    Translation(en="rows", zh="行数"),
    Translation(en="synced", zh="已同步"),
    Translation(en="before", zh="此前已同步"),
    Translation(en="failed", zh="失败"),
    Translation(en="uncertain", zh="结果未知"),
    Translation(en="invalid", zh="无效"),
    Translation(en="not sent", zh="未发送"),
    Translation(en="points", zh="点券"),
)
WHERE: Mapping[str, Translation] = MappingProxyType(
    {
        "done": Translation(en="done", zh="完成"),
        "attention": Translation(en="needs attention", zh="需处理"),
        "waiting": Translation(en="continues", zh="继续"),
    }
)
SAME_AS = Translation(en="The same content was processed before: {seen}.", zh="相同内容此前已处理：{seen}。")
CANARY = Translation(
    en="Stopped because most of its first orders failed in the same way.",
    zh="最先的订单大多以同样的原因失败，因此停止。",
)
STOPPED = Translation(en="Stopped: {why}", zh="已停止：{why}")
NOW_AT = Translation(en="now in {place}", zh="现位于 {place}")

KINDS = Translation(en="Problems by kind", zh="问题分类")
UNCERTAIN = Translation(en="Uncertain orders with evidence", zh="结果未知的订单及依据")
UNCERTAIN_HEADS: tuple[Translation, ...] = (
    Translation(en="order number", zh="订单号"),
    Translation(en="merchant id", zh="商家 ID"),
    Translation(en="file, line", zh="文件、行号"),
    Translation(en="sent at", zh="发送时间"),
    Translation(en="HTTP", zh="HTTP"),
    Translation(en="what happened", zh="经过"),
)
MORE = Translation(en="... and {count} more in the spreadsheet.", zh="……另有 {count} 个，见表格。")
SKIPPED = Translation(en="Not processed in the inbox", zh="收件目录中未处理的内容")
CHART = Translation(en="Points of the last 30 nights", zh="近 30 夜消耗的点券")
CHART_NOTE = Translation(en="Light colour: possibly spent (uncertain).", zh="浅色：可能消耗（结果未知）。")
FOOT = Translation(
    en="Written by batchsync {version}. Points and calls come from the ledger, as in `batchsync spend`.",
    zh="由 batchsync {version} 生成。点券与调用次数来自账本，与 `batchsync spend` 一致。",
)

SHEET = Translation(en="To do", zh="待处理")
SHEET_HEADS: Mapping[str, Translation] = MappingProxyType(
    {
        "file": Translation(en="file", zh="文件"),
        "sheet": Translation(en="sheet", zh="工作表"),
        "line": Translation(en="line", zh="行号"),
        "owner_id": Translation(en="merchant ID (ownerId)", zh="商家 ID（ownerId）"),
        "number": Translation(en="order number (orderSns)", zh="订单号（orderSns）"),
        "status": Translation(en="status", zh="状态"),
        "error": Translation(en="error", zh="错误信息"),
        "todo": Translation(en="what to do", zh="处理建议"),
        "run": Translation(en="run", zh="任务"),
        "sent_at": Translation(en="sent at", zh="发送时间"),
        "api_status": Translation(en="API status", zh="状态码"),
        "http_status": Translation(en="HTTP status", zh="HTTP 状态"),
        "answer": Translation(en="response", zh="响应"),
    }
)
WHOLE_FILE = Translation(en="the whole file", zh="整个文件")
UNLISTED = Translation(
    en="{count} more rows are in the result workbooks.", zh="另有 {count} 行，见各结果工作簿。"
)

# --- For chat -----------------------------------------------------------------------------------------------

CHAT_FILES = Translation(
    en="Files: {files} ({done} done, {attention} need attention, {waiting} continue)",
    zh="文件：{files}（完成 {done}，需处理 {attention}，继续 {waiting}）",
)
CHAT_ROWS = Translation(
    en="Rows: {synced} synced, {failed} failed, {uncertain} uncertain, {invalid} invalid, {not_sent} not sent",
    zh="行：已同步 {synced}，失败 {failed}，结果未知 {uncertain}，无效 {invalid}，未发送 {not_sent}",
)
CHAT_POINTS = Translation(
    en="Points: {points} spent, {possible} more possible", zh="点券：消耗 {points}，另可能消耗 {possible}"
)
