"""Rows that need a person: from the ledger's memory of each file's last run, in the words of the result workbook."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.errors import LedgerError
from batchsync.ledger import Ledger, open_ledger
from batchsync.messages import Lang
from batchsync.messages import summary as kinds
from batchsync.model import EntryResult, Reason, RowStatus
from batchsync.model.row_results import reason_of, rows, status_of
from batchsync.nightly.state import FileRecord
from batchsync.writer.row_texts import RowTexts

MOST_ROWS = 20_000
"""Rows that the spreadsheet lists; each file's own result has them all."""
ANSWER_KEPT = 500
_NEED_A_PERSON = frozenset({RowStatus.FAILED, RowStatus.UNCERTAIN, RowStatus.INVALID})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One order that needs a person, and the evidence."""

    file: str
    sheet: str
    line: int
    owner_id: str
    number: str
    status: RowStatus
    error: str
    todo: str
    run: str
    sent_at: str
    api_status: str
    http_status: int | None
    answer: str


@dataclass(slots=True, kw_only=True)
class ProblemRows:
    """All of a night's."""

    kinds: Counter[tuple[RowStatus, str]] = field(default_factory=Counter)
    rows: list[ProblemRow] = field(default_factory=list)
    unlisted: int = 0


def problem_rows_of(config: Config, files: Sequence[FileRecord], lang: Lang, clock: Clock) -> ProblemRows:
    """Gather them from every file that did not end well."""
    found = ProblemRows()
    wanted = [each for each in files if each.summary is not None and each.exit_code and each.summary.run]
    if wanted:
        with open_ledger(config.ledger.url, read_only=True, clock=clock) as ledger:
            for each in wanted:
                _add_file(ledger, each, lang, found)
    return found


def _add_file(ledger: Ledger, filed: FileRecord, lang: Lang, found: ProblemRows) -> None:
    assert filed.summary is not None
    run = filed.summary.run
    try:
        sheets = [sheet.sheet for sheet in ledger.sheets(run)]
        gathering = _Gathering(filed.shown, run, sheets, lang, found)
        for row in rows(ledger.results(run)):
            if row.status in _NEED_A_PERSON:
                for entry in row.entries:
                    gathering.add(entry)
    except LedgerError:  # its details were pruned; the totals stand all the same
        return


class _Gathering:
    """Gathers what is troubled in one file."""

    def __init__(self, file: str, run: str, sheets: Sequence[str], lang: Lang, found: ProblemRows) -> None:
        self._file, self._run, self._sheets, self._lang, self._found = file, run, sheets, lang, found
        self._speaker = RowTexts(lang, sheets, Reason.STOPPED)

    def add(self, entry: EntryResult) -> None:
        """Count one order, and list it while there is room."""
        status = status_of(entry)
        if status not in _NEED_A_PERSON:
            return
        self._found.kinds[status, self._kind(entry)] += 1
        if len(self._found.rows) < MOST_ROWS:
            self._found.rows.append(self._row(entry, status))
        else:
            self._found.unlisted += 1

    def _kind(self, entry: EntryResult) -> str:
        kind = kinds.KINDS[reason_of(entry)].render(self._lang)
        if entry.api_status in ("", "0"):
            return kind
        return kinds.WITH_CODE.render(self._lang, kind=kind, code=entry.api_status)

    def _row(self, entry: EntryResult, status: RowStatus) -> ProblemRow:
        error, todo = self._speaker.error_and_advice(entry, status)
        return ProblemRow(
            file=self._file,
            sheet=self._sheets[entry.sheet] if entry.sheet < len(self._sheets) else "",
            line=entry.line,
            owner_id=entry.owner_id,
            number=entry.number,
            status=status,
            error=error,
            todo=todo,
            run=self._run,
            sent_at=f"{entry.sent_at.astimezone():%Y-%m-%d %H:%M:%S}" if entry.sent_at else "",
            api_status=entry.api_status,
            http_status=entry.http_status,
            answer=(entry.answer or entry.error)[:ANSWER_KEPT],
        )
