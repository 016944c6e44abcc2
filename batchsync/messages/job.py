"""Messages about a run as a whole."""

from batchsync.messages.render import Translation

OUTPUT_FOLDER = Translation(
    en="Results cannot be written to {folder}: {error}. Nothing was sent. Choose another place with --output.",
    zh="无法在 {folder} 写入结果：{error}。未发送任何订单。请用 --output 指定其他位置。",
)
OUTPUT_IS_INPUT = Translation(
    en="The result would overwrite its own input {path}. Nothing was sent. Choose another name with --output.",
    zh="结果文件会覆盖输入文件 {path}。未发送任何订单。请用 --output 指定其他文件名。",
)
OUTPUT_KIND = Translation(
    en="--output {path}: a result is an .xlsx or .csv file, not {suffix}. Nothing was sent. Choose such a file, or a folder.",
    zh="--output {path}：结果只能是 .xlsx 或 .csv 文件，不能是 {suffix}。未发送任何订单。请指定这样的文件，或一个文件夹。",
)
STILL_RUNNING = Translation(
    en="Run {run} is still in progress; the result shows its state at {time}. The final result is written when it ends.",
    zh="任务 {run} 仍在进行中，结果文件为 {time} 时的情况。任务结束后会写出最终结果。",
)
FAILED_AFTER_SENDING = Translation(
    en="The calls of this run were made and are counted above, but then an error occurred: {error} See"
    " the run with `batchsync history {run}`, and write its result with `batchsync report {run}`.",
    zh="本次任务的调用已完成并计入上面的合计，但之后出现错误：{error} 请用 batchsync history {run} 查看，"
    "用 batchsync report {run} 生成结果。",
)
RESULT_LOST = Translation(
    en="The run has ended and is recorded in the ledger, but its result cannot be written: {error} Write it with"
    " `batchsync report {run} --output PLACE`.",
    zh="任务已结束，账本中有完整记录，但结果文件无法写入：{error} 请用 batchsync report {run} --output 位置 写出结果。",
)
