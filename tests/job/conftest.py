"""A sandbox, settings that point to it, and sheets to run."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import openpyxl
import pytest
from pydantic import SecretStr

from batchsync.config import ApiSettings, Config, LedgerSettings, PaceSettings, SpendSettings
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.server import Sandbox

MakeConfig = Callable[..., Config]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings()) as server:
        yield server


@pytest.fixture
def make_config(sandbox: Sandbox, tmp_path: Path) -> MakeConfig:
    def make(*, token: str | None = None, max_points: int | None = None) -> Config:
        return Config(
            api=ApiSettings(url=sandbox.url),
            pace=PaceSettings(rate=1000),
            spend=SpendSettings(max_points=max_points),
            ledger=LedgerSettings(url=str(tmp_path / "ledger.sqlite")),
            token=SecretStr(token or sandbox.token),
        )

    return make


def sheet(path: Path, start: int, count: int) -> Path:
    """Write a sheet of orders numbered from `start`."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["order_sn", "mall_id"])
    for i in range(count):
        page.append([f"260101-{start + i:015d}", "2088123464"])
    book.save(path)
    return path
