"""`history` and `resolve` on a ledger with a past."""

import asyncio
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from batchsync.cli import main
from batchsync.ledger import open_ledger
from batchsync.model import CallVerdict, Cause, NoResponse, Reason, State
from tests.cli.inputs import LOST, SYNCED, past_run, plan_of

TURNED_AWAY = (
    CallVerdict(State.PLANNED, Reason.NOT_SENT),
    NoResponse(maybe_sent=False, reason=Reason.NOT_SENT, error="", elapsed_s=0.0),
)
SN, LOST_SN = "261101-100000000000001", "261101-100000000000002"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where these tests' ledger is (the working folder's conftest states so)."""
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def run(ledger: Path) -> str:
    """A run that synced one order and lost the answer of another."""
    return past_run(ledger, [("77", SN, SYNCED), ("77", LOST_SN, LOST)])


def state_of(ledger: Path, number: str) -> State:
    with open_ledger(str(ledger), read_only=True) as opened:
        return opened.orders_of(number)[0].state


# --- history ------------------------------------------------------------------------------------------------


def test_history_without_a_past(capsys: pytest.CaptureFixture[str]) -> None:
    """No ledger yet is no fault."""
    assert 0 == main(["history"])
    assert "There are no runs yet." in capsys.readouterr().err


def test_history_lists_runs(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Id, when, file, counts and how it ended, one line each."""
    assert 0 == main(["history"])
    head, line = capsys.readouterr().out.splitlines()
    assert (["run", "started", "file"], True, True) == (
        head.split()[:3],
        line.startswith(run),
        line.split()[-7:] == ["2", "1", "0", "0", "1", "1", "done"],
    )


def test_history_is_newest_first(ledger: Path, run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What happened last is what people ask about; --last states how many."""
    newer = past_run(ledger, [("77", "261101-100000000000009", SYNCED)])
    assert 0 == main(["history", "--last", "1"])
    assert newer == capsys.readouterr().out.splitlines()[1].split()[0]


def test_a_killed_run_is_called_so(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has no end and no totals."""
    past_run(ledger, [("77", SN, None)], ends=False)
    assert 0 == main(["history"])
    assert "running or killed" in capsys.readouterr().out


def test_history_of_one_run(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its totals, when it was, and what to do."""
    assert 0 == main(["history", run])
    shown = capsys.readouterr()
    assert (True, True) == (f"run {run}" in shown.out, f"batchsync report {run}" in shown.err)


def test_a_mistyped_run_is_guessed(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody types a run's id without a slip."""
    assert 2 == main(["history", run.replace("-订单", "-订")])
    assert f"Did you mean {run}?" in capsys.readouterr().err


def test_the_life_of_an_order(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each call with its time, answer and outcome, and what to do now."""
    assert 0 == main(["history", "--order", LOST_SN])
    text = capsys.readouterr().out
    assert [True] * 4 == [
        piece in text
        for piece in (
            f"order {LOST_SN} of merchant 77 (account “default”): uncertain",
            f"call 1 in run {run}: uncertain, points unknown, after 1.5 s",
            "It may have been charged",
            f"batchsync resolve --charged {LOST_SN}",
        )
    ]


@pytest.mark.parametrize("called", [False, True], ids=["never reached", "call never left"])
def test_the_life_of_an_order_whose_resend_never_left(
    ledger: Path, run: str, called: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what it was before it was to be sent again: synced, or uncertain."""
    with open_ledger(str(ledger)) as opened, opened.lock(1, "again"):
        again = opened.new_run(1, "/data/订单.xlsx", "00" * 32, "订单", "zh")
        allow = frozenset({Cause.RESEND, Cause.RESEND_UNCERTAIN})
        plan = plan_of([("77", SN), ("77", LOST_SN)])
        plan.seen_settled_at.update(opened.lookup_orders(1, plan.owners, plan.numbers).settled_at)
        ids = opened.save_plan(again, plan, allow=allow)

        async def turned_away() -> None:
            for order in ids:
                opened.record_outcome(await opened.claim(order, again), *TURNED_AWAY)
            await opened.flush()

        if called:
            asyncio.run(turned_away())
    for number, state in ((SN, "synced"), (LOST_SN, "uncertain")):
        assert 0 == main(["history", "--order", number])
        text = capsys.readouterr().out
        assert f"order {number} of merchant 77 (account “default”): {state}" in text
        assert called == (f"call 2 in run {again}: not sent" in text)


def test_the_life_of_an_order_in_chinese(
    run: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same, for an operator."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert 0 == main(["history", "--order", SN])
    text = capsys.readouterr().out
    assert ("已同步，1 点券，用时 0.2 秒" in text, run in text) == (True, True)


def test_an_order_that_nobody_knows(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Never sent, which is an answer too."""
    assert 2 == main(["history", "--order", "1"])
    assert "never sent" in capsys.readouterr().err


@pytest.mark.parametrize("what", [[], ["--order", SN]])
def test_history_for_machines(run: str, what: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """--json puts one JSON list on stdout and nothing else."""
    assert 0 == main(["history", *what, "--json"])
    assert 1 == len(json.loads(capsys.readouterr().out))


# --- resolve ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("option", "state"), [("--charged", State.SYNCED), ("--not-charged", State.PLANNED)])
def test_resolve_settles_an_order(
    run: str, ledger: Path, option: str, state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a person found out; it states what moved."""
    assert 0 == main(["resolve", option, LOST_SN])
    assert (state, True) == (state_of(ledger, LOST_SN), f"{LOST_SN} (merchant 77)" in capsys.readouterr().out)


def test_resolve_settles_all_of_a_run(run: str, ledger: Path) -> None:
    """After a bad night, with one command."""
    assert 0 == main(["resolve", "--charged", "--run", run])
    assert State.SYNCED == state_of(ledger, LOST_SN)


def test_resolve_takes_what_a_killed_run_left(ledger: Path) -> None:
    """Its calls under way are uncertain, though nobody has run anything since."""
    past_run(ledger, [("77", SN, None)], ends=False)
    assert 0 == main(["resolve", "--not-charged", SN])
    assert State.PLANNED == state_of(ledger, SN)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([LOST_SN], "Add --charged or --not-charged"),
        (["--charged", "--not-charged", LOST_SN], "Add --charged or --not-charged"),
        (["--charged"], "Give order numbers, or --run RUN"),
        (["--charged", "--run", "x", LOST_SN], "Give order numbers, or --run RUN"),
        (["--charged", "404"], "The ledger does not have order 404"),
        (["--charged", SN], f"Order {SN} is synced, not uncertain. Nothing to resolve."),
        (["--charged", "--run", "nope"], "There is no run nope"),
    ],
)
def test_resolve_refuses_what_is_not_clear(
    run: str, ledger: Path, given: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing moves unless it is clear what is meant."""
    assert 2 == main(["resolve", *given])
    assert (True, State.UNCERTAIN) == (sentence in capsys.readouterr().err, state_of(ledger, LOST_SN))


def test_resolve_asks_which_merchant(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An order number may exist in two shops; --owner-id chooses."""
    past_run(ledger, [("77", LOST_SN, LOST)])
    past_run(ledger, [("88", LOST_SN, LOST)])
    assert 2 == main(["resolve", "--charged", LOST_SN])
    assert "several merchants: 77 (default), 88 (default)" in capsys.readouterr().err
    assert 0 == main(["resolve", "--charged", LOST_SN, "--owner-id", "88"])
    with open_ledger(str(ledger), read_only=True) as opened:
        states = {order.owner_id: order.state for order in opened.orders_of(LOST_SN)}
    assert {"77": State.UNCERTAIN, "88": State.SYNCED} == states


@pytest.mark.parametrize("zh", [False, True], ids=["en", "zh"])
def test_report_of_a_run_that_goes_on_states_so(
    ledger: Path, capsys: pytest.CaptureFixture[str], zh: bool
) -> None:
    """Nobody calls it cut off while it holds the ledger: reported as of now, with what is under way; afterwards it is."""
    lang = ["--lang", "zh" if zh else "en"]
    with open_ledger(str(ledger)) as opened:
        with opened.lock(opened.account("http://sandbox.example/", "default"), "orders"):
            run = opened.new_run(1, "/data/订单.xlsx", "00" * 32, "订单", "zh")
            ids = opened.save_plan(
                run, plan_of([("77", SN), ("77", LOST_SN), ("77", "261101-100000000000003")])
            )

            async def some() -> None:
                opened.record_outcome(await opened.claim(ids[0], run), *SYNCED)
                await opened.claim(ids[1], run)
                await opened.flush()

            asyncio.run(some())
            assert 0 == main(["report", run, "--output", "now.xlsx", *lang])
            shown = capsys.readouterr()
            assert ("仍在进行中" if zh else f"Run {run} is still in progress") in shown.err
            assert 0 == main(["report", run, "--output", "now.csv", "--lang", "en"])
        assert 0 == main(["report", run, "--output", "then.xlsx", *lang])
    now, then = (_texts(name) for name in ("now.xlsx", "then.xlsx"))
    assert (True, False) == tuple(
        ("仍在进行中" if zh else "NOT COMPLETE YET") in shown_values for shown_values in (now, then)
    )
    assert (False, True) == tuple(
        ("意外中断" if zh else "ended unexpectedly") in shown_values for shown_values in (now, then)
    )
    assert ("正在发送" if zh else "being sent") in now
    assert ("尚未处理到这一行" if zh else "has not reached this row") in now


def _texts(name: str) -> str:
    book = load_workbook(name)
    return "\n".join(
        str(cell)
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell
    )
