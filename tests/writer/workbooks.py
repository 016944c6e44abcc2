"""Workbooks with everything in them, as people have them."""

import base64
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def rich(path: Path, *, macros: bool = False, table: bool = False, from_1904: bool = False) -> Path:
    """A workbook with orders in lines 3 to 9 under a title, and one of everything else."""
    book: Any = xlsxwriter.Workbook(path, {"date_1904": from_1904})
    sheet = book.add_worksheet("Orders")
    other = book.add_worksheet("Other")
    hidden = book.add_worksheet("Hidden")
    hidden.hide()
    head = book.add_format({"bold": True, "bg_color": "#4472C4", "font_color": "#FFFFFF", "border": 1})
    cell = book.add_format({"border": 1, "font_name": "宋体", "valign": "vcenter"})
    money = book.add_format({"num_format": "¥#,##0.00", "border": 1})
    date = book.add_format({"num_format": "yyyy/mm/dd", "border": 1})
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red"})
    sheet.merge_range("A1:E1", "Orders of October", head)
    sheet.write_row(1, 0, ["订单号", "商家id", "金额", "日期", "备注"], head)
    for line in range(2, 9):
        sheet.write_string(line, 0, f"260101-{line:015d}", cell)
        sheet.write_string(line, 1, "2088123464", cell)
        sheet.write_number(line, 2, line * 1.25, money)
        sheet.write_datetime(line, 3, datetime(2026, 10, line), date)
    sheet.write_rich_string(2, 4, "plain ", bold, "bold", red, " red")
    sheet.write_string(3, 4, "  spaces  ")
    sheet.write_string(4, 4, "=1+1")
    sheet.write_formula(5, 4, "=SUM(C3:C9)", None, 55.0)
    sheet.write_url(6, 4, "https://example.com/?a=1&b=2", string="link")
    sheet.write_boolean(7, 4, True)
    sheet.write_string(9, 0, "合计")
    sheet.write_formula(9, 2, "=SUM(C3:C9)", money, 55.0)
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_row(5, 30)
    sheet.set_column("A:A", 28)
    sheet.set_column("C:D", 12, None, {"level": 1})
    sheet.print_area("A1:E10")
    sheet.repeat_rows(1)
    sheet.set_column("F:XFD", 9)
    sheet.freeze_panes(2, 1)
    sheet.conditional_format("C3:C9", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("C3:C9", {"type": "cell", "criteria": ">", "value": 5, "format": red})
    sheet.data_validation("E3:E9", {"validate": "list", "source": ["a", "b"]})
    sheet.write_comment("A3", "a comment")
    sheet.insert_image("J20", "pixel.png", {"image_data": io.BytesIO(PIXEL)})
    sheet.add_sparkline("E9", {"range": "Orders!C3:C9"})
    sheet.insert_textbox("J2", "a text box")
    sheet.insert_checkbox("J1", True)
    sheet.set_header("&CPage &P")
    sheet.set_landscape()
    sheet.set_h_pagebreaks([20])
    sheet.protect("", {"select_locked_cells": True, "autofilter": True})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Orders!$C$3:$C$9"})
    sheet.insert_chart("J5", chart)
    if table:
        columns = [{"header": name} for name in ["订单号", "商家id", "金额", "日期", "备注"]]
        sheet.add_table("A2:E9", {"columns": columns, "name": "Orders"})
    else:
        sheet.autofilter("A2:E9")
        sheet.filter_column("A", "x != 1")
    other.write_row(0, 0, ["nothing", "to", "do"])
    other.add_table("A5:B7", {"data": [[1, 2], [3, 4]]})
    other.embed_image("D4", "pixel.png", {"image_data": io.BytesIO(PIXEL)})
    book.define_name("Total", "=Orders!$C$10")
    book.define_name("Orders!Local", "=Orders!$A$1")
    if macros:
        project = path.with_name("vbaProject.bin")
        project.write_bytes(b"\xd0\xcf\x11\xe0 not really a project" * 50)
        book.add_vba_project(str(project))
    book.close()
    return path


def with_pivot(path: Path) -> Path:
    """Add a pivot table over the first sheet's orders to the second sheet, as Excel lays it down."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    names = ("订单号", "商家id", "金额", "日期", "备注")
    fields = "".join(f'<cacheField name="{name}"><sharedItems/></cacheField>' for name in names)
    shown = "".join(f"<pivotField {'dataField=' + chr(34) + '1' + chr(34) if name == '金额' else ''} showAll=\"0\"/>" for name in names)  # fmt: skip
    cache = (
        f'<pivotCacheDefinition {main} refreshOnLoad="1" saveData="0" recordCount="0"><cacheSource type="worksheet">'
        f'<worksheetSource ref="A2:E9" sheet="Orders"/></cacheSource><cacheFields count="5">{fields}</cacheFields>'
        "</pivotCacheDefinition>"
    )
    table = (
        f'<pivotTableDefinition {main} name="P" cacheId="1" dataCaption="Values"><location ref="H1:H2" firstHeaderRow="1" '
        f'firstDataRow="1" firstDataCol="0"/><pivotFields count="5">{shown}</pivotFields><dataFields count="1">'
        '<dataField name="Sum" fld="2"/></dataFields></pivotTableDefinition>'
    )
    rels = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>"
    related = "<Relationship Id='{}' Type='" + office + "/{}' Target='{}'/>"
    to_cache = related.format("rIdP", "pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
    listed = "".join(
        f'<Override PartName="/xl/{part}1.xml" ContentType="{types}{kind}+xml"/>'
        for part, kind in (("pivotCache/pivotCacheDefinition", "pivotCacheDefinition"), ("pivotTables/pivotTable", "pivotTable"))
    )  # fmt: skip

    def before(end: str, new: str) -> Callable[[bytes], bytes]:
        return lambda xml: xml.replace(end.encode(), (new + end).encode())

    pivots = '<pivotCaches><pivotCache cacheId="1" r:id="rIdP"/></pivotCaches>'
    return patched(
        path,
        {
            "[Content_Types].xml": before("</Types>", listed),
            "xl/workbook.xml": before("</workbook>", pivots),
            "xl/_rels/workbook.xml.rels": before(
                "</Relationships>", to_cache.replace("../pivotCache", "pivotCache")
            ),
            "xl/worksheets/_rels/sheet2.xml.rels": before(
                "</Relationships>", related.format("rIdP", "pivotTable", "../pivotTables/pivotTable1.xml")
            ),
        },
        {
            "xl/pivotCache/pivotCacheDefinition1.xml": cache.encode(),
            "xl/pivotTables/pivotTable1.xml": table.encode(),
            "xl/pivotTables/_rels/pivotTable1.xml.rels": rels.format(to_cache).encode(),
        },
    )


def patched(
    path: Path, changes: Mapping[str, Callable[[bytes], bytes]], add: Mapping[str, bytes] | None = None
) -> Path:
    """Rewrite parts of a workbook by hand, and add some."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for name, change in changes.items():
        changed = change(parts[name])
        assert changed != parts[name], f"{name} stayed as it was"
        parts[name] = changed
    parts.update(add or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return path


def plain(path: Path, rows: int = 7, heads: tuple[str, ...] = ("订单号", "商家id", "备注")) -> Path:
    """A workbook with one sheet and nothing else: a header and rows from line 2 on."""
    book: Any = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, heads)
    for line in range(1, rows + 1):
        sheet.write_row(line, 0, [f"260101-{line:015d}", "2088123464", "note"])
    book.close()
    return path


def prefixed(xml: bytes) -> bytes:
    """Give every element of the main namespace a prefix."""
    xml = xml.replace(b' xmlns="http', b' xmlns:x="http', 1)
    return re.sub(rb"<(/?)(?=[A-Za-z])(?!\w+:)", rb"<\1x:", xml)
