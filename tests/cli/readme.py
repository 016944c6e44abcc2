"""What README shows: its commands, its sheet, and what the two commands of the first screen print.

`python -m tests.cli.readme` prints the first screen anew into both pages.
"""

import contextlib
import io
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from batchsync.cli import main
from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import Script, make_script

REPOSITORY = Path(__file__).parents[2]
HEADS = {"README.md": ("order_sn", "mall_id", "buyer"), "README.zh-CN.md": ("订单号", "商家ID", "买家")}
FILES = {"README.md": "orders.xlsx", "README.zh-CN.md": "订单.xlsx"}
FOLDERS = {"README.md": "october", "README.zh-CN.md": "十月"}
LOST = "260101-123456789012345"
LOST_TOO = "260101-123456789012346"
UNKNOWN_USER = "260101-123456789012347"
SCRIPT: Script = make_script({LOST: "close", LOST_TOO: "close", UNKNOWN_USER: 1003})
"""What the sandbox does with README's orders: two answers are lost, one user is unknown, all else is well."""


def commands(page: str) -> list[list[str]]:
    """Return every batchsync command in a page's shell blocks."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("batchsync ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def shown(page: str) -> dict[str, str]:
    """Return what the first screen states that a command prints, by command."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return dict(re.findall(r"```text\n\$ batchsync (\w+) \S+\n(.*?)```", text, flags=re.DOTALL))


def comparable(text: str) -> str:
    """Times and run ids differ from day to day; blanks only align."""
    text = re.sub(r"\d{8}-\d{4}-(orders|订单)", "RUN", text)
    text = re.sub(r"\b\d+:\d\d\b", "TIME", text)
    return re.sub(r" +", " ", text).strip()


def write_sheets(page: str) -> None:
    """Write the sheets that the page's commands name, into the working folder."""
    book(HEADS[page], FILES[page], list(rows()))
    Path(FOLDERS[page]).mkdir()
    for part in ("a", "b"):
        book(
            HEADS[page],
            f"{FOLDERS[page]}/{part}.xlsx",
            [(f"260102-10000000000000{part == 'a':d}", "77", "x")],
        )


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield README's sheet: good rows, two lost answers, an unknown user, a duplicate, a number that Excel damaged."""
    numbers = [f"260101-1000000000000{number:02d}" for number in range(95)]
    numbers += [LOST, LOST_TOO, UNKNOWN_USER, numbers[0], "1.26E+17"]
    for place, number in enumerate(numbers):
        yield number, "2088123464", f"buyer {place + 1}"


def book(head: tuple[str, ...], name: str, rows: list[tuple[str, str, str]]) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (head, *rows):
        sheet.append(row)
    made.save(name)


def printed(command: str, page: str) -> str:
    """Run a command of the first screen in the working folder, and return what a terminal would show."""
    terminal = io.StringIO()
    with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal):
        main([command, FILES[page]])
    return terminal.getvalue()


def renew(page: str) -> None:
    """Write the first screen of a page anew, by doing what it states."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, run_in_thread(SandboxSettings(script=SCRIPT)) as sandbox:
        language = "zh" if "zh" in page else "en"
        settings = {
            "API__URL": sandbox.url,
            "TOKEN": sandbox.token,
            "PACE__RATE": "500",
            "LEDGER__URL": "ledger",
        }
        os.environ.update(
            {f"BATCHSYNC_{name}": value for name, value in settings.items()} | {"LC_ALL": language}
        )
        with contextlib.chdir(folder):
            write_sheets(page)
            for command in ("check", "run"):
                block = f"$ batchsync {command} {FILES[page]}\n"
                before, _, after = text.partition(block)
                text = f"{before}{block}{printed(command, page)}```{after.partition('```')[2]}"
    (REPOSITORY / page).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for each in FILES:
        renew(each)
