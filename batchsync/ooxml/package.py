"""A workbook as a package of parts, opened for rewriting."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from batchsync.ooxml.xml_edit import Element, NotRewritableError, Part

TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_LARGEST_PART = 1 << 26
TYPES = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the workbook: its name, and the part it is in."""

    name: str
    part: str
    type: str
    """The last word of its relationship's type, such as worksheet or chartsheet."""


class Package:
    """A workbook's parts. Those that are not edited are copied byte for byte."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            self._zip = ZipFile(file)
            self._infos = self._zip.infolist()
        except (BadZipFile, OSError, ValueError) as error:
            raise NotRewritableError(str(error)) from error
        for info in self._infos:  # some .NET libraries write names the Windows way
            info.filename = info.filename.replace("\\", "/")
        self._by_name = {info.filename.lower(): info for info in self._infos}
        if len(self._by_name) != len(self._infos):
            raise NotRewritableError("two parts of one name")
        self._refuse_unsafe()
        self.workbook_part = self._find_workbook_part()
        self._folder = posixpath.dirname(self.workbook_part)
        self.workbook = Part(self.read(self.workbook_part), depth=3)
        self.relations = self.relations_of(self.workbook_part)
        self.strict = self.workbook.root.namespace == STRICT_MAIN
        if self.workbook.root.namespace not in (MAIN, STRICT_MAIN):
            raise NotRewritableError("namespace of the workbook")
        self.sheets = list(self._sheets())
        types = Part(self.read(TYPES), depth=2).root.children
        self._listed = {element.attributes.get("PartName", "").lstrip("/").lower() for element in types}
        """Parts with a content type; some workbooks list parts that they don't have."""

    def _refuse_unsafe(self) -> None:
        for info in self._infos:
            if info.flag_bits & 1 or info.compress_type not in (0, 8):
                raise NotRewritableError(f"member {info.filename}")
            if info.filename.lower().startswith("_xmlsignatures/"):
                raise SignedWorkbookError

    def _find_workbook_part(self) -> str:
        for target, kind, _ in self.relations_of("").values():
            if kind == "officeDocument":
                return target
        raise NotRewritableError("no workbook part")

    def info(self, part: str) -> ZipInfo:
        """Return a part's zip entry. Names are compared without case, since programs write them differently."""
        info = self._by_name.get(part.lower())
        if info is None:
            raise NotRewritableError(f"no part {part}")
        return info

    def has(self, part: str) -> bool:
        """Whether the part exists."""
        return part.lower() in self._by_name

    def read(self, part: str) -> bytes:
        """Return a small part's bytes."""
        info = self.info(part)
        if info.file_size > _LARGEST_PART:
            raise NotRewritableError(f"part {part} is too large")
        try:
            return self._zip.read(info)
        except (BadZipFile, OSError, ValueError, EOFError) as error:
            raise NotRewritableError(str(error)) from error

    def open(self, part: str) -> IO[bytes]:
        """Open a part for streaming."""
        return self._zip.open(self.info(part))

    def parts(self) -> Iterator[ZipInfo]:
        """Yield all zip entries in their order."""
        return iter(self._infos)

    @property
    def file(self) -> BinaryIO:
        """The zip file, for raw copies."""
        return self._file

    def relations_of(self, part: str) -> Mapping[str, tuple[str, str, bool]]:
        """Return a part's relationships: id -> target part, last word of the type, whether it is external."""
        path = relations_part(part)
        if not self.has(path):
            return {}
        folder = posixpath.dirname(part)
        found = {}
        for element in Part(self.read(path), depth=2).root.children:
            target = element.attributes.get("Target", "")
            external = element.attributes.get("TargetMode") == "External"
            place = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            kind = element.attributes.get("Type", "").rpartition("/")[2]
            found[element.attributes.get("Id", "")] = (place, kind, external)
        return found

    def _sheets(self) -> Iterator[SheetPart]:
        element = self.workbook.root.child("sheets")
        for sheet in element.children if element is not None else ():
            identity = next((v for k, v in sheet.attributes.items() if k.endswith("}id")), "")
            target, kind, _ = self.relations.get(identity, ("", "", False))
            yield SheetPart(sheet.attributes.get("name", ""), target, kind)

    def styles_part(self) -> str | None:
        """Return the styles part, if there is one."""
        return next((part for part, kind, _ in self.relations.values() if kind == "styles"), None)

    def from_1904(self) -> bool:
        """Whether the workbook counts days from 1904."""
        element = self.workbook.root.child("workbookPr")
        return element is not None and element.attributes.get("date1904") in ("1", "true")

    def has_macros(self) -> bool:
        """Whether the workbook's type is one with macros, so that its name must end in .xlsm."""
        return b"macroEnabled.main+xml" in self.read(TYPES)

    def free_part(self, pattern: str, taken: set[str]) -> str:
        """Return an unused part name, from a pattern with {}."""
        listed = self._listed | taken
        number = 1
        while self.has(pattern.format(number)) or pattern.format(number).lower() in listed:
            number += 1
        name = pattern.format(number)
        taken.add(name.lower())
        return name


class SignedWorkbookError(NotRewritableError):
    """The workbook is signed; a change would break the signature."""

    def __init__(self) -> None:
        super().__init__("signed")


def relations_part(part: str) -> str:
    """Return the name of the part with a part's relationships."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def quoted(sheet: str) -> str:
    """Return a sheet's name quoted for a formula."""
    return "'" + sheet.replace("'", "''") + "'"


def sheet_with_defined_name(package: Package, defined_name: str) -> SheetPart | None:
    """Return the sheet to whose first cell a defined name refers."""
    names = package.workbook.root.child("definedNames")
    for element in names.children if names is not None else ():
        if element.attributes.get("name") == defined_name:
            text = _text(package.workbook, element)
            for sheet in package.sheets:
                if sheet.type == "worksheet" and text in (
                    f"{sheet.name}!$A$1",
                    f"{quoted(sheet.name)}!$A$1",
                ):
                    return sheet
    return None


def _text(part: Part, element: Element) -> str:
    if element.inner is None:
        return ""
    text = part.xml[element.inner[0] : element.inner[1]].decode("utf-8")
    return re.sub(
        r"&(amp|lt|gt|quot|apos);",
        lambda m: {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}[m[1]],
        text,
    )
