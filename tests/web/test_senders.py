"""Over a shared ledger the page lists the processes that send: where each runs, and which run it executes."""

import os

import pytest
from pydantic import SecretStr

from batchsync.config import ApiSettings, Config, LedgerSettings, WebSettings
from batchsync.ledger import open_postgres
from batchsync.sandbox.server import Sandbox
from tests.postgres import postgres, postgres_server
from tests.web.conftest import Page, served

__all__ = ["postgres", "postgres_server"]


@pytest.mark.postgres
async def test_the_page_names_the_processes_that_send(sandbox: Sandbox, postgres: str) -> None:
    """A process is listed with its pid from when it joins until it ends."""
    config = Config(
        api=ApiSettings(url=sandbox.url),
        ledger=LedgerSettings(url=postgres),
        web=WebSettings(port=0),
        token=SecretStr(sandbox.token),
    )
    async with served(config) as page:
        await page.visitor.login()
        with open_postgres(postgres) as ledger, ledger.lock(1, "<b>packing desk"):
            during = await page.visitor.text("/runs")
        after = await page.visitor.text("/runs")
    assert (True, True) == (f"· {os.getpid()}" in during, "&lt;b&gt;packing desk" in during)
    assert "packing desk" not in after


async def test_a_ledger_of_one_machine_lists_no_processes(page: Page) -> None:
    """Only this process can send."""
    assert "Processes that send" not in await page.visitor.text("/runs")
