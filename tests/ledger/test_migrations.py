"""A ledger that an older version wrote is brought up to date, and forgets nothing that was paid for."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from batchsync.errors import IllegalMove
from batchsync.ledger import Ledger, SqliteLedger, open_ledger, open_postgres
from batchsync.ledger.database import connect as connect_file
from batchsync.ledger.postgres.database import connect as connect_server
from batchsync.model import STATES, Decision, State
from tests.ledger.builders import call, plan, start

MakeOld = Callable[[str], Ledger]
NUMBERS = ["synced", "failed", "uncertain", "charged", "let go", "refused", "new"]
LIFE = """
    INSERT INTO accounts (id, endpoint, name, highest_price) VALUES (1, 'http://api.example/pay', 'default', 3);
    INSERT INTO owners (id, owner) VALUES (1, '77');
    INSERT INTO runs (id, run, account, file, file_sha256, lang, started_at) VALUES (1, 'r', 1, '', '', 'en', 0);
    INSERT INTO answers (id, reason, phase) VALUES (1, 'synced', 2);
    INSERT INTO orders (id, account, owner, number, state, cause, attempts, run, settled_at, points) VALUES
        (1, 1, 1, 'synced', 1, 7, 1, 1, 9, 3), (2, 1, 1, 'failed', 1, 3, 2, 1, 9, 2),
        (3, 1, 1, 'uncertain', 1, 8, 1, 1, 9, NULL), (4, 1, 1, 'charged', 1, 3, 2, 1, 9, NULL),
        (5, 1, 1, 'let go', 1, 3, 2, 1, 9, NULL), (6, 1, 1, 'refused', 1, 3, 2, 1, 9, 0),
        (7, 1, 1, 'new', 1, NULL, 0, NULL, NULL, NULL);
    INSERT INTO attempts (id, run, claimed_at) VALUES (65537, 1, 1), (131073, 1, 1), (131074, 1, 1), (196609, 1, 1),
        (262145, 1, 1), (262146, 1, 1), (327681, 1, 1), (327682, 1, 1), (393217, 1, 1), (393218, 1, 1);
    INSERT INTO outcomes (attempt, state, points, answer, at) VALUES (65537, 3, 3, 1, 1), (131073, 5, 2, 1, 1),
        (131074, 1, 0, 1, 1), (196609, 6, NULL, 1, 1), (262145, 6, NULL, 1, 1), (262146, 1, 0, 1, 1),
        (327681, 6, NULL, 1, 1), (327682, 1, 0, 1, 1), (393217, 4, 0, 1, 1), (393218, 1, 0, 1, 1);
    INSERT INTO resolutions (id, order_id, decision, at) VALUES
        (1, 3, 'send_again', 2), (2, 4, 'charged', 2), (3, 5, 'not_charged', 2)
"""
"""One order for each way in which version 1 could leave a planned one that had been settled before; and a new one."""
PRUNED = "; DELETE FROM outcomes; DELETE FROM attempts; UPDATE runs SET pruned_at = 3"


RESTART = "; ".join(
    f"ALTER SEQUENCE {table}_id_seq RESTART WITH 20" for table in ("runs", "orders", "accounts", "answers")
)


def old_file(path: Path, life: str, *, opens: bool = True) -> SqliteLedger:
    with patch("batchsync.ledger.migrations.SCHEMA_VERSION", 1):
        SqliteLedger(path).close()
    database = connect_file(path, read_only=False)
    for statement in f"DROP TRIGGER orders_start_planned; {life}".split(";"):
        database.execute(statement)
    database.close()
    return SqliteLedger(path, read_only=not opens)


def old_server(address: str, life: str, *, opens: bool = True) -> Ledger:
    with patch("batchsync.ledger.postgres.store.SCHEMA_VERSION", 1):
        open_postgres(address).close()
    database = connect_server(address)
    database.script(f"SET batchsync.copying = 'on'; {life}; {RESTART}")
    database.close()
    return open_postgres(address, read_only=not opens)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def make_old(request: pytest.FixtureRequest, tmp_path: Path) -> MakeOld:
    """Makes a ledger of version 1 with a past, and opens it with this version."""
    if request.param == "sqlite":
        return lambda life: old_file(tmp_path / "old.db", life)
    address = request.getfixturevalue("postgres")
    return lambda life: old_server(address, life)


@pytest.mark.parametrize("life", [LIFE, LIFE + PRUNED], ids=["calls kept", "calls pruned"])
def test_what_was_only_planned_to_be_sent_again_stands_as_before(make_old: MakeOld, life: str) -> None:
    """Version 1 wrote `planned` over synced, failed and uncertain orders; those that never left are given back."""
    failed = State.SYNCED if life.endswith(PRUNED) else State.SETTLED_FAILED
    planned = [State.PLANNED] * 3
    with make_old(life) as ledger, ledger.lock(1, "t"):
        known = ledger.known(1, ["77"] * len(NUMBERS), NUMBERS)
        assert [State.SYNCED, failed, State.UNCERTAIN, State.SYNCED, *planned] == [STATES[c] for c in known]
        with pytest.raises(IllegalMove):
            start(ledger, plan("uncertain"))
        assert [] == ledger.verify()


TWINS = """
    INSERT INTO accounts (id, endpoint, name, highest_price) VALUES (1, 'http://api.example/pay', 'default', 3),
        (2, 'https://api.example/pay', 'default', 5), (3, 'https://api.example/pay', 'other', 1),
        (4, 'https://other.example/', 'default', 0);
    INSERT INTO owners (id, owner) VALUES (1, '77');
    INSERT INTO runs (id, run, account, file, file_sha256, lang, started_at) VALUES
        (1, 'r1', 1, '', '', 'en', 0), (2, 'r2', 2, '', '', 'en', 0);
    INSERT INTO answers (id, reason, phase) VALUES (1, 'synced', 2);
    INSERT INTO orders (id, account, owner, number, state, cause, attempts, run, settled_at, points) VALUES
        (1, 1, 1, 'only http', 3, 2, 1, 1, 9, 3), (2, 2, 1, 'only https', 3, 2, 1, 2, 9, 5),
        (3, 1, 1, 'paid twice', 3, 2, 1, 1, 9, 3), (4, 2, 1, 'paid twice', 3, 2, 1, 2, 9, 5),
        (5, 1, 1, 'paid by https', 4, 2, 1, 1, 9, 0), (6, 2, 1, 'paid by https', 3, 2, 1, 2, 9, 5),
        (7, 1, 1, 'in doubt by https', 1, NULL, 0, NULL, NULL, NULL), (8, 2, 1, 'in doubt by https', 6, 2, 1, 2, 9, NULL),
        (9, 3, 1, 'only http', 4, 2, 1, 2, 9, 0);
    INSERT INTO attempts (id, run, claimed_at) SELECT id * 65536 + 1, run, 1 FROM orders WHERE attempts = 1;
    INSERT INTO outcomes (attempt, state, points, answer, at)
        SELECT id * 65536 + 1, state, points, 1, 9 FROM orders WHERE attempts = 1
"""
"""An address that was written with http first and with https later; and accounts that have nothing to do with it."""


async def test_accounts_of_http_and_https_become_one(make_old: MakeOld) -> None:
    """Nothing that either of them paid for goes again, and every point that either spent is told."""
    numbers = ["only http", "only https", "paid twice", "paid by https", "in doubt by https"]
    with make_old(TWINS) as ledger, ledger.lock(1, "t"):
        accounts = {ledger.account(f"{scheme}://api.example/pay", "default") for scheme in ("http", "https")}
        assert ({1}, 5) == (accounts, ledger.highest_price(1))
        assert [3, 4] == [
            ledger.account("http://api.example/pay", "other"),
            ledger.account("https://other.example", "default"),
        ]
        states = [STATES[code] for code in ledger.known(1, ["77"] * 5, numbers)]
        assert [*[State.SYNCED] * 4, State.UNCERTAIN] == states
        assert STATES.index(State.REFUSED) == ledger.known(3, ["77"], ["only http"])[0]
        assert 3 + 5 + 3 + 5 + 5 == sum(each.figures.points for each in ledger.spending(1))
        assert 7 == len(list(ledger.charges(1)))
        with pytest.raises(IllegalMove):
            start(ledger, plan("paid by https"))
        assert ["in doubt by https"] == [
            each.number for each in ledger.resolve(1, Decision.CHARGED, orders=[8])
        ]
        run, (order,) = start(ledger, plan("new"))
        await call(ledger, run, order)
        assert [] == ledger.verify()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_older_file_is_read_as_a_run_will_see_it_and_left_as_it_is(tmp_path: Path, scheme: str) -> None:
    """Who only reads is told of both schemes' orders, calls and points; not a byte of the file changes."""
    path = tmp_path / "old.db"
    old_file(path, TWINS, opens=False).close()
    before = path.read_bytes()
    with SqliteLedger(path, read_only=True) as ledger:
        assert None is ledger.find_account(f"{scheme}://api.example/", "default")
        account = ledger.find_account(f"{scheme}://api.example/pay", "default")
        assert account is not None
        known = ledger.known(account, ["77"] * 3, ["only http", "only https", "paid by https"])
        assert [State.SYNCED] * 3 == [STATES[code] for code in known]
        assert 3 + 5 + 3 + 5 + 5 == sum(each.figures.points for each in ledger.spending(account))
        assert 7 == len(list(ledger.charges(account)))
        assert [] == ledger.verify()
    assert before == path.read_bytes()


def test_older_file_planned_to_be_sent_again_is_not_told_to_be_free(tmp_path: Path) -> None:
    """`check` before the first run of this version counts what was paid for as paid for, as that run will."""
    with old_file(tmp_path / "old.db", LIFE, opens=False) as ledger:
        known = ledger.known(1, ["77"] * 3, ["synced", "failed", "uncertain"])
        assert [State.SYNCED, State.SETTLED_FAILED, State.UNCERTAIN] == [STATES[code] for code in known]


@pytest.mark.postgres
def test_older_server_is_read_as_a_run_will_see_it(postgres: str) -> None:
    """Who asks a server first is told of both schemes' points."""
    with old_server(postgres, TWINS, opens=False) as ledger:
        account = ledger.find_account("https://api.example/pay", "default")
        assert account is not None
        assert 3 + 5 + 3 + 5 + 5 == sum(each.figures.points for each in ledger.spending(account))


@pytest.mark.parametrize("target", ["file", pytest.param("server", marks=pytest.mark.postgres)])
def test_older_file_is_copied(tmp_path: Path, target: str, request: pytest.FixtureRequest) -> None:
    """`ledger copy` takes a ledger of before along, in today's form."""
    old_file(tmp_path / "old.db", LIFE, opens=False).close()
    place = request.getfixturevalue("postgres") if target == "server" else str(tmp_path / "new.db")
    with open_ledger(str(tmp_path / "old.db")) as old, open_ledger(place) as new:
        old.copy_to(new)
        assert State.SYNCED == STATES[new.known(1, ["77"], ["synced"])[0]]
        assert [] == new.verify()
