"""The access token: from the environment, a file, or the system's keyring; never from config.yaml."""

import importlib
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
KEYRING_ENTRY = ("batchsync", "access-token")
"""Service and user name in the system's keyring."""
_seen: set[str] = set()


def seen() -> frozenset[str]:
    """Return every token this process has read, so that a log can be cleaned of it."""
    return frozenset(_seen)


@dataclass(slots=True)
class TokenFound:
    """The token and where it comes from, or why there is none."""

    token: str = field(default="", repr=False)
    faults: list[Problem] = field(default_factory=list)
    warnings: tuple[Message, ...] = ()
    source: Message | None = None


def find_token(values: Mapping[str, Any], places: Mapping[Key, Message]) -> TokenFound:
    """Take BATCHSYNC_TOKEN, else the file that api.token_file names, else the stored token."""
    api = values.get("api")
    named = api.get("token_file") if isinstance(api, Mapping) else None
    if values.get("token"):
        return _checked(str(values["token"]), places.get(("token",)))
    if named:
        return _from_file(str(named), places.get(("api", "token_file")))
    return stored_token()


def stored_token() -> TokenFound:
    """Return the token that `store_token` stored."""
    path = stored_token_path()
    if path.is_file():
        return _from_file(str(path), None)
    token = _Keyring().read()
    if token:
        return _checked(token, Message(messages.IN_KEYRING))
    return TokenFound(faults=[Problem(None, Message(messages.NO_TOKEN))])


def stored_token_path() -> Path:
    """Return the file of the stored token, in the user's settings folder; used where there is no keyring."""
    from platformdirs import user_config_path

    return user_config_path("batchsync", appauthor=False) / "token"


def store_token(token: str) -> Message:
    """Store the token in the system's keyring, or else in a file only this user can read; return where.

    Raises OSError.
    """
    path = stored_token_path()
    _seen.add(token)
    if _Keyring().write(token):
        path.unlink(missing_ok=True)
        return Message(messages.IN_KEYRING)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name("token.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token)
    new.replace(path)
    return Message(messages.IN_TOKEN_FILE, {"file": path})


def clear_token() -> bool:
    """Remove the stored token; return whether there was one. Raises OSError."""
    path = stored_token_path()
    was_stored = path.exists()
    path.unlink(missing_ok=True)
    return _Keyring().delete() or was_stored


class _Keyring:
    """The system's keyring: Windows Credential Manager, macOS Keychain, Secret Service. Absent is like empty."""

    def __init__(self) -> None:
        try:
            self._module: Any = importlib.import_module("keyring")
            self._errors: Any = importlib.import_module("keyring.errors")
            self.exists = self._module.get_keyring().priority > 0
        except Exception:  # noqa: BLE001 - not installed, or a backend that fails: a file serves
            self.exists = False

    def read(self) -> str:
        """Return the stored token; empty if there is none or the keyring is locked."""
        try:
            return (self._module.get_password(*KEYRING_ENTRY) or "") if self.exists else ""
        except self._errors.KeyringError:
            return ""

    def write(self, token: str) -> bool:
        """Store the token; return whether the keyring took it."""
        if not self.exists:
            return False
        try:
            self._module.set_password(*KEYRING_ENTRY, token)
        except self._errors.KeyringError:  # locked, or refused by the user
            return False
        return True

    def delete(self) -> bool:
        """Remove the token; return whether there was one. Raises OSError."""
        if not self.read():
            return False
        try:
            self._module.delete_password(*KEYRING_ENTRY)
        except self._errors.KeyringError as error:
            raise OSError(str(error)) from error
        return True


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
    return TokenFound(token=token, source=where)


def open_to_others(path: Path) -> tuple[Message, ...]:
    """Warn when others may read the file; Windows has no such bits."""
    if os.name == "nt":
        return ()
    mode = path.stat().st_mode
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ()
    return (Message(messages.TOKEN_OPEN, {"file": path, "quoted": shlex.quote(str(path))}),)
