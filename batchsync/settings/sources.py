"""Where settings come from: a YAML file and the environment, each value with its place."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from batchsync.config import Config
from batchsync.words import Said
from batchsync.words import settings as words

Key = tuple[str | int, ...]
"""Where a value stands: section, key, and the place in a list or the name of a pair."""

PREFIX = "BATCHSYNC_"
DEEPEST = 6
"""Levels of nesting: far more than any setting needs, far less than a self-containing anchor has."""
TOKEN_KEYS = frozenset({"token", "access_token", "api_token", "authorization", "batchsync_token"})
_KUBERNETES = re.compile(r"batchsync_(service_(host|port.*)|port(_\d.*)?)", re.IGNORECASE)
"""What Kubernetes sets in every pod beside a service called batchsync."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend, and where it stands."""

    where: Said | None
    what: Said

    def said(self) -> Said:
        """Return place and fault in one."""
        if self.where is None:
            return self.what
        return Said(words.FAULT, {"where": self.where, "what": self.what})


@dataclass(slots=True)
class Source:
    """Values as nested dicts of text, the place of each, and what is wrong with the whole."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Key, Said] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


# --- The file -----------------------------------------------------------------------------------------------


def from_file(path: Path) -> Source:
    """Read a YAML file; every plain value stays the text that stands there, so that no id loses a zero."""
    source = Source()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        source.faults.append(Fault(None, Said(words.NO_FILE, {"file": path})))
        return source
    except OSError as error:
        facts = {"file": path, "error": error.strerror or error}
        source.faults.append(Fault(None, Said(words.UNREADABLE, facts)))
        return source
    text = decoded(data)
    if text is None:
        source.faults.append(Fault(None, Said(words.NOT_TEXT, {"file": path.name})))
    else:
        _FileReader(path.name, text, source).read()
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


class _FileReader:
    """Walks a YAML tree, noting the line of every key."""

    def __init__(self, name: str, text: str, source: Source) -> None:
        self.name = name
        self.text = text
        self.source = source

    def read(self) -> None:
        try:
            root = yaml.compose(self.text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            self._not_yaml(error)
            return
        except RecursionError:
            self._fault(0, words.TOO_DEEP)
            return
        except yaml.reader.ReaderError as error:  # a character that YAML forbids
            self._fault(self.text[: error.position].count("\n"), words.NOT_YAML, problem=error.reason)
            return
        if root is None or _is_null(root):
            return
        if isinstance(root, yaml.MappingNode):
            self.source.values = self._mapping(root, ())
        else:
            self._wrong_shape(root)

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        lines = self.text.splitlines()
        if "\t" in "".join(lines[line : line + 1]).split("#")[0]:
            self._fault(line, words.TAB)
            return
        for suspect in range(max(0, line - 1), min(line + 1, len(lines))):
            if "：" in lines[suspect].split("#")[0]:
                self._fault(suspect, words.WIDE_COLON)
                return
        self._fault(line, words.NOT_YAML, problem=error.problem or str(error))

    def _wrong_shape(self, node: yaml.Node) -> None:
        wide = isinstance(node, yaml.ScalarNode) and "：" in node.value
        self._fault(node.start_mark.line, words.WIDE_COLON if wide else words.NOT_SECTIONS)

    def _fault(self, line: int, text: Any, **facts: object) -> None:
        self.source.faults.append(Fault(self._place(line), Said(text, facts)))

    def _place(self, line: int) -> Said:
        return Said(words.IN_FILE, {"file": self.name, "line": line + 1})

    def _mapping(self, node: yaml.MappingNode, at: Key) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(line, words.NOT_SECTIONS)
                continue
            key = key_node.value
            if len(at) < 2 and key.lower() in TOKEN_KEYS:
                self._fault(line, words.TOKEN_IN_FILE)
            elif key in first:
                self._fault(line, words.DUPLICATE_KEY, key=key, first=first[key])
            else:
                first[key] = line + 1
                self.source.places[*at, key] = self._place(line)
                if not _is_null(value_node):
                    found[key] = self._value(value_node, (*at, key))
        return found

    def _value(self, node: yaml.Node, at: Key) -> Any:
        self.source.places.setdefault(at, self._place(node.start_mark.line))
        if len(at) > DEEPEST:
            self._fault(node.start_mark.line, words.TOO_DEEP)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*at, place)) for place, item in enumerate(node.value)]
        if len(at) == 1 and "：" in node.value:  # `pace：` makes a text of what should be a section
            self._wrong_shape(node)
        return node.value


def _is_null(node: yaml.Node) -> bool:
    """A key with nothing behind it is left out: its default holds."""
    return bool(node.tag == "tag:yaml.org,2002:null")


# --- The environment ----------------------------------------------------------------------------------------


class _Shape(Config, BaseSettings):
    """The settings as pydantic-settings wants to see them, to find its way through nested names."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )


class _Environment(EnvSettingsSource):
    """Environment variables, with lists and pairs as JSON or, for lists, commas."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        if str(value).lstrip()[:1] not in ("[", "{"):
            return value  # commas are spread later; `5` stays text, since it may be an id
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value  # told with all the other faults


def from_environment() -> Source:
    """Read every BATCHSYNC_ variable; an unknown one is kept, so that it is told."""
    values = {name: value for name, value in _Environment(_Shape)().items() if value is not None}
    source = Source(values=values)
    for name in _names():
        key = tuple(name[len(PREFIX) :].lower().split("__"))
        source.places[key] = Said(words.IN_ENVIRONMENT, {"name": name})
        if key[0] not in Config.model_fields:
            values[key[0]] = None
            source.places[key[:1]] = source.places[key]
    return source


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
        source.places[section, key] = Said(words.IN_OPTION, {"flag": flag})
    return source
