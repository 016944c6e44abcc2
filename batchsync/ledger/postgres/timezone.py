"""The name of this machine's time zone, so that the server's days are the user's."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from psycopg.errors import InvalidParameterValue

from batchsync.ledger.database import Database

LINK = Path("/etc/localtime")


def set_session_timezone(database: Database) -> None:
    """Let the session count days by this machine's zone: by its name where that is known, else by its offset."""
    sql = database.sql
    for name in _names():
        try:
            database.execute(sql["set_zone"], (name,))
        except InvalidParameterValue:
            continue
        return
    offset = datetime.now().astimezone().strftime("%z")
    database.execute(sql["set_zone"], (f"<local>{_posix(offset)}",))


def _names() -> Iterator[str]:
    if os.environ.get("TZ"):
        yield os.environ["TZ"].removeprefix(":")
    target = os.path.realpath(LINK)
    if "zoneinfo/" in target:
        yield target.partition("zoneinfo/")[2]


def _posix(offset: str) -> str:
    """Return +0800 as POSIX writes it, whose sign is the other way round: -08:00."""
    sign = "-" if offset.startswith("+") else "+"
    return f"{sign}{offset[1:3]}:{offset[3:5]}"
