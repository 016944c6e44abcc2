"""Checks as strict as Excel's own opening of a workbook, on the XML itself."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

MAINS = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
ORDER = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
]
WORKBOOK_ORDER = [
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
    "definedNames",
    "calcPr",
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "smartTagPr",
    "smartTagTypes",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
]
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")


def column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def faults(path: Path) -> list[str]:
    """Everything about a workbook that Excel would offer to repair, or worse."""
    return list(_faults(path))


def _faults(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        if book.testzip() is not None:
            yield "a member does not match its checksum"
        if len({name.lower() for name in names}) != len(names):
            yield "a part stands there twice"
        yield from _types(book, names)
        yield from _relations(book, names)
        formats = _styles(book)
        if isinstance(formats, str):
            yield formats
            return
        yield from _workbook(book)
        for name in names:
            if re.search(r"worksheets/[^/]+\.xml$", name):
                for fault in _sheet(book.read(name), formats):
                    yield f"{name}: {fault}"


def _named(book: zipfile.ZipFile, wanted: str) -> str:
    """The part's name as it is spelled here."""
    return next(name for name in book.namelist() if name.replace("\\", "/").lower() == wanted.lower())


def _types(book: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    root = ET.fromstring(book.read(_named(book, "[Content_Types].xml")))
    overrides = [child.get("PartName", "") for child in root if local(child.tag) == "Override"]
    defaults = {child.get("Extension", "").lower() for child in root if local(child.tag) == "Default"}
    if len(set(overrides)) != len(overrides):
        yield "a part's type is listed twice"
    present = {"/" + name.lower() for name in names}
    for part in overrides:
        if part.lower() not in present:
            yield f"a type is listed for {part}, which is not there"
    listed = {part.lower() for part in overrides}
    for name in names:
        known = "/" + name.lower() in listed or name.rpartition(".")[2].lower() in defaults
        if name.lower() != "[content_types].xml" and not name.endswith("/") and not known:
            yield f"no type for {name}"


def _relations(book: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    present = {name.lower() for name in names}
    for name in names:
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        seen = set()
        for child in ET.fromstring(book.read(name)):
            if child.get("Id") in seen:
                yield f"{name}: an id twice"
            seen.add(child.get("Id"))
            target = child.get("Target", "")
            if child.get("TargetMode") == "External" or target.startswith("#"):
                continue
            whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            if whole.lstrip("/").lower() not in present:
                yield f"{name}: {target} is not there"


def _styles(book: zipfile.ZipFile) -> int | str:
    root = ET.fromstring(book.read(_named(book, "xl/styles.xml")))
    groups = {local(child.tag): child for child in root}
    sizes = {}
    for group in ("fonts", "fills", "borders", "cellXfs"):
        element = groups[group]
        sizes[group] = len(element)
        if element.get("count") not in (None, str(len(element))):
            return f"{group} are {len(element)}, not {element.get('count')}"
    for xf in groups["cellXfs"]:
        for attribute, group in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
            if int(xf.get(attribute, "0")) >= sizes[group]:
                return f"a format has {attribute} {xf.get(attribute)}"
    codes = [child.get("numFmtId") for child in groups.get("numFmts", [])]
    if len(set(codes)) != len(codes):
        return "a number format's id twice"
    return sizes["cellXfs"]


def _order(root: ET.Element, name: str, order: list[str]) -> Iterator[str]:
    children = [local(child.tag) for child in root if child.tag.startswith(MAINS)]
    strange = set(children) - set(order)
    if strange:
        yield f"{name}: {sorted(strange)} stand there"
    known = [child for child in children if child in order]
    if known != sorted(known, key=order.index):
        yield f"{name}: order of {known}"


def _workbook(book: zipfile.ZipFile) -> Iterator[str]:
    root = ET.fromstring(book.read(_named(book, "xl/workbook.xml")))
    yield from _order(root, "workbook", WORKBOOK_ORDER)
    sheets = [sheet for child in root if local(child.tag) == "sheets" for sheet in child]
    for attribute in ("name", "sheetId"):
        values = [sheet.get(attribute, "").lower() for sheet in sheets]
        if len(set(values)) != len(values):
            yield f"workbook: two sheets with one {attribute}"
    for sheet in sheets:
        name = sheet.get("name", "")
        if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name):
            yield f"workbook: sheet name {name}"
    names = [
        (name.get("name", "").lower(), name.get("localSheetId"))
        for child in root
        if local(child.tag) == "definedNames"
        for name in child
    ]
    if len(set(names)) != len(names):
        yield "workbook: a name is defined twice"
    for _, sheet_id in names:
        if sheet_id is not None and int(sheet_id) >= len(sheets):
            yield "workbook: a name of no sheet"


def _sheet(xml: bytes, formats: int) -> Iterator[str]:
    root = ET.fromstring(xml)
    yield from _order(root, "worksheet", ORDER)
    for child in root:
        if local(child.tag) == "cols":
            yield from _cols(child, formats)
        if local(child.tag) == "dataValidations" and child.get("count") not in (None, str(len(child))):
            yield "count of data validations"
    data = next(child for child in root if local(child.tag) == "sheetData")
    before = 0
    for row in data:
        number = int(row.get("r", before + 1))
        if number <= before:
            yield f"row {number} after row {before}"
        before = number
        yield from _cells(row, number, formats)


def _cells(row: ET.Element, number: int, formats: int) -> Iterator[str]:
    before = 0
    for cell in row:
        if local(cell.tag) != "c":
            continue
        place = REFERENCE.fullmatch(cell.get("r", "") or "")
        here = column(place[1]) if place else before + 1
        if place and int(place[2]) != number:
            yield f"{cell.get('r')} in row {number}"
        if here <= before:
            yield f"{cell.get('r')} after column {before} in row {number}"
        before = here
        if int(cell.get("s") or 0) >= formats:
            yield f"{cell.get('r')} has format {cell.get('s')} of {formats}"
        if cell.get("t") == "inlineStr" and cell.find("./{*}is") is None:
            yield f"{cell.get('r')} has no text"


def _cols(cols: ET.Element, formats: int) -> Iterator[str]:
    before = 0
    for col in cols:
        first, last = int(col.get("min", "0")), int(col.get("max", "0"))
        if first <= before or last < first or last > 16_384:
            yield f"columns {first} to {last} after {before}"
        before = last
        if int(col.get("style", "0")) >= formats:
            yield "format of a column"


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a workbook, by name."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def raw_members(path: Path) -> dict[str, bytes]:
    """Every member's compressed bytes, as they are in the file."""
    found = {}
    with zipfile.ZipFile(path) as book, path.open("rb") as file:
        for info in book.infolist():
            file.seek(info.header_offset + 26)
            name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
            file.seek(info.header_offset + 30 + name + extra)
            found[info.filename] = file.read(info.compress_size)
    return found
