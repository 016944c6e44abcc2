"""What is the SQLite ledger's own: its file, its lock, its upkeep, and what it refuses to open."""

import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from array import array
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batchsync.errors import LedgerBusy, LedgerDamaged, LedgerError
from batchsync.ledger import LedgerSize, Pruned, SqliteLedger, open_ledger, statements
from batchsync.ledger.location import _mounted_kind, normal_endpoint, path_of
from batchsync.messages.render import Lang
from batchsync.model import CallVerdict, Plan, Reason, Response, State
from tests.child_process import end_with_parent
from tests.ledger.builders import NEW, SILENCE, UNCERTAIN, call, plan, start, state_of
from tests.ledger.conftest import OpenSqlite

HERE = Path(__file__).parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and signals")


def run_python(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        **end_with_parent(),
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        cwd=HERE,
    )


# --- The file -----------------------------------------------------------------------------------------------


@posix
def test_files_are_private(opened: OpenSqlite, ledger_path: Path) -> None:
    """Folder 0700, every file in it 0600."""
    with opened() as ledger, ledger.lock(1, "t"):
        start(ledger, plan("A1"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ledger_path.parent.iterdir()}
    assert 0o700 == stat.S_IMODE(ledger_path.parent.stat().st_mode)
    assert {0o600} == set(modes.values()), modes
    assert {"ledger.db", "ledger.db.lock", "ledger.db.outcomes", "ledger.db.holder"} <= set(modes)


def test_durability_is_full(opened: OpenSqlite) -> None:
    """WAL and synchronous=FULL, on the connection that writes."""
    with opened() as ledger, ledger.lock(1, "t"):
        database = ledger._file.reader()
        found = [
            next(iter(database.execute(f"PRAGMA {name}")))[0] for name in ("journal_mode", "synchronous")
        ]
        assert ["wal", 2] == found


def test_newer_ledger_is_refused(opened: OpenSqlite, ledger_path: Path) -> None:
    """An older program doesn't touch what it can't understand."""
    with opened():
        pass
    with sqlite3.connect(ledger_path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for read_only in (True, False):
        with pytest.raises(LedgerError, match="newer batchsync"):
            opened(read_only=read_only)


def test_foreign_database_is_refused(opened: OpenSqlite, ledger_path: Path) -> None:
    """Somebody else's SQLite file is left alone."""
    ledger_path.parent.mkdir()
    with sqlite3.connect(ledger_path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    before = ledger_path.read_bytes()
    with pytest.raises(LedgerError, match="not a ledger"):
        opened()
    assert before == ledger_path.read_bytes()


def test_file_that_is_no_database_is_refused(opened: OpenSqlite, ledger_path: Path) -> None:
    """Damage is reported in a sentence that states not to delete it."""
    ledger_path.parent.mkdir()
    ledger_path.write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerDamaged, match="Do not delete"):
        opened()


def test_folder_that_can_not_be_made_is_reported(tmp_path: Path) -> None:
    """A path under a file: one sentence."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="cannot be opened"):
        open_ledger(tmp_path / "file" / "ledger.db")


@pytest.mark.parametrize("kind", ["nfs4", "cifs"])
def test_network_drive_is_refused(opened: OpenSqlite, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """SQLite's locks can't be trusted there."""
    monkeypatch.setattr("batchsync.ledger.location._mounted_kind", lambda _: kind)
    with pytest.raises(LedgerError, match="network drive"):
        opened()


def test_mounted_kind_is_that_of_the_longest_mount_point(tmp_path: Path) -> None:
    """Mounts inside mounts, and spaces in names."""
    mounts = tmp_path / "mounts"
    mounts.write_text("a / ext4 rw 0 0\nb /srv nfs4 rw 0 0\nc /srv/my\\040disk xfs rw 0 0\n")
    assert ["ext4", "nfs4", "xfs", "ext4"] == [
        _mounted_kind(Path(path), mounts) for path in ("/home/x", "/srv/x", "/srv/my disk/x", "/srvx")
    ]
    assert None is _mounted_kind(Path("/x"), tmp_path / "none")


def test_ledger_is_named_in_several_ways(tmp_path: Path) -> None:
    """A path, sqlite:///relative, sqlite:////absolute; nothing with another scheme."""
    assert tmp_path / "l.db" == path_of(str(tmp_path / "l.db"))
    assert tmp_path / "l.db" == path_of(f"sqlite:///{tmp_path / 'l.db'}")
    assert Path.cwd() / "l.db" == path_of("sqlite:///l.db")
    assert "ledger.db" == path_of(None).name
    with pytest.raises(LedgerError) as refusal:
        path_of("mysql://me:secret@host/db")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("spelling", "normal"),
    [
        ("HTTPS://Api.Example:443/A/", "api.example/A"),
        ("http://h", "h/"),
        ("http://h:443/a?b=1#c", "h:443/a?b=1"),
        ("http://[::1]:80/x", "[::1]/x"),
    ],
)
def test_endpoint_has_one_spelling(spelling: str, normal: str) -> None:
    """No scheme, the host in small letters, no default port, no last slash; the path's case counts."""
    assert normal == normal_endpoint(spelling)


def test_ledger_keeps_order_merchant_and_outcome_only(opened: OpenSqlite) -> None:
    """No column for a token, a header, or another cell of the user's sheet; headers of the table are in its sheets."""
    with opened() as ledger:
        reader = ledger._file.reader()
        kept = {
            table: {row[0] for row in reader.execute("SELECT name FROM pragma_table_info(?)", (table,))}
            for table in ("orders", "entries", "entry_facts", "attempts", "outcomes", "answers")
        }
    assert {
        "orders": {
            "id",
            "account",
            "owner",
            "number",
            "state",
            "cause",
            "attempts",
            "run",
            "settled_at",
            "points",
            "again",
            "stood",
        },
        "entries": {"run", "seq", "sheet", "line", "verdict", "order_id", "earlier_run", "earlier_at"},
        "entry_facts": {"run", "seq", "reason", "first_sheet", "first_line", "owner", "number"},
        "attempts": {"id", "run", "claimed_at"},
        "outcomes": {"attempt", "late", "state", "points", "answer", "elapsed", "at"},
        "answers": {"id", "reason", "phase", "http_status", "api_status", "hint", "error", "body"},
    } == kept


# --- The lock -----------------------------------------------------------------------------------------------

HOLDER = """
    import sys
    from batchsync.ledger import open_ledger
    with open_ledger(sys.argv[1]) as ledger:
        account = ledger.account("http://api.example/pay", "default")
        with ledger.lock(account, "20261123-0212-orders"):
            print("held", flush=True)
            sys.stdin.readline()
"""


def test_second_process_is_refused_and_reported_who_was_first(opened: OpenSqlite, ledger_path: Path) -> None:
    """LedgerBusy names run, process and time in both languages; reading goes on."""
    first = run_python(HOLDER, ledger_path)
    assert first.stdout is not None
    assert "held\n" == first.stdout.readline()
    try:
        with opened() as ledger:
            with pytest.raises(LedgerBusy) as refusal, ledger.lock(1, "t"):
                pass
            for lang in Lang:
                assert "20261123-0212-orders" in refusal.value.render(lang)
                assert str(first.pid) in refusal.value.render(lang)
            with pytest.raises(LedgerBusy):
                ledger.new_run(1, "/f", "0", "f", "en")
            assert bytes(1) == ledger.lookup_orders(1, ["77"], ["A1"]).states
    finally:
        first.communicate("\n")
    with opened() as ledger, ledger.lock(1, "t"):
        assert 1 == ledger.find_account("http://api.example/pay", "default")


@posix
def test_symbolic_link_to_the_file_is_the_same_ledger(
    opened: OpenSqlite, ledger_path: Path, tmp_path: Path
) -> None:
    """A second run by another name of the file is refused: it must not take live calls for dead ones."""
    with opened() as ledger, ledger.lock(ledger.account("http://api.example/pay", "default"), "first"):
        link = tmp_path / "link.db"
        link.symlink_to(ledger_path)
        with SqliteLedger(link) as other, pytest.raises(LedgerBusy), other.lock(1, "second"):
            pass
        assert not link.with_name("link.db.lock").exists()


def test_lock_is_freed_by_kill_9(opened: OpenSqlite, ledger_path: Path) -> None:
    """A dead holder holds nothing, and its name stands in nobody's way."""
    first = run_python(HOLDER, ledger_path)
    assert first.stdout is not None
    assert "held\n" == first.stdout.readline()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    with opened() as ledger, ledger.lock(1, "t"):
        pass


KILLED = """
    import asyncio, os, sys
    from batchsync.ledger import journal, open_ledger
    from tests.ledger.builders import *
    journal.SIZE = 65_536

    async def main():
        with open_ledger(sys.argv[1]) as ledger, ledger.lock(1, "t"):
            run, orders = start(ledger, plan(*(f"A{n}" for n in range(2000))))
            waiting = iter(orders)
            async def worker():
                for order in waiting:
                    attempt = await ledger.claim(order, run)
                    os.write(1, b"sent %d\\n" % order)
                    await asyncio.sleep(0)
                    ledger.record_outcome(attempt, SYNCED, ANSWER)
            await asyncio.gather(*(worker() for _ in range(20)))
    asyncio.run(main())
"""


@posix
@pytest.mark.parametrize("after", [1, 333, 777])
def test_killed_between_commits(opened: OpenSqlite, ledger_path: Path, after: int) -> None:
    """kill -9 in the middle of commits: what was sent is synced or uncertain, never planned; few are uncertain."""
    child = run_python(KILLED, ledger_path)
    assert child.stdout is not None
    sent = [child.stdout.readline() for _ in range(after)]
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    orders = {
        int(line.split()[1])
        for line in [*sent, *rest.splitlines()]
        if line.startswith("sent ") and line[5:].strip()
    }
    with opened() as ledger, ledger.lock(1, "t"):
        (run,) = ledger.runs()
        states = {n + 1: entry.state for n, entry in enumerate(ledger.results(run.run))}
        assert set() == {order for order in orders if states[order] is State.PLANNED}
        assert list(states.values()).count(State.UNCERTAIN) <= 40
        assert [] == ledger.verify()


def test_imports_where_posix_is_missing() -> None:
    """No fcntl, resource, posix_fallocate, fdatasync: the ledger still imports, and books."""
    program = """
        import os, sys, tempfile
        for name in ("fcntl", "resource"):
            sys.modules[name] = None
        for name in ("posix_fallocate", "fdatasync", "geteuid", "statvfs"):
            if hasattr(os, name): delattr(os, name)
        from batchsync.ledger import SqliteLedger
        from batchsync.ledger.journal import Journal
        from batchsync.ledger.batches import ResponseRecord, AttemptOutcome
        from pathlib import Path
        path = Path(tempfile.mkdtemp()) / "j"
        journal = Journal(path, 4096); journal.open()
        journal.append([AttemptOutcome(1, 3, 1, ResponseRecord("synced", 2, 200, "", "", "", b""), 1, 1)])
        print(len(list(journal.outcomes())))
    """
    child = run_python(program)
    out, _ = child.communicate()
    assert (0, "1\n") == (child.returncode, out)


# --- Upkeep -------------------------------------------------------------------------------------------------


async def test_backup_is_a_whole_ledger(opened: OpenSqlite, tmp_path: Path) -> None:
    """Made while a run goes on; it opens, and knows what was known."""
    target = tmp_path / "copies" / "ledger.db"
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order, _) = start(ledger, plan("A1", "A2"))
        await call(ledger, run, order)
        ledger.backup(target)
        ledger.backup(target)  # over the older one
        with pytest.raises(LedgerError, match="is the ledger itself"):
            ledger.backup(ledger.path)
    assert ["ledger.db", "ledger.db.outcomes"] == sorted(path.name for path in target.parent.iterdir())
    with open_ledger(target) as copy:
        assert (State.SYNCED, []) == (state_of(copy, "A1"), copy.verify())


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("UPDATE orders SET state = 4, cause = 2", "is refused, but its last call is recorded as synced"),
        ("UPDATE orders SET points = 9", "is recorded with 9 points"),
        ("UPDATE orders SET attempts = 5", "has 5 calls, but 1"),
        ("DELETE FROM answers", "does not exist"),
        ("DELETE FROM outcomes", "last call is recorded as -"),
    ],
)
async def test_verify_finds_what_does_not_fit(
    opened: OpenSqlite, ledger_path: Path, damage: str, sentence: str
) -> None:
    """A sound ledger has no faults; each kind of damage is reported in words."""
    with opened() as ledger:
        with ledger.lock(1, "t"):
            run, (order,) = start(ledger, plan("A1"))
            await call(ledger, run, order)
        assert [] == ledger.verify()
    with sqlite3.connect(ledger_path) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(damage)
    connection.close()
    with opened() as ledger:
        assert any(sentence in fault.render(Lang.EN) for fault in ledger.verify()), [
            f.render(Lang.EN) for f in ledger.verify()
        ]


async def test_prune_keeps_orders_and_unsettled_evidence(opened: OpenSqlite, ledger_path: Path) -> None:
    """Old attempts go; which run settled an order, when and for how much stays, and so does a run with uncertain orders."""
    with opened() as ledger, ledger.lock(1, "t"):
        old, (order,) = start(ledger, plan("A1"))
        await call(ledger, old, order)
        doubtful, (other,) = start(ledger, plan("A2"))
        await call(ledger, doubtful, other, UNCERTAIN, SILENCE)
        assert Pruned(runs=0, attempts=0) == ledger.prune(1)
    long_ago = int((datetime.now(UTC) - timedelta(days=90)).timestamp() * 1e6)
    with sqlite3.connect(ledger_path) as connection:
        connection.execute("UPDATE runs SET started_at = ?", (long_ago,))
    connection.close()
    with opened() as ledger:
        new, _ = start(ledger, plan("A3"))
        assert Pruned(runs=1, attempts=1) == ledger.prune(30)
        (record,) = ledger.orders_of("A1")
        assert (State.SYNCED, old, 3) == (record.state, record.run, record.points)
        assert record.settled_at is not None
        assert [] == ledger.verify()
        assert 1 == len(list(ledger.results(doubtful)))
        assert 1 == len(list(ledger.results(new)))
        with pytest.raises(LedgerError, match="were deleted"):
            list(ledger.results(old))
        assert {old, doubtful, new} == {run.run for run in ledger.runs()}
        found = ledger.size()
        assert (
            LedgerSize(orders=3, attempts=1, runs=3, bytes=found.bytes, empty_bytes=found.empty_bytes)
            == found
        )


# --- Statements, and cost -----------------------------------------------------------------------------------


def test_all_sql_is_in_the_sql_files() -> None:
    """No statement but PRAGMA, BEGIN, COMMIT, ROLLBACK stands in the code."""
    folder = Path(statements.__file__).parent
    odd = [
        f"{path.name}:{number}"
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(f'"{verb} ' in line for verb in ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE"))
    ]
    assert [] == odd


def test_every_statement_is_used_and_prepares(opened: OpenSqlite) -> None:
    """Nothing dead, nothing misspelt."""
    folder = Path(statements.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    assert [] == [name for name in statements.queries() if f'"{name}"' not in code]


def big(rows: int) -> Plan:
    made = plan()
    made.sheet_of, made.lines = array("H", bytes(2 * rows)), array("I", range(2, rows + 2))
    made.owners, made.verdicts = ["77"] * rows, bytearray(rows)
    made.numbers = [f"231120-{n * 7919 % 1_000_003:015d}" for n in range(rows)]
    return made


def steps_per_row(path: Path, rows: int) -> float:
    steps = 0

    def tick() -> int:
        nonlocal steps
        steps += 1
        return 0

    with SqliteLedger(path) as ledger, ledger.lock(1, "t"):
        account = ledger.account("http://x/", "default")
        ledger._file._writer._connection.set_progress_handler(tick, 100)  # type: ignore[union-attr]
        made = big(rows)
        run = ledger.new_run(account, "/f", "0", "f", "en")
        ledger.save_plan(run, made, allow=NEW)
        ledger.lookup_orders(account, made.owners, made.numbers)
    return 100 * steps / rows


def test_cost_of_a_row_is_flat(tmp_path: Path) -> None:
    """Planning 40,000 rows takes as many steps of SQLite's machine for each as planning 4,000."""
    small, large = steps_per_row(tmp_path / "s.db", 4_000), steps_per_row(tmp_path / "l.db", 40_000)
    assert large == pytest.approx(small, rel=0.1)


async def test_known_orders_are_planned_in_bulk_across_chunks(opened: OpenSqlite) -> None:
    """More rows than a chunk holds, half of them known: ids are aligned, states too."""
    rows = 45_000
    with opened() as ledger, ledger.lock(1, "t"):
        made = big(rows)
        half = big(rows)
        half.numbers, half.owners = made.numbers[::2], made.owners[::2]
        half.lines, half.sheet_of, half.verdicts = made.lines[::2], made.sheet_of[::2], made.verdicts[::2]
        _, first = start(ledger, half)
        run, ids = start(ledger, made)
        assert first == ids[::2]
        assert rows == len(set(ids))
        assert bytes([1]) * rows == ledger.lookup_orders(1, made.owners, made.numbers).states
        assert made.numbers == [entry.number for entry in ledger.results(run)]


async def test_distinct_answers_are_all_kept(opened: OpenSqlite) -> None:
    """More wordings than are remembered at once."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan(*(f"A{n}" for n in range(50))))
        for n, order in enumerate(orders):
            attempt = await ledger.claim(order, run)
            verdict = CallVerdict(State.REFUSED, Reason.UNKNOWN_CODE, hint=f"hint {n % 7}")
            ledger.record_outcome(attempt, verdict, Response(200, b"%d" % n, None, 0.1))
        await ledger.flush()
        assert [(f"hint {n % 7}", str(n)) for n in range(50)] == [
            (e.hint, e.answer) for e in ledger.results(run)
        ]
