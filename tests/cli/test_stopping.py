"""Ctrl-C and SIGTERM in the middle of a run, pressed by the sandbox at an exact call."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from batchsync.cli import main
from batchsync.cli import run as run_module
from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.errors import LedgerBusy
from batchsync.job import planning_step as planning_module
from batchsync.ledger import open_ledger
from batchsync.ledger.lock import WriterLock
from batchsync.model import State
from batchsync.reader import read_orders
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.charge_log import ChargeLog
from batchsync.sandbox.server import Sandbox

ORDERS = 30


def orders_csv() -> str:
    lines = ["order_sn,mall_id", *(f"261101-1{number:014d},77" for number in range(ORDERS))]
    Path("orders.csv").write_text("\n".join(lines) + "\n")
    return "orders.csv"


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Arrange that this process gets signals while the sandbox works on its n-th call."""

    def arrange(at_call: int, *signals: int) -> None:
        note = ChargeLog.record

        def note_and_press(books: ChargeLog, *args: str, **facts: object) -> None:
            note(books, *args, **facts)  # type: ignore[arg-type]
            if len(books.calls) == at_call:
                for number in signals:
                    os.kill(os.getpid(), number)

        monkeypatch.setattr(ChargeLog, "record", note_and_press)

    return arrange


def point_to(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"API__URL": sandbox.url, "TOKEN": sandbox.token, "PACE__RATE": "1000"}.items():
        monkeypatch.setenv(f"BATCHSYNC_{name}", value)


@pytest.mark.parametrize(("number", "uvloop"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_the_first_signal_sends_all(
    number: int,
    uvloop: bool,
    press: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Calls under way finish and are paid for once, the result is written, 130; the next run sends the rest."""
    if not uvloop:  # as on Windows, or where it is not installed
        monkeypatch.setattr(run_module, "loop_factory", lambda _config: None)
    with run_in_thread(SandboxSettings(latency_s=0.02)) as sandbox:
        point_to(sandbox, monkeypatch)
        press(5, number)
        assert 130 == main(["run", orders_csv(), "--concurrency", "4", "--summary-json", "-"])
        shown = capsys.readouterr()
        (shown_values,) = json.loads(shown.out)
        assert ("interrupted", 0, ORDERS, True) == (
            shown_values["stopped"],
            shown_values["uncertain"],
            shown_values["synced"] + shown_values["not_sent"],
            Path(shown_values["result"]).is_file(),
        )
        assert (shown_values["points_spent"], True) == (
            sandbox.charge_log.points,
            "Ctrl-C again" in shown.err,
        )
        assert 5 <= shown_values["synced"] < ORDERS
        assert 0 == main(["run", "orders.csv"])
        assert ([], ORDERS) == (sandbox.charge_log.charged_twice(), sandbox.charge_log.points)


def test_the_second_gives_up_what_is_under_way(
    press: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A server that never answers can't hold anybody: its calls become uncertain, the result is written."""
    with run_in_thread(SandboxSettings(latency_s=60)) as sandbox:
        point_to(sandbox, monkeypatch)
        press(3, signal.SIGINT, signal.SIGTERM)  # two of a kind would be received as one
        assert 130 == main(["run", orders_csv(), "--concurrency", "3", "--summary-json", "-"])
    (shown_values,) = json.loads(capsys.readouterr().out)
    assert (3, ORDERS - 3, True) == (
        shown_values["uncertain"],
        shown_values["not_sent"],
        Path(shown_values["result"]).is_file(),
    )
    with open_ledger(str(tmp_path / "ledger.sqlite"), read_only=True) as ledger:
        assert State.UNCERTAIN == ledger.orders_of("261101-100000000000000")[0].state


def test_later_files_are_reported_too(
    press: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every file given stands in the summary, also those the stop came before."""
    orders_csv()
    Path("later.csv").write_text("order_sn,mall_id\n261102-100000000000001,77\n")
    with run_in_thread(SandboxSettings()) as sandbox:
        point_to(sandbox, monkeypatch)
        press(2, signal.SIGINT)
        assert 130 == main(["run", "orders.csv", "later.csv", "--concurrency", "1", "--summary-json", "-"])
    shown_values = json.loads(capsys.readouterr().out)
    assert (["interrupted"] * 2, 1) == (
        [each["stopped"] for each in shown_values],
        shown_values[1]["not_sent"],
    )


def test_ctrl_c_while_the_file_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing has begun, so nothing has to be finished: 130, no run in the ledger, no result to wait for."""

    def read_and_press(*args: Any) -> Iterator[Any]:
        os.kill(os.getpid(), signal.SIGINT)
        yield from read_orders(*args)

    monkeypatch.setattr(planning_module, "read_orders", read_and_press)
    with run_in_thread(SandboxSettings()) as sandbox:
        point_to(sandbox, monkeypatch)
        assert 130 == main(["run", orders_csv(), "--summary-json", "-"])
        assert [] == sandbox.charge_log.calls
    (shown_values,) = json.loads(capsys.readouterr().out)
    assert ("interrupted", "", None) == (shown_values["stopped"], shown_values["run"], shown_values["result"])
    assert 0 == main(["history"])
    assert "There are no runs yet." in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait_for_another_run(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first press is enough, however long it was to wait: 130 with a sentence, and nothing sent."""
    busy = WriterLock._busy

    def press_then(lock: WriterLock, *texts: Any) -> LedgerBusy:
        os.kill(os.getpid(), number)
        return busy(lock, *texts)

    with run_in_thread(SandboxSettings()) as sandbox:
        point_to(sandbox, monkeypatch)
        monkeypatch.setenv("BATCHSYNC_LEDGER__WAIT", "3600")
        with open_ledger(os.environ["BATCHSYNC_LEDGER__URL"]) as ledger:
            account = ledger.account(sandbox.url, "default")
            with ledger.lock(account, "another"):
                monkeypatch.setattr(WriterLock, "_busy", press_then)
                assert 130 == main(["run", orders_csv(), "--summary-json", "-"])
        shown = capsys.readouterr()
        assert "Stopped while waiting for another run to end; nothing was sent." in shown.err
        assert ("interrupted", 130) == tuple(
            json.loads(shown.out)[0][key] for key in ("stopped", "exit_code")
        )
        assert [] == sandbox.charge_log.calls
