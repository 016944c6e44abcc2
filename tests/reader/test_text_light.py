"""What the parser process imports for text, and the samples of text as their README has them."""

import subprocess
import sys
from pathlib import Path

from batchsync.config import InputSettings
from batchsync.model import FileFound, KnownOrders, PlanVerdict
from batchsync.planning.plan import make_plan, verdicts_of
from batchsync.reader.source import ReadOptions
from batchsync.reader.table.header_row import find_table
from batchsync.reader.text.source import open_text
from tests.reader.read_result import arrived

SAMPLES = Path(__file__).parents[2] / "samples"
HEAVY = ("pydantic", "batchsync.config", "pandas", "openpyxl", "aiohttp")
CODE = (
    "import sys; from batchsync.reader import html, no_table, row_batches, spreadsheetml, worker, zip_archive; from batchsync.reader.table import header_row; from batchsync.reader.text import source; "
    f"print([name for name in {HEAVY!r} if name in sys.modules])"
)


def test_the_parser_process_imports_little() -> None:
    """It starts for every file: the settings and foreign libraries stay out."""
    out = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert "[]" == out.stdout.strip()


def test_nothing_assumes_posix() -> None:
    """The same import works where POSIX modules are missing, as on Windows."""
    hidden = "import sys; sys.modules.update(dict.fromkeys(('fcntl', 'resource', 'pwd', 'grp', 'termios'))); "
    out = subprocess.run([sys.executable, "-c", hidden + CODE], capture_output=True, text=True, check=True)
    assert "[]" == out.stdout.strip()


def test_the_guarded_sample() -> None:
    """Thirty orders of three merchants, guarded, in GBK."""
    source = open_text(SAMPLES / "gbk-guarded.csv")
    sheet = next(source.sheets())
    table = find_table(list(sheet.lines())[:30], ReadOptions(), sheet.name)
    assert table is not None
    batches = map(arrived, open_text(SAMPLES / "gbk-guarded.csv")._sheet.row_batches(table))
    file = FileFound(container="csv", sha256="", size=0)
    plan = make_plan(
        [file, table, *batches], InputSettings(), lambda _, numbers: KnownOrders(states=bytes(len(numbers)))
    )
    assert ("GB18030, comma", 30, 3, {PlanVerdict.SEND}) == (
        source.detail,
        len(plan),
        len(set(plan.owners)),
        set(verdicts_of(plan)),
    )
