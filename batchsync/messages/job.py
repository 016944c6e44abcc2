"""Messages about a run as a whole."""

from batchsync.messages.render import Translation

NO_TOKEN = Translation(
    en="There is no access token, so nothing was sent. Set BATCHSYNC_TOKEN, or name a file that holds it in"
    " api.token_file of config.yaml.",
    zh="没有访问令牌（access_token），未发送任何订单。请设置环境变量 BATCHSYNC_TOKEN，或在 config.yaml 的 api.token_file 中指定令牌文件。",
)
NO_RUN = Translation(
    en="The ledger knows no run {run!r}. `batchsync history` lists all runs.",
    zh="账本中没有运行记录“{run}”。用 batchsync history 查看所有运行记录。",
)
OUTPUT_FOLDER = Translation(
    en="Results can't be written to {folder}: {error}. Nothing was sent. Choose another place with --output.",
    zh="无法在 {folder} 写入结果：{error}。未发送任何订单。请用 --output 指定其他位置。",
)
OUTPUT_IS_INPUT = Translation(
    en="The result would overwrite its own input {path}. Nothing was sent. Choose another name with --output.",
    zh="结果文件会覆盖输入文件 {path}。未发送任何订单。请用 --output 指定其他文件名。",
)
OUTPUT_KIND = Translation(
    en="--output {path}: a result is an .xlsx or .csv file, not {suffix}. Nothing was sent. Name such a file, or a folder.",
    zh="--output {path}：结果只能是 .xlsx 或 .csv 文件，不能是 {suffix}。未发送任何订单。请给出这样的文件名，或一个文件夹。",
)
STILL_RUNNING = Translation(
    en="Run {run} is still going on: the result shows how it stood at {time}. It writes its own when it has ended.",
    zh="运行 {run} 仍在进行中：结果文件为 {time} 时的情况。运行结束后会写出最终结果。",
)
FAILED_AFTER_SENDING = Translation(
    en="The calls of this run were made, and the totals above count them, but afterwards something failed: {error} See"
    " the run with `batchsync history {run}`, and write its result with `batchsync report {run}`.",
    zh="本次任务的调用已完成并计入上面的合计，但之后出现错误：{error} 请用 batchsync history {run} 查看，"
    "用 batchsync report {run} 生成结果。",
)
RESULT_LOST = Translation(
    en="The run is over and safe in the ledger, but its result could not be written: {error} Write it again with"
    " `batchsync report {run} --output PLACE`.",
    zh="运行已结束，结果已安全记入账本，但结果文件未能写入：{error} 可用 batchsync report {run} --output 位置 重新生成。",
)
