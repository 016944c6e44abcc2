"""The page about status codes matches the table."""

import importlib.util
from pathlib import Path
from types import ModuleType

from batchsync.messages import status_codes
from batchsync.sending.judge import CODES

DOCS = Path(__file__).parents[2] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("status_codes", DOCS / "status_codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    """docs/status-codes.md is what `python docs/status_codes.py` writes."""
    assert generator().page() == (DOCS / "status-codes.md").read_text(encoding="utf-8")


def test_every_code_has_words() -> None:
    """The table and the vendor's words name the same codes."""
    assert set(status_codes.CODES) == set(CODES) | {0}
