"""Pages that are generated from the program state what the program states."""

import runpy
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
GENERATE = runpy.run_path(str(REPOSITORY / "docs" / "generate.py"))


def test_generated_pages_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and usage pages in both languages; `make generate` writes them again."""
    monkeypatch.setenv("COLUMNS", GENERATE["COLUMNS"])
    stale = [
        place
        for place, text in GENERATE["pages"]()
        if text != (REPOSITORY / place).read_text(encoding="utf-8")
    ]
    assert [] == stale
