"""What the morning report says."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

TITLE = Translation(en="Night of {day}", zh="{day} 夜间同步报告")
WHEN = Translation(en="{began} to {ended}", zh="{began} 至 {ended}")
VERDICTS: Mapping[str, Translation] = MappingProxyType(
    {
        "good": Translation(en="All is well.", zh="一切正常。"),
        "idle": Translation(en="Nothing came.", zh="没有收到文件。"),
        "attention": Translation(en="Something needs a person.", zh="有内容需要人工处理。"),
        "stopped": Translation(en="The night stopped early.", zh="夜间任务提前停止。"),
    }
)
CUT_OFF = Translation(
    en="This night was cut off (the machine went down, or the program was killed) and taken up again; both parts are told here.",
    zh="本夜任务曾中途中断（停机或程序被终止），之后继续执行；两部分都包含在本报告中。",
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
    en="{done} done, {attention} need a look, {waiting} go on next night",
    zh="完成 {done}，需处理 {attention}，下一夜继续 {waiting}",
)
CALLS_NOTE = Translation(en="in {calls} calls", zh="共 {calls} 次调用")
POINTS_NOTE = Translation(
    en="{possible} more possibly; night before {before}; mean of {nights} nights {mean}",
    zh="另可能消耗 {possible}；前一夜 {before}；近 {nights} 夜平均 {mean}",
)
FIRST_NOTE = Translation(en="{possible} more possibly; the first night", zh="另可能消耗 {possible}；首夜")

TODO = Translation(en="What to do now", zh="现在要做的事")
NOTHING_TODO = Translation(en="Nothing.", zh="无。")
TODO_FILES = Translation(
    en="Files that could not be worked on: {count}. See below what is wrong with each, mend it, and put it into the inbox again.",
    zh="有 {count} 个文件无法处理：原因见下表，改好后请重新放入收件夹。",
)
TODO_UNCERTAIN = Translation(
    en="Uncertain rows: {count}. Their answers were lost, and they may have been charged; they are never sent again by themselves. "
    "Look them up at the vendor's, then: batchsync resolve --charged ORDER... or --not-charged ORDER...",
    zh="有 {count} 行结果未知：没有收到回答，可能已扣费，不会自动重发。请到平台核实，然后运行："
    "batchsync resolve --charged 订单号…… 或 --not-charged 订单号……",
)
TODO_FAILED = Translation(
    en="Failed rows: {count}. The spreadsheet says why. Put the result workbook into the inbox again to send them once more.",
    zh="有 {count} 行失败：原因见表格。如需再次发送，把结果表重新放入收件夹即可。",
)
TODO_INVALID = Translation(
    en="Invalid rows: {count}. The spreadsheet says which cell is wrong and why. Correct them in the result workbook, and put "
    "it into the inbox.",
    zh="有 {count} 行无法发送：表格中写明了单元格和原因。请在结果表中改正后放入收件夹。",
)
TODO_NOT_SENT = Translation(
    en="Rows of stopped files that were not sent: {count}. Put the result workbooks into the inbox once the cause is mended.",
    zh="中断的文件有 {count} 行未发送：排除原因后，把结果表放入收件夹。",
)
TODO_LEFT = Translation(
    en="Left alone in the inbox: {count}. See below.", zh="收件夹中有 {count} 项未处理：见下文。"
)
WAITS = Translation(en="Files that wait for the next night: {count}.", zh="有 {count} 个文件等待下一夜。")

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
        "attention": Translation(en="needs a look", zh="需处理"),
        "waiting": Translation(en="goes on", zh="继续"),
    }
)
SAME_AS = Translation(en="The same file came before: {seen}.", zh="同一文件此前已收到：{seen}。")
CANARY = Translation(
    en="Most of its first orders failed alike, so it was stopped there.",
    zh="前几个订单大多以同样的原因失败，因此停止了该文件。",
)
STOPPED = Translation(en="Stopped: {why}", zh="已停止：{why}")
NOW_AT = Translation(en="now in {place}", zh="现位于 {place}")

KINDS = Translation(en="What went wrong", zh="问题分类")
DOUBTS = Translation(en="Uncertain orders, with the evidence", zh="结果未知的订单与证据")
DOUBT_HEADS: tuple[Translation, ...] = (
    Translation(en="order number", zh="订单号"),
    Translation(en="merchant id", zh="商家id"),
    Translation(en="file, line", zh="文件、行号"),
    Translation(en="sent at", zh="发送时间"),
    Translation(en="HTTP", zh="HTTP"),
    Translation(en="what happened", zh="经过"),
)
MORE = Translation(en="... and {count} more in the spreadsheet.", zh="……另有 {count} 个，见表格。")
LEFT = Translation(en="Left in the inbox", zh="收件夹中未处理的内容")
CHART = Translation(en="Points of the last 30 nights", zh="近 30 夜消耗点券")
CHART_NOTE = Translation(en="Light: possibly spent (uncertain).", zh="浅色：可能消耗（结果未知）。")
FOOT = Translation(
    en="Made by batchsync {version}. Points and calls are the ledger's: `batchsync spend` says the same.",
    zh="由 batchsync {version} 生成。点券与调用次数以账本为准，可用 `batchsync spend` 核对。",
)

SHEET = Translation(en="To do", zh="待处理")
SHEET_HEADS: Mapping[str, Translation] = MappingProxyType(
    {
        "file": Translation(en="file", zh="文件"),
        "sheet": Translation(en="sheet", zh="工作表"),
        "line": Translation(en="line", zh="行号"),
        "owner_id": Translation(en="merchant (ownerId)", zh="商户（ownerId）"),
        "number": Translation(en="number (orderSns)", zh="编号（orderSns）"),
        "status": Translation(en="status", zh="状态"),
        "error": Translation(en="error", zh="错误信息"),
        "todo": Translation(en="what to do", zh="处理建议"),
        "run": Translation(en="run", zh="运行编号"),
        "sent_at": Translation(en="sent at", zh="发送时间"),
        "api_status": Translation(en="API status", zh="状态码"),
        "http_status": Translation(en="HTTP status", zh="HTTP 状态"),
        "answer": Translation(en="what came back", zh="返回内容"),
    }
)
WHOLE_FILE = Translation(en="the whole file", zh="整个文件")
UNLISTED = Translation(
    en="{count} more rows stand in the result workbooks.", zh="另有 {count} 行，见各结果表。"
)

# --- For chat -----------------------------------------------------------------------------------------------

CHAT_FILES = Translation(
    en="Files: {files} ({done} done, {attention} need a look, {waiting} go on next night)",
    zh="文件：{files}（完成 {done}，需处理 {attention}，下一夜继续 {waiting}）",
)
CHAT_ROWS = Translation(
    en="Rows: {synced} synced, {failed} failed, {uncertain} uncertain, {invalid} invalid, {not_sent} not sent",
    zh="行：已同步 {synced}，失败 {failed}，结果未知 {uncertain}，无效 {invalid}，未发送 {not_sent}",
)
CHAT_POINTS = Translation(
    en="Points: {points} spent, {possible} more possibly", zh="点券：消耗 {points}，另可能消耗 {possible}"
)
