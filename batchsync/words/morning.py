"""What the morning report says."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.words.text import Text

TITLE = Text(en="Night of {day}", zh="{day} 夜间同步报告")
WHEN = Text(en="{began} to {ended}", zh="{began} 至 {ended}")
VERDICTS: Mapping[str, Text] = MappingProxyType(
    {
        "good": Text(en="All is well.", zh="一切正常。"),
        "idle": Text(en="Nothing came.", zh="没有收到文件。"),
        "attention": Text(en="Something needs a person.", zh="有内容需要人工处理。"),
        "stopped": Text(en="The night stopped early.", zh="夜间任务提前停止。"),
    }
)
CUT_OFF = Text(
    en="This night was cut off (the machine went down, or the program was killed) and taken up again; both parts are told here.",
    zh="本夜任务曾中途中断（停机或程序被终止），之后继续执行；两部分都包含在本报告中。",
)

CARDS: Mapping[str, Text] = MappingProxyType(
    {
        "files": Text(en="files", zh="文件"),
        "synced": Text(en="orders synced", zh="同步订单"),
        "failed": Text(en="rows failed", zh="失败行"),
        "uncertain": Text(en="rows uncertain", zh="结果未知行"),
        "invalid": Text(en="rows invalid", zh="无效行"),
        "points": Text(en="points spent", zh="消耗点券"),
    }
)
FILES_NOTE = Text(
    en="{done} done, {attention} need a look, {waiting} go on next night",
    zh="完成 {done}，需处理 {attention}，下一夜继续 {waiting}",
)
CALLS_NOTE = Text(en="in {calls} calls", zh="共 {calls} 次调用")
POINTS_NOTE = Text(
    en="{possible} more possibly; night before {before}; mean of {nights} nights {mean}",
    zh="另可能消耗 {possible}；前一夜 {before}；近 {nights} 夜平均 {mean}",
)
FIRST_NOTE = Text(en="{possible} more possibly; the first night", zh="另可能消耗 {possible}；首夜")

TODO = Text(en="What to do now", zh="现在要做的事")
NOTHING_TODO = Text(en="Nothing.", zh="无。")
TODO_FILES = Text(
    en="Files that could not be worked on: {count}. See below what is wrong with each, mend it, and put it into the inbox again.",
    zh="有 {count} 个文件无法处理：原因见下表，改好后请重新放入收件夹。",
)
TODO_UNCERTAIN = Text(
    en="Uncertain rows: {count}. Their answers were lost, and they may have been charged; they are never sent again by themselves. "
    "Look them up at the vendor's, then: batchsync resolve --charged ORDER... or --not-charged ORDER...",
    zh="有 {count} 行结果未知：没有收到回答，可能已扣费，不会自动重发。请到平台核实，然后运行："
    "batchsync resolve --charged 订单号…… 或 --not-charged 订单号……",
)
TODO_FAILED = Text(
    en="Failed rows: {count}. The spreadsheet says why. Put the result workbook into the inbox again to send them once more.",
    zh="有 {count} 行失败：原因见表格。如需再次发送，把结果表重新放入收件夹即可。",
)
TODO_INVALID = Text(
    en="Invalid rows: {count}. The spreadsheet says which cell is wrong and why. Correct them in the result workbook, and put "
    "it into the inbox.",
    zh="有 {count} 行无法发送：表格中写明了单元格和原因。请在结果表中改正后放入收件夹。",
)
TODO_NOT_SENT = Text(
    en="Rows of stopped files that were not sent: {count}. Put the result workbooks into the inbox once the cause is mended.",
    zh="中断的文件有 {count} 行未发送：排除原因后，把结果表放入收件夹。",
)
TODO_LEFT = Text(
    en="Left alone in the inbox: {count}. See below.", zh="收件夹中有 {count} 项未处理：见下文。"
)
WAITS = Text(en="Files that wait for the next night: {count}.", zh="有 {count} 个文件等待下一夜。")

FILES = Text(en="Files", zh="文件")
FILE_HEADS: tuple[Text, ...] = (
    Text(en="file", zh="文件"),
    Text(en="", zh=""),
    Text(en="rows", zh="行数"),
    Text(en="synced", zh="已同步"),
    Text(en="before", zh="此前已同步"),
    Text(en="failed", zh="失败"),
    Text(en="uncertain", zh="结果未知"),
    Text(en="invalid", zh="无效"),
    Text(en="not sent", zh="未发送"),
    Text(en="points", zh="点券"),
)
WHERE: Mapping[str, Text] = MappingProxyType(
    {
        "done": Text(en="done", zh="完成"),
        "attention": Text(en="needs a look", zh="需处理"),
        "waiting": Text(en="goes on", zh="继续"),
    }
)
SAME_AS = Text(en="The same file came before: {seen}.", zh="同一文件此前已收到：{seen}。")
CANARY = Text(
    en="Most of its first orders failed alike, so it was stopped there.",
    zh="前几个订单大多以同样的原因失败，因此停止了该文件。",
)
STOPPED = Text(en="Stopped: {why}", zh="已停止：{why}")
NOW_AT = Text(en="now in {place}", zh="现位于 {place}")

KINDS = Text(en="What went wrong", zh="问题分类")
DOUBTS = Text(en="Uncertain orders, with the evidence", zh="结果未知的订单与证据")
DOUBT_HEADS: tuple[Text, ...] = (
    Text(en="order number", zh="订单号"),
    Text(en="merchant id", zh="商家id"),
    Text(en="file, line", zh="文件、行号"),
    Text(en="sent at", zh="发送时间"),
    Text(en="HTTP", zh="HTTP"),
    Text(en="what happened", zh="经过"),
)
MORE = Text(en="... and {count} more in the spreadsheet.", zh="……另有 {count} 个，见表格。")
LEFT = Text(en="Left in the inbox", zh="收件夹中未处理的内容")
CHART = Text(en="Points of the last 30 nights", zh="近 30 夜消耗点券")
CHART_NOTE = Text(en="Light: possibly spent (uncertain).", zh="浅色：可能消耗（结果未知）。")
FOOT = Text(
    en="Made by batchsync {version}. Points and calls are the ledger's: `batchsync spend` says the same.",
    zh="由 batchsync {version} 生成。点券与调用次数以账本为准，可用 `batchsync spend` 核对。",
)

SHEET = Text(en="To do", zh="待处理")
SHEET_HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "file": Text(en="file", zh="文件"),
        "sheet": Text(en="sheet", zh="工作表"),
        "line": Text(en="line", zh="行号"),
        "owner_id": Text(en="merchant (ownerId)", zh="商户（ownerId）"),
        "number": Text(en="number (orderSns)", zh="编号（orderSns）"),
        "status": Text(en="status", zh="状态"),
        "error": Text(en="error", zh="错误信息"),
        "todo": Text(en="what to do", zh="处理建议"),
        "run": Text(en="run", zh="运行编号"),
        "sent_at": Text(en="sent at", zh="发送时间"),
        "api_status": Text(en="API status", zh="状态码"),
        "http_status": Text(en="HTTP status", zh="HTTP 状态"),
        "answer": Text(en="what came back", zh="返回内容"),
    }
)
WHOLE_FILE = Text(en="the whole file", zh="整个文件")
UNLISTED = Text(en="{count} more rows stand in the result workbooks.", zh="另有 {count} 行，见各结果表。")

# --- For chat -----------------------------------------------------------------------------------------------

CHAT_FILES = Text(
    en="Files: {files} ({done} done, {attention} need a look, {waiting} go on next night)",
    zh="文件：{files}（完成 {done}，需处理 {attention}，下一夜继续 {waiting}）",
)
CHAT_ROWS = Text(
    en="Rows: {synced} synced, {failed} failed, {uncertain} uncertain, {invalid} invalid, {not_sent} not sent",
    zh="行：已同步 {synced}，失败 {failed}，结果未知 {uncertain}，无效 {invalid}，未发送 {not_sent}",
)
CHAT_POINTS = Text(
    en="Points: {points} spent, {possible} more possibly", zh="点券：消耗 {points}，另可能消耗 {possible}"
)
