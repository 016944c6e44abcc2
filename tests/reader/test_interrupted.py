"""Ctrl-C at a terminal goes to every process in the foreground; the parser process must not end."""

import subprocess
import sys
from pathlib import Path

import pytest

ROWS = 60_000
PROGRAM = """
import os, signal, sys
from pathlib import Path
from batchsync.config import InputSettings
from batchsync.model import RowBatch
from batchsync.reader import read_orders

signal.signal(signal.SIGINT, lambda *_: None)
rows = 0
for item in read_orders(Path(sys.argv[1]), InputSettings()):
    if isinstance(item, RowBatch):
        if not rows:
            os.killpg(0, signal.SIGINT)
        rows += len(item.lines)
print(rows)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals; on Windows the child has no console")
def test_the_child_reads_on_when_ctrl_c_is_pressed(tmp_path: Path) -> None:
    """The parent goes on and gets all its rows."""
    lines = ["order_sn,mall_id", *(f"261101-1{number:014d},77" for number in range(ROWS))]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(lines) + "\n")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert (0, f"{ROWS}\n", "") == (ran.returncode, ran.stdout, ran.stderr)
