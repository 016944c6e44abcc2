"""The few public names, listed by hand."""

import subprocess
import sys

import batchsync


def test_public_names() -> None:
    """What is listed can be had, and nothing else is promised."""
    assert ["check_file", "run_frame", "sync_file", "sync_file_async"] == batchsync.__all__
    assert all(callable(getattr(batchsync, name)) for name in batchsync.__all__)


def test_import_is_light() -> None:
    """`import batchsync` loads no HTTP client, no table library, no settings library."""
    code = "import batchsync, sys; print([m for m in ('aiohttp', 'pandas', 'openpyxl', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
