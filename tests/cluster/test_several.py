"""Several machines, as real processes: one ledger, one rate, whatever dies."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from batchsync.ledger import open_postgres
from batchsync.model import RowStatus
from tests.cluster.campaign import Asked, campaign
from tests.cluster.machines import Town, charged, most_in_a_second, sheet, town
from tests.crash.kills import reports_of_workbook
from tests.postgres import Server

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]

LATE = 1.5
"""How much more than the limit the vendor may see in a second while this machine is busy and calls arrive late; two
rates side by side would be twice as many. That the limit itself holds is shown in virtual time (test_pace.py)."""


def told(here: Town, name: str) -> set[RowStatus]:
    return {said.status for said in reports_of_workbook(here.folder / f"{name}.result.xlsx")}


def test_workers_die_and_the_run_goes_on(tmp_path: Path, postgres_server: Server) -> None:
    """One of three is killed, one stands still, the database crashes: nothing is paid twice, no row is lost."""
    asked = Asked(
        rows=300, rate=100, kill_after=60, stop_after=110, stop_s=2.0, crash_after=200, crash_s=0.2, late=LATE
    )
    figures = campaign(tmp_path, postgres_server, asked)
    assert [] == figures.broken
    assert figures.uncertain <= 20


def test_two_people_start_the_same_file_at_once(tmp_path: Path, postgres: str) -> None:
    """Nobody else is there to help: each order is called once, each of the two gets a whole result, at one rate."""
    with town(tmp_path, postgres, "--latency", "0.02", rate=60) as here:
        orders = sheet(tmp_path / "orders.csv", 150)
        people = [here.run(name, orders) for name in ("ann", "bob")]
        assert [0, 0] == [person.wait(120) for person in people], here.said("ann") + here.said("bob")
        calls = here.calls()
        assert (150, {1}) == (len(calls), set(charged(calls).values()))
        assert most_in_a_second(calls) <= 60 * LATE
        spent = [here.summary(name)["points_spent"] for name in ("ann", "bob")]
        assert 150 == sum(spent)
        both = {RowStatus.SYNCED, RowStatus.ALREADY_SYNCED}
        assert told(here, "ann") | told(here, "bob") <= both


def test_run_that_is_left_to_the_workers(tmp_path: Path, postgres: str) -> None:
    """`--detach` returns at once; the workers send, the last one closes the run, and `report` writes the result."""
    with town(tmp_path, postgres, rate=200) as here:
        here.worker("worker")
        left = here.start("left", "run", str(sheet(tmp_path / "orders.csv", 40)), "--detach")
        assert 0 == left.wait(60), here.said("left")
        with open_postgres(postgres, read_only=True) as ledger:
            (record,) = ledger.runs()
            here.wait(lambda: (ended := ledger.run(record.run)) and ended.ended_at, "the run's end")
            closed = ledger.run(record.run)
        assert closed is not None
        assert closed.summary is not None
        assert (40, 40, 0) == (closed.summary.synced, closed.summary.points_spent, closed.summary.exit_code)
        result = tmp_path / "again.xlsx"
        reported = here.start("report", "report", record.run, "--output", str(result))
        reported.wait(60)
        assert {RowStatus.SYNCED} == {said.status for said in reports_of_workbook(result)}


def test_whoever_submitted_a_run_stops_it_for_all(tmp_path: Path, postgres: str) -> None:
    """Ctrl-C: the workers finish what is under way and take nothing more; the result says what was not sent."""
    with town(tmp_path, postgres, "--latency", "0.02", rate=40) as here:
        here.worker("worker")
        person = here.run("person", sheet(tmp_path / "orders.csv", 400))
        here.wait(lambda: len(here.calls()) > 20, "the first calls")
        os.kill(person.pid, signal.SIGINT)
        assert 130 == person.wait(60)
        summary, calls = here.summary("person"), here.calls()
        assert ("interrupted", len(calls), 400) == (
            summary["stopped"],
            summary["synced"],
            summary["synced"] + summary["not_sent"],
        )
        with open_postgres(postgres, read_only=True) as ledger:
            assert [] == ledger.unfinished(1)


def test_worker_that_ends_leaves_the_rest_to_others(tmp_path: Path, postgres: str) -> None:
    """SIGTERM finishes its calls; the run goes on, and nothing is in doubt."""
    with town(tmp_path, postgres, "--latency", "0.02", rate=60) as here:
        first = here.worker("first")
        person = here.run("person", sheet(tmp_path / "orders.csv", 200))
        here.wait(lambda: len(here.calls()) > 20, "the first calls")
        first.terminate()
        assert 130 == first.wait(60)
        here.worker("second")
        assert 0 == person.wait(120), here.said("person")
        assert (200, {1}) == (len(here.calls()), set(charged(here.calls()).values()))


def test_cap_is_kept_by_one_process(tmp_path: Path, postgres: str) -> None:
    """With --max-points workers and other processes are left out, a sentence says so, and the cap is never overshot."""
    with town(tmp_path, postgres, rate=200) as here:
        here.worker("worker")
        person = here.run(
            "person", sheet(tmp_path / "orders.csv", 60), "--max-points", "25", "--processes", "2"
        )
        assert 3 == person.wait(60), here.said("person")
        assert (25, 25) == (len(here.calls()), here.summary("person")["points_spent"])
        assert "joined" not in here.said("worker")
        assert "this process sends alone, since a spending cap is kept by one process" in here.said("person")
        with psycopg.connect(postgres) as database:
            kinds = database.execute("SELECT kind FROM batchsync.holders ORDER BY id").fetchall()
        assert [("worker",), ("run",)] == kinds
