"""Texts of `setup`."""

from batchsync.messages.render import Translation

WRITTEN = Translation(en="{path} written.", zh="已生成 {path}。")
KEPT = Translation(en="{path} already exists and was not changed.", zh="{path} 已存在，未作更改。")
FOLDER_READY = Translation(en="Inbox for nightly runs: {path}", zh="夜间任务的收件目录：{path}")
ASK_TOKEN = Translation(
    en="Access token (not shown; Enter to skip): ", zh="访问 token（输入时不显示，直接回车跳过）："
)
NO_TOKEN = Translation(
    en="No token yet: the page asks for it at its first start.", zh="还没有 token：首次打开网页时会要求填写。"
)
SHORTCUT = Translation(en="Shortcut to the page: {path}", zh="网页的快捷方式：{path}")
NIGHTLY_TASK = Translation(
    en='Nightly runs: schtasks /Create /TN batchsync-nightly /XML "{path}"',
    zh='如需夜间任务，请运行：schtasks /Create /TN batchsync-nightly /XML "{path}"',
)
CRONTAB = Translation(
    en="Nightly runs: add this line with `crontab -e`:\n  {line}",
    zh="如需夜间任务，请用 `crontab -e` 加入这一行：\n  {line}",
)
NEXT = Translation(
    en="Ready. Open the page with `batchsync web`, or run `batchsync doctor`.",
    zh="安装完成。运行 `batchsync web` 打开网页，或运行 `batchsync doctor` 检查。",
)
CANNOT_WRITE = Translation(
    en="{path} cannot be written ({error}). Choose another folder with --folder.",
    zh="{path} 无法写入（{error}）。请用 --folder 指定其他文件夹。",
)
REMOVED = Translation(en="{path} removed.", zh="已删除 {path}。")
KEPT_DATA = Translation(
    en="Settings, token and ledger were kept. The ledger records which orders are paid: do not delete it.",
    zh="设置、token 和账本已保留。账本记录了已付费的订单，请勿删除。",
)
