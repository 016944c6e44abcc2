"""The files generated from config.py agree with it."""

import re
from pathlib import Path

import pytest

from batchsync.config import Config
from batchsync.messages import Lang
from batchsync.messages import settings as messages
from batchsync.settings import load, template
from batchsync.settings.problems import sections
from batchsync.settings.template import key_meaning, pages

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("lang", list(Lang))
def test_the_template_is_the_defaults(lang: Lang, tmp_path: Path) -> None:
    """Writing it changes nothing until somebody edits it."""
    path = tmp_path / "config.yaml"
    path.write_text(template(lang), encoding="utf-8")
    assert Config() == load(path).config


@pytest.mark.parametrize("lang", list(Lang))
def test_every_example_in_the_template_is_valid(lang: Lang, tmp_path: Path) -> None:
    """Taking the `#` away is all there is to do."""
    path = tmp_path / "config.yaml"
    path.write_text(re.sub(r"(?m)^  # ([a-z_]+: )", r"  \1", template(lang)), encoding="utf-8")
    config = load(path).config
    empty = [
        f"{s}.{k}"
        for s, m in sections()
        for k in m.model_fields
        if getattr(getattr(config, s), k) in (None, (), {})
    ]
    assert [] == empty


def test_every_key_has_a_meaning_in_both_languages() -> None:
    """No key is added to config.py without a sentence in Chinese, and none stays when it goes."""
    english = {f"{s}.{k}": key_meaning(s, k, Lang.EN) for s, m in sections() for k in m.model_fields}
    keys = set(english) | {section for section, _ in sections()}
    assert (set(), []) == (
        keys ^ set(messages.MEANINGS_ZH),
        [key for key, problems in english.items() if not problems],
    )


@pytest.mark.parametrize(("place", "text"), list(pages()), ids=lambda value: value[:20])
def test_generated_files_are_up_to_date(place: str, text: str) -> None:
    """The repository's own copies; `make generate` writes them again."""
    assert text == (REPOSITORY / place).read_text(encoding="utf-8")
