"""The docs: links lead to files, and both languages of a page have the same structure."""

import importlib.util
import re
from pathlib import Path

import pytest

from batchsync.messages import Lang

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("README*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "deploy" / "README.md",
]
TRANSLATED = [page for page in PAGES if page.with_name(page.name.replace(".md", ".zh-CN.md")).exists()]


def structure(page: Path) -> list[str]:
    """Return the levels of a page's headings, its tables' widths, and its code blocks, in order."""
    text = re.sub(r"```.*?```", "```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = []
    for line in text.splitlines():
        if heading := re.match(r"#+ ", line):
            found.append(heading[0].strip())
        elif re.fullmatch(r"\|[-:| ]+\|", line):
            found.append(f"table of {line.count('|') - 1}")
        elif line == "```":
            found.append("code")
        elif line.startswith("!["):
            found.append("picture")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = [
        link for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")) if "://" not in link
    ]
    assert [] == [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.name)
def test_both_languages_have_the_same_structure(page: Path) -> None:
    translated = page.with_name(page.name.replace(".md", ".zh-CN.md"))
    assert structure(page) == structure(translated)


@pytest.mark.parametrize("lang", Lang)
def test_troubleshooting_page_is_up_to_date(lang: Lang) -> None:
    """It is what `python docs/troubleshooting.py` writes, and has at least 40 messages."""
    spec = importlib.util.spec_from_file_location("troubleshooting", ROOT / "docs" / "troubleshooting.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    text = generator.page(lang)
    assert (ROOT / "docs" / generator.PAGES[lang]).read_text(encoding="utf-8") == text
    assert text.count("\n| ") >= 40 + 3
