"""Several processes over one PostgreSQL ledger, against a vendor that counts its own charges."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from batchsync.ledger import open_postgres
from batchsync.model import RowStatus
from tests.cluster.machines import MachineSet, charged, most_in_a_second, sheet, start_machines
from tests.crash.kills import reports_of_workbook
from tests.postgres import Server

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(240)]

LATE = 1.5
"""How much more than the limit the vendor may see in a second on a busy machine, where calls arrive late; two senders
side by side would be twice as many. That the limiter itself holds is shown in virtual time."""
DONE = {RowStatus.SYNCED, RowStatus.ALREADY_SYNCED}


def statuses(here: MachineSet, name: str) -> set[RowStatus]:
    return {reported.status for reported in reports_of_workbook(here.folder / f"{name}.result.xlsx")}


def calls_of_each(here: MachineSet) -> set[int]:
    return set(charged(here.calls()).values())


def test_same_file_started_twice_sends_each_order_once(tmp_path: Path, postgres: str) -> None:
    """No worker lives: the runs execute the jobs themselves, one after the other, at one rate."""
    with start_machines(tmp_path, postgres, "--latency", "0.02", rate=60) as here:
        orders = sheet(tmp_path / "orders.csv", 150)
        runs = [here.run(name, orders) for name in ("first", "second")]
        assert [0, 0] == [run.wait(120) for run in runs], here.reported("first") + here.reported("second")
        calls = here.calls()
        assert (150, {1}) == (len(calls), calls_of_each(here))
        assert most_in_a_second(calls) <= 60 * LATE
        assert 150 == sum(here.summary(name)["points_spent"] for name in ("first", "second"))
        assert statuses(here, "first") | statuses(here, "second") <= DONE


@pytest.mark.parametrize("option", ["resync_after", "--resend", "--resend-uncertain"])
def test_same_file_started_twice_is_sent_again_once(tmp_path: Path, postgres: str, option: str) -> None:
    """Orders that are due again, started twice beside a large plan: each is charged once more, by one of the two."""
    first = ("--script", _script(tmp_path)) if option == "--resend-uncertain" else ()
    with start_machines(tmp_path, postgres, *first, rate=2_000, concurrency=50) as here:
        orders = sheet(tmp_path / "orders.csv", 300)
        assert here.run("before", orders).wait(120) in (0, 1), here.reported("before")
        before = len(here.calls())
        if option == "resync_after":
            with psycopg.connect(postgres, autocommit=True) as database:
                database.execute("UPDATE batchsync.orders SET settled_at = settled_at - 86400000000 * 40")
            given = ["--config", str(_config(tmp_path))]
        else:
            given = [option, "--yes"]
        large = here.run("large", sheet(tmp_path / "large.csv", 20_000, first=10_000), "--limit", "1")
        runs = [here.run(name, orders, *given) for name in ("one", "two")]
        assert {0, 1} >= {run.wait(120) for run in (*runs, large)}, here.reported("one") + here.reported(
            "two"
        )
        again = charged(here.calls()[before:])
        assert ({1}, 301) == (set(again.values()), len(again))
        spent = sum(here.summary(name)["points_spent"] for name in ("one", "two", "large"))
        assert spent == sum(call["points"] or 0 for call in here.calls()[before:])


def _config(folder: Path) -> Path:
    path = folder / "resync.yaml"
    path.write_text("spend:\n  resync_after: 30\n", encoding="utf-8")
    return path


def _script(folder: Path) -> str:
    path = folder / "script.yaml"
    lines = [f"261101-{nth:015d}: [empty, ok]\n" for nth in range(1, 301)]
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


def test_detached_run_is_sent_and_ended_by_a_worker(tmp_path: Path, postgres: str) -> None:
    """`--detach` returns at once; the worker sends and ends the run, and `report` writes the result."""
    with start_machines(tmp_path, postgres, rate=200) as here:
        here.worker("worker")
        detached = here.start("detached", "run", str(sheet(tmp_path / "orders.csv", 40)), "--detach")
        assert 0 == detached.wait(60), here.reported("detached")
        with open_postgres(postgres, read_only=True) as ledger:
            (record,) = ledger.runs()
            here.wait(lambda: (ended := ledger.run(record.run)) and ended.ended_at, "the run's end")
            ended = ledger.run(record.run)
        assert ended is not None
        assert ended.summary is not None
        assert (40, 40, 0) == (ended.summary.synced, ended.summary.points_spent, ended.summary.exit_code)
        result = tmp_path / "again.xlsx"
        here.start("report", "report", record.run, "--output", str(result)).wait(60)
        assert {RowStatus.SYNCED} == {reported.status for reported in reports_of_workbook(result)}


def test_interrupted_run_is_stopped_at_its_worker(tmp_path: Path, postgres: str) -> None:
    """Ctrl-C: the worker finishes the calls under way and sends nothing more; the result shows what was not sent."""
    with start_machines(tmp_path, postgres, "--latency", "0.02", rate=40) as here:
        here.worker("worker")
        run = here.run("run", sheet(tmp_path / "orders.csv", 400))
        here.wait(lambda: len(here.calls()) > 20, "the first calls")
        os.kill(run.pid, signal.SIGINT)
        assert 130 == run.wait(60)
        summary, calls = here.summary("run"), here.calls()
        assert ("interrupted", len(calls), 400) == (
            summary["stopped"],
            summary["synced"],
            summary["synced"] + summary["not_sent"],
        )


def test_worker_that_ends_leaves_the_rest_to_another(tmp_path: Path, postgres: str) -> None:
    """SIGTERM finishes its calls; another worker sends the rest, nothing is uncertain or missing."""
    with start_machines(tmp_path, postgres, "--latency", "0.02", rate=60) as here:
        first = here.worker("first")
        run = here.run("run", sheet(tmp_path / "orders.csv", 200))
        here.wait(lambda: len(here.calls()) > 20, "the first calls")
        here.worker("second")
        first.terminate()
        assert 130 == first.wait(60), here.reported("first")
        assert 0 == run.wait(120), here.reported("run")
        assert (200, {1}) == (len(here.calls()), calls_of_each(here))
        assert 200 == here.summary("run")["synced"]


def test_sender_killed_and_another_goes_on(tmp_path: Path, postgres: str) -> None:
    """kill -9 of the sending worker: its calls under way are uncertain, calls go on within 20 s, never above the rate."""
    with start_machines(tmp_path, postgres, "--latency", "0.05", rate=100, concurrency=10) as here:
        workers = [here.worker(f"worker-{nth}") for nth in range(3)]
        run = here.run("run", sheet(tmp_path / "orders.csv", 400))
        here.wait(lambda: len(here.calls()) > 100, "the first calls")
        (sending,) = [nth for nth in range(3) if "sending" in here.reported(f"worker-{nth}")]
        workers[sending].kill()
        killed_at = time.time()
        assert run.wait(120) in (0, 1), here.reported("run")
        calls, summary = here.calls(), here.summary("run")
        assert calls_of_each(here) == {1}
        assert (400, 0) == (summary["synced"] + summary["uncertain"], summary["not_sent"])
        assert summary["uncertain"] <= 10
        assert min(call["at"] for call in calls if call["at"] > killed_at + 0.5) < killed_at + 20
        assert most_in_a_second(calls) <= 100 * LATE


def test_server_crashes_in_the_middle(tmp_path: Path, postgres_server: Server) -> None:
    """PostgreSQL is killed and started again: nothing is paid twice, no row is missing, the totals are right."""
    ledger = postgres_server.fresh()
    with start_machines(tmp_path, ledger, "--latency", "0.05", rate=100, concurrency=10) as here:
        here.worker("worker")
        run = here.run("run", sheet(tmp_path / "orders.csv", 300))
        here.wait(lambda: len(here.calls()) > 100, "the first calls")
        postgres_server.crash()
        time.sleep(0.5)
        postgres_server.start()
        assert run.wait(120) in (0, 1), here.reported("run")
        summary = here.summary("run")
        assert calls_of_each(here) == {1}
        assert (300, 0) == (summary["synced"] + summary["uncertain"], summary["not_sent"])
        assert summary["uncertain"] <= 10
        assert summary["points_spent"] <= len(here.calls()) <= summary["points_spent"] + summary["uncertain"]


def test_stopped_sender_loses_its_lock(tmp_path: Path, postgres: str) -> None:
    """SIGSTOP of the sender: another goes on within a minute, and the stopped one claims nothing when it wakes up."""
    with start_machines(tmp_path, postgres, "--latency", "0.05", rate=50, concurrency=10) as here:
        first = here.worker("first")
        run = here.run("run", sheet(tmp_path / "orders.csv", 300))
        here.wait(lambda: len(here.calls()) > 50, "the first calls")
        here.worker("second")
        os.kill(first.pid, signal.SIGSTOP)
        stopped_at = time.time()
        here.wait(lambda: here.calls()[-1]["at"] > stopped_at + 1, "calls of the second worker", within_s=60)
        os.kill(first.pid, signal.SIGCONT)
        assert run.wait(120) in (0, 1), here.reported("run")
        summary = here.summary("run")
        assert calls_of_each(here) == {1}
        assert (300, 0) == (summary["synced"] + summary["uncertain"], summary["not_sent"])
        assert most_in_a_second(here.calls()) <= 50 * LATE


def test_accounts_are_sent_in_parallel(tmp_path: Path, postgres: str) -> None:
    """Four accounts on two workers: all four are sent at the same time, each at its own rate."""
    with start_machines(tmp_path, postgres, "--latency", "0.02", rate=50) as here:
        accounts = [tmp_path / f"account-{nth}.yaml" for nth in range(4)]
        for nth, path in enumerate(accounts):
            path.write_text(f"api:\n  account: account-{nth}\n", encoding="utf-8")
        for name, pair in (("first", accounts[:2]), ("second", accounts[2:])):
            here.start(name, "worker", *(given for path in pair for given in ("--config", str(path))))
            here.wait(lambda name=name: "waits for runs" in here.reported(name), f"{name} to come up")
        runs = [
            here.run(
                f"run-{nth}", sheet(tmp_path / f"{nth}.csv", 100, first=1 + nth * 1000), "--config", str(path)
            )
            for nth, path in enumerate(accounts)
        ]
        assert [0, 0, 0, 0] == [run.wait(60) for run in runs]
        calls = here.calls()
        assert (400, {1}) == (len(calls), calls_of_each(here))
        of_account = [[call for call in calls if int(call["order"][7:]) // 1000 == nth] for nth in range(4)]
        assert max(each[0]["at"] for each in of_account) < min(each[-1]["at"] for each in of_account)
        assert max(map(most_in_a_second, of_account)) <= 50 * LATE
        assert all("sending" in here.reported(name) for name in ("first", "second"))


def test_nightly_works_through_its_inbox(tmp_path: Path, postgres: str) -> None:
    """A nightly run sends the file of its inbox, and moves it with its result."""
    with start_machines(tmp_path, postgres, rate=1_000) as here:
        (tmp_path / "inbox").mkdir()
        sheet(tmp_path / "inbox" / "orders.csv", 30)
        settings = tmp_path / "nightly.yaml"
        settings.write_text(
            f"api: {{url: '{here.url}'}}\ninbox: {{folder: '{tmp_path / 'inbox'}', settle: 0.1}}\n",
            encoding="utf-8",
        )
        here.worker("worker")
        assert 0 == here.start("nightly", "nightly", "--config", str(settings)).wait(60), here.reported(
            "nightly"
        )
        assert (30, {1}) == (len(here.calls()), calls_of_each(here))
        moved = {path.name for path in (tmp_path / "done").rglob("*") if path.is_file()}
        assert "orders.csv" in moved, moved
        assert len(moved) > 1, moved


def test_cap_holds_at_a_worker(tmp_path: Path, postgres: str) -> None:
    """--max-points of a run holds wherever it is sent."""
    with start_machines(tmp_path, postgres, rate=200) as here:
        here.worker("worker")
        run = here.run("run", sheet(tmp_path / "orders.csv", 60), "--max-points", "25")
        assert 3 == run.wait(60), here.reported("run")
        assert (25, 25) == (len(here.calls()), here.summary("run")["points_spent"])
        assert "sending" in here.reported("worker")


def test_two_signals_end_a_run_that_waits_for_the_server(tmp_path: Path, postgres: str) -> None:
    """Two Ctrl-C while a plan waits for another's: gone within seconds."""
    with start_machines(tmp_path, postgres, rate=50) as here, psycopg.connect(postgres) as blocking:
        open_postgres(postgres).close()
        blocking.execute("SELECT pg_advisory_xact_lock(1112756603, 1), pg_advisory_xact_lock(1112756603, 0)")
        run = here.run("run", sheet(tmp_path / "orders.csv", 20))
        time.sleep(3)
        os.kill(run.pid, signal.SIGINT)
        os.kill(run.pid, signal.SIGTERM)
        assert run.wait(10) in (130, 4), here.reported("run")


def test_idle_worker_uses_two_connections_and_hardly_commits(tmp_path: Path, postgres: str) -> None:
    """An idle worker: at most two connections, under one commit a second."""
    with (
        start_machines(tmp_path, postgres, rate=50) as here,
        psycopg.connect(postgres, autocommit=True) as database,
    ):
        database.execute("ALTER SYSTEM SET autovacuum = off")  # its commits are not the worker's
        database.execute("SELECT pg_reload_conf()")
        here.worker("worker")
        time.sleep(13)

        def commits() -> int:
            row = database.execute(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
            assert row is not None
            return int(row[0])

        before = commits()
        time.sleep(10)
        spent = commits() - before
        row = database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'batchsync%'"
        ).fetchone()
        database.execute("ALTER SYSTEM RESET autovacuum")
        database.execute("SELECT pg_reload_conf()")
        assert row is not None
        assert (row[0] <= 2, spent <= 10) == (True, True), (row[0], spent)
