"""`run --processes N` over PostgreSQL: really several send, and they end with the run, however it ends."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from batchsync.ledger import open_postgres
from batchsync.ledger.codes import STATE_CODES
from batchsync.ledger.postgres import Member, PostgresLedger
from batchsync.model import State
from batchsync.sandbox.settings import TOKEN
from tests.cluster.machines import Town, charged, most_in_a_second, sheet, town
from tests.postgres import runs

if TYPE_CHECKING:
    import subprocess

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]

LATE = 1.5
"""As in test_several.py: how much more than the limit a busy machine may let the vendor see in a second."""
SOON_GIVEN_UP = """
import sys
from batchsync.ledger.postgres import PostgresLedger
PostgresLedger.__init__.__kwdefaults__["stale_s"] = 1.0
from batchsync.cli import main
sys.exit(main())
"""


class Scene:
    """A run of two processes that waits until both are there."""

    def __init__(self, here: Town, ledger: PostgresLedger, person: "subprocess.Popen[str]") -> None:
        self.here, self.person = here, person
        self._ledger = ledger
        self.hand = self._hand()

    def go(self) -> None:
        """Let them send."""
        (record,) = self._ledger.runs()
        self._ledger.pause_run(record.run, paused=False)

    def of_hand(self, *states: State) -> int:
        """Return how many of the hand's orders stand so."""
        codes = [STATE_CODES[state] for state in states]
        asked = "SELECT count(*) FROM batchsync.orders WHERE holder = %s AND state = ANY(%s)"
        with psycopg.connect(self.here.ledger) as database:
            row = database.execute(asked, (self.hand.holder, codes)).fetchone()
        assert row is not None
        return int(row[0])

    def left_well(self) -> bool:
        """Whether the hand has said goodbye to the ledger."""
        asked = "SELECT ended_at IS NOT NULL FROM batchsync.holders WHERE id = %s"
        with psycopg.connect(self.here.ledger) as database:
            return database.execute(asked, (self.hand.holder,)).fetchone() == (True,)

    def wait_for_the_hand_to_send(self) -> None:
        self.here.wait(lambda: self.of_hand(*State) > 0, "an order of the hand's")

    def _hand(self) -> Member:
        found: list[Member] = []

        def is_there() -> bool:
            assert self.person.poll() is None, self.here.said("person")
            found[:] = [each for each in self._ledger.members() if each.kind == "hand" and each.run]
            return bool(found)

        self.here.wait(is_there, "the second process")
        return found[0]


@contextmanager
def scene(
    folder: Path,
    ledger: str,
    *vendor: str,
    rows: int,
    concurrency: int = 10,
    program: tuple[str, ...] = ("-m", "batchsync"),
) -> Iterator[Scene]:
    """Start a run that is paused from its birth on, and wait for its second process."""
    with (
        town(folder, ledger, *vendor, rate=150, concurrency=concurrency) as here,
        open_postgres(ledger) as books,
    ):
        with psycopg.connect(ledger, autocommit=True) as database:
            database.execute("ALTER TABLE batchsync.runs ALTER COLUMN paused SET DEFAULT true")
        here.program = program
        person = here.run("person", sheet(folder / "orders.csv", rows), "--processes", "2")
        yield Scene(here, books, person)


def test_both_send_and_each_order_once(tmp_path: Path, postgres: str) -> None:
    """All are charged once, at one rate; the second one's arguments hold neither token nor database; it ends with the run."""
    with scene(tmp_path, postgres, "--latency", "0.02", rows=300) as on:
        arguments = Path(f"/proc/{on.hand.pid}/cmdline").read_bytes()
        assert (False, False) == (TOKEN.encode() in arguments, postgres.encode() in arguments)
        os.kill(on.person.pid, signal.SIGSTOP)  # so that it can't send all before the other one wakes up
        on.go()
        on.wait_for_the_hand_to_send()
        os.kill(on.person.pid, signal.SIGCONT)
        assert 0 == on.person.wait(120), on.here.said("person")
        calls = on.here.calls()
        assert (300, {1}) == (len(calls), set(charged(calls).values()))
        assert most_in_a_second(calls) <= 150 * LATE
        assert 0 < on.of_hand(State.SYNCED) < 300
        assert (True, False) == (on.left_well(), runs(on.hand.pid))
        assert "ended early" not in on.here.said("person")


def test_ctrl_c_ends_both(tmp_path: Path, postgres: str) -> None:
    """What is under way is finished by both, nothing more is sent, and nobody is left behind."""
    with scene(tmp_path, postgres, "--latency", "0.05", rows=2_000) as on:
        on.go()
        on.wait_for_the_hand_to_send()
        os.kill(on.person.pid, signal.SIGINT)
        assert 130 == on.person.wait(60), on.here.said("person")
        assert (True, False) == (on.left_well(), runs(on.hand.pid))
        calls, told = len(on.here.calls()), on.here.summary("person")
        assert ("interrupted", calls, 2_000 - calls, 0) == (
            told["stopped"],
            told["synced"],
            told["not_sent"],
            told["uncertain"],
        )


def test_second_press_gives_up_what_both_have_under_way(tmp_path: Path, postgres: str) -> None:
    """A vendor that never answers holds nobody: the calls of both become uncertain in the result, and both are gone."""
    with scene(tmp_path, postgres, "--latency", "600", rows=20, concurrency=4) as on:
        on.go()
        on.here.wait(lambda: len(on.here.calls()) == 4, "four calls")
        assert 2 == on.of_hand(State.SENDING)
        os.kill(on.person.pid, signal.SIGINT)
        on.here.wait(lambda: "Ctrl-C again" in on.here.said("person"), "the first press to be heard")
        os.kill(on.person.pid, signal.SIGTERM)
        assert 130 == on.person.wait(60), on.here.said("person")
        told = on.here.summary("person")
        assert (4, 16) == (told["uncertain"], told["not_sent"])
        assert (2, True, False) == (on.of_hand(State.UNCERTAIN), on.left_well(), runs(on.hand.pid))


def test_sigterm_to_one_leaves_the_rest_to_the_other(tmp_path: Path, postgres: str) -> None:
    """The hand finishes what it has under way and goes, as a worker does; the run sends the rest and says nothing."""
    with scene(tmp_path, postgres, "--latency", "0.05", rows=150) as on:
        on.go()
        on.wait_for_the_hand_to_send()
        os.kill(on.hand.pid, signal.SIGTERM)
        assert 0 == on.person.wait(120), on.here.said("person")
        assert (150, {1}) == (len(on.here.calls()), set(charged(on.here.calls()).values()))
        assert (True, False) == (on.left_well(), "ended early" in on.here.said("person"))


def test_run_is_killed_and_the_orphan_goes(tmp_path: Path, postgres: str) -> None:
    """It notices, finishes and writes down what it has under way, and sends no more: the rest is there for the next run."""
    with scene(tmp_path, postgres, "--latency", "0.3", rows=2_000) as on:
        on.go()
        on.here.wait(lambda: on.of_hand(State.SENDING) > 0, "a call of the hand's under way")
        on.person.kill()
        on.here.wait(lambda: on.left_well() and not runs(on.hand.pid), "the orphan's end")
        sent = on.of_hand(*State)
        assert (sent, True) == (on.of_hand(State.SYNCED), 0 < sent < 1_000)
        calls = on.here.calls()
        assert {1} == set(charged(calls).values())
        assert len(calls) < 1_000


def test_hand_is_killed_and_the_run_ends(tmp_path: Path, postgres: str) -> None:
    """What it had under way becomes uncertain when its claims are stale, the run sends the rest, and it is said."""
    with scene(tmp_path, postgres, "--latency", "0.3", rows=60, program=("-c", SOON_GIVEN_UP)) as on:
        on.go()
        _stop_when(on, lambda: on.of_hand(State.SENDING) > 0)
        os.kill(on.hand.pid, signal.SIGKILL)
        assert 1 == on.person.wait(120), on.here.said("person")
        told, calls = on.here.summary("person"), on.here.calls()
        assert (60, 0) == (told["synced"] + told["uncertain"], told["not_sent"])
        assert (True, on.of_hand(State.UNCERTAIN)) == (0 < told["uncertain"] <= 5, told["uncertain"])
        assert {1} == set(charged(calls).values())
        assert "One of the sending processes ended early" in on.here.said("person")


def _stop_when(on: Scene, is_so: Callable[[], bool]) -> None:
    """Let the hand stand still at a moment at which something is so."""
    deadline = time.monotonic() + 60
    while True:
        os.kill(on.hand.pid, signal.SIGSTOP)
        on.here.wait(lambda: _stands(on.hand.pid), "the hand to stand still")
        if is_so():
            return
        assert time.monotonic() < deadline
        os.kill(on.hand.pid, signal.SIGCONT)


def _stands(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "T"
