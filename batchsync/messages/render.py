"""Texts in both languages, filled with facts when rendered."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Lang(StrEnum):
    """The languages of user texts."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Translation:
    """One sentence in both languages; `{name}` is replaced by a fact given to `render`.

    `{rows:row|rows}` is replaced by a count with its noun: 1 row, 2 rows.
    """

    en: str
    zh: str

    def render(self, lang: Lang, **facts: object) -> str:
        """Return the sentence in `lang`, its facts filled in."""
        template = self.zh if lang is Lang.ZH else self.en
        if "|" in template:
            return _COUNTING.vformat(template, (), facts)
        return template.format(**facts)  # many times faster, and used for every row of a sheet


class _Counting(string.Formatter):
    """Gives a count its noun in the singular or the plural."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, either, many = format_spec.partition("|")
        if not either:
            return format(value, format_spec)
        return f"{value} {one if str(value) == '1' else many}"


_COUNTING = _Counting()


@dataclass(frozen=True, slots=True)
class Message:
    """A translation with its facts. A fact may be a Translation or a Message itself."""

    text: Translation
    facts: Mapping[str, object] = field(default_factory=dict)

    def render(self, lang: Lang) -> str:
        """Return the sentence in `lang`."""
        rendered = {
            name: fact.render(lang) if isinstance(fact, Translation | Message) else fact
            for name, fact in self.facts.items()
        }
        return self.text.render(lang, **rendered)


@dataclass(frozen=True, slots=True)
class RowText:
    """Two sentences for a row: what is wrong, and what to do.

    Both are given the same facts.
    """

    error: Translation
    todo: Translation
