"""Input and output of the writer."""

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
    """All that one result is made from, except its entries."""

    input: Path
    sheets: Sequence[SheetFound]
    """The run's sheets; `EntryResult.sheet` is an index into them."""
    target: Path
    run: RunRecord
    account: str
    cells: Cells
    """Reads the input's cells again; not called for a workbook that is rewritten in place."""
    unchanged: bool = True
    """Whether the input still has the bytes from which the plan was made."""
    container: str = "xlsx"
    asked: bool = False
    """Whether the user named the target; if not, a file of theirs with that name is not moved."""
    format: Literal["xlsx", "csv"] = "xlsx"
    lang: Lang = Lang.EN
    price: int = 1
    """Points that one call is expected to cost."""
    unreached: Reason = Reason.STOPPED
    """Why rows were not reached: STOPPED; LIMIT if the run was to send no more; NOT_YET while it goes on."""
    stopped: str | None = None
    killed: bool = False
    """Whether the run ended without closing its ledger entry (crash, kill, power cut)."""
    as_of: datetime | None = None
    """When the ledger was read, for a run that still goes on."""
    seconds: float | None = None
    url: str = ""
    rate: float | None = None
    facts: Sequence[tuple[Translation, str]] = ()
    """More facts for the Summary."""
    messages: Sequence[Message] = ()
    """Messages about the file and the run, for the Summary."""
    needs_decisions: bool | None = None
    """Whether any row is uncertain or held back; None: not known, so that the entries are read once more."""
    previous_is_ours: Callable[[Path], bool] = field(default=lambda _path: False)
    """Whether a file is an earlier result of ours."""
    results_folder: Path | None = None
    """The folder for results whose own folder can't be written; None: in the user's data folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWritten:
    """The result file, messages about it, and its totals."""

    path: Path
    messages: tuple[Message, ...]
    tally: Tally
    summary_path: Path | None = None
    """The second file with the summary of a CSV."""
