"""The SQL: named statements from queries.sql and copying.sql, the tables from schema.sql."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

SCHEMA_VERSION = 1
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def queries() -> Mapping[str, str]:
    """Return all statements by name."""
    found: dict[str, str] = {}
    for file in ("queries.sql", "copying.sql"):
        parts = _NAME.split(_read(file))
        found |= {name: text.strip().rstrip(";") for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    return MappingProxyType(found)


def schema() -> str:
    """Return the script that creates the tables."""
    return _read("schema.sql")


def _read(name: str) -> str:
    return files("batchsync.ledger.postgres").joinpath(name).read_text(encoding="utf-8")
