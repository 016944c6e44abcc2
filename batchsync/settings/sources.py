"""Where settings come from, each value with its place; what it takes to read a source is imported when there is one."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batchsync.messages import Message
from batchsync.messages import settings as messages

Key = tuple[str | int, ...]
"""Where a value stands: section, key, and the place in a list or the name of a pair."""

PREFIX = "BATCHSYNC_"
TOKEN_NAME = f"{PREFIX}TOKEN"
_KUBERNETES = re.compile(r"batchsync_(service_(host|port.*)|port(_\d.*)?)", re.IGNORECASE)
"""What Kubernetes sets in every pod beside a service called batchsync."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, and its place."""

    where: Message | None
    what: Message

    def message(self) -> Message:
        """Return place and problem as one message."""
        if self.where is None:
            return self.what
        return Message(messages.FAULT, {"where": self.where, "what": self.what})


@dataclass(slots=True)
class Source:
    """Values as nested dicts of text, the place of each, and what is wrong with the whole."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Key, Message] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)


def from_file(path: Path) -> Source:
    """Read a YAML file; every plain value stays the text that stands there, so that no id loses a zero."""
    from batchsync.settings.yaml_file import read_yaml

    source = Source()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        source.faults.append(Problem(None, Message(messages.NO_FILE, {"file": path})))
        return source
    except OSError as error:
        facts = {"file": path, "error": error.strerror or error}
        source.faults.append(Problem(None, Message(messages.UNREADABLE, facts)))
        return source
    text = decoded(data)
    if text is None:
        source.faults.append(Problem(None, Message(messages.NOT_TEXT, {"file": path.name})))
    else:
        read_yaml(path.name, text, source)
    return source


def decoded(data: bytes) -> str | None:
    """Return the text of a file as Windows and Linux editors save it, or None."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def from_environment() -> Source:
    """Read every BATCHSYNC_ variable; unknown ones too, which are reported later."""
    names = list(_names())
    source = Source(places={_key(name): Message(messages.IN_ENVIRONMENT, {"name": name}) for name in names})
    if names == [TOKEN_NAME]:  # a tenth of a second that most runs need not wait for
        source.values[TOKEN_NAME[len(PREFIX) :].lower()] = os.environ[TOKEN_NAME]
    elif names:
        from batchsync.settings.environment import read_environment

        read_environment(source)
    return source


def _key(name: str) -> Key:
    return tuple(name[len(PREFIX) :].lower().split("__"))


def _names() -> Iterator[str]:
    for name, value in sorted(os.environ.items()):
        if name.upper().startswith(PREFIX) and value and not _KUBERNETES.fullmatch(name):
            yield name


def from_pairs(pairs: Mapping[str, tuple[str, object]]) -> Source:
    """Nest options: dotted key -> (flag, value)."""
    source = Source()
    for dotted, (flag, value) in pairs.items():
        section, key = dotted.split(".")
        source.values.setdefault(section, {})[key] = value
        source.places[section, key] = Message(messages.IN_OPTION, {"flag": flag})
    return source
