"""Messages on writing a result: where it was written, and why it is not the user's own workbook."""

from batchsync.messages.render import Translation

FRESH_WORKBOOK = Translation(
    en="The result is a new workbook with the same rows, because your own cannot be changed safely: {why}.",
    zh="结果写在新的工作簿中（行相同），因为无法安全地修改原工作簿：{why}。",
)
WHY_SIGNED = Translation(
    en="it is digitally signed, and a change would invalidate the signature",
    zh="它带有数字签名，修改会使签名失效",
)
WHY_NOT_REWRITABLE = Translation(en="its structure is unusual ({detail})", zh="文件结构特殊（{detail}）")
WHY_CHANGED = Translation(en="the file was changed after it was read", zh="文件在读取之后被修改")
WHY_GONE = Translation(en="the file no longer exists", zh="原文件已不存在")
WHY_PASSWORD = Translation(en="it is protected by a password", zh="它受密码保护")
PLAN_ONLY = Translation(
    en="The result has order numbers, merchants and results only, because the file cannot be used: {why}.",
    zh="结果只包含订单号、商家和同步结果，因为无法使用原文件：{why}。",
)
OLDER_KEPT = Translation(
    en="An earlier result with this name was renamed to {kept}.", zh="已有的旧结果改名为 {kept}。"
)
OTHER_KEPT = Translation(
    en="Another file with this name was renamed to {kept}.", zh="已有的同名文件改名为 {kept}。"
)
NAME_TAKEN = Translation(
    en="{asked} is another file of yours, so the result was written to {path}.",
    zh="{asked} 是您的另一个文件，因此结果写到了 {path}。",
)
NEVER_OVER_INPUT = Translation(
    en="{asked} is the input file, so the result was written to {path}.",
    zh="{asked} 是输入文件，因此结果写到了 {path}。",
)
LOCKED = Translation(
    en="{asked} is open in another program, so the result was written to {path}.",
    zh="{asked} 正被其他程序打开，因此结果写到了 {path}。",
)
ELSEWHERE = Translation(
    en="{folder} cannot be written ({why}), so the result was written to {path}.",
    zh="无法写入文件夹 {folder}（{why}），因此结果写到了 {path}。",
)
NOWHERE = Translation(
    en="The result can be written neither to {folder} ({why}) nor to {other}. Free some space or choose another folder, then run: batchsync report {run} --output FOLDER",
    zh="结果既无法写入 {folder}（{why}），也无法写入 {other}。请清理空间或另选文件夹，然后运行：batchsync report {run} --output 文件夹",
)
MACROS_KEPT = Translation(
    en="The workbook has macros, so the result is an .xlsm file.", zh="工作簿含有宏，因此结果为 .xlsm 文件。"
)
NO_MACROS = Translation(
    en="The result has no macros, so it is an .xlsx file.", zh="结果中没有宏，因此为 .xlsx 文件。"
)
SUMMARY_BESIDE = Translation(en="Summary: {path}", zh="汇总：{path}")
OWNER_HEAD = Translation(en="merchant id", zh="商家 ID")
NUMBER_HEAD = Translation(en="order number", zh="订单号")
