"""What is said about writing a result: where it went, and why it is not the user's own workbook."""

from batchsync.words.text import Text

FRESH_WHY = Text(
    en="The result is a fresh workbook with the same rows, since your own could not be kept: {why}.",
    zh="结果写在新的工作簿里（内容相同），因为无法保留原工作簿：{why}。",
)
WHY_SIGNED = Text(
    en="it is digitally signed, and a change would break the signature", zh="它带有数字签名，改动会使签名失效"
)
WHY_UNSHAPED = Text(en="it is built in an unusual way ({detail})", zh="文件结构特殊（{detail}）")
WHY_CHANGED = Text(en="the file has changed since it was read", zh="文件在读取之后被修改过")
WHY_GONE = Text(en="the file is not there any more", zh="原文件已不存在")
WHY_PASSWORD = Text(en="it is protected by a password", zh="它受密码保护")
PLAN_ONLY = Text(
    en="The result shows only order numbers, merchants and results, since the file itself can't be used: {why}.",
    zh="结果只包含编号、商家和同步结果，因为无法使用原文件：{why}。",
)
OLDER_KEPT = Text(
    en="An older result stood there; it is now {kept}.", zh="那里已有旧的结果，已改名为 {kept}。"
)
OTHER_KEPT = Text(en="Another file stood there; it is now {kept}.", zh="那里已有其他文件，已改名为 {kept}。")
NAME_TAKEN = Text(
    en="{asked} is another file of yours, so the result is {path}.",
    zh="{asked} 是您的另一个文件，结果已写到 {path}。",
)
NEVER_OVER_INPUT = Text(
    en="{asked} is the input itself, so the result is {path}.", zh="{asked} 就是原文件，结果已写到 {path}。"
)
LOCKED = Text(
    en="{asked} is open in another program, so the result is {path}.",
    zh="{asked} 正被其他程序打开，结果已写到 {path}。",
)
ELSEWHERE = Text(
    en="Nothing can be written to {folder} ({why}), so the result is {path}.",
    zh="无法写入文件夹 {folder}（{why}），结果已写到 {path}。",
)
NOWHERE = Text(
    en="The result can be written neither to {folder} ({why}) nor to {other}. Free some space or choose another place, then: batchsync report {run} --output FOLDER",
    zh="结果既无法写入 {folder}（{why}），也无法写入 {other}。请清理空间或另选位置，然后运行：batchsync report {run} --output 文件夹",
)
MACROS_KEPT = Text(
    en="The workbook has macros, so the result's name ends in .xlsm.",
    zh="工作簿含有宏，结果的扩展名为 .xlsm。",
)
NO_MACROS = Text(
    en="The result holds no macros, so its name ends in .xlsx.", zh="结果中没有宏，扩展名为 .xlsx。"
)
SUMMARY_BESIDE = Text(en="Its summary: {path}", zh="汇总：{path}")
OWNER_HEAD = Text(en="merchant id", zh="商家id")
NUMBER_HEAD = Text(en="order number", zh="订单号")
