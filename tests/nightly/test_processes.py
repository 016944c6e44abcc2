"""Nights as real processes: two at once, beside another run, reported to stop, and watching."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batchsync.ledger import open_ledger
from tests.child_process import end_with_parent
from tests.nightly.inbox_fixture import InboxFixture, sn

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@pytest.fixture
def start(inbox_fixture: InboxFixture) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """How a command of ours is started on the scene's inbox."""
    config = inbox_fixture.folder / "config.yaml"
    config.write_text(
        f"api: {{url: '{inbox_fixture.sandbox.url}'}}\nledger: {{url: ledger.db}}\npace: {{rate: 1000}}\n"
        "inbox: {folder: inbox, settle: 0.1}\noutput: {language: en}\n"
    )

    def started(*given: str, **settings: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "batchsync", *given, "--config", str(config)],
            cwd=ROOT,
            **end_with_parent(),
            env=os.environ | {"BATCHSYNC_TOKEN": inbox_fixture.sandbox.token} | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        processes.append(process)
        return process

    processes: list[subprocess.Popen[str]] = []
    yield started
    for process in processes:
        with process:
            process.kill()


def until(what: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    """Wait for something to come true; a process that ends first is reported of."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > deadline:
            process.kill()  # else the `with` of the test waits for ever
            pytest.fail("timeout")
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_of_two_nights_at_once_one_works(
    inbox_fixture: InboxFixture, start: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """The second names the first, exits 4 and touches nothing; a third, reported to wait, comes after it."""
    inbox_fixture.sandbox.settings = replace(
        inbox_fixture.sandbox.settings, latency_s=0.5
    )  # a minute, one after the other
    inbox_fixture.put("a.csv", *map(sn, range(1, 121)))
    with start("nightly", BATCHSYNC_PACE__CONCURRENCY="1") as first:
        until(lambda: inbox_fixture.sandbox.charge_log.calls, first)
        with start("nightly") as second:
            _, reported = second.communicate(timeout=PATIENCE_S)
        inbox_fixture.sandbox.settings = replace(inbox_fixture.sandbox.settings, latency_s=0.0)
        with start("nightly", BATCHSYNC_LEDGER__WAIT="50") as third:
            third.communicate(timeout=PATIENCE_S)
        first.communicate(timeout=PATIENCE_S)
    assert (0, 4, 0) == (first.returncode, second.returncode, third.returncode)
    assert f"process {first.pid}" in reported
    assert (120, []) == (
        inbox_fixture.sandbox.charge_log.points,
        inbox_fixture.sandbox.charge_log.charged_twice(),
    )


def test_a_night_beside_another_run_waits_or_states_so(
    inbox_fixture: InboxFixture, start: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """A run that holds the ledger, as one of the web page does: exit code 4 with its name, and the file untouched."""
    inbox_fixture.put("a.csv", sn(1))
    with open_ledger(inbox_fixture.folder / "ledger.db") as ledger:
        account = ledger.account(inbox_fixture.sandbox.url, "default")
        with ledger.lock(account, "20261124-2200-web"):
            with start("nightly") as hasty:
                _, reported = hasty.communicate(timeout=PATIENCE_S)
            patient = start("nightly", BATCHSYNC_LEDGER__WAIT="50")
            until((inbox_fixture.inbox / ".batchsync" / "night.holder").exists, patient)
            assert (inbox_fixture.inbox / "a.csv").exists()
        with patient:
            patient.communicate(timeout=PATIENCE_S)
    assert (4, True, 0, 1) == (
        hasty.returncode,
        "20261124-2200-web" in reported,
        patient.returncode,
        inbox_fixture.sandbox.charge_log.points,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM to send")
def test_sigterm_ends_a_night_cleanly(
    inbox_fixture: InboxFixture, start: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """130; calls under way are finished, nothing is uncertain, the report stands, and the next night does the rest."""
    inbox_fixture.sandbox.settings = replace(inbox_fixture.sandbox.settings, latency_s=0.5)
    inbox_fixture.put("a.csv", *map(sn, range(1, 201)))
    with start("nightly", "--log-json") as first:
        until(lambda: len(inbox_fixture.sandbox.charge_log.calls) > 5, first)
        first.send_signal(signal.SIGTERM)
        out, log = first.communicate(timeout=PATIENCE_S)
    events = [json.loads(line)["event"] for line in log.splitlines()]
    sent = inbox_fixture.sandbox.charge_log.points
    assert (130, True, True) == (first.returncode, 5 < sent < 200, "The nightly run stopped early." in out)
    assert {"stopping", "deferred", "report"} <= set(events)
    inbox_fixture.sandbox.settings = replace(inbox_fixture.sandbox.settings, latency_s=0.0)
    with start("nightly") as second:
        second.communicate(timeout=PATIENCE_S)
    assert (0, 200, []) == (
        second.returncode,
        inbox_fixture.sandbox.charge_log.points,
        inbox_fixture.sandbox.charge_log.charged_twice(),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM to send")
def test_watch_works_on_what_is_dropped_in(
    inbox_fixture: InboxFixture, start: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """What was there already, and what comes later, each in a night of its own; SIGTERM ends it with 130."""
    inbox_fixture.put("a.csv", sn(1))
    metrics = inbox_fixture.folder / "night.prom"
    with start("watch", "--metrics", str(metrics)) as watching:
        until(lambda: "a.result.xlsx" in inbox_fixture.files("done"), watching)
        until(metrics.exists, watching)
        inbox_fixture.put("b.csv", sn(2))
        until(lambda: "b.result.xlsx" in inbox_fixture.files("done"), watching)
        until(lambda: len(list((inbox_fixture.folder / "reports").glob("*.html"))) == 2, watching)
        watching.send_signal(signal.SIGTERM)
        watching.communicate(timeout=PATIENCE_S)
    assert (130, 2) == (watching.returncode, inbox_fixture.sandbox.charge_log.points)
