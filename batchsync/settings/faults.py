"""Turns what pydantic says of a value into a sentence that names key, place and what would be right."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from batchsync.config import Config
from batchsync.settings.sources import Fault, Key
from batchsync.words import Said, Text
from batchsync.words import settings as words

LONGEST_SHOWN = 60

_TEXTS: Mapping[str, Text] = {
    "int_parsing": words.NOT_WHOLE,
    "int_type": words.NOT_WHOLE,
    "int_from_float": words.NOT_WHOLE,
    "int_parsing_size": words.NOT_WHOLE,
    "float_parsing": words.NOT_NUMBER,
    "float_type": words.NOT_NUMBER,
    "finite_number": words.NOT_NUMBER,
    "bool_parsing": words.NOT_BOOL,
    "bool_type": words.NOT_BOOL,
    "greater_than": words.NOT_MORE,
    "greater_than_equal": words.NOT_AT_LEAST,
    "less_than": words.NOT_LESS,
    "less_than_equal": words.NOT_AT_MOST,
    "literal_error": words.NOT_ONE_OF,
    "string_type": words.NOT_TEXT_VALUE,
    "path_type": words.NOT_TEXT_VALUE,
    "string_too_short": words.TOO_SHORT,
    "string_too_long": words.TOO_LONG,
    "tuple_type": words.NOT_LIST,
    "list_type": words.NOT_LIST,
    "dict_type": words.NOT_MAP,
    "model_type": words.NOT_SECTION,
    "model_attributes_type": words.NOT_SECTION,
    "web_address": words.NOT_ADDRESS,
    "window": words.NOT_WINDOW,
}
"""Sentences by pydantic's kind of error."""

_BOUNDS = ("gt", "ge", "lt", "le", "max_length")


def fault_of(detail: ErrorDetails, places: Mapping[Key, Said]) -> Fault:
    """Return one of pydantic's errors as a fault."""
    where = _place(detail["loc"], places)
    key = ".".join(str(part) for part in detail["loc"][:2])
    if detail["type"] == "extra_forbidden":
        return Fault(where, _unknown(detail["loc"], key))
    context = detail.get("ctx", {})
    facts = {
        "key": key,
        "value": shown(detail["input"]),
        "problem": detail["msg"],
        "bound": next((_number(context[name]) for name in _BOUNDS if name in context), ""),
        "choices": str(context.get("expected", "")).replace("'", "").replace(" or ", ", "),
    }
    return Fault(where, Said(_TEXTS.get(detail["type"], words.OTHER), facts))


def _place(loc: Key, places: Mapping[Key, Said]) -> Said | None:
    """The place of the value itself, or of the nearest thing around it."""
    for length in range(len(loc), 0, -1):
        if loc[:length] in places:
            return places[loc[:length]]
    return None


def _unknown(loc: Key, key: str) -> Said:
    """Look for what was meant: a name like it in the same section first, then anywhere."""
    everywhere = {name: f"{section}.{name}" for section, model in sections() for name in model.model_fields}
    name = str(loc[-1])
    if len(loc) == 1:
        known = {section: section for section, _ in sections()}
    else:
        model = dict(sections()).get(str(loc[0]))
        known = {field: f"{loc[0]}.{field}" for field in model.model_fields} if model else {}
    for candidates in (known, everywhere):
        near = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
        if near:
            return Said(words.UNKNOWN_KEY_MEANT, {"key": key, "meant": candidates[near[0]]})
    return Said(words.UNKNOWN_KEY, {"key": key})


def sections() -> list[tuple[str, type[BaseModel]]]:
    """Return every section of the settings with its model."""
    return [
        (name, field.annotation)
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    ]


def shown(value: Any) -> str:
    """A value as it may stand in a sentence: quoted, not endless, without passwords."""
    text = re.sub(r"//[^/@]*@", "//***@", str(value))
    return f"`{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '...'}`"


def _number(value: Any) -> str:
    """5, not 5.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)
