"""The access token: from the environment or a file of its own, never from config.yaml."""

import os
import re
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batchsync.messages import Message
from batchsync.messages import settings as messages
from batchsync.settings.sources import Key, Problem, decoded

_LOOKS_LIKE_TOKEN = re.compile(r"[A-Za-z0-9_-]{24,}")
_CLEAN = re.compile(r"[\x21-\x7e]+")
"""What a header line can carry, without spaces."""
LONGEST = 4096
_seen: set[str] = set()


def seen() -> frozenset[str]:
    """Return every token this process has read, so that a log can be cleaned of it."""
    return frozenset(_seen)


@dataclass(slots=True)
class TokenFound:
    """The token, or why there is none."""

    token: str = field(default="", repr=False)
    faults: list[Problem] = field(default_factory=list)
    warnings: tuple[Message, ...] = ()


def find_token(values: Mapping[str, Any], places: Mapping[Key, Message]) -> TokenFound:
    """Take BATCHSYNC_TOKEN, else read the file that api.token_file names."""
    api = values.get("api")
    named = api.get("token_file") if isinstance(api, Mapping) else None
    if values.get("token"):
        return _checked(str(values["token"]), places.get(("token",)))
    if named:
        return _from_file(str(named), places.get(("api", "token_file")))
    stored = stored_token_path()
    if stored.is_file():
        return _from_file(str(stored), None)
    return TokenFound(faults=[Problem(None, Message(messages.NO_TOKEN))])


def stored_token_path() -> Path:
    """Return the file of the stored token, in the user's settings folder."""
    from platformdirs import user_config_path

    return user_config_path("batchsync", appauthor=False) / "token"


def store_token(token: str) -> Path:
    """Store the token where `find_token` looks last, readable for this user only. Raises OSError."""
    path = stored_token_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name("token.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token)
    new.replace(path)
    _seen.add(token)
    return path


def is_token(text: str) -> bool:
    """Return whether a text can be an access token: one word of printable ASCII without quotes."""
    is_quoted = text[:1] in ('"', "'") or text.lower().startswith("bearer")
    return bool(_CLEAN.fullmatch(text)) and len(text) <= LONGEST and not is_quoted


def _from_file(named: str, where: Message | None) -> TokenFound:
    path = Path(named).expanduser()
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
    except OSError as error:
        if _LOOKS_LIKE_TOKEN.fullmatch(path.name):  # never show what may be the token
            return TokenFound(faults=[Problem(where, Message(messages.TOKEN_AS_FILE))])
        facts = {"file": path, "error": error.strerror or error}
        return TokenFound(faults=[Problem(where, Message(messages.NO_TOKEN_FILE, facts))])
    found = _checked(decoded(data) or "\0", Message(messages.IN_TOKEN_FILE, {"file": path}))
    found.warnings = open_to_others(path)
    return found


def _checked(text: str, where: Message | None) -> TokenFound:
    token = text.strip("\ufeff \t\r\n")
    place = {"where": where or ""}
    _seen.add(token)
    if not token:
        return TokenFound(faults=[Problem(None, Message(messages.EMPTY_TOKEN, place))])
    if not is_token(token):
        return TokenFound(faults=[Problem(None, Message(messages.STRANGE_TOKEN, place))])
    return TokenFound(token=token)


def open_to_others(path: Path) -> tuple[Message, ...]:
    """Warn when others may read the file; Windows has no such bits."""
    if os.name == "nt":
        return ()
    mode = path.stat().st_mode
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ()
    return (Message(messages.TOKEN_OPEN, {"file": path, "quoted": shlex.quote(str(path))}),)
