"""The result dropped in again, as people do: sorted, filtered, half deleted, grown by columns, decisions filled in."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import SecretStr

from batchsync.config import ApiSettings, Config, LedgerSettings, PaceSettings
from batchsync.job import Job, RunOptions
from batchsync.messages import Lang
from batchsync.messages.result_columns import DECISIONS, HEADS, STATUSES
from batchsync.model import RowStatus
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import Behaviour, Script
from batchsync.sandbox.server import Sandbox

ALREADY, UNSURE, UNSENT = (
    STATUSES[status] for status in (RowStatus.ALREADY_SYNCED, RowStatus.UNCERTAIN, RowStatus.NOT_SENT)
)
OWNER = "2088123464"
COUNT = 12
HEADERS = {Lang.ZH: ("订单号", "商家id", "备注"), Lang.EN: ("order_sn", "mall_id", "remark")}


def number(n: int) -> str:
    return f"260101-{n:015d}"


LOST, LOST_UNPAID, LOST_AGAIN, LEFT_OPEN, UNKNOWN_USER = map(number, (3, 4, 5, 6, 7))
SCRIPT = Script(
    orders={
        LOST: [Behaviour(do="not_json")],
        LOST_UNPAID: [Behaviour(do="not_json", charge=False)],
        LOST_AGAIN: [Behaviour(do="not_json")],
        LEFT_OPEN: [Behaviour(do="not_json")],
        UNKNOWN_USER: [Behaviour(do="code", status=1003)],
    }
)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """One that loses the answers of four orders, one of them unpaid, and refuses a fifth at first."""
    async with Sandbox(SandboxSettings(script=SCRIPT)) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Shown:
    """What a result shows of one order."""

    status: str
    points: Any
    remark: str
    added: str


class Sheet:
    """The first sheet of a result under a person's workers."""

    def __init__(self, path: Path, lang: Lang) -> None:
        self.path, self._lang = path, lang
        self.book = openpyxl.load_workbook(path)
        self.page: Any = self.book.worksheets[0]

    def heads(self) -> list[str]:
        return [str(cell.value) for cell in self.page[1] if cell.value is not None]

    def column(self, head: str) -> int:
        return int(next(cell.column for cell in self.page[1] if cell.value == head))

    def ours(self, role: str) -> int:
        return self.column(HEADS[role].render(self._lang))

    def lines(self) -> dict[str, int]:
        at = self.column(HEADERS[self._lang][0])
        found = ((self.page.cell(line, at).value, line) for line in range(2, self.page.max_row + 1))
        return {str(value): line for value, line in found if value}

    def shown(self) -> dict[str, Shown]:
        added = self.column("added by me") if "added by me" in self.heads() else None
        return {
            order: Shown(
                status=self.page.cell(line, self.ours("status")).value,
                points=self.page.cell(line, self.ours("points")).value,
                remark=self.page.cell(line, self.column(HEADERS[self._lang][2])).value,
                added=self.page.cell(line, added).value if added else "",
            )
            for order, line in self.lines().items()
        }

    # --- What people do

    def add_column(self, before: int) -> None:
        self.page.insert_cols(before)
        self.page.cell(1, before).value = "added by me"
        for order, line in self.lines().items():
            self.page.cell(line, before).value = f"mine for {order}"

    def sort_backwards(self) -> None:
        last = max(self.lines().values())
        rows = [[cell.value for cell in row] for row in self.page.iter_rows(2, last)]
        for line, values in enumerate(reversed(rows), start=2):
            for column, value in enumerate(values, start=1):
                self.page.cell(line, column).value = value

    def delete(self, *orders: str) -> None:
        for order in orders:
            self.page.delete_rows(self.lines()[order])

    def filter_out(self, *orders: str) -> None:
        for order in orders:
            self.page.row_dimensions[self.lines()[order]].hidden = True

    def decide(self, order: str, decision: str) -> None:
        self.page.cell(self.lines()[order], self.ours("decision")).value = decision

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


def first_sheet(path: Path, lang: Lang) -> Path:
    book = openpyxl.Workbook()
    page: Any = book.worksheets[0]
    page.append(list(HEADERS[lang]))
    for n in range(1, COUNT + 1):
        page.append([number(n), OWNER, f"remark {n}"])
    book.save(path)
    return path


@pytest.mark.parametrize("lang", Lang)
async def test_a_result_that_people_have_worked_on_is_run_again(
    lang: Lang, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Its columns are replaced, theirs stay with their rows; what is not synced is sent; decisions are obeyed."""
    config = Config(
        api=ApiSettings(url=sandbox.url),
        pace=PaceSettings(rate=1000),
        ledger=LedgerSettings(url=str(tmp_path / "ledger.sqlite")),
        token=SecretStr(sandbox.token),
    )
    render_text = {text.en: text.render(lang) for text in DECISIONS}
    source = first_sheet(tmp_path / "orders.xlsx", lang)
    first = (await Job(config).run(source)).summary
    assert (7, 1, 4, 7) == (first.synced, first.failed, first.uncertain, first.points_spent)
    calls = len(sandbox.charge_log.calls)

    sheet = Sheet(Path(str(first.result)), lang)
    before = sheet.shown()
    sheet.add_column(3)
    sheet.add_column(sheet.ours("points"))
    sheet.sort_backwards()
    sheet.delete(number(1), number(8), number(9), number(10))
    sheet.decide(LOST, render_text["charged"])
    sheet.decide(LOST_UNPAID, f" {render_text['not charged'].upper()} ")
    sheet.decide(LOST_AGAIN, render_text["send again"])
    sheet.filter_out(number(12))
    second = (await Job(config).run(sheet.save(), RunOptions(output=tmp_path / "second.xlsx"))).summary

    after = Sheet(Path(str(second.result)), lang)
    assert [1] * len(HEADS) == [after.heads().count(head.render(lang)) for head in HEADS.values()]
    assert 2 == after.heads().count("added by me")
    shown = after.shown()
    assert set(before) - {number(n) for n in (1, 8, 9, 10)} == set(shown)
    assert all(shown[order].remark == before[order].remark for order in shown)
    assert all(shown[order].added == f"mine for {order}" for order in shown)
    assert {LOST_UNPAID, LOST_AGAIN, UNKNOWN_USER} == {
        call.order for call in sandbox.charge_log.calls[calls:]
    }
    assert (3, 3) == (second.synced, second.points_spent)
    assert 1 == second.uncertain
    charged = {order: sandbox.charge_log.orders[OWNER, order].charged for order in shown}
    assert {**dict.fromkeys(shown, 1), LOST_AGAIN: 2} == charged

    third = (
        await Job(config).run(Path(str(second.result)), RunOptions(output=tmp_path / "third.xlsx"))
    ).summary
    assert (0, 0, 1) == (third.calls, third.points_spent, third.uncertain)
    words = Counter(each.status for each in Sheet(Path(str(third.result)), lang).shown().values())
    assert {ALREADY.render(lang): 6, UNSURE.render(lang): 1, UNSENT.render(lang): 1} == words
