"""No message exists twice: equal or nearly equal texts are found and merged, or have a reason."""

import difflib
import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import batchsync.messages
from batchsync.messages import Translation

NEARLY = 0.85
"""Share of equal words from which two texts count as nearly equal."""

LEAST_WORDS = 5
"""Shorter texts are labels, which may be equal: a column, a button, a status."""

ALLOWED: Mapping[frozenset[str], str] = {
    frozenset(pair): reason
    for *pair, reason in (
        ("cli.BAR", "cli.LINE", "the progress bar, and the progress line of a log"),
        ("cli.NO_SUCH_RUN_MEANT", "ledger.NO_RUN", "with and without a suggestion"),
        ("commands.COMMAND_MEANT", "settings.UNKNOWN_KEY_MEANT", "a command, and a setting"),
        ("doctor.LEDGER_NEW", "ledger.MISSING", "a line of the checks, and an error"),
        ("doctor.INIT_CANNOT", "setup.CANNOT_WRITE", "only setup has --folder"),
        (
            "finance.TODO[uncertain_charged]",
            "finance.TODO[uncertain_not_charged]",
            "two commands that do the opposite",
        ),
        ("ledger.BUSY", "ledger.BUSY_UNKNOWN", "the other run is known, or not"),
        ("nightly.BUSY", "nightly.BUSY_UNKNOWN", "the other run is known, or not"),
        (
            "planning.PLANNED[already_synced].error",
            "row_reasons.ALREADY_SYNCED_SOMETIME",
            "why a plan skips a row, and what to do about a row of a result",
        ),
        (
            "row_reasons.ANSWERED[code_refused].error",
            "row_reasons.ANSWERED[code_charged].error",
            "the two values of api.codes",
        ),
        (
            "row_reasons.RUN[duplicate].error",
            "planning.PLANNED[duplicate].error",
            "the other row is on the same sheet, or on another",
        ),
        (
            "row_reasons.RUN[already_synced].todo",
            "row_reasons.ALREADY_SYNCED_SOMETIME",
            "the run that synced it is known, or not",
        ),
        ("finance.NOT_POINTS", "settings.NOT_WHOLE", "an option in points, and a setting"),
        ("settings.NOT_WHOLE", "settings.NOT_NUMBER", "two kinds of value"),
    )
}


def messages_in(name: str, value: object) -> Iterator[tuple[str, Translation]]:
    """Yield the translations of a value, however deep, by their place."""
    if isinstance(value, Translation):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from messages_in(f"{name}[{key}]", each)
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from messages_in(f"{name}[{place}]", each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from messages_in(f"{name}.{each.name}", getattr(value, each.name))


def all_messages() -> dict[str, Translation]:
    """Return every translation once, by the first place where it is found."""
    found: dict[int, tuple[str, Translation]] = {}
    for module in pkgutil.iter_modules(batchsync.messages.__path__):
        texts = vars(importlib.import_module(f"batchsync.messages.{module.name}"))
        for name, value in texts.items():
            if not name.startswith("__"):
                for place, text in messages_in(f"{module.name}.{name}", value):
                    found.setdefault(id(text), (place, text))
    return dict(found.values())


def words_of(text: str) -> list[str]:
    """Return the words without the facts; of `{rows:row|rows}` the type counts."""
    text = re.sub(r"\{\w+:([^|}]*)\|[^}]*\}", r"\1", text)
    return re.findall(r"[a-z0-9]+", re.sub(r"\{[^}]*\}", " ", text).lower())


def nearly_equal(texts: Mapping[str, Translation]) -> dict[frozenset[str], float]:
    """Return the pairs of texts whose English is nearly equal, with the share of equal words."""
    sentences = [
        (place, words) for place, text in texts.items() if len(words := words_of(text.en)) >= LEAST_WORDS
    ]
    pairs = {}
    for (place, words), (other, others) in itertools.combinations(sentences, 2):
        matcher = difflib.SequenceMatcher(None, words, others, autojunk=False)
        if matcher.real_quick_ratio() >= NEARLY <= matcher.quick_ratio() and matcher.ratio() >= NEARLY:
            pairs[frozenset((place, other))] = matcher.ratio()
    return pairs


def test_no_message_exists_twice() -> None:
    """Two texts for one thing drift apart: use one of them in both places."""
    texts = all_messages()
    twice = {
        pair: [texts[place].en for place in pair] for pair in nearly_equal(texts).keys() - ALLOWED.keys()
    }
    assert {} == twice


def test_allowed_pairs_are_still_nearly_equal() -> None:
    """An exception ends with its reason."""
    assert set() == ALLOWED.keys() - nearly_equal(all_messages()).keys()


def test_equal_and_nearly_equal_texts_are_found() -> None:
    """By their words, whatever the facts are called."""
    texts = {
        "a": Translation(en="The file {file} cannot be opened ({error}).", zh=""),
        "b": Translation(en="the file {path} cannot be opened: {why}", zh=""),
        "c": Translation(en="The file {file} is empty, export it again.", zh=""),
    }
    assert {frozenset("ab")} == nearly_equal(texts).keys()
