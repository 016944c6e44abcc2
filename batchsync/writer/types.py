"""What the writer is handed, and what it hands back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from batchsync.messages import Lang, Message, Translation
from batchsync.model import CellBatch, FileFound, Reason, RunRecord, SheetCells, SheetFound
from batchsync.model.row_results import Tally

Cells = Callable[[], Iterator[FileFound | SheetCells | CellBatch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultJob:
    """Everything about one result besides its entries."""

    input: Path
    sheets: Sequence[SheetFound]
    """The run's sheets: what an entry's `sheet` counts in."""
    target: Path
    run: RunRecord
    account: str
    cells: Cells
    """Reads the input's cells anew (reader.read_cells); called only for what isn't rewritten in place."""
    unchanged: bool = True
    """Whether the input is still, byte for byte, what the plan was made from."""
    container: str = "xlsx"
    asked: bool = False
    """Whether the user named the target; a name of our own choice gives way to a file of theirs."""
    format: Literal["xlsx", "csv"] = "xlsx"
    lang: Lang = Lang.EN
    price: int = 1
    """Points that one call is expected to cost."""
    unreached: Reason = Reason.STOPPED
    """Why rows were not reached: STOPPED, LIMIT when the run was meant to send no more, NOT_YET while it goes on."""
    stopped: str | None = None
    killed: bool = False
    """Whether the run was cut off: the result is made from what the ledger knows."""
    as_of: datetime | None = None
    """When the ledger was asked about a run that still goes on."""
    seconds: float | None = None
    url: str = ""
    rate: float | None = None
    facts: Sequence[tuple[Translation, str]] = ()
    """More about the run that is worth a line on the Summary."""
    said: Sequence[Message] = ()
    """What was said about the file and the run."""
    uncertain: bool | None = None
    """Whether any row is uncertain, where that is known already; else the entries are looked through first."""
    previous_is_ours: Callable[[Path], bool] = field(default=lambda _path: False)
    """Whether a file at the target is a result that we wrote."""
    results_folder: Path | None = None
    """Where a result goes that can't be written where it should; in the user's data folder when left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWritten:
    """Where the result is, what there is to say about it, and what the rows add up to."""

    path: Path
    said: tuple[Message, ...]
    tally: Tally
    summary_path: Path | None = None
    """The CSV's summary beside it."""
