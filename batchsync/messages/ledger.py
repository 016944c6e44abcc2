"""Messages on a ledger that cannot be used, and errors that `ledger verify` finds."""

from batchsync.messages.render import Translation

BUSY = Translation(
    en="Another run is using the ledger {ledger}: {run}, on {host} (process {pid}), since {since}. "
    "Wait until it has ended, or set ledger.wait to wait for it.",
    zh="账本 {ledger} 正被另一个任务使用：{run}，主机 {host}（进程 {pid}），开始于 {since}。请等它结束，或设置 ledger.wait 自动等待。",
)
STOPPED_WAITING = Translation(
    en="Stopped while waiting for another run to end; nothing was sent.",
    zh="在等待另一个任务结束时已停止，没有发送任何订单。",
)
BUSY_UNKNOWN = Translation(
    en="Another program is using the ledger {ledger}. Wait until it has ended, or set ledger.wait to wait for it.",
    zh="账本 {ledger} 正被另一个程序使用。请等它结束，或设置 ledger.wait 自动等待。",
)
FULL = Translation(
    en="The disk of the ledger {ledger} cannot be written ({error}). Sending has stopped; all responses "
    "are recorded. Free some space, then run the same command again.",
    zh="账本 {ledger} 所在的磁盘无法写入（{error}）。已停止发送，收到的响应均已记录。请清理磁盘空间后重新运行同一命令。",
)
LOW_SPACE = Translation(
    en="Only {free_mb} MB are free on the disk of the ledger {ledger}; at least {needed_mb} MB are needed. "
    "Free some space, then run the same command again.",
    zh="账本 {ledger} 所在磁盘仅剩 {free_mb} MB，至少需要 {needed_mb} MB。请清理磁盘空间后重新运行同一命令。",
)
DAMAGED = Translation(
    en="The ledger {ledger} is damaged ({error}). Do not delete it: it records which orders are paid. "
    "Restore a backup made with `batchsync ledger backup`.",
    zh="账本 {ledger} 已损坏（{error}）。请勿删除：其中记录了哪些订单已付费。请用 `batchsync ledger backup` 的备份恢复。",
)
NOT_OURS = Translation(
    en="{ledger} is not a ledger of batchsync. Choose another path with --ledger.",
    zh="{ledger} 不是 batchsync 的账本。请用 --ledger 指定其他路径。",
)
TOO_NEW = Translation(
    en="The ledger {ledger} was written by a newer batchsync (format version {found}; this program supports up to {known}). "
    "Update batchsync, then run the same command again.",
    zh="账本 {ledger} 由更新版本的 batchsync 写入（格式版本 {found}，当前程序只支持到 {known}）。请升级 batchsync 后重新运行同一命令。",
)
NETWORK = Translation(
    en="The ledger {ledger} is on a network drive ({kind}), where two machines could pay twice. "
    "Put it on a disk of this machine, or use a PostgreSQL ledger.",
    zh="账本 {ledger} 位于网络磁盘（{kind}），无法防止两台机器重复付费。请放到本机磁盘，或改用 PostgreSQL 账本。",
)
GONE = Translation(
    en="The ledger {ledger} does not respond ({error}), so nothing is sent. Check that its server is running and that "
    "ledger.url is right, then run the same command again.",
    zh="账本 {ledger} 无响应（{error}），没有发送任何订单。请检查其服务器是否运行、ledger.url 是否正确，然后重新运行同一命令。",
)
FORGETFUL = Translation(
    en="The server of the ledger {ledger} may lose confirmed records ({setting} is {value}), and an order "
    "could then be paid twice. Nothing was sent. Set {setting} to on.",
    zh="账本 {ledger} 的服务器可能丢失已确认的记录（{setting} 为 {value}），会导致重复付费。未发送任何订单。请将 {setting} 设为 on。",
)
NO_CLUSTER = Translation(
    en="A PostgreSQL ledger needs two more packages. Install them with: pip install 'batchsync[cluster]'",
    zh="使用 PostgreSQL 账本需要另外安装组件：pip install 'batchsync[cluster]'",
)
BACKUP_IS_YOURS = Translation(
    en="The ledger {ledger} is in PostgreSQL: back it up with pg_dump, or copy it into a file with "
    "`batchsync ledger copy FILE`.",
    zh="账本 {ledger} 在 PostgreSQL 中：请用 pg_dump 备份，或用 `batchsync ledger copy 文件` 复制到文件。",
)
COPY_NOT_EMPTY = Translation(
    en="The ledger {ledger} is not empty, so nothing was copied. Choose another place.",
    zh="账本 {ledger} 不是空的，未复制任何内容。请指定其他位置。",
)
COPY_DIFFERS = Translation(
    en="The copy {ledger} differs in {table}, at row {row}. Do not use the copy; continue to use the original ledger.",
    zh="副本 {ledger} 的 {table} 表在第 {row} 行与原账本不一致。请勿使用副本，继续使用原账本。",
)
MISSING = Translation(
    en="The ledger {ledger} does not exist yet. The first run creates it.",
    zh="账本 {ledger} 尚不存在，首次运行时会自动创建。",
)
UNWRITABLE = Translation(
    en="The ledger {ledger} cannot be opened ({error}). Check the write permission, or choose another path with --ledger.",
    zh="账本 {ledger} 无法打开（{error}）。请确认有写入权限，或用 --ledger 指定其他路径。",
)
IS_FOLDER = Translation(
    en="The ledger {ledger} is a folder. Choose a file in it, for example --ledger {ledger}/ledger.db.",
    zh="账本 {ledger} 是一个文件夹。请指定其中的文件，例如 --ledger {ledger}/ledger.db。",
)
UNKNOWN_URL = Translation(
    en="{url} is not the address of a ledger. Use a path, or sqlite:///path.",
    zh="{url} 不是有效的账本地址。请填写路径，或 sqlite:///路径。",
)
OLD_SQLITE = Translation(
    en="This Python comes with SQLite {found}; the ledger needs {needed} or newer. Install a newer Python.",
    zh="当前 Python 自带的 SQLite 版本为 {found}，账本需要 {needed} 或更高版本。请安装更新的 Python。",
)
NO_RUN = Translation(
    en="There is no run {run}. `batchsync history` lists all runs.",
    zh="没有任务 {run}。用 `batchsync history` 查看所有任务。",
)
PRUNED = Translation(
    en="The calls of run {run} were deleted on {at}, since they were older than ledger.keep_days. Its totals are still in `batchsync history`.",
    zh="任务 {run} 的调用明细已于 {at} 清除（超过 ledger.keep_days 的保留期）。其合计仍可用 `batchsync history` 查看。",
)
BACKUP_IS_LEDGER = Translation(
    en="{target} is the ledger itself. Choose another path for the copy.",
    zh="{target} 就是账本本身。请为备份指定其他路径。",
)

# --- Errors that `ledger verify` finds ----------------------------------------------------------------------

FAULT_FILE = Translation(en="the file itself: {what}", zh="文件损坏：{what}")
FAULT_STATE = Translation(
    en="order {number} of merchant {owner} is {state}, but its last call is recorded as {said}.",
    zh="商家 {owner} 的订单 {number} 状态为 {state}，但最后一次调用记录为 {said}。",
)
FAULT_POINTS = Translation(
    en="order {number} of merchant {owner} is recorded with {points:point|points}, but its last call with {said}.",
    zh="商家 {owner} 的订单 {number} 记账 {points} 点券，但最后一次调用记录为 {said}。",
)
FAULT_GAP = Translation(
    en="order {number} of merchant {owner} has {counted} calls, but {found} are recorded.",
    zh="商家 {owner} 的订单 {number} 应有 {counted} 次调用，实际记录 {found} 次。",
)
FAULT_REFERENCE = Translation(
    en="row {row} of {table} refers to a row of {parent} that does not exist.",
    zh="表 {table} 第 {row} 行引用了 {parent} 中不存在的记录。",
)
