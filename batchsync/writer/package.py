"""A workbook as a package of parts: which sheet is which part, what is added, what is replaced, what stays raw."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from batchsync.writer.clean import xml_attribute
from batchsync.writer.outline import Element, Part, UnshapedError

TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_LARGEST_PART = 1 << 26
_TYPES = "[Content_Types].xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_TEMPLATES = {
    b"spreadsheetml.template.main+xml": b"spreadsheetml.sheet.main+xml",
    b"ms-excel.template.macroEnabled.main+xml": b"ms-excel.sheet.macroEnabled.main+xml",
    b"ms-excel.addin.macroEnabled.main+xml": b"ms-excel.sheet.macroEnabled.main+xml",
}
_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the workbook: its name, and the part it is in."""

    name: str
    part: str
    type: str
    """The last word of its relationship's type: worksheet, chartsheet ..."""


class Package:
    """A workbook opened for rewriting. Everything that is not asked for stays as it is, byte for byte."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            self._zip = ZipFile(file)
            self._infos = self._zip.infolist()
        except (BadZipFile, OSError, ValueError) as error:
            raise UnshapedError(str(error)) from error
        self._by_name = {info.filename.lower(): info for info in self._infos}
        if len(self._by_name) != len(self._infos):
            raise UnshapedError("a part stands there twice")
        self._refuse()
        self.workbook_part = self._start()
        self._folder = posixpath.dirname(self.workbook_part)
        self.workbook = Part(self.read(self.workbook_part), depth=3)
        self.relations = self._relations(self.workbook_part)
        self.strict = self.workbook.root.namespace == STRICT_MAIN
        if self.workbook.root.namespace not in (MAIN, STRICT_MAIN):
            raise UnshapedError("namespace of the workbook")
        self.sheets = list(self._sheets())
        types = Part(self.read(_TYPES), depth=2).root.children
        self._listed = {element.attributes.get("PartName", "").lstrip("/").lower() for element in types}
        """Parts whose type is listed; some workbooks list parts that they don't have."""

    def _refuse(self) -> None:
        for info in self._infos:
            if info.flag_bits & 1 or info.compress_type not in (0, 8) or "\\" in info.filename:
                raise UnshapedError(f"member {info.filename}")
            if info.filename.lower().startswith("_xmlsignatures/"):
                raise SignedError

    def _start(self) -> str:
        for target, kind, _ in self._relations("").values():
            if kind == "officeDocument":
                return target
        raise UnshapedError("no workbook part")

    def info(self, part: str) -> ZipInfo:
        """Return a part's place in the zip. Names differ in case in the wild."""
        info = self._by_name.get(part.lower())
        if info is None:
            raise UnshapedError(f"no part {part}")
        return info

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.lower() in self._by_name

    def read(self, part: str) -> bytes:
        """Return a small part's bytes."""
        info = self.info(part)
        if info.file_size > _LARGEST_PART:
            raise UnshapedError(f"part {part} is too large")
        try:
            return self._zip.read(info)
        except (BadZipFile, OSError, ValueError, EOFError) as error:
            raise UnshapedError(str(error)) from error

    def open(self, part: str) -> IO[bytes]:
        """Open a part for streaming."""
        return self._zip.open(self.info(part))

    def parts(self) -> Iterator[ZipInfo]:
        """Yield all members, in their order."""
        return iter(self._infos)

    @property
    def file(self) -> BinaryIO:
        """The zip itself, for raw copies."""
        return self._file

    def _relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
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

    def relations_of(self, part: str) -> Mapping[str, tuple[str, str, bool]]:
        """Return a part's relationships: id -> target part, last word of the type, whether it is external."""
        return self._relations(part)

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
        return b"macroEnabled.main+xml" in self.read(_TYPES)

    def free_part(self, pattern: str, taken: set[str]) -> str:
        """Return a part name that nobody has, from a pattern with {}."""
        listed = self._listed | taken
        number = 1
        while self.has(pattern.format(number)) or pattern.format(number).lower() in listed:
            number += 1
        name = pattern.format(number)
        taken.add(name.lower())
        return name


class SignedError(UnshapedError):
    """The workbook is signed; a change would break the signature."""

    def __init__(self) -> None:
        super().__init__("signed")


def relations_part(part: str) -> str:
    """Return where a part's relationships stand."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


# --- What is added ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Added:
    """A sheet of ours: a new one, or one that takes an earlier one's place."""

    name: str
    part: str
    mark: str
    """The hidden defined name by which a later run knows the sheet as ours."""
    replaces: bool = False


class Catalogue:
    """The parts that list other parts: workbook, its relationships, content types. Edited once, at the end."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._types = Part(package.read(_TYPES), depth=2)
        self._relations_are_known = any(
            element.name == "Default" and element.attributes.get("Extension", "").lower() == "rels"
            for element in self._types.root.children
        )
        self._rels_part = relations_part(package.workbook_part)
        self._rels = Part(package.read(self._rels_part), depth=2)
        self._new_types: list[bytes] = []
        self._new_rels: list[bytes] = []
        self._new_sheets: list[bytes] = []
        self._new_names: list[bytes] = []
        self._names_removed = 0
        self._dropped: set[str] = set()

    def add_type(self, part: str, content_type: str) -> None:
        """List a new part's type."""
        xml = f'<Override PartName="/{part}" ContentType="{content_type}"/>'
        self._new_types.append(self._types.tag(xml))

    def add_relations(self, part: str) -> None:
        """List a new relationships part, where the workbook lists these one by one (LibreOffice does)."""
        if self._relations_are_known or self._package.has(part):
            return
        self.add_type(part, _RELATIONS_TYPE)

    def add_styles(self, part: str) -> None:
        """List a styles part where there was none."""
        self.add_type(part, _STYLES_TYPE)
        self._relate(part, "styles")

    def add_sheet(self, added: Added) -> None:
        """List a new sheet behind all others, and mark it as ours."""
        if not added.replaces:
            self.add_type(added.part, _SHEET_TYPE)
            identity = self._relate(added.part, "worksheet")
            kind = STRICT if self._package.strict else TRANSITIONAL
            number = self._next_sheet_id() + len(self._new_sheets)
            xml = (
                f'<sheet xmlns:bsr="{kind}" name="{xml_attribute(added.name)}" sheetId="{number}" '
                f'bsr:id="{identity}"/>'
            )
            self._new_sheets.append(self._package.workbook.tag(xml))
            self.name(added.mark, f"{quoted(added.name)}!$A$1")

    def name(self, name: str, text: str, sheet: int | None = None) -> None:
        """Define a hidden name, in the place of one that is there already."""
        local = f' localSheetId="{sheet}"' if sheet is not None else ""
        xml = f'<definedName name="{name}"{local} hidden="1">{xml_attribute(text)}</definedName>'
        names = self._package.workbook.root.child("definedNames")
        for old in names.children if names is not None else ():
            here = old.attributes.get("localSheetId")
            if old.attributes.get("name", "").lower() == name.lower() and here == (
                None if sheet is None else str(sheet)
            ):
                self._package.workbook.replace(old, b"")
                self._names_removed += 1
        self._new_names.append(self._package.workbook.tag(xml))

    def drop(self, part: str) -> None:
        """Leave a part out, wherever the catalogue lists it."""
        self._dropped.add(part.lower())

    def is_dropped(self, part: str) -> bool:
        """Whether a part is left out."""
        return part.lower() in self._dropped

    def _relate(self, part: str, kind: str) -> str:
        identity = f"rIdBatchsync{len(self._new_rels) + 1}"
        while identity in self._package.relations:
            identity += "x"
        base = STRICT if self._package.strict else TRANSITIONAL
        xml = f'<Relationship Id="{identity}" Type="{base}/{kind}" Target="/{part}"/>'
        self._new_rels.append(self._rels.tag(xml))
        return identity

    def _next_sheet_id(self) -> int:
        element = self._package.workbook.root.child("sheets")
        children = element.children if element is not None else []
        return max((int(c.attributes.get("sheetId", "0")) for c in children), default=0) + 1

    def edited(self) -> dict[str, bytes]:
        """Return the edited parts."""
        self._leave_out()
        self._types.append(self._types.root, self._new_types)
        self._rels.append(self._rels.root, self._new_rels)
        workbook = self._package.workbook
        sheets = workbook.root.child("sheets")
        if sheets is None:
            raise UnshapedError("no sheets")
        workbook.append(sheets, self._new_sheets)
        names = workbook.root.child("definedNames")
        if names is not None:
            workbook.append(names, self._new_names)
        elif self._new_names:
            xml = workbook.tag("<definedNames>") + b"".join(self._new_names)
            workbook.insert(workbook.place(_ORDER, "definedNames"), xml + workbook.tag("</definedNames>"))
        types = self._types.edited()
        for template, plain in _TEMPLATES.items():
            types = types.replace(template, plain)
        return {
            self._package.info(_TYPES).filename: types,
            self._package.info(self._rels_part).filename: self._rels.edited(),
            self._package.info(self._package.workbook_part).filename: workbook.edited(),
        }

    def _leave_out(self) -> None:
        for element in self._types.root.children:
            part = element.attributes.get("PartName", "").lstrip("/").lower()
            if element.name == "Override" and part in self._dropped:
                self._types.replace(element, b"")
        for element in self._rels.root.children:
            target, _, _ = self._package.relations.get(element.attributes.get("Id", ""), ("", "", False))
            if target.lower() in self._dropped:
                self._rels.replace(element, b"")


def quoted(sheet: str) -> str:
    """Return a sheet's name as formulas write it."""
    return "'" + sheet.replace("'", "''") + "'"


def marked(package: Package, mark: str) -> SheetPart | None:
    """Return the sheet that an earlier run marked as ours."""
    names = package.workbook.root.child("definedNames")
    for element in names.children if names is not None else ():
        if element.attributes.get("name") == mark:
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
