"""Edits a small XML part in place: the byte positions of its elements are known, all other bytes stay."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

_TAG = re.compile(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")


class NotRewritableError(Exception):
    """The workbook cannot be rewritten safely, so that a fresh one is needed."""


@dataclass(slots=True)
class Element:
    """An element of the part. `inner` is the range between its tags; None if it is self-closed."""

    name: str
    """Without prefix."""
    namespace: str
    attributes: dict[str, str]
    """By name; those of another namespace are named `namespace}name`."""
    start: int
    end: int = 0
    inner: tuple[int, int] | None = None
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return an attribute that is a whole number.

        Raises NotRewritableError when it is none, or missing without a default.
        """
        text = self.attributes.get(name)
        if text is None and default is not None:
            return default
        try:
            return int(text or "")
        except ValueError as error:
            raise NotRewritableError(f'<{self.name}> has {name}="{text or ""}"') from error


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes that replace others; an insertion if start equals end."""

    start: int
    end: int
    text: bytes


class Part:
    """An XML part and the elements of its first levels; edits are collected and applied at once."""

    def __init__(self, xml: bytes, depth: int = 2) -> None:
        if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or xml[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
            raise NotRewritableError("UTF-16")
        self.xml = xml
        self.root = _parse_elements(xml, depth)
        self._edits: list[Edit] = []
        tag = _TAG.match(xml, self.root.start)
        name = tag[0][1:].split(None, 1)[0].rstrip(b"/>") if tag else b""
        self.prefix = name.rpartition(b":")[0] + b":" if b":" in name else b""
        """The prefix of the root's namespace with its colon, for new elements."""

    def with_prefix(self, xml: str) -> bytes:
        """Return XML with the part's prefix added to each element."""
        data = xml.encode("utf-8")
        return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1" + self.prefix, data) if self.prefix else data

    def raw(self, element: Element) -> bytes:
        """Return the bytes of an element."""
        return self.xml[element.start : element.end]

    def replace(self, element: Element, text: bytes) -> None:
        """Replace an element."""
        self._edits.append(Edit(element.start, element.end, text))

    def insert(self, at: int, text: bytes) -> None:
        """Insert bytes at a position."""
        self._edits.append(Edit(at, at, text))

    def append(
        self, parent: Element, children: Iterable[bytes], *, counted: bool = False, removed: int = 0
    ) -> None:
        """Append children; `counted` updates the parent's count attribute.

        `removed` of the old children have been replaced with nothing.
        """
        new = list(children)
        tag = _TAG.match(self.xml, parent.start)
        if not (new or removed) or tag is None:
            return
        head = tag[0]
        if counted:
            total = str(len(parent.children) - removed + len(new)).encode()
            head = re.sub(rb"""\scount\s*=\s*(?:"\d*"|'\d*')""", b' count="' + total + b'"', head)
        if parent.inner is None:
            name = head[1:].split(None, 1)[0].removesuffix(b"/>").removesuffix(b"/").removesuffix(b">")
            head = head[: head.rindex(b"/")].rstrip() + b">"
            self.replace(parent, head + b"".join(new) + b"</" + name + b">")
            return
        self._edits.append(Edit(parent.start, parent.inner[0], head))
        self.insert(parent.inner[1], b"".join(new))

    def position_of_new(self, order: Sequence[str], name: str) -> int:
        """Return the position for a new child of that name in the schema's order."""
        if self.root.inner is None:
            raise NotRewritableError("empty root")
        at, rank = self.root.inner[0], order.index(name)
        for child in self.root.children:
            if child.name in order:
                if order.index(child.name) > rank:
                    break
                at = child.end
        return at

    def edited(self) -> bytes:
        """Return the part with all edits applied."""
        return apply(self.xml, self._edits)


def apply(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """Apply edits that don't overlap."""
    out, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise NotRewritableError("edits overlap")
        out += [xml[at : edit.start], edit.text]
        at = edit.end
    out.append(xml[at:])
    return b"".join(out)


def _parse_elements(xml: bytes, depth: int) -> Element:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    stack: list[Element] = []
    roots: list[Element] = []
    level = 0

    def start_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        level += 1
        if level > depth:
            return
        namespace, _, local = name.rpartition("}")
        element = Element(local, namespace, attributes, parser.CurrentByteIndex)
        (stack[-1].children if stack else roots).append(element)
        stack.append(element)

    def end_element(_: str) -> None:
        nonlocal level
        level -= 1
        if level >= depth:
            return
        element = stack.pop()
        tag = _TAG.match(xml, element.start)
        if tag is None:
            raise NotRewritableError("tag")
        if tag[0].endswith(b"/>"):
            element.end = tag.end()
            return
        closing = parser.CurrentByteIndex
        element.inner = (tag.end(), closing)
        element.end = xml.index(b">", closing) + 1

    def refuse(*_: object) -> None:
        raise NotRewritableError("DTD")

    parser.StartElementHandler = start_element
    parser.EndElementHandler = end_element
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise NotRewritableError(str(error)) from error
    return roots[0]
