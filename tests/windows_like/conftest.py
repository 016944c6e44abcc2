"""Fixtures of the tests that imitate Windows on every system."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from tests.nightly.inbox_fixture import InboxFixture


@pytest.fixture
def inbox_fixture(tmp_path: Path) -> Iterator[InboxFixture]:
    with run_in_thread(SandboxSettings()) as sandbox:
        yield InboxFixture(tmp_path, sandbox)
