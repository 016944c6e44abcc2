"""Over a shared ledger the page names who sends: every worker, where it runs, and at which run it is."""

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
    """A process that has joined stands there with its number, and is gone once it has left."""
    config = Config(
        api=ApiSettings(url=sandbox.url),
        ledger=LedgerSettings(url=postgres),
        web=WebSettings(port=0),
        token=SecretStr(sandbox.token),
    )
    async with served(config) as page:
        await page.visitor.login()
        with open_postgres(postgres) as ledger, ledger.joined("<b>packing desk", kind="worker") as session:
            await session.ask(lambda _: None)  # until then it has only said that it will come
            there = await page.visitor.text("/runs")
        gone = await page.visitor.text("/runs")
    assert (True, True, True) == (
        f"· {os.getpid()}" in there,
        "&lt;b&gt;packing desk" in there,
        "idle" in there,
    )
    assert "packing desk" not in gone


async def test_a_ledger_of_one_machine_names_nobody(page: Page) -> None:
    """Where nobody else can send, there is nothing to say."""
    assert "Processes that send" not in await page.visitor.text("/runs")
