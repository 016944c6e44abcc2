"""A run that is cancelled while a thread of it uses the ledger."""

import asyncio
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from batchsync.config import ApiSettings, Config, LedgerSettings
from batchsync.job import Job
from batchsync.job import job as job_module
from batchsync.job.planning_step import plan_file
from batchsync.job.types import CheckedFile


def test_the_ledger_stays_open_until_the_plan_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shuts down during a plan: the planning thread still reads from the connection."""
    planning, cancelled = threading.Event(), threading.Event()
    plans: list[CheckedFile] = []

    def plan_slowly(*arguments: object) -> CheckedFile:
        planning.set()
        assert cancelled.wait(30)
        plans.append(plan_file(*arguments))  # type: ignore[arg-type]
        return plans[-1]

    monkeypatch.setattr(job_module, "plan_file", plan_slowly)
    path = tmp_path / "orders.csv"
    path.write_text("order_sn,mall_id\n261101-000000000000001,7\n")
    config = Config(
        api=ApiSettings(url="http://127.0.0.1:9/"),
        ledger=LedgerSettings(url=str(tmp_path / "ledger.db")),
        token=SecretStr("none"),
    )

    async def run_and_cancel() -> None:
        task = asyncio.create_task(Job(config).run(path))
        await asyncio.to_thread(planning.wait, 30)
        task.cancel()
        asyncio.get_running_loop().call_later(0.2, cancelled.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert 1 == len(plans)

    asyncio.run(run_and_cancel())
