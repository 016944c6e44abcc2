"""Every test has an inbox, a ledger and a vendor of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from tests.nightly.inbox_fixture import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with run_in_thread(SandboxSettings()) as sandbox:
        yield Scene(tmp_path, sandbox)
