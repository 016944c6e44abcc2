"""Input files, made once: sheets as Excel saves them, CSVs as shops export them. Not a line of batchsync in it."""

import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.measure import WORK

HEADERS = ("订单号", "商家编号", "商品名称", "数量", "实付金额", "下单时间")
SHOPS = [f"{780_000_000 + 7919 * n}" for n in range(20)]
GOODS = [f"商品 {n:04d}" + (" & 配件" if n % 10 == 0 else "，红色，均码") for n in range(1_000)]
CHUNK = 5_000
_TAG = re.compile(r"<(/?)(?=[A-Za-z])")

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROOT_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELS}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets><sheet name="订单" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
STYLES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFFF2CC"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf numFmtId="0" fontId="1" fillId="2" applyFill="1" applyFont="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="2" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def order_number(n: int) -> str:
    """A Pinduoduo order number, the same for the same n."""
    return f"2611{n % 28 + 1:02d}-{100_000_000_000_000 + n * 7_919:015d}"


def shop(n: int) -> str:
    return SHOPS[n * 7 % len(SHOPS)]


def csv_file(rows: int, *, columns: int = 6, encoding: str = "utf-8") -> Path:
    """A CSV: the six columns, or only the first two."""
    path = WORK / f"orders-{rows}x{columns}{'' if encoding == 'utf-8' else f'-{encoding}'}.csv"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("w", encoding=encoding, newline="") as file:
            file.write(",".join(HEADERS[:columns]) + "\r\n")
            for n in range(rows):
                cells = (
                    order_number(n),
                    shop(n),
                    GOODS[n % 1_000],
                    str(n % 5 + 1),
                    f"{n % 900 + 0.25:.2f}",
                    f"2026-11-{n % 28 + 1:02d} 10:{n % 60:02d}:00",
                )
                file.write(",".join(cells[:columns]) + "\r\n")
        part.replace(path)
    return path


def xlsx_file(rows: int, *, inline: bool = False, prefix: str = "") -> Path:
    """A workbook of six columns as Excel saves it (shared strings), with inline strings, or with prefixed tags."""
    path = WORK / f"orders-{rows}{'-inline' if inline else ''}{'-prefixed' if prefix else ''}.xlsx"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
            book.writestr("[Content_Types].xml", CONTENT_TYPES)
            book.writestr("_rels/.rels", ROOT_RELS)
            book.writestr("xl/workbook.xml", BOOK)
            book.writestr("xl/_rels/workbook.xml.rels", BOOK_RELS)
            book.writestr("xl/styles.xml", STYLES)
            _member(book, "xl/worksheets/sheet1.xml", _prefixed(_sheet(rows, inline=inline), prefix))
            _member(book, "xl/sharedStrings.xml", _prefixed(_strings(0 if inline else rows), prefix))
        part.replace(path)
    return path


def _prefixed(texts: Iterator[str], prefix: str) -> Iterator[str]:
    """Put a namespace prefix before all tags: `<x:row>`."""
    if not prefix:
        return texts
    return (_TAG.sub(rf"<\1{prefix}:", text).replace(" xmlns=", f" xmlns:{prefix}=") for text in texts)


def ods_file(rows: int) -> Path:
    """The same six columns as LibreOffice saves them."""
    path = WORK / f"orders-{rows}.ods"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
            book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            book.writestr("META-INF/manifest.xml", "<manifest/>")
            _member(book, "content.xml", _ods_content(rows))
        part.replace(path)
    return path


def _ods_content(rows: int) -> Iterator[str]:
    def row(*cells: str) -> str:
        return f'<table:table-row table:style-name="ro1">{"".join(cells)}</table:table-row>'

    def text(cell: str) -> str:
        return f'<table:table-cell office:value-type="string" calcext:value-type="string"><text:p>{_escaped(cell)}</text:p></table:table-cell>'

    def number(cell: str) -> str:
        return f'<table:table-cell office:value-type="float" office:value="{cell}" calcext:value-type="float"><text:p>{cell}</text:p></table:table-cell>'

    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content{names} xmlns:calcext="urn:calcext">'
        '<office:body><office:spreadsheet><table:table table:name="订单" table:style-name="ta1">'
        '<table:table-column table:number-columns-repeated="6"/>' + row(*map(text, HEADERS))
    )
    for n in range(rows):
        yield row(
            text(order_number(n)),
            text(shop(n)),
            text(GOODS[n % 1_000]),
            number(str(n % 5 + 1)),
            number(str(n % 900 + 0.25)),
            text(f"2026-11-{n % 28 + 1:02d} 10:{n % 60:02d}:00"),
        )
    yield "</table:table></office:spreadsheet></office:body></office:document-content>"


def _member(book: zipfile.ZipFile, name: str, texts: Iterator[str]) -> None:
    with book.open(name, "w") as file:
        while chunk := "".join(islice(texts, CHUNK)):
            file.write(chunk.encode())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _strings(rows: int) -> Iterator[str]:
    """Six headers, twenty shops, a thousand goods, and one text an order."""
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="{MAIN}" uniqueCount="{rows + 1026}">'
    for text in (*HEADERS, *SHOPS, *GOODS):
        yield f"<si><t>{_escaped(text)}</t></si>"
    for n in range(rows):
        yield f"<si><t>{order_number(n)}</t></si>"
    yield "</sst>"


def _sheet(rows: int, *, inline: bool) -> Iterator[str]:
    yield (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        f'<dimension ref="A1:F{rows + 1}"/><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        '<cols><col min="1" max="1" width="26" customWidth="1"/></cols><sheetData>'
    )
    text = _inline if inline else _shared
    yield (
        '<row r="1" spans="1:6">'
        + "".join(text(f"{letter}1", place, HEADERS[place], 1) for place, letter in enumerate("ABCDEF"))
        + "</row>"
    )
    for n in range(rows):
        r = n + 2
        shop_at = n * 7 % len(SHOPS)
        yield (
            f'<row r="{r}" spans="1:6">'
            + text(f"A{r}", 1026 + n, order_number(n), 0)
            + text(f"B{r}", 6 + shop_at, SHOPS[shop_at], 0)
            + text(f"C{r}", 26 + n % 1_000, GOODS[n % 1_000], 0)
            + f'<c r="D{r}"><v>{n % 5 + 1}</v></c><c r="E{r}" s="3"><v>{n % 900 + 0.25}</v></c>'
            f'<c r="F{r}" s="2"><v>{46_320 + n / 86_400:.10f}</v></c></row>'
        )
    yield '</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'


def _shared(place: str, string: int, _: str, style: int) -> str:
    return f'<c r="{place}"{_style(style)} t="s"><v>{string}</v></c>'


def _inline(place: str, _: int, text: str, style: int) -> str:
    return f'<c r="{place}"{_style(style)} t="inlineStr"><is><t>{_escaped(text)}</t></is></c>'


def _style(style: int) -> str:
    return f' s="{style}"' if style else ""
