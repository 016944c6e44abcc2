"""What is said about writing a result: where it went, and why it is not the user's own workbook."""

from batchsync.messages.render import Translation

FRESH_WORKBOOK = Translation(
    en="The result is a fresh workbook with the same rows, since your own could not be kept: {why}.",
    zh="结果写在新的工作簿里（内容相同），因为无法保留原工作簿：{why}。",
)
WHY_SIGNED = Translation(
    en="it is digitally signed, and a change would break the signature", zh="它带有数字签名，改动会使签名失效"
)
WHY_NOT_REWRITABLE = Translation(en="it is built in an unusual way ({detail})", zh="文件结构特殊（{detail}）")
WHY_CHANGED = Translation(en="the file has changed since it was read", zh="文件在读取之后被修改过")
WHY_GONE = Translation(en="the file is not there any more", zh="原文件已不存在")
WHY_PASSWORD = Translation(en="it is protected by a password", zh="它受密码保护")
PLAN_ONLY = Translation(
    en="The result shows only order numbers, merchants and results, since the file itself can't be used: {why}.",
    zh="结果只包含编号、商家和同步结果，因为无法使用原文件：{why}。",
)
OLDER_KEPT = Translation(
    en="An older result stood there; it is now {kept}.", zh="那里已有旧的结果，已改名为 {kept}。"
)
OTHER_KEPT = Translation(
    en="Another file stood there; it is now {kept}.", zh="那里已有其他文件，已改名为 {kept}。"
)
NAME_TAKEN = Translation(
    en="{asked} is another file of yours, so the result is {path}.",
    zh="{asked} 是您的另一个文件，结果已写到 {path}。",
)
NEVER_OVER_INPUT = Translation(
    en="{asked} is the input itself, so the result is {path}.", zh="{asked} 就是原文件，结果已写到 {path}。"
)
LOCKED = Translation(
    en="{asked} is open in another program, so the result is {path}.",
    zh="{asked} 正被其他程序打开，结果已写到 {path}。",
)
ELSEWHERE = Translation(
    en="Nothing can be written to {folder} ({why}), so the result is {path}.",
    zh="无法写入文件夹 {folder}（{why}），结果已写到 {path}。",
)
NOWHERE = Translation(
    en="The result can be written neither to {folder} ({why}) nor to {other}. Free some space or choose another place, then: batchsync report {run} --output FOLDER",
    zh="结果既无法写入 {folder}（{why}），也无法写入 {other}。请清理空间或另选位置，然后运行：batchsync report {run} --output 文件夹",
)
MACROS_KEPT = Translation(
    en="The workbook has macros, so the result's name ends in .xlsm.",
    zh="工作簿含有宏，结果的扩展名为 .xlsm。",
)
NO_MACROS = Translation(
    en="The result holds no macros, so its name ends in .xlsx.", zh="结果中没有宏，扩展名为 .xlsx。"
)
SUMMARY_BESIDE = Translation(en="Its summary: {path}", zh="汇总：{path}")
OWNER_HEAD = Translation(en="merchant id", zh="商家id")
NUMBER_HEAD = Translation(en="order number", zh="订单号")
