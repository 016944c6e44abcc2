"""Messages on files that cannot be read, and notes on files that were read."""

from collections.abc import Mapping
from types import MappingProxyType

from batchsync.messages.render import Translation

# --- The file as such ---------------------------------------------------------------------------------------

MISSING = Translation(
    en="The file {file} does not exist. Check the name and the folder.",
    zh="找不到文件 {file}。请检查文件名和所在文件夹。",
)
NOT_A_FILE = Translation(
    en="{file} is a folder or a device, not a file. Choose a spreadsheet.",
    zh="{file} 是文件夹或设备，不是文件。请指定一个表格文件。",
)
CANT_OPEN = Translation(
    en="{file} cannot be opened ({error}). Close it in other programs, or check its read permission.",
    zh="{file} 无法打开（{error}）。请先在其他程序中关闭它，或检查读取权限。",
)
EMPTY = Translation(
    en="{file} is empty (0 bytes). Export or copy it again.",
    zh="{file} 是空文件（0 字节）。请重新导出或复制。",
)
LOCK_FILE = Translation(
    en="{file} is a lock file that Excel creates while a workbook is open. Choose the workbook itself, without ~$.",
    zh="{file} 是 Excel 打开工作簿时产生的临时锁文件。请指定工作簿本身（文件名不带 ~$）。",
)
OTHER_KIND = Translation(
    en="{file} is {what}, not a spreadsheet that can be read. Open it in Excel or WPS and save the table as .xlsx or .csv.",
    zh="{file} 是{what}，不是可以读取的表格。请用 Excel 或 WPS 打开，把表格另存为 .xlsx 或 .csv。",
)
OLD_EXCEL = Translation(
    en="{file} is in an Excel format from before 1997. Open it in Excel or WPS and save it as .xlsx.",
    zh="{file} 是 1997 年以前的 Excel 格式。请用 Excel 或 WPS 打开后另存为 .xlsx。",
)

# --- Passwords, damage and limits ---------------------------------------------------------------------------------

PASSWORD = Translation(
    en="{file} is protected by a password. Open it in Excel, remove the password, save it, and try again.",
    zh="{file} 设有打开密码。请在 Excel 中打开，取消密码并保存，然后重试。",
)
DAMAGED = Translation(
    en="{file} is damaged ({why}). Export it again, or open it in Excel or WPS and save it as a new .xlsx.",
    zh="{file} 已损坏（{why}）。请重新导出，或用 Excel 或 WPS 打开并另存为新的 .xlsx。",
)
CUT_SHORT = Translation(
    en="{file} is incomplete or damaged: its end is missing. Download or copy it again.",
    zh="{file} 不完整或已损坏：文件结尾缺失。请重新下载或复制。",
)
HOSTILE = Translation(
    en="{file} was not opened: {why}, as in malicious files. If you trust its source, open it in Excel or WPS and save it as a new .xlsx.",
    zh="{file} 未打开：{why}，与恶意文件相同。如果来源可信，请用 Excel 或 WPS 打开并另存为新的 .xlsx。",
)
TOO_SLOW = Translation(
    en="Reading {file} takes longer than {seconds} seconds. Copy only the table into a new workbook, and use that.",
    zh="读取 {file} 超过 {seconds} 秒，已停止读取。请只把表格复制到新的工作簿后使用。",
)
TOO_LARGE = Translation(
    en="Reading {file} takes more than {most} MB of memory. Copy only the table into a new workbook, or save it as CSV, and use that.",
    zh="读取 {file} 需要超过 {most} MB 内存。请只把表格复制到新的工作簿，或另存为 CSV 后使用。",
)
DIED = Translation(
    en="The process that reads {file} ended unexpectedly. Open the file in Excel or WPS and save it as a new .xlsx.",
    zh="读取 {file} 的进程意外退出。请用 Excel 或 WPS 打开并另存为新的 .xlsx。",
)
READER_FAILED = Translation(
    en="{file} cannot be read ({why}). Open it in Excel or WPS and save it as a new .xlsx.",
    zh="无法读取 {file}（{why}）。请用 Excel 或 WPS 打开并另存为新的 .xlsx。",
)
NO_PARSER_PROCESS = Translation(
    en="The process that reads files cannot be started ({error}). The file is not the cause. Install batchsync again, then "
    "run `batchsync doctor`.",
    zh="无法启动读取文件的进程（{error}）。这与文件无关。请重新安装 batchsync，然后运行 `batchsync doctor`。",
)

# --- Web tables, XML spreadsheets, zips ----------------------------------------------------------------------

HTML_WITHOUT_TABLE = Translation(
    en="The file is a web page without a table, perhaps a login or error page. Download it again.",
    zh="该文件是没有表格的网页，可能是登录页或报错页。请重新下载。",
)
ZIP_WITHOUT_TABLE = Translation(
    en="The zip has no spreadsheet, CSV or text file, only: {names}. Check that it is the right file.",
    zh="压缩包中没有表格、CSV 或文本文件，只有：{names}。请确认是否选对了文件。",
)
ZIP_TOO_LARGE = Translation(
    en="The zip unpacks to {size} MB, but the limit is {most} MB. Unpack it and use the files one by one.",
    zh="压缩包解压后有 {size} MB，上限为 {most} MB。请解压后逐个处理。",
)
ZIP_PASSWORD = Translation(
    en="“{name}” in the zip is protected by a password. Unpack it and use the file itself.",
    zh="压缩包中的“{name}”有密码保护。请解压后直接使用该文件。",
)
ZIP_DAMAGED = Translation(
    en="The zip is damaged ({why}). Download it again.", zh="压缩包已损坏（{why}）。请重新下载。"
)

# --- Sheets -------------------------------------------------------------------------------------------------

NO_SHEET = Translation(
    en="{file} has no sheet {asked}. Its sheets are: {names}.",
    zh="{file} 中没有名为 {asked} 的工作表。现有工作表：{names}。",
)
NO_SHEETS = Translation(
    en="{file} has no worksheet. Save the table as a new .xlsx, and use that.",
    zh="{file} 中没有工作表。请把表格另存为新的 .xlsx 后使用。",
)

WHY: Mapping[str, Translation] = MappingProxyType(
    {
        "zip": Translation(en="its zip cannot be unpacked", zh="压缩包无法解开"),
        "part": Translation(en="a part of it is missing", zh="缺少必要的组成部分"),
        "xml": Translation(en="its XML is broken", zh="XML 内容有误"),
        "rows": Translation(en="the end of its rows is missing", zh="行数据没有结尾"),
        "wide": Translation(en="a cell is beyond the last column", zh="单元格超出最大列数"),
        "deep": Translation(en="a row is beyond the last line", zh="行号超出最大行数"),
        "strings": Translation(en="its texts are missing", zh="缺少文本内容"),
        "reader": Translation(en="its content is not recognised", zh="无法识别其内容"),
        "streams": Translation(en="it contains no workbook", zh="其中没有工作簿"),
        "crypto": Translation(en="its encryption is not supported", zh="不支持其加密方式"),
        "answer": Translation(en="the parser process sent an invalid message", zh="读取进程返回的内容无效"),
        "expands": Translation(
            en="a few bytes unpack to hundreds of megabytes", zh="极少的数据会解压成数百兆"
        ),
        "parts": Translation(en="it has too many parts", zh="组成部分过多"),
        "entities": Translation(en="it defines XML entities", zh="其中定义了 XML 实体"),
    }
)
"""The reasons that fill {why} in the messages above."""

WHAT: Mapping[str, Translation] = MappingProxyType(
    {
        "pdf": Translation(en="a PDF", zh=" PDF 文件"),
        "image": Translation(en="a picture", zh="图片"),
        "word": Translation(en="a Word document", zh=" Word 文档"),
        "powerpoint": Translation(en="a presentation", zh="演示文稿"),
        "opendocument": Translation(
            en="an OpenDocument file without a table", zh="不含表格的 OpenDocument 文件"
        ),
        "numbers": Translation(en="an Apple Numbers or Pages file", zh=" Apple Numbers 或 Pages 文件"),
        "ole": Translation(en="an Office file without a workbook", zh="不含工作簿的 Office 文件"),
        "packed": Translation(en="an archive other than zip", zh="非 zip 格式的压缩包"),
        "zip": Translation(en="a zip within a zip", zh="压缩包中的压缩包"),
        "dif": Translation(
            en="a DIF file (Data Interchange Format)", zh=" DIF 文件（Data Interchange Format）"
        ),
        "sylk": Translation(en="a SYLK file (symbolic link format)", zh=" SYLK 文件"),
        "rtf": Translation(en="a rich text document", zh=" RTF 文档"),
        "program": Translation(en="a program", zh="程序文件"),
        "database": Translation(en="a database", zh="数据库文件"),
        "binary": Translation(en="a binary file of an unknown kind", zh="未知类型的二进制文件"),
    }
)
"""What a file is instead; fills {what}."""

NOTES: Mapping[str, Translation] = MappingProxyType(
    {
        "sheet_hidden": Translation(
            en="the hidden sheet “{sheet}” is not read; to read it, use --sheet",
            zh="隐藏的工作表“{sheet}”未读取；如需读取，请用 --sheet 指定",
        ),
        "no_table": Translation(
            en="not read, because no order number column was found: {sheets}",
            zh="以下工作表或文件中没有找到订单号列，未读取：{sheets}",
        ),
        "zip_unread": Translation(
            en="not read, because they are not tables: {names} (in the zip); if they contain orders, unpack the zip and use them one by one",
            zh="压缩包中以下文件不是表格，未读取：{names}；如果其中有订单，请解压后单独处理",
        ),
        "binary_limits": Translation(
            en="a {container} keeps only 15 digits of a number: longer order numbers are valid only as text",
            zh="{container} 格式的数字只保留 15 位有效数字：更长的订单号必须以文本保存才有效",
        ),
    }
)
"""Notes on a file that was read, by code."""
