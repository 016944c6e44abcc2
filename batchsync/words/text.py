"""A text in both languages, filled with facts when it is said."""

from dataclasses import dataclass
from enum import StrEnum


class Lang(StrEnum):
    """The languages a user can be spoken to in."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; `{name}` stands for a fact given to `say`."""

    en: str
    zh: str

    def say(self, lang: Lang, **facts: object) -> str:
        """Return the sentence in `lang`, its facts filled in."""
        return (self.zh if lang is Lang.ZH else self.en).format(**facts)
