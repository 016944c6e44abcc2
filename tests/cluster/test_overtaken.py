"""Two people with one file: what happens between planning it and writing the plan down."""

from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from batchsync.config import Config, LedgerSettings
from batchsync.distributed import cluster_job
from batchsync.errors import IllegalMove, LedgerBusy
from batchsync.job import RunOptions
from batchsync.ledger import open_postgres
from batchsync.ledger.postgres import PostgresLedger
from batchsync.model import State
from tests.cluster.town import sheet
from tests.ledger.scene import state_of

pytestmark = pytest.mark.postgres
MOVES = (
    "UPDATE batchsync.orders SET state = 2, cause = 1, attempts = 1 WHERE number = %s",
    "UPDATE batchsync.orders SET state = 3, cause = 2 WHERE number = %s",
)
FIRST = "261101-000000000000001"


async def test_file_is_planned_anew_when_another_run_was_faster(tmp_path: Path, postgres: str) -> None:
    """Planned as to be sent, synced by the other before it is enrolled: it counts as synced, and nothing is a bug."""
    orders = sheet(tmp_path / "orders.csv", 2)
    config = Config(ledger=LedgerSettings(url=postgres), token=SecretStr("t0k3n-for-tests"))
    others = await cluster_job(config).leave(orders, RunOptions())

    def others_are_faster(_run: str) -> None:
        with psycopg.connect(postgres) as connection:
            for move in MOVES:
                connection.execute(move, (FIRST,))

    late = await cluster_job(config, on_started=others_are_faster).leave(orders, RunOptions())
    assert others.run != late.run
    with open_postgres(postgres, read_only=True) as ledger:
        assert late.run is not None
        assert State.SYNCED is state_of(ledger, FIRST)
        assert [State.SYNCED, State.PLANNED] == [entry.state for entry in ledger.results(late.run)]


async def test_run_that_is_overtaken_each_time_ends_with_a_sentence(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file so long that the other run is always ahead: who comes second hears so, and leaves no run behind."""

    def overtaken(*_given: object, **_more: object) -> None:
        raise IllegalMove

    monkeypatch.setattr(PostgresLedger, "enroll", overtaken)
    config = Config(ledger=LedgerSettings(url=postgres), token=SecretStr("t0k3n-for-tests"))
    with pytest.raises(LedgerBusy):
        await cluster_job(config).leave(sheet(tmp_path / "orders.csv", 2), RunOptions())
    with open_postgres(postgres, read_only=True) as ledger:
        assert [] == ledger.runs()
