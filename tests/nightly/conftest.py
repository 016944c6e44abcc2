"""Every test has an inbox, a ledger and a vendor of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from batchsync.cli.stand_in import running
from batchsync.sandbox import SandboxSettings
from tests.nightly.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with running(SandboxSettings()) as sandbox:
        yield Scene(tmp_path, sandbox)
