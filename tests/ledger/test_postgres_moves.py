"""The moves in PostgreSQL: it refuses what the table refuses, and the walk over SQLite's ledger finds no other way here."""

import contextlib
import itertools
from types import MappingProxyType
from unittest.mock import patch

import psycopg
import pytest

from batchsync.ledger import open_postgres
from batchsync.ledger.codes import STATE_CODES
from batchsync.ledger.postgres import statements
from batchsync.ledger.postgres.database import connect
from batchsync.model import MOVES, STATES, CallVerdict, Cause, Decision, Reason, State
from tests.ledger.builders import SILENCE, plan, start
from tests.ledger.test_moves import STOOD, UNTIL_FOUND, Walk, move_of, walk

pytestmark = pytest.mark.postgres
ALL_MOVES = list(itertools.product(State, Cause, State))
FORGET = "TRUNCATE accounts, owners, runs, orders, attempts, answers, senders RESTART IDENTITY CASCADE"


def test_database_refuses_what_the_table_refuses(postgres: str) -> None:
    """Each of the 360 triples of state, cause and state: the trigger and model.MOVES agree."""
    open_postgres(postgres).close()
    database = connect(postgres)
    database.script(
        "INSERT INTO accounts (endpoint, name) VALUES ('e', 'n'); INSERT INTO owners (owner) VALUES ('o');"
        "INSERT INTO runs (id, run, account, file, file_sha256, lang, started_at) VALUES (7, 'r', 1, '', '', '', 0);"
        "INSERT INTO orders (account, owner, number) VALUES (1, 1, 'A1')"
    )
    allowed = set()
    for (before, cause, after), stood in itertools.product(ALL_MOVES, STOOD):
        database.script("BEGIN; ALTER TABLE orders DISABLE TRIGGER orders_move")
        was = (STATE_CODES[before], stood)
        database.execute("UPDATE orders SET state = $1, again = 7, stood = $2", was)
        database.script("ALTER TABLE orders ENABLE TRIGGER orders_move")
        try:
            move = move_of(before, cause, after)
            database.execute(
                "UPDATE orders SET state = $1, cause = $2, attempts = attempts + $3, stood = $4", move
            )
            allowed.add((before, cause, after))
            assert cause is not Cause.NOT_SENT or after is (STATES[stood] if stood else State.PLANNED)
        except psycopg.errors.CheckViolation:
            pass
        database.script("ROLLBACK")
    database.close()
    assert allowed == {
        (before, cause, after) for (before, cause), targets in MOVES.items() for after in targets
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders SET state = 3, cause = NULL",
        "UPDATE orders SET state = 2, cause = 1",
        "UPDATE orders SET state = 2, cause = 8, attempts = attempts + 1, stood = 6",
        "INSERT INTO orders (account, owner, number, state) VALUES (1, 1, 'A2', 3)",
        "DELETE FROM orders",
        "UPDATE orders SET number = 'A2'",
        "UPDATE attempts SET claimed_at = 0",
        "UPDATE outcomes SET points = 0",
        "UPDATE resolutions SET at = 0",
        "DELETE FROM resolutions",
    ],
)
async def test_database_refuses_to_forget(postgres: str, statement: str) -> None:
    """No cause, no attempt, no order that starts settled; orders stay, evidence is append-only."""
    with open_postgres(postgres) as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await ledger.claim(order, run)
        ledger.record_outcome(attempt, CallVerdict(State.UNCERTAIN, Reason.TIMEOUT, None), SILENCE)
        await ledger.flush()
        if "stood" not in statement:  # which nobody has allowed
            ledger.resolve(1, Decision.NOT_CHARGED, orders=[order])
        database = connect(postgres)
        with pytest.raises(
            psycopg.errors.CheckViolation, match=r"illegal move|never forgotten|keeps its key|append-only"
        ):
            database.execute(statement)
        database.close()


def machine(address: str) -> type[Walk]:
    """The walk over one database, emptied before each."""
    open_postgres(address).close()

    class PostgresWalk(Walk):
        def __init__(self) -> None:
            with contextlib.closing(connect(address)) as database:
                database.script(FORGET)
            super().__init__()

        def open(self) -> None:
            self.ledger = self.stack.enter_context(open_postgres(address))
            self.stack.enter_context(self.ledger.lock(1, "walk"))

    return PostgresWalk


def test_walk_over_the_moves(postgres: str) -> None:
    """Whatever is asked in whatever order: PostgreSQL's ledger moves as the table states, or not at all."""
    walk(8, machine=machine(postgres))


BUGS = {
    "settles any attempt": ("settle_all", "AND o.state = 2", ""),
    "lets any run send again": ("claim_all", "o.again = a.run", "o.again IS NOT NULL"),
    "forgets the dead": ("give_up_orders", "state = 2", "state = 99"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_walk_catches_a_planted_bug(postgres: str, bug: str) -> None:
    """The walk can fail: with the trigger gone and one statement wrong, it finds the way that shouldn't be."""
    name, old, new = BUGS[bug]
    assert old in statements.queries()[name]
    wrong = MappingProxyType({**statements.queries(), name: statements.queries()[name].replace(old, new)})
    broken = machine(postgres)
    with contextlib.closing(connect(postgres)) as database:
        database.script("DROP TRIGGER orders_move ON orders")
    with (
        patch("batchsync.ledger.postgres.database.queries", lambda: wrong),
        pytest.raises(BaseException),  # noqa: B017 (an assertion, or the ledger's own refusal to go on)
    ):
        walk(UNTIL_FOUND, find_only=True, machine=broken)
