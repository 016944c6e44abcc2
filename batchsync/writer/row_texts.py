"""The texts of the result columns in one language, for workbooks, CSV, reports and the page."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from batchsync.formatting import local_minute
from batchsync.messages import Lang, Translation, row_reasons
from batchsync.messages import result_columns as messages
from batchsync.messages.planning import NOTHING
from batchsync.model import RESENT, EntryResult, Reason, RowResult, RowStatus, State
from batchsync.model.row_results import reason_of, status_of

_WITH_HINT = frozenset({RowStatus.FAILED, RowStatus.UNCERTAIN, RowStatus.NOT_SENT})


class StatusTexts(NamedTuple):
    """The values of a row's result columns."""

    status: RowStatus
    error: str
    points: int | None
    todo: str
    api_status: str
    attempts: int
    answered_at: datetime | None


class RowTexts:
    """Makes the texts of rows in one language."""

    def __init__(self, lang: Lang, sheets: Sequence[str], unreached: Reason) -> None:
        self.lang = lang
        self._sheets = sheets
        self._unreached = unreached
        self.heads = {role: head.render(lang) for role, head in messages.HEADS.items()}
        self.statuses = {status: messages.STATUSES[status].render(lang) for status in RowStatus}

    def of_row(self, row: RowResult) -> StatusTexts:
        """Return a row's texts; of several orders, those with an error are named one by one."""
        entries = row.entries
        if len(entries) == 1:
            error, todo = self.error_and_advice(entries[0], row.status)
            api_status = entries[0].api_status
        else:
            error, todo = self._of_several(entries, row.status)
            api_status = ", ".join(dict.fromkeys(entry.api_status for entry in entries if entry.api_status))
        return StatusTexts(row.status, error, row.points, todo, api_status, row.calls, row.answered_at)

    def _of_several(self, entries: Sequence[EntryResult], worst: RowStatus) -> tuple[str, str]:
        errors, todo = [], ""
        for entry in entries:
            status = status_of(entry)
            error, advice = self.error_and_advice(entry, status)
            if error:
                number = entry.number or entry.owner_id
                errors.append(row_reasons.OF_ORDER.render(self.lang, number=number, sentence=error))
            if status is worst and not todo:
                todo = advice
        return "\n".join(errors), todo

    def error_and_advice(self, entry: EntryResult, status: RowStatus) -> tuple[str, str]:
        """Return what is wrong with an order and what to do about it."""
        if status is RowStatus.SYNCED and entry.decision is None:
            missing = entry.points is None
            return "", (row_reasons.AMOUNT_MISSING if missing else NOTHING).render(self.lang)
        reason = reason_of(entry, self._unreached)
        facts = _Facts(self._facts(entry))
        error, todo = row_reasons.ROWS[reason].error, row_reasons.ROWS[reason].todo
        if reason is Reason.DUPLICATE and entry.first_sheet not in (None, entry.sheet):
            error = row_reasons.DUPLICATE_ELSEWHERE
        if reason is Reason.ALREADY_SYNCED and not entry.earlier_run:
            todo = row_reasons.ALREADY_SYNCED_SOMETIME
        if entry.outcome is State.REFUSED and entry.state in RESENT:
            todo = row_reasons.REFUSED_THIS_TIME
        sentence = self._fill(error, facts)
        if entry.hint and status in _WITH_HINT:
            sentence = row_reasons.FOREIGN.render(self.lang, sentence=sentence, words=entry.hint)
        if "unknown_decision" in facts:
            word = facts["unknown_decision"]
            sentence = row_reasons.UNKNOWN_DECISION.render(self.lang, sentence=sentence, word=word)
        return sentence, self._fill(todo, facts)

    def _fill(self, text: Translation, facts: "_Facts") -> str:
        return (text.zh if self.lang is Lang.ZH else text.en).format_map(facts)

    def _facts(self, entry: EntryResult) -> Mapping[str, object]:
        first = entry.first_sheet if entry.first_sheet is not None else entry.sheet
        return {
            "code": entry.api_status,
            "http": entry.http_status if entry.http_status is not None else "-",
            "elapsed": "?"
            if entry.elapsed_s is None
            else f"{entry.elapsed_s:.{0 if entry.elapsed_s >= 1 else 1}f}",
            "owner": entry.owner_id,
            "number": entry.number,
            "line": entry.first_line,
            "sheet": self._sheets[first] if first < len(self._sheets) else "",
            "run": entry.earlier_run,
            "later": entry.later_run,
            "time": "" if entry.earlier_at is None else local_minute(entry.earlier_at),
            **(entry.plan_reason.facts if entry.plan_reason is not None else {}),
        }


class _Facts(dict[str, object]):
    """Facts for a text's placeholders; a missing one is shown as a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


_QUARTER_S = 900


class LocalSerial:
    """Turns times into local day numbers, as sheets store them."""

    def __init__(self, *, from_1904: bool = False) -> None:
        self._epoch = 25_569 - (1_462 if from_1904 else 0)
        self._offsets = _Offsets()

    def __call__(self, moment: datetime) -> float:
        """Return days since the workbook's epoch, local time."""
        stamp = moment.timestamp()
        return (stamp + self._offsets[stamp // _QUARTER_S]) / 86_400 + self._epoch


class _Offsets(dict[float, int]):
    """UTC offsets in seconds by quarter of an hour since 1970; no time zone changes within one."""

    def __missing__(self, quarter: float) -> int:
        offset = self[quarter] = time.localtime(quarter * _QUARTER_S).tm_gmtoff
        return offset
