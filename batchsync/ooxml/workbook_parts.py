"""Edits the parts that list other parts: the workbook, its relationships, the content types."""

from dataclasses import dataclass

from batchsync.ooxml.escaping import xml_attribute
from batchsync.ooxml.package import STRICT, TRANSITIONAL, TYPES, Package, quoted, relations_part
from batchsync.ooxml.xml_edit import NotRewritableError, Part

_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_TEMPLATES = {
    b"spreadsheetml.template.main+xml": b"spreadsheetml.sheet.main+xml",
    b"ms-excel.template.macroEnabled.main+xml": b"ms-excel.sheet.macroEnabled.main+xml",
    b"ms-excel.addin.macroEnabled.main+xml": b"ms-excel.sheet.macroEnabled.main+xml",
}
FILTER_NAME = "_xlnm._FilterDatabase"
"""The defined name under which Excel keeps a sheet's filter range."""
_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip


@dataclass(slots=True)
class AddedSheet:
    """A sheet that a result adds, or that replaces one of an earlier result."""

    name: str
    part: str
    defined_name: str
    """The hidden defined name by which a later run recognises the sheet."""
    replaces: bool = False


class WorkbookParts:
    """Collects new sheets, parts and names, and edits the listing parts once, at the end."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._types = Part(package.read(TYPES), depth=2)
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
        self._dropped: set[str] = set()

    def add_type(self, part: str, content_type: str) -> None:
        """Add a part's content type."""
        xml = f'<Override PartName="/{part}" ContentType="{content_type}"/>'
        self._new_types.append(self._types.with_prefix(xml))

    def add_relations(self, part: str) -> None:
        """Add the content type of a relationships part, if the workbook lists these one by one (LibreOffice does)."""
        if self._relations_are_known or self._package.has(part):
            return
        self.add_type(part, _RELATIONS_TYPE)

    def add_styles(self, part: str) -> None:
        """Add a styles part to a workbook without one."""
        self.add_type(part, _STYLES_TYPE)
        self._relate(part, "styles")

    def add_sheet(self, added: AddedSheet) -> None:
        """Add a sheet behind all others, with its defined name."""
        if not added.replaces:
            self.add_type(added.part, _SHEET_TYPE)
            identity = self._relate(added.part, "worksheet")
            kind = STRICT if self._package.strict else TRANSITIONAL
            number = self._next_sheet_id() + len(self._new_sheets)
            xml = (
                f'<sheet xmlns:bsr="{kind}" name="{xml_attribute(added.name)}" sheetId="{number}" '
                f'bsr:id="{identity}"/>'
            )
            self._new_sheets.append(self._package.workbook.with_prefix(xml))
            self.define_name(added.defined_name, f"{quoted(added.name)}!$A$1")

    def define_name(self, name: str, text: str, sheet: int | None = None) -> None:
        """Define a hidden name, or replace it."""
        local = f' localSheetId="{sheet}"' if sheet is not None else ""
        xml = f'<definedName name="{name}"{local} hidden="1">{xml_attribute(text)}</definedName>'
        names = self._package.workbook.root.child("definedNames")
        for old in names.children if names is not None else ():
            is_same = old.attributes.get("name", "").lower() == name.lower()
            if is_same and old.attributes.get("localSheetId") == (None if sheet is None else str(sheet)):
                self._package.workbook.replace(old, b"")
        self._new_names.append(self._package.workbook.with_prefix(xml))

    def drop(self, part: str) -> None:
        """Remove a part."""
        self._dropped.add(part.lower())

    def is_dropped(self, part: str) -> bool:
        """Whether a part was removed."""
        return part.lower() in self._dropped

    def _relate(self, part: str, kind: str) -> str:
        identity = f"rIdBatchsync{len(self._new_rels) + 1}"
        while identity in self._package.relations:
            identity += "x"
        base = STRICT if self._package.strict else TRANSITIONAL
        xml = f'<Relationship Id="{identity}" Type="{base}/{kind}" Target="/{part}"/>'
        self._new_rels.append(self._rels.with_prefix(xml))
        return identity

    def _next_sheet_id(self) -> int:
        element = self._package.workbook.root.child("sheets")
        children = element.children if element is not None else []
        return max((child.integer("sheetId", 0) for child in children), default=0) + 1

    def edited(self) -> dict[str, bytes]:
        """Return the edited parts."""
        self._remove_dropped()
        self._types.append(self._types.root, self._new_types)
        self._rels.append(self._rels.root, self._new_rels)
        workbook = self._package.workbook
        sheets = workbook.root.child("sheets")
        if sheets is None:
            raise NotRewritableError("no sheets")
        workbook.append(sheets, self._new_sheets)
        names = workbook.root.child("definedNames")
        if names is not None:
            workbook.append(names, self._new_names)
        elif self._new_names:
            xml = workbook.with_prefix("<definedNames>") + b"".join(self._new_names)
            workbook.insert(
                workbook.position_of_new(_ORDER, "definedNames"),
                xml + workbook.with_prefix("</definedNames>"),
            )
        types = self._types.edited()
        for template, plain in _TEMPLATES.items():
            types = types.replace(template, plain)
        return {
            self._package.info(TYPES).filename: types,
            self._package.info(self._rels_part).filename: self._rels.edited(),
            self._package.info(self._package.workbook_part).filename: workbook.edited(),
        }

    def _remove_dropped(self) -> None:
        for element in self._types.root.children:
            part = element.attributes.get("PartName", "").lstrip("/").lower()
            if element.name == "Override" and part in self._dropped:
                self._types.replace(element, b"")
        for element in self._rels.root.children:
            target, _, _ = self._package.relations.get(element.attributes.get("Id", ""), ("", "", False))
            if target.lower() in self._dropped:
                self._rels.replace(element, b"")
