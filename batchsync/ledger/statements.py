"""The SQL: named statements from queries.sql, spending.sql and copying.sql, the tables from schema.sql."""

import re
import sqlite3
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

SCHEMA_VERSION = 1
APPLICATION_ID = 0x42537963
"""Marks an SQLite file as a ledger of ours ("BSyc")."""
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def queries() -> Mapping[str, str]:
    """Return all statements by name."""
    found: dict[str, str] = {}
    for file in ("queries.sql", "spending.sql", "copying.sql"):
        parts = _NAME.split(_read(file))
        found |= {name: text.strip().rstrip(";") for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    return MappingProxyType(found)


def schema() -> list[str]:
    """Return the statements that create the tables."""
    return split(_read("schema.sql"))


def split(script: str) -> list[str]:
    """Cut a script at its semicolons, those inside triggers left alone."""
    found, start = [], 0
    for mark in re.finditer(";", script):
        if sqlite3.complete_statement(script[start : mark.end()]):
            found.append(script[start : mark.end()].strip())
            start = mark.end()
    return found


def _read(name: str) -> str:
    return files("batchsync.ledger").joinpath(name).read_text(encoding="utf-8")
