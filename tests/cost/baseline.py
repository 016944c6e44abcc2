"""What a row costs, in yardsticks: a row's worth of plain work of the same kind, done on the same machine in turn.

Two measures, since each is blind to something. Instructions of Python's machine are the same on a busy machine as on an
idle one, but a slower regular expression, or one more pass of a library, does not show in them. CPU seconds see that;
their noise only ever adds, so of the rounds, which take turns, the quickest counts, for both sides: the more rounds, the
nearer to the truth. Either way the cost of MANY rows less that of FEW is taken, so that what a file costs by itself
drops out.
"""

import re
import time
import zlib
from collections.abc import Callable
from html import escape

from tests.cost.opcodes import opcodes

FEW, MANY = 500, 4_500
ROUNDS, MOST_ROUNDS = 4, 20
CELL = re.compile(r"<v>([^<]*)</v>")
Work = Callable[[int], object]
"""Does something with so many rows."""


def plain_work(rows: int) -> None:
    """Format cells, deflate and inflate them, find and split them again: what a sheet's reader and writer do."""
    sheet = "".join(f'<row r="{n}"><v>{escape(f"a{n} & b")}</v><v>{n}</v></row>' for n in range(rows))
    again = zlib.decompress(zlib.compress(sheet.encode(), 1)).decode()
    seen: dict[str, int] = {}
    for place, cell in enumerate(CELL.findall(again)):
        seen[cell.strip()] = place


def opcodes_a_row(work: Work) -> float:
    """Return the instructions of one row more, in yardsticks."""
    for warmed in (work, plain_work):
        warmed(FEW)  # imports and caches
    ours = opcodes(lambda: work(MANY)) - opcodes(lambda: work(FEW))
    unit = opcodes(lambda: plain_work(MANY)) - opcodes(lambda: plain_work(FEW))
    return ours / unit


def seconds_a_row(work: Work, *, below: float) -> float:
    """Return the CPU seconds of one row more, in yardsticks; look again, up to MOST_ROUNDS times, until `below`."""
    quickest: dict[tuple[Work, int], float] = {}
    cost = float("inf")
    for nth in range(1, MOST_ROUNDS + 1):
        for contest in (work, plain_work):
            for rows in (FEW, MANY):
                seconds = _seconds(contest, rows)
                quickest[contest, rows] = min(seconds, quickest.get((contest, rows), seconds))
        ours, unit = (quickest[contest, MANY] - quickest[contest, FEW] for contest in (work, plain_work))
        cost = ours / unit
        if nth >= ROUNDS and cost < below:
            break
    return cost


def _seconds(work: Work, rows: int) -> float:
    began = time.process_time()
    work(rows)
    return time.process_time() - began
