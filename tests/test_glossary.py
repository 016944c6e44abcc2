"""Code, texts and docs use the words of the glossary: no metaphors, one word for one thing."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = [
    path
    for folder in ("batchsync", "tests", "benchmarks", "docs", "samples", "deploy")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
PAGES = [
    path
    for path in [
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "deploy").rglob("*.md")),
    ]
    if path.name != "CHANGELOG.md"
]

METAPHORS = [
    "house",
    "desk",
    "bell",
    "shelf",
    "nursery",
    "wall",
    "walled",
    "door",
    "doors",
    "reading_room",
    "morning",
    "bury",
    "buries",
    "buried",
    "birth",
    "born",
    "newborn",
    "heir",
    "heirs",
    "hand_in",
    "handed_in",
    "hands",
    "errand",
    "crew",
    "cradle",
    "doomed",
    "town",
    "weather",
    "knock",
    "stranger",
    "strangers",
    "obey",
    "obeys",
    "heed",
    "dearest",
    "counter_clerk",
    "entrance",
    "doubts",
    "twin",
    "twins",
    "nouns",
    "stand_in",
    "stand-in",
]
"""Words of an earlier private vocabulary."""

STORY_VERBS = [
    "say",
    "says",
    "said",
    "tells",
    "told",
    "hear",
    "hears",
    "heard",
    "mend",
    "mends",
    "mended",
    "lend",
    "lends",
    "lent",
    "speak",
    "speaks",
    "spoken",
    "halt",
    "halts",
    "drains",
    "drained",
]
"""Verbs that tell a story where a standard verb exists: return, report, write, receive, fix, lease, cancel, stop."""

BANNED = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(word.replace('_', '[ _]') for word in METAPHORS + STORY_VERBS)})(?![A-Za-z])",
    re.IGNORECASE,
)

BANNED_ZH = re.compile("定案|替身|收件夹|收件文件夹|账号|请到平台|平台核|向平台|联系平台|回答")
"""Chinese words that the glossary replaces: 确认结果, 模拟接口, 收件目录, 账户, 服务商后台, 服务商, 响应."""


def words_of_code(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the identifiers, comments and docstrings of a module, with their lines."""
    source = path.read_text(encoding="utf-8")
    documentation = {
        node.value.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], re.sub(r"(?<=[a-z])(?=[A-Z])", " ", token.string).replace("_", " ")
        elif token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and token.start[0] in documentation
        ):
            yield token.start[0], token.string


def banned_in_code(path: Path) -> list[str]:
    """Return the banned words of a module, each with its place."""
    place = path.relative_to(ROOT).as_posix()
    return [
        f"{place}:{line} {match[0]}" for line, text in words_of_code(path) for match in BANNED.finditer(text)
    ]


def test_code_uses_the_words_of_the_glossary() -> None:
    """Identifiers, comments and docstrings."""
    assert [] == [found for path in CODE if path != Path(__file__) for found in banned_in_code(path)]


def test_chinese_texts_use_the_words_of_the_glossary() -> None:
    """Messages and docs."""
    places = [*PAGES, *sorted((ROOT / "batchsync" / "messages").glob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in places
        for match in BANNED_ZH.finditer(path.read_text(encoding="utf-8"))
    ]
    assert [] == found


@pytest.mark.parametrize("text", ["class Desk: ...", "# tells the house", "def hear(): ..."])
def test_a_banned_word_is_found(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search can fail."""
    monkeypatch.setattr("tests.test_glossary.ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text(text + "\n", encoding="utf-8")
    assert banned_in_code(path)
