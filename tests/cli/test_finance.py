"""`spend`, `reconcile` and `ledger` on a ledger with a past."""

import csv
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from batchsync.cli import main
from tests.cli.inputs import LOST, SYNCED, past_run

PAID_SN, LOST_SN = "261101-100000000000001", "261101-100000000000002"


@pytest.fixture
def run(tmp_path: Path) -> str:
    """A run that synced one order and lost the answer of another."""
    return past_run(tmp_path / "ledger.sqlite", [("77", PAID_SN, SYNCED), ("78", LOST_SN, LOST)])


# --- spend --------------------------------------------------------------------------------------------------


def test_spend_without_a_past(capsys: pytest.CaptureFixture[str]) -> None:
    """No ledger yet is no fault."""
    assert (0, True) == (main(["spend"]), "No points were spent" in capsys.readouterr().err)


@pytest.mark.parametrize(("by", "keys"), [("merchant", ["77", "78"]), ("run", None)])
def test_spend_adds_up(by: str, keys: list[str] | None, run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line per merchant or run, and their total below."""
    assert 0 == main(["spend", "--by", by])
    _, *lines, total = capsys.readouterr().out.splitlines()
    assert (keys or [run], ["total", "2", "1", "0", "1", "1", "1"]) == (
        [line.split()[0] for line in lines],
        total.split(),
    )


def test_spend_as_csv(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """stdout is the machine's alone."""
    assert 0 == main(["spend", "--by", "merchant", "--csv", "-"])
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert [["78", "1", "0", "0", "1", "0", "1"]] == rows[2:]


@pytest.mark.parametrize("suffix", [".svg", ".xlsx"])
def test_spend_as_a_chart(suffix: str, run: str, here: Path) -> None:
    """A picture, or a workbook whose chart points at its table."""
    assert 0 == main(["spend", "--chart", f"points{suffix}"])
    whole = (here / f"points{suffix}").read_bytes()
    assert whole.startswith(b"<svg" if suffix == ".svg" else b"PK")


def test_spend_of_other_days(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--until counts its own day in; before it there was nothing."""
    assert (0, 0) == (main(["spend", "--until", "2020-01-01"]), len(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("given", "text"), [(["--since", "tomorrow"], "2026-11-24"), (["--chart", "a.png"], ".svg")]
)
def test_slips_in_spend(given: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence that shows what would be right."""
    assert (2, True) == (main(["spend", *given]), text in capsys.readouterr().err)


# --- reconcile ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("closing", "code", "text"),
    [
        ("99", 0, "none of the 1 uncertain calls was charged"),
        ("98", 1, f"order {LOST_SN} was charged 1 points"),
        ("90", 1, "more than these calls would cost at 1 points each"),
        ("100", 1, "1 points less"),
    ],
)
def test_balances_render_text_what_must_be_true_of_uncertain_calls(
    closing: str, code: int, text: str, run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 point is sure, 1 possible: what was taken states which."""
    ended = main(["reconcile", "--opening", "100", "--closing", closing])
    assert (code, True) == (ended, text in capsys.readouterr().out)


def test_a_statement_makes_a_dispute_workbook(
    run: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lost order stands on it: the workbook states so, with the evidence of the call."""
    sheet = f"订单号,商家id,扣除点券\n{PAID_SN},77,1\n{LOST_SN},78,1\n=evil(),78,1\n"
    (here / "statement.csv").write_text(sheet, encoding="utf-8")
    assert 1 == main(["reconcile", "--statement", "statement.csv", "--workbook", "dispute.xlsx"])
    assert f"resolve --charged {LOST_SN}" in capsys.readouterr().out
    book = load_workbook(here / "dispute.xlsx")
    _, differences, evidence = book.worksheets
    assert (LOST_SN, LOST_SN, run) == (
        differences["C2"].value,
        evidence["B2"].value,
        evidence["C2"].value,
    )


@pytest.mark.parametrize("header", ["扣点", "消耗", "点数(个)"])
def test_the_points_column_has_many_names(header: str, run: str, here: Path) -> None:
    """Points are compared, not assumed: 5 points for an order that cost 1 differ."""
    (here / "statement.csv").write_text(f"订单号,商家id,{header}\n{PAID_SN},77,5\n", encoding="utf-8")
    assert 1 == main(["reconcile", "--statement", "statement.csv"])


@pytest.mark.parametrize("headers", ["扣点,消耗", "甲,乙"], ids=["two fit", "none has a known name"])
def test_an_unclear_points_column_is_asked_for(
    headers: str, run: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The question names the columns; the answer is an option."""
    (here / "statement.csv").write_text(f"订单号,商家id,{headers}\n{PAID_SN},77,1,3\n", encoding="utf-8")
    assert 2 == main(["reconcile", "--statement", "statement.csv"])
    assert headers.replace(",", ", ") in capsys.readouterr().err
    chosen = ["--points-column", headers.split(",", maxsplit=1)[0]]
    main(["reconcile", "--statement", "statement.csv", *chosen])
    assert "charges on the statement" in capsys.readouterr().out


def test_several_accounts_and_overlapping_pages(
    run: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One account is chosen; a row with its time that stands on two pages is one charge."""
    head = "时间,账户,订单号,商家id,扣点\n"
    mine, other = f"2026-11-24 10:00:00,a,{PAID_SN},77,1\n", f"2026-11-24 10:00:00,b,{PAID_SN},77,1\n"
    (here / "1.csv").write_text(head + mine + other, encoding="utf-8")
    (here / "2.csv").write_text(head + mine, encoding="utf-8")
    pages = ["reconcile", "--statement", "1.csv", "--statement", "2.csv"]
    assert 2 == main(pages)
    assert "a, b" in capsys.readouterr().err
    main([*pages, "--statement-account", "a"])
    lines = capsys.readouterr().out.splitlines()
    assert "1" == next(line.split()[-1] for line in lines if line.startswith("charges on the statement"))


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["--opening", "1"],
        ["--opening", "1", "--closing", "x"],
        ["--opening", "1", "--closing", "1", "--statement", "a.csv"],
        ["--statement", "missing.csv"],
    ],
)
def test_slips_in_reconcile(given: list[str]) -> None:
    """Nothing to hold the ledger against."""
    assert 2 == main(["reconcile", *given])


# --- ledger -------------------------------------------------------------------------------------------------


def test_a_backup_is_a_ledger(run: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The copy verifies, and knows the run."""
    assert 0 == main(["ledger", "backup", "copy.db"])
    assert 0 == main(["ledger", "verify", "--ledger", str(here / "copy.db")])
    assert 0 == main(["history", run, "--ledger", str(here / "copy.db")])
    assert "2 orders, 2 calls, 1 runs" in capsys.readouterr().out


def test_a_damaged_ledger_does_not_verify(run: str, tmp_path: Path) -> None:
    """Bytes overwritten in the middle are found."""
    path = tmp_path / "ledger.sqlite"
    whole = bytearray(path.read_bytes())
    whole[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    path.write_bytes(whole)
    assert main(["ledger", "verify"]) in (1, 2)


def test_prune_keeps_orders(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is young stays; without a number of days nothing is done."""
    assert (2, 0) == (main(["ledger", "prune"]), main(["ledger", "prune", "--days", "30"]))
    assert "0 calls of 0 runs" in capsys.readouterr().out


def test_a_backup_needs_a_place(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Reported, not guessed."""
    assert (2, True) == (main(["ledger", "backup"]), "PATH is missing" in capsys.readouterr().err)


# --- resolve --statement ------------------------------------------------------------------------------------


def test_a_statement_resolves_uncertain_orders_with_its_evidence(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Listed is charged; not listed while it covers the day is not charged; file and line are kept."""
    absent = "260101-000000000000009"
    past_run(here / "ledger", [("77", PAID_SN, SYNCED), ("78", LOST_SN, LOST), ("78", absent, LOST)])
    options = ["--ledger", str(here / "ledger")]
    rows = f"订单号,商家id,扣点\n{PAID_SN},77,1\n{LOST_SN},78,2\n"
    (here / "statement.csv").write_text(rows, encoding="utf-8")
    command = ["resolve", "--statement", "statement.csv", *options]
    assert 2 == main(command)  # it asks, and there is nobody to answer
    capsys.readouterr()
    assert 0 == main([*command, "--yes"])
    assert f"{LOST_SN} (merchant 78): charged (statement.csv:3)" in capsys.readouterr().out
    today = datetime.now().astimezone().date().isoformat()
    assert 0 == main([*command, "--yes", "--since", today, "--until", today])
    assert f"{absent} (merchant 78): not charged (not in statement.csv" in capsys.readouterr().out
    main(["history", "--order", LOST_SN, *options])
    assert "charged (statement.csv:3)" in capsys.readouterr().out
    assert 1 == main([*command, "--yes"])
