"""Small workbooks made by hand, each nastiness in its own XML or records. Not a line of batchsync in it."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def types(sheets: int) -> str:
    """The parts' types, for programs that insist."""
    parts = {"workbook": "sheet.main", "styles": "styles", "sharedStrings": "sharedStrings"}
    parts |= {f"worksheets/sheet{at}": "worksheet" for at in range(1, sheets + 1)}
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="/xl/{name}.xml" ContentType="{KIND}.{kind}+xml"/>'
            for name, kind in parts.items()
        )
        + "</Types>"
    )


def worksheet(rows: str, *, head: str = "", tail: str = "", namespace: str = MAIN) -> str:
    """A sheet's part around its rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{namespace}">{head}'
        f"<sheetData>{rows}</sheetData>{tail}</worksheet>"
    )


def shared(items: Sequence[str]) -> str:
    """The shared strings' part; each item is what stands within <si>."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def styles(codes: Sequence[str]) -> str:
    """A style for each number format code, counted from 1; a number is Excel's own format."""
    numbers = [int(code) if code.isdecimal() and len(code) < 3 else 164 + at for at, code in enumerate(codes)]
    written = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{_attribute(code)}"/>'
        for number, code in zip(numbers, codes, strict=True)
        if number >= 164
    )
    cells = "".join(f'<xf numFmtId="{number}"/>' for number in (0, *numbers))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{written}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{cells}</cellXfs></styleSheet>'
    )


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def workbook_parts(
    sheets: Mapping[str, str],
    *,
    strings: Sequence[str] = (),
    formats: Sequence[str] = (),
    about: str = "",
    states: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The parts of a workbook whose sheets are given whole, by name."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"'
        + (f' state="{states[name]}"' if states and name in states else "")
        + "/>"
        for at, name in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{RELS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": types(len(sheets)),
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{about}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}'
        f'<Relationship Id="s" Type="{RELS}/styles" Target="styles.xml"/>'
        f'<Relationship Id="t" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": styles(formats),
    }
    for at, sheet in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{at}.xml"] = sheet
    if strings:
        parts["xl/sharedStrings.xml"] = shared(strings)
    return parts


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Write the parts as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return path


def xlsx(
    path: Path,
    rows: str,
    *,
    strings: Sequence[str] = (),
    formats: Sequence[str] = (),
    head: str = "",
    tail: str = "",
    about: str = "",
) -> Path:
    """Write a workbook of one sheet."""
    sheets = {"S": worksheet(rows, head=head, tail=tail)}
    return zipped(path, workbook_parts(sheets, strings=strings, formats=formats, about=about))


# --- .xlsb --------------------------------------------------------------------------------------------------


def record(kind: int, body: bytes = b"") -> bytes:
    """One record of an .xlsb."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    return head + (bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])) + body


def wide(text: str) -> bytes:
    """A text of an .xlsb: its length, then UTF-16."""
    return len(text).to_bytes(4, "little") + text.encode("utf-16-le")


def number_cell(column: int, value: float, style: int = 0) -> bytes:
    return record(5, struct.pack("<IId", column, style, value))


def error_cell(column: int, code: int) -> bytes:
    return record(3, column.to_bytes(4, "little") + bytes(4) + bytes([code]))


def text_cell(column: int, text: str) -> bytes:
    return record(6, column.to_bytes(4, "little") + bytes(4) + wide(text))


def row_head(row: int, *, hidden: bool = False) -> bytes:
    """The start of a row, counted from 0."""
    return record(
        0, row.to_bytes(4, "little") + bytes(4) + bytes([0x2C, 1, 0, 0x10 if hidden else 0]) + bytes(5)
    )


def xlsb(
    path: Path, rows: bytes, *, formats: Sequence[str] = (), merges: Sequence[tuple[int, int, int, int]] = ()
) -> Path:
    """Write an .xlsb of one sheet; a merge is its first row, last row, first column and last column."""
    custom = b"".join(
        record(44, (164 + at).to_bytes(2, "little") + wide(code)) for at, code in enumerate(formats)
    )
    numbers = [0, *range(164, 164 + len(formats))]
    cells = b"".join(record(47, bytes(2) + number.to_bytes(2, "little") + bytes(12)) for number in numbers)
    merged = b"".join(record(176, b"".join(edge.to_bytes(4, "little") for edge in merge)) for merge in merges)
    relations = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELS}/worksheet" '
        f'Target="worksheets/sheet1.bin"/><Relationship Id="s" Type="{RELS}/styles" Target="styles.bin"/></Relationships>'
    )
    return zipped(
        path,
        {
            "[Content_Types].xml": types(0),
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
            f'Type="{RELS}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": record(131)
            + record(143)
            + record(156, bytes(4) + (1).to_bytes(4, "little") + wide("rId1") + wide("S"))
            + record(144)
            + record(132),
            "xl/_rels/workbook.bin.rels": relations,
            "xl/styles.bin": record(278)
            + record(615, len(formats).to_bytes(4, "little"))
            + custom
            + record(616)
            + record(617, len(numbers).to_bytes(4, "little"))
            + cells
            + record(618)
            + record(279),
            "xl/worksheets/sheet1.bin": record(129)
            + record(148, bytes(4) + (99).to_bytes(4, "little") + bytes(4) + (9).to_bytes(4, "little"))
            + record(145)
            + rows
            + record(146)
            + (record(177) + merged + record(178) if merges else b"")
            + record(130),
        },
    )
