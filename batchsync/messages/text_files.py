"""What is said of files made of text: web tables, XML spreadsheets, zips of CSVs."""

from batchsync.messages.render import Translation

HTML_WITHOUT_TABLE = Translation(
    en="The file is a web page without a table (a login or error page saved under a spreadsheet's name?). Download it again.",
    zh="文件其实是一个没有表格的网页（可能是登录页或报错页）。请重新下载。",
)
XML_DAMAGED = Translation(
    en="The XML spreadsheet is damaged at line {line}: {why}. Download it again, or open it and save it as .xlsx.",
    zh="XML 表格在第 {line} 行损坏：{why}。请重新下载，或打开后另存为 .xlsx。",
)
XML_ENTITIES = Translation(
    en="The XML spreadsheet declares entities, as hostile files do; it isn't read. Open it and save it as .xlsx.",
    zh="XML 表格里声明了实体（恶意文件常用手法），不予读取。请打开后另存为 .xlsx。",
)
ZIP_WITHOUT_TEXT = Translation(
    en="The zip holds no spreadsheet, CSV or text file, but: {names}. Is it the right file?",
    zh="压缩包里没有表格、CSV 或文本文件，只有：{names}。请确认是否选对了文件。",
)
ZIP_TOO_LARGE = Translation(
    en="The zip would unpack to {size} MB; at most {most} MB are read. Unpack it and hand over the files one by one.",
    zh="压缩包解压后有 {size} MB，最多只读 {most} MB。请解压后逐个处理。",
)
ZIP_PASSWORD = Translation(
    en="“{name}” in the zip is protected by a password. Unpack it and hand over the file itself.",
    zh="压缩包里的“{name}”有密码保护。请解压后直接使用该文件。",
)
ZIP_DAMAGED = Translation(
    en="The zip is damaged ({why}). Download it again.", zh="压缩包已损坏（{why}）。请重新下载。"
)
