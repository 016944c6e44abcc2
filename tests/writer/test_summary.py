"""The Summary: what a boss reads first, and what a later reader of a broken-off run must see."""

from pathlib import Path
from typing import Any

import pytest

from batchsync.messages import Lang, Message
from batchsync.messages import result_file as delivery_words
from batchsync.messages import summary as summary_words
from batchsync.model import Note, Reason, Stop
from tests.model.entries import entry, failed, left_out, one_of_each, uncertain, unreached
from tests.writer.jobs import HEADERS, found, job, opened, texts, written
from tests.writer.strict import parts
from tests.writer.workbooks import plain


def summary(tmp_path: Path, entries: Any, lang: Lang = Lang.EN, **facts: Any) -> list[list[Any]]:
    path = plain(tmp_path / "p.xlsx")
    out = written(job(path, tmp_path / "o.xlsx", [found()], lang=lang, **facts), entries).path
    return texts(out, summary_words.SUMMARY_SHEET.render(lang))


def flat(rows: list[list[Any]]) -> list[str]:
    return [" | ".join(str(cell) for cell in row if cell is not None) for row in rows]


def test_counts_and_points_stand_there(tmp_path: Path) -> None:
    """Every status with its rows and share; points spent, possible and unknown; orders paid now and earlier."""
    lines = flat(summary(tmp_path, [*one_of_each()[:6], entry(8, points=None)], price=4))
    for line in ("synced | 2 | 0.2857142857142857", "uncertain | 1 | 0.1428571428571428", "Total | 7",
                 "Spent by this run, as the responses named it | 3", "Possibly spent on 1 uncertain order, at most | 4",
                 "Points of 1 charged order whose amount is unknown, at most | 4", "Orders paid for by this run | 2",
                 "Orders paid for by earlier runs, not paid again | 1", "Calls made | 4"):  # fmt: skip
        assert line in lines


def test_problems_are_grouped_with_advice(tmp_path: Path) -> None:
    """The worst first, then the most frequent."""
    entries = [
        failed(2),
        failed(3),
        uncertain(4),
        unreached(5),
        failed(6, Reason.BAD_PRODUCT, api_status="202"),
        entry(7),
        entry(8),
    ]
    lines = flat(summary(tmp_path, entries))
    start = lines.index("Problem | Count | Status | What to do") + 1
    expected = [
        "no response in time | 1 | uncertain", "user does not exist (code 1003) | 2 | failed",
        "bad product ID (code 202) | 1 | failed", "not reached | 1 | not sent",
    ]  # fmt: skip
    assert expected == [line.rpartition(" | ")[0] for line in lines[start : start + 4]]
    assert "Check the order number and the merchant ID" in lines[start + 1]


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("stopped", [*Stop, "something new"])
def test_the_headline_of_a_stopped_run(stopped: str, lang: Lang, tmp_path: Path) -> None:
    """The second line: not complete, why, how many rows were not sent."""
    rows = summary(tmp_path, [entry(2), *(unreached(n) for n in range(3, 9))], lang, stopped=stopped)
    headline = str(rows[1][1])
    assert headline.startswith("NOT COMPLETE." if lang is Lang.EN else "未完成。")
    assert "6" in headline
    assert "{" not in headline


def test_the_headline_of_a_killed_run(tmp_path: Path) -> None:
    """Made later from the ledger: nobody may take it for a finished one."""
    rows = summary(tmp_path, [entry(2), *(unreached(n) for n in range(3, 9))], killed=True)
    assert str(rows[1][1]).startswith("NOT COMPLETE. The run ended unexpectedly")
    assert "Ended | not ended" in flat(rows)


@pytest.mark.parametrize(
    ("entries", "headline"),
    [
        ([entry(n) for n in range(2, 9)], "Finished. Every row is synced."),
        ([*(entry(n) for n in range(2, 8)), failed(8)], "Finished. 1 of 7 rows need attention (see below)."),
        ([*(entry(n) for n in range(2, 8)), unreached(8)], "Finished. 1 of 7 rows were not sent; the next run sends them."),
    ],
)  # fmt: skip
def test_the_headline_of_a_finished_run(entries: Any, headline: str, tmp_path: Path) -> None:
    """All synced, some in trouble, some left for the next run."""
    assert headline == summary(tmp_path, entries)[1][1]


def test_hidden_rows_are_no_trouble_of_the_headline(tmp_path: Path) -> None:
    """A filter's hidden rows are left out on purpose."""
    from batchsync.model import PlanVerdict

    hidden = left_out(8, PlanVerdict.SKIPPED_HIDDEN, Reason.HIDDEN, state=None)
    rows = summary(tmp_path, [*(entry(n) for n in range(2, 8)), hidden])
    assert "Finished. Every row is synced." == rows[1][1]


def test_the_runs_facts_and_notes_stand_there(tmp_path: Path) -> None:
    """File, run, account, the columns taken and why, the messages."""
    sheet = found(notes=(Note(code="owner_column", facts={"at": "B", "header": "商家id"}), Note(code="odd")))
    path = plain(tmp_path / "p.xlsx")
    values = job(
        path, tmp_path / "o.xlsx", [sheet], rate=5.0, seconds=61.25, facts=[(summary_words.FACTS["url"], "http://x/")],
        messages=[Message(delivery_words.OLDER_KEPT, {"kept": "k.xlsx"})],
    )  # fmt: skip
    lines = flat(texts(written(values, [entry(n) for n in range(2, 9)]).path, "Summary"))
    for line in ("Run | 20261123-0212-orders", "Account | default", "Maximum calls a second | 5", "Duration | 0:01:01",
                 "API address | http://x/", "Columns used | Sheet1: merchant ID: column B “商家id”",
                 "Note | An earlier result with this name was renamed to k.xlsx."):  # fmt: skip
        assert line in lines


def test_the_chart_is_native_and_shows_the_counts(tmp_path: Path) -> None:
    """A chart part with the statuses' cells and their cached values."""
    path = plain(tmp_path / "p.xlsx")
    out = written(job(path, tmp_path / "o.xlsx", [found()]), one_of_each()).path
    chart = parts(out)["xl/charts/chart1.xml"]
    assert b"<c:f>Summary!$C$9:$C$15</c:f>" in chart
    assert 7 == chart.count(b"<c:v>1</c:v>")


def test_uncertain_orders_have_a_sheet_of_evidence(tmp_path: Path) -> None:
    """Ready to send to the vendor: order, merchant, when, how long, what came back. And no reader takes it for orders."""
    doubtful = [
        uncertain(2, answer="<html>504</html>", http_status=504, reason=Reason.HTTP_ERROR, elapsed_s=30.04),
        uncertain(3, number="=1+1", earlier_run="20261122-0212-orders"),
    ]
    path = plain(tmp_path / "p.xlsx")
    out = written(
        job(path, tmp_path / "o.xlsx", [found()]), [*doubtful, *(entry(n) for n in range(4, 9))]
    ).path
    rows = texts(out, "Uncertain")
    assert ["Sheet1", 2, "260101-000000000000002", "2088123464"] == rows[4][:4]
    assert [
        504,
        30,
        "server error instead of a result: SocketTimeoutError",
        "<html>504</html>",
        "20261123-0212-orders",
    ] == rows[4][5:]
    assert ("=1+1", "20261122-0212-orders") == (rows[5][2], rows[5][9])
    assert "s" == opened(out)["Uncertain"]["C6"].data_type


def test_the_sheet_of_evidence_is_no_table_of_orders() -> None:
    """Fed back in, its rows must not be taken for rows to send: no header is one that the reader knows."""
    from batchsync.reader.table.header_names import OWNER_NAMES, SHOP_NAMES, is_known, is_question, normalise

    names = [normalise(text) for head in summary_words.EVIDENCE_HEADS for text in (head.en, head.zh)]
    assert [] == [
        name for name in names if is_known(name) or is_question(name) or name in OWNER_NAMES | SHOP_NAMES
    ]


def test_no_uncertain_rows_no_decision_and_no_sheet(tmp_path: Path) -> None:
    """What isn't needed isn't there."""
    path = plain(tmp_path / "p.xlsx")
    out = written(job(path, tmp_path / "o.xlsx", [found()]), [entry(n) for n in range(2, 9)]).path
    assert ["Sheet1", "Summary"] == opened(out).sheetnames
    assert [*HEADERS, "sync status", "answered at"] == [
        *texts(out, "Sheet1")[0][:4],
        texts(out, "Sheet1")[0][-1],
    ]
