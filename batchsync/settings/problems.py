"""Turns pydantic's errors into messages that name key, place and the right values."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from batchsync.config import Config
from batchsync.messages import Message, Translation
from batchsync.messages import settings as messages
from batchsync.settings.sources import Key, Problem

LONGEST_SHOWN = 60

_TEXTS: Mapping[str, Translation] = {
    "int_parsing": messages.NOT_WHOLE,
    "int_type": messages.NOT_WHOLE,
    "int_from_float": messages.NOT_WHOLE,
    "int_parsing_size": messages.NOT_WHOLE,
    "float_parsing": messages.NOT_NUMBER,
    "float_type": messages.NOT_NUMBER,
    "finite_number": messages.NOT_NUMBER,
    "bool_parsing": messages.NOT_BOOL,
    "bool_type": messages.NOT_BOOL,
    "greater_than": messages.NOT_MORE,
    "greater_than_equal": messages.NOT_AT_LEAST,
    "less_than": messages.NOT_LESS,
    "less_than_equal": messages.NOT_AT_MOST,
    "literal_error": messages.NOT_ONE_OF,
    "string_type": messages.NOT_TEXT_VALUE,
    "path_type": messages.NOT_TEXT_VALUE,
    "string_too_short": messages.TOO_SHORT,
    "string_too_long": messages.TOO_LONG,
    "tuple_type": messages.NOT_LIST,
    "list_type": messages.NOT_LIST,
    "dict_type": messages.NOT_MAP,
    "model_type": messages.NOT_SECTION,
    "model_attributes_type": messages.NOT_SECTION,
    "web_address": messages.NOT_ADDRESS,
    "window": messages.NOT_WINDOW,
}
"""Sentences by pydantic's kind of error."""

_BOUNDS = ("gt", "ge", "lt", "le", "max_length")


def problem_of(detail: ErrorDetails, places: Mapping[Key, Message]) -> Problem:
    """Return one of pydantic's errors as a fault."""
    where = _place(detail["loc"], places)
    key = ".".join(str(part) for part in detail["loc"][:2])
    if detail["type"] == "extra_forbidden":
        return Problem(where, _unknown(detail["loc"], key))
    context = detail.get("ctx", {})
    facts = {
        "key": key,
        "value": redact(detail["input"]),
        "problem": detail["msg"],
        "bound": next((_number(context[name]) for name in _BOUNDS if name in context), ""),
        "choices": str(context.get("expected", "")).replace("'", "").replace(" or ", ", "),
    }
    return Problem(where, Message(_TEXTS.get(detail["type"], messages.OTHER), facts))


def _place(loc: Key, places: Mapping[Key, Message]) -> Message | None:
    """The place of the value itself, or of the nearest thing around it."""
    for length in range(len(loc), 0, -1):
        if loc[:length] in places:
            return places[loc[:length]]
    return None


def _unknown(loc: Key, key: str) -> Message:
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
            return Message(messages.UNKNOWN_KEY_MEANT, {"key": key, "meant": candidates[near[0]]})
    return Message(messages.UNKNOWN_KEY, {"key": key})


def sections() -> list[tuple[str, type[BaseModel]]]:
    """Return every section of the settings with its model."""
    return [
        (name, field.annotation)
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    ]


def redact(value: Any) -> str:
    """Return a value for a message: quoted, shortened, without passwords."""
    text = re.sub(r"//[^/@]*@", "//***@", str(value))
    return f"`{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '...'}`"


def _number(value: Any) -> str:
    """5, not 5.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)
