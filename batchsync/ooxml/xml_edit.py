"""Where the elements of a small XML part stand, byte by byte, so that it can be edited without being written anew."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

_TAG = re.compile(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")


class NotRewritableError(Exception):
    """The workbook is not of a shape that can be rewritten safely. `why` is for the log, in English."""


@dataclass(slots=True)
class Element:
    """An element of the part. `inner` is what stands between its tags: None when it is self-closed."""

    name: str
    """Without prefix."""
    namespace: str
    attributes: dict[str, str]
    """By name; those of another namespace as `namespace}name`."""
    start: int
    end: int = 0
    inner: tuple[int, int] | None = None
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator["Element"]:
        """Return all children of that name."""
        return (child for child in self.children if child.name == name)


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes that take the place of others; an insertion where start is end."""

    start: int
    end: int
    text: bytes


class Part:
    """An XML part and the outline of its first levels; edits are gathered and applied at once."""

    def __init__(self, xml: bytes, depth: int = 2) -> None:
        if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or xml[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
            raise NotRewritableError("UTF-16")
        self.xml = xml
        self.root = _outline(xml, depth)
        self._edits: list[Edit] = []
        tag = _TAG.match(xml, self.root.start)
        name = tag[0][1:].split(None, 1)[0].rstrip(b"/>") if tag else b""
        self.prefix = name.rpartition(b":")[0] + b":" if b":" in name else b""
        """Of the root's namespace, with its colon: what new elements need."""

    def tag(self, xml: str) -> bytes:
        """Return our own XML with the part's prefix on each element."""
        data = xml.encode("utf-8")
        return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1" + self.prefix, data) if self.prefix else data

    def raw(self, element: Element) -> bytes:
        """Return an element's own bytes."""
        return self.xml[element.start : element.end]

    def replace(self, element: Element, text: bytes) -> None:
        """Put other bytes in an element's place."""
        self._edits.append(Edit(element.start, element.end, text))

    def insert(self, at: int, text: bytes) -> None:
        """Put bytes in between."""
        self._edits.append(Edit(at, at, text))

    def append(
        self, parent: Element, children: Iterable[bytes], *, counted: bool = False, removed: int = 0
    ) -> None:
        """Put children behind those that are there; `counted` keeps the parent's count attribute right.

        `removed` of the old ones have been replaced with nothing.
        """
        new = list(children)
        tag = _TAG.match(self.xml, parent.start)
        if not new or tag is None:
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

    def place(self, order: Sequence[str], name: str) -> int:
        """Say where a child of that name may stand, as the schema's order wants."""
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


def _outline(xml: bytes, depth: int) -> Element:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    stack: list[Element] = []
    roots: list[Element] = []
    level = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        level += 1
        if level > depth:
            return
        namespace, _, local = name.rpartition("}")
        element = Element(local, namespace, attributes, parser.CurrentByteIndex)
        (stack[-1].children if stack else roots).append(element)
        stack.append(element)

    def ended(_: str) -> None:
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

    def refused(*_: object) -> None:
        raise NotRewritableError("DTD")

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise NotRewritableError(str(error)) from error
    return roots[0]
