"""What the page for an operator's boss says of the last proof is what the proof says."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"safety.md": "## The last proof", "safety.zh-CN.md": "## 最近一次证明"}


def figures_of(text: str) -> set[str]:
    """Return the numbers in a text, without dates."""
    return set(re.findall(r"(?<![\d.,-])\d[\d,]*(?![\d,-])", text))


@pytest.mark.parametrize("page", PAGES)
def test_the_quoted_figures_stand_in_the_proof(page: str) -> None:
    """Each number that the safety page quotes is one of docs/proof.md."""
    _, _, quoted = (DOCS / page).read_text(encoding="utf-8").partition(PAGES[page])
    proof = figures_of((DOCS / "proof.md").read_text(encoding="utf-8"))
    assert len(figures_of(quoted)) > 10
    assert set() == figures_of(quoted) - proof - {"0", "2"}


def test_the_last_proof_broke_nothing_and_found_every_planted_bug() -> None:
    """A page that says otherwise must not be shown to anybody as a proof."""
    text = (DOCS / "proof.md").read_text(encoding="utf-8")
    assert "**No promise was broken**; planted bugs not found out: none" in text
    for part in (
        "kill -9",
        "kill -9, the ledger in PostgreSQL",
        "Simulated worlds",
        "Power cuts",
        "Unattended nights",
    ):
        assert f"## {part}: nothing broken" in text
