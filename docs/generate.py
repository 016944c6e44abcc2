"""Writes what is generated from the program itself: config.yaml, docs/settings*.md, docs/usage*.md (`make generate`)."""  # noqa: INP001 a script, not a package

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from batchsync.cli.parser import build
from batchsync.messages import Lang
from batchsync.messages.commands import COMMANDS
from batchsync.settings.template import pages as settings_pages

REPOSITORY = Path(__file__).parents[1]
COLUMNS = "100"

HEADS = {
    Lang.EN: """# Commands and options

`batchsync COMMAND --help` says the same. Results go to stdout, talk to stderr. This page is generated from the program.

| exit code | meaning |
|---|---|
| 0 | every row is synced (now, or before) |
| 1 | the run is over, and some rows need a look: failed, invalid, uncertain |
| 2 | nothing was sent: bad usage, settings, token missing, file unreadable, no order column found |
| 3 | stopped early, the rest not sent: authentication, empty balance, spending cap, wrong address, too many failures in a row |
| 4 | another run holds the ledger's lock for this account and did not end in time |
| 130 | interrupted (Ctrl-C, SIGTERM): calls under way were finished and written down, the result was written |
| 70 | a bug of ours; the ledger is safe, the message says where the log is |

With several files, what stopped the command wins (70, 130, 4, 3); 2 only when it holds for every file; else 1 when any
file needs a look.

`--summary-json` writes a list with one object per file: `file, run, rows, synced, already_synced, duplicate, failed,
uncertain, not_sent, invalid, points_spent, points_possible, amount_missing, calls, stopped, seconds, result, exit_code`.
The counts add up to `rows`. `stopped` is null or one of authentication, balance, spending_cap, address, failures,
interrupted, disk. A file that could not be read has an empty `run` and exit code 2. `points_possible` is an upper bound:
uncertain orders and charged ones whose points are unknown, each at `spend.price` or at the most that a call of this
account ever cost, whichever is more. `amount_missing` counts the charged ones whose points are unknown.
""",
    Lang.ZH: """# 命令与选项

与 `batchsync 命令 --help` 的内容相同。结果写到标准输出，提示写到标准错误。本页由程序生成。

| 退出码 | 含义 |
|---|---|
| 0 | 所有行都已同步（本次或此前） |
| 1 | 运行结束，但有行需要处理：失败、无效、结果未知 |
| 2 | 什么都没有发送：用法或设置有误、没有 token、文件无法读取、找不到订单号列 |
| 3 | 提前停止，其余未发送：认证失败、余额不足、达到点券上限、地址不对、连续失败过多 |
| 4 | 该账户的账本正被另一个运行占用，且未在等待时间内结束 |
| 130 | 被中断（Ctrl-C、SIGTERM）：进行中的调用已结束并记录，结果表已写出 |
| 70 | 程序自身的缺陷；账本是安全的，提示中写有日志位置 |

多个文件时，导致停止的退出码优先（70、130、4、3）；只有全部文件都是 2 时才为 2；否则只要有文件需要处理就是 1。

`--summary-json` 写出一个列表，每个文件一个对象：`file, run, rows, synced, already_synced, duplicate, failed,
uncertain, not_sent, invalid, points_spent, points_possible, amount_missing, calls, stopped, seconds, result, exit_code`。
各项计数之和等于 `rows`。`stopped` 为 null，或 authentication、balance、spending_cap、address、failures、interrupted、disk
之一。无法读取的文件 `run` 为空，退出码为 2。`points_possible` 是上限：结果未知的订单，以及已扣费但点券未知的订单，
都按 `spend.price` 与该账户历史最高单价中的较高者计算。`amount_missing` 是已扣费但点券未知的订单数。
""",
}


def usage(lang: Lang) -> str:
    """Return the page of commands: the text of each --help."""
    os.environ["COLUMNS"] = COLUMNS
    parts = [HEADS[lang]]
    for command, texts in COMMANDS.items():
        group = next(action for action in build(lang, command)._actions if action.dest == "command")  # noqa: SLF001
        assert isinstance(group.choices, dict)
        text = group.choices[command].format_help().rstrip()
        parts.append(f"## {command}\n\n{texts.summary.render(lang)}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def pages() -> Iterator[tuple[str, str]]:
    """Return every generated file, by its place in the repository."""
    yield from settings_pages()
    yield "docs/usage.md", usage(Lang.EN)
    yield "docs/usage.zh-CN.md", usage(Lang.ZH)


def main() -> int:
    """Write all that is out of date."""
    for place, text in pages():
        path = REPOSITORY / place
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{place}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
