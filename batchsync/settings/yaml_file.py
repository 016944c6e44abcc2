"""Reads a config.yaml: every value as the text that stands there, every key with its line."""

from typing import Any

import yaml

from batchsync.messages import Message
from batchsync.messages import settings as messages
from batchsync.settings.sources import Key, Problem, Source

DEEPEST = 6
"""Levels of nesting: far more than any setting needs, far less than a self-containing anchor has."""
TOKEN_KEYS = frozenset({"token", "access_token", "api_token", "authorization", "batchsync_token"})


def read_yaml(name: str, text: str, source: Source) -> None:
    """Fill a source with a file's values, their places and what is wrong with it."""
    _FileReader(name, text, source).read()


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
            self._fault(0, messages.TOO_DEEP)
            return
        except yaml.reader.ReaderError as error:  # a character that YAML forbids
            self._fault(self.text[: error.position].count("\n"), messages.NOT_YAML, problem=error.reason)
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
            self._fault(line, messages.TAB)
            return
        for suspect in range(max(0, line - 1), min(line + 1, len(lines))):
            if "：" in lines[suspect].split("#")[0]:
                self._fault(suspect, messages.WIDE_COLON)
                return
        self._fault(line, messages.NOT_YAML, problem=error.problem or str(error))

    def _wrong_shape(self, node: yaml.Node) -> None:
        wide = isinstance(node, yaml.ScalarNode) and "：" in node.value
        self._fault(node.start_mark.line, messages.WIDE_COLON if wide else messages.NOT_SECTIONS)

    def _fault(self, line: int, text: Any, **facts: object) -> None:
        self.source.faults.append(Problem(self._place(line), Message(text, facts)))

    def _place(self, line: int) -> Message:
        return Message(messages.IN_FILE, {"file": self.name, "line": line + 1})

    def _mapping(self, node: yaml.MappingNode, at: Key) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(line, messages.NOT_SECTIONS)
                continue
            key = key_node.value
            if len(at) < 2 and key.lower() in TOKEN_KEYS:
                self._fault(line, messages.TOKEN_IN_FILE)
            elif key in first:
                self._fault(line, messages.DUPLICATE_KEY, key=key, first=first[key])
            else:
                first[key] = line + 1
                self.source.places[*at, key] = self._place(line)
                if at and _is_empty(value_node):
                    self._fault(line, messages.EMPTY_VALUE, key=".".join((*map(str, at), key)))
                elif not _is_null(value_node):
                    found[key] = self._value(value_node, (*at, key))
        return found

    def _value(self, node: yaml.Node, at: Key) -> Any:
        self.source.places.setdefault(at, self._place(node.start_mark.line))
        if len(at) > DEEPEST:
            self._fault(node.start_mark.line, messages.TOO_DEEP)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*at, place)) for place, item in enumerate(node.value)]
        if len(at) == 1 and "：" in node.value:  # `pace：` makes a text of what should be a section
            self._wrong_shape(node)
        return node.value


def _is_null(node: yaml.Node) -> bool:
    """Whether a section or a file has nothing in it."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def _is_empty(node: yaml.Node) -> bool:
    """Whether a key has no value, or a blank text: a default in its place would be a surprise."""
    return _is_null(node) or (isinstance(node, yaml.ScalarNode) and not node.value.strip())
