"""The user's own workbook comes back: nothing lost, ours added, fit for the strictest reader."""

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from batchsync.messages import Lang
from batchsync.model import EntryResult
from batchsync.writer import user_workbook
from tests.model.entries import entry, one_of_each, uncertain
from tests.writer.jobs import cells_of, found, found_again, job, opened, texts, written
from tests.writer.strict import faults, parts, raw_members
from tests.writer.workbooks import patched, plain, prefixed, rich, with_pivot

ORDERS = found("Orders", ("订单号", "商家id", "金额", "日期", "备注"), header_line=2)
EDITED = {
    "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
}  # fmt: skip
HEADS = [
    "sync status",
    "error",
    "points spent",
    "what to do",
    "API status",
    "attempts",
    "answered at",
    "decision",
]


def moved(entries: list[EntryResult], by: int) -> list[EntryResult]:
    return [
        type(e)(**{**{f: getattr(e, f) for f in e.__dataclass_fields__}, "line": e.line + by})
        for e in entries
    ]


def result(path: Path, tmp_path: Path, sheets: Any, entries: list[EntryResult], **facts: Any) -> Path:
    return written(job(path, tmp_path / "out" / f"result{path.suffix}", sheets, **facts), entries).path


@pytest.mark.parametrize("kind", ["plain", "table", "macros", "1904", "pivot"])
def test_every_other_part_is_the_same_byte_for_byte(kind: str, tmp_path: Path) -> None:
    """All members but the five that must change keep even their compressed bytes."""
    suffix = ".xlsm" if kind == "macros" else ".xlsx"
    path = rich(
        tmp_path / f"rich{suffix}", macros=kind == "macros", table=kind == "table", from_1904=kind == "1904"
    )
    if kind == "pivot":
        with_pivot(path)
    assert [] == faults(path)
    out = result(path, tmp_path, [ORDERS], moved(one_of_each(), 1))
    before, after = raw_members(path), raw_members(out)
    assert {} == {
        name: None for name, data in before.items() if name not in EDITED and after.get(name) != data
    }
    assert [] == faults(out)


def test_what_was_in_the_edited_parts_is_still_there(tmp_path: Path) -> None:
    """Sheet, styles, workbook: every element that was there is there again, in its order; filters only grew."""
    path = rich(tmp_path / "rich.xlsx")
    out = parts(result(path, tmp_path, [ORDERS], moved(one_of_each(), 1)))
    meant = re.compile(rb"<dimension|<row |<autoFilter|_FilterDatabase|</definedName| count=|</?cols|<col ")
    for name in ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"):
        pieces = re.findall(rb"<[^<>]*>[^<>]*", parts(path)[name])
        assert [] == lost([piece for piece in pieces if not meant.search(piece)], out[name])


def lost(pieces: list[bytes], xml: bytes) -> list[bytes]:
    """The pieces that are not in `xml`, in their order."""
    missing, at = [], 0
    for piece in pieces:
        here = xml.find(piece, at)
        if here < 0:
            missing.append(piece)
        else:
            at = here + len(piece)
    return missing


def test_cells_of_theirs_are_equal_and_ours_stand_behind(tmp_path: Path) -> None:
    """Their values stay; our seven columns and the decision stand right of the widest cell."""
    path = rich(tmp_path / "rich.xlsx")
    out = result(path, tmp_path, [ORDERS], moved(one_of_each(), 1))
    before, after = texts(path, "Orders"), texts(out, "Orders")
    assert [row[:5] for row in before] == [row[:5] for row in after[: len(before)]]
    assert after[0][9] is True
    assert HEADS == after[1][5:]
    statuses = ["synced", "already synced", "duplicate", "failed", "uncertain", "not sent", "invalid"]
    assert statuses == [row[5] for row in after[2:9]]
    assert [3, 0, 0, 0, None, 0, 0] == [row[7] for row in after[2:9]]
    assert "=SUBTOTAL(109,H3:H9)" == after[9][7]


def test_hidden_rows_stay_hidden_and_do_not_count(tmp_path: Path) -> None:
    """The total's cached value is what Excel would compute: without the hidden line 5."""
    path = rich(tmp_path / "rich.xlsx")
    out = result(path, tmp_path, [ORDERS], [entry(line, points=10) for line in range(3, 10)])
    assert opened(out)["Orders"].row_dimensions[5].hidden
    assert 60 == opened(out, data_only=True)["Orders"]["H10"].value


@pytest.mark.parametrize(
    ("attribute", "total"),
    [
        ('hidden="false"', 30),
        ('hidden="0"', 30),
        ("hidden='false'", 30),
        ('hidden="1"', 20),
        ('hidden="true"', 20),
    ],
)
def test_the_cached_total_counts_the_rows_that_are_shown(attribute: str, total: int, tmp_path: Path) -> None:
    """LibreOffice writes hidden="false" on each row; only 1 and true hide one."""
    path = plain(tmp_path / "p.xlsx", rows=3)
    patched(path, {SHEET: lambda xml: xml.replace(b'<row r="3"', b'<row r="3" ' + attribute.encode())})
    out = result(path, tmp_path, [found()], [entry(line, points=10) for line in (2, 3, 4)])
    assert total == opened(out, data_only=True)["Sheet1"]["F5"].value


def test_a_width_of_a_column_with_user_cells_above_the_header_stays(tmp_path: Path) -> None:
    """A title beside the table reaches over our columns; a column without cells of the user gets our width."""
    path = tmp_path / "p.xlsx"
    book: Any = openpyxl.Workbook()
    sheet = book.active
    sheet.append([None, None, None, "shop", None])
    sheet.append(["订单号", "商家id", "备注"])
    sheet.append(["260101-000000000000001", "2088123464", ""])
    sheet.column_dimensions["A"].width = 31
    sheet.column_dimensions["D"].width = 47
    sheet.column_dimensions["E"].width = 3
    book.save(path)
    out = opened(result(path, tmp_path, [found(sheet="Sheet", header_line=2)], [entry(3, points=1)]))["Sheet"]
    assert (31, 47) == (out.column_dimensions["A"].width, out.column_dimensions["D"].width)
    assert out.column_dimensions["E"].width > 50


def test_the_filter_grows_and_the_decision_is_a_choice(tmp_path: Path) -> None:
    """The header's filter reaches over our columns; uncertain rows, and only they, offer the decisions."""
    sheet = opened(result(rich(tmp_path / "r.xlsx"), tmp_path, [ORDERS], moved(one_of_each(), 1)))["Orders"]
    assert "A2:M9" == sheet.auto_filter.ref
    ours = [v for v in sheet.data_validations.dataValidation if "charged" in str(v.formula1)]
    assert ["M7"] == [str(v.sqref) for v in ours]


def test_a_table_keeps_its_range_and_our_columns_get_a_filter_of_their_own(tmp_path: Path) -> None:
    """Two filters that overlap would have Excel repair the file."""
    path = rich(tmp_path / "rich.xlsx", table=True)
    sheet = opened(result(path, tmp_path, [ORDERS], moved(one_of_each(), 1)))["Orders"]
    assert ("A2:E9", "F2:M9") == (sheet.tables["Orders"].ref, sheet.auto_filter.ref)


def test_a_workbook_without_a_filter_gets_one(tmp_path: Path) -> None:
    """The header is filterable, theirs and ours."""
    out = result(plain(tmp_path / "p.xlsx"), tmp_path, [found()], one_of_each())
    assert "A1:K8" == opened(out)["Sheet1"].auto_filter.ref


def test_times_are_local_day_numbers_also_from_1904(tmp_path: Path) -> None:
    """answered at shows the same local time whatever the workbook counts from."""
    from tests.model.entries import NOON

    shown = NOON.astimezone().replace(tzinfo=None)
    for number, early in enumerate((False, True)):
        path = rich(tmp_path / f"{number}.xlsx", from_1904=early)
        out = result(path, tmp_path, [ORDERS], moved(one_of_each(), 1))
        value = opened(out)["Orders"]["L3"].value
        assert abs((value - shown).total_seconds()) < 0.01


def test_chinese_results_have_chinese_texts(tmp_path: Path) -> None:
    """Heads, statuses, sheets' names."""
    out = result(plain(tmp_path / "p.xlsx"), tmp_path, [found()], one_of_each(), lang=Lang.ZH)
    book = opened(out)
    assert ["Sheet1", "汇总", "结果未知"] == book.sheetnames
    assert ["同步状态", "已同步"] == [book["Sheet1"]["D1"].value, book["Sheet1"]["D2"].value]


def test_several_sheets_each_get_their_columns(tmp_path: Path) -> None:
    """Entries find their sheet by its place in the run's sheets."""
    book: Any = openpyxl.Workbook()
    for name in ("One", "Two"):
        sheet = book.create_sheet(name)
        for row in (["订单号", "商家id"], ["1", "2"], ["3", "4"]):
            sheet.append(row)
    path = tmp_path / "two.xlsx"
    book.save(path)
    sheets = [found("One", ["订单号", "商家id"], index=1), found("Two", ["订单号", "商家id"], index=2)]
    entries = [entry(2), entry(3), entry(2, sheet=1), uncertain(3, sheet=1)]
    out = result(path, tmp_path, sheets, entries)
    assert ["sync status", "synced", "synced"] == [row[2] for row in texts(out, "One")][:3]
    assert ["sync status", "synced", "uncertain"] == [row[2] for row in texts(out, "Two")][:3]
    assert [] == faults(out)


# --- Odd shapes ---------------------------------------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"


def without_numbers(xml: bytes) -> bytes:
    return re.sub(rb' r="[A-Z]*\d+"', b"", xml)


def with_empty_rows(xml: bytes) -> bytes:
    return xml.replace(b'<row r="3"', b'<row r="3" hidden="1"').replace(
        b"</sheetData>", b'<row r="9"/><row r="20" ht="30" customHeight="1"/></sheetData>'
    )


def with_extensions(xml: bytes) -> bytes:
    return xml.replace(b"</row>", b'<extLst><ext uri="x"/></extLst></row>')


def strict(xml: bytes) -> bytes:
    return xml.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    ).replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )


def with_marks_in_text(xml: bytes) -> bytes:
    text = b'<c r="B2" t="inlineStr"><is><t>a &gt; b spans="1:2" r="XFD9" s="9999"</t></is></c>'
    return re.sub(rb'<c r="B2".*?</c>', text, xml)


def with_column_formats(xml: bytes) -> bytes:
    cols = b'<cols><col min="1" max="2" width="9"/><col min="3" max="16384" width="9" hidden="1"/></cols>'
    return re.sub(rb"(<sheetData>)", cols + rb"\1", xml)


def with_cdata(xml: bytes) -> bytes:
    text = b'<c r="C2" t="inlineStr"><is><t><![CDATA[note]]></t></is></c>'
    return re.sub(rb'<c r="C2".*?</c>', text, xml)


def formatted_to_the_end(xml: bytes) -> bytes:
    return re.sub(rb'(<row r="(\d+)".*?)</row>', rb'\1<c r="D\2" s="0"/><c r="XFD\2" s="0"/></row>', xml)


def bare_styles(xml: bytes) -> bytes:
    fonts = re.search(rb"<fonts.*?</fonts>", xml)
    assert fonts
    return re.sub(rb"(<styleSheet[^>]*>).*", rb"\1" + fonts[0] + b"</styleSheet>", xml, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("CDATA in a cell", {SHEET: with_cdata}),
        ("formatted to the last column", {SHEET: formatted_to_the_end}),
        ("styles that hold only fonts", {"xl/styles.xml": bare_styles}),
        ("rows and cells without numbers", {SHEET: without_numbers}),
        ("self-closed rows", {SHEET: with_empty_rows}),
        ("extensions in rows", {SHEET: with_extensions}),
        ("prefixed sheet", {SHEET: prefixed}),
        ("prefixed workbook and styles", {"xl/workbook.xml": prefixed, "xl/styles.xml": prefixed}),
        ("strict", {SHEET: strict, "xl/workbook.xml": strict, "xl/styles.xml": strict, "xl/_rels/workbook.xml.rels": strict, "_rels/.rels": strict}),
        ("marks in text", {SHEET: with_marks_in_text}),
        ("columns to the end of the sheet", {SHEET: with_column_formats}),
        ("spaces in tags", {SHEET: lambda xml: xml.replace(b"<row ", b"<row\n  ").replace(b"</c>", b"</c>\n")}),
        ("single quotes", {SHEET: lambda xml: xml.replace(b' r="', b" r='").replace(b'" spans', b"' spans").replace(b'" t=', b"' t=")}),
        ("byte order mark", {SHEET: lambda xml: b"\xef\xbb\xbf" + xml}),
    ],
)  # fmt: skip
def test_odd_shapes_are_rewritten_too(name: str, changes: Any, tmp_path: Path) -> None:
    """However a writer spells its XML, rows stay and ours are added; nothing falls back to a fresh workbook."""
    path = patched(plain(tmp_path / "p.xlsx"), changes)
    done = written(job(path, tmp_path / "out.xlsx", [found()]), one_of_each())
    assert () == done.messages
    assert [] == faults(done.path)
    if name != "strict":  # openpyxl does not see the sheets of strict workbooks
        after = texts(done.path, "Sheet1")
        statuses = ["synced", "already synced", "duplicate", "failed", "uncertain", "not sent", "invalid"]
        assert statuses == [row[3] for row in after[1:8]]
        assert [row[:3] for row in texts(path, "Sheet1")[:8]] == [row[:3] for row in after[:8]]


@pytest.mark.parametrize(
    ("changes", "add"),
    [
        ({SHEET: lambda xml: xml.replace(b"<sheetData>", b"<sheetData><!-- hm -->")}, {}),
        ({SHEET: lambda xml: xml.replace(b"</v>", b"<![CDATA[</row>]]></v>")}, {}),
        ({SHEET: lambda xml: xml.replace(b"</row>", b'<c r="XFD1"><v>1</v></c></row>', 1)}, {}),
        ({SHEET: lambda xml: xml.decode().encode("utf-16")}, {}),
        ({SHEET: lambda xml: xml.replace(b'r="3"', b'r="2"', 1)}, {}),
        ({SHEET: lambda xml: re.sub(rb'<row r="5".*?</row>', b"", xml)}, {}),
        ({"xl/styles.xml": lambda xml: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + xml}, {}),
        ({"xl/styles.xml": lambda xml: xml.replace(b'fontId="0"', b'fontId="-"')}, {}),
        ({"xl/styles.xml": lambda xml: xml.replace(b"<fonts", b"<fonts <")}, {}),
        ({"xl/styles.xml": lambda _: b""}, {}),
        (
            {
                SHEET: lambda xml: xml.replace(
                    b"<sheetData>", b'<cols><col max="2" width="9"/></cols><sheetData>'
                )
            },
            {},
        ),
        (
            {
                SHEET: lambda xml: xml.replace(
                    b"<sheetData>", b'<cols><col min="1" max="x"/></cols><sheetData>'
                )
            },
            {},
        ),
        ({"xl/workbook.xml": lambda xml: xml.replace(b'sheetId="1"', b'sheetId="one"')}, {}),
        ({}, {"_xmlsignatures/origin.sigs": b""}),
    ],
)
def test_what_cannot_be_kept_safely_gets_a_fresh_workbook_with_the_reason(
    changes: Any, add: Any, tmp_path: Path
) -> None:
    """Unknown shape or signed: the same rows in a workbook of ours, never a damaged one of theirs."""
    path = plain(tmp_path / "p.xlsx")
    lines = [[str(text or "") for text in row] for row in texts(path, "Sheet1")]
    patched(path, changes, add)
    done = written(
        job(path, tmp_path / "out.xlsx", [found()], cells=cells_of({"Sheet1": lines})), one_of_each()
    )
    assert 1 == len(done.messages)
    assert [] == faults(done.path)
    after = texts(done.path, "Sheet1")
    assert lines == [[str(text or "") for text in row[:3]] for row in after[: len(lines)]]
    assert "synced" == after[1][3]
    shown = [str(row[2]) for row in texts(done.path, "Summary") if row[2]]
    assert any("new workbook" in text for text in shown)


def test_an_unexpected_error_while_rewriting_leads_to_a_fresh_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The orders are paid for by then: the result is written, and the log has the traceback."""
    path = plain(tmp_path / "p.xlsx")
    lines = [[str(text or "") for text in row] for row in texts(path, "Sheet1")]

    def fail(*_: object, **__: object) -> None:
        raise KeyError("min")

    monkeypatch.setattr(user_workbook, "SheetEnvelope", fail)
    done = written(
        job(path, tmp_path / "out.xlsx", [found()], cells=cells_of({"Sheet1": lines})), one_of_each()
    )
    assert "new workbook" in done.messages[0].render(Lang.EN)
    assert "synced" == texts(done.path, "Sheet1")[1][3]
    assert "KeyError" in caplog.text


def test_macros_stay_and_the_name_ends_in_xlsm(tmp_path: Path) -> None:
    """Excel refuses a workbook with macros whose name ends in .xlsx."""
    path = rich(tmp_path / "m.xlsm", macros=True)
    done = written(job(path, tmp_path / "m.result.xlsx", [ORDERS]), moved(one_of_each(), 1))
    assert "m.result.xlsm" == done.path.name
    assert b"not really a project" in parts(done.path)["xl/vbaProject.bin"]


def test_without_its_macros_a_result_is_not_named_as_if_it_had_them(tmp_path: Path) -> None:
    """A signed workbook with macros gets a fresh one: Excel refuses an .xlsm that holds none."""
    path = rich(tmp_path / "m.xlsm", macros=True)
    lines = [[str(text or "") for text in row] for row in texts(path, "Orders")]
    patched(path, {}, {"_xmlsignatures/origin.sigs": b""})
    values = job(path, tmp_path / "m.result.xlsm", [ORDERS], cells=cells_of({"Orders": lines}))
    done = written(values, moved(one_of_each(), 1))
    assert "m.result.xlsx" == done.path.name
    shown = [each.render(Lang.EN) for each in done.messages]
    assert "The result has no macros, so it is an .xlsx file." == shown[0]
    assert "digitally signed" in shown[1]
    assert [] == faults(done.path)


def test_our_columns_stand_right_of_merged_cells_that_reach_further(tmp_path: Path) -> None:
    """A merged range needs only its first cell in the file; a column of ours inside it would not be seen."""

    def merge(xml: bytes) -> bytes:
        areas = b'<mergeCell ref="A1:J1"/><mergeCell ref="C4:E5"/><mergeCell ref="A9:XFD9"/>'
        return xml.replace(b"</sheetData>", b'</sheetData><mergeCells count="3">' + areas + b"</mergeCells>")

    path = patched(plain(tmp_path / "p.xlsx"), {SHEET: merge})
    sheets = [found(header_line=2)]
    out = written(job(path, tmp_path / "o.xlsx", sheets), moved(one_of_each()[:6], 1)).path
    assert [None, None, "sync status"] == texts(out, "Sheet1")[1][3:6]
    assert [] == faults(out)


def test_a_workbook_that_lists_its_relationships_one_by_one_gets_ours_listed_too(tmp_path: Path) -> None:
    """LibreOffice writes no default type for .rels; without a type Excel would not open the result."""

    def one_by_one(xml: bytes) -> bytes:
        kind = b"application/vnd.openxmlformats-package.relationships+xml"
        xml = re.sub(rb'<Default Extension="rels"[^>]*>', b"", xml)
        listed = b"".join(
            b'<Override PartName="/%b" ContentType="%b"/>' % (name, kind)
            for name in (b"_rels/.rels", b"xl/_rels/workbook.xml.rels")
        )
        return xml.replace(b"</Types>", listed + b"</Types>")

    path = patched(plain(tmp_path / "p.xlsx"), {"[Content_Types].xml": one_by_one})
    assert [] == faults(path)
    assert [] == faults(result(path, tmp_path, [found()], one_of_each()))


def test_part_names_with_backslashes_are_read_and_corrected(tmp_path: Path) -> None:
    """Some .NET libraries separate folders by backslashes; what is in the parts stays byte for byte."""
    path = rich(tmp_path / "rich.xlsx")
    before = raw_members(path)
    with (
        zipfile.ZipFile(path) as book,
        zipfile.ZipFile(tmp_path / "w.xlsx", "w", zipfile.ZIP_DEFLATED) as windows,
    ):
        for info in book.infolist():
            data = book.read(info)
            info.filename = info.filename.replace("/", "\\")
            windows.writestr(info, data)
    done = written(job(tmp_path / "w.xlsx", tmp_path / "o.xlsx", [ORDERS]), moved(one_of_each(), 1))
    assert () == done.messages
    after = raw_members(done.path)
    assert [] == [name for name in before if name not in EDITED and before[name] != after.get(name)]
    assert [] == faults(done.path)


def test_member_names_in_a_code_page_stay_the_bytes_they_were(tmp_path: Path) -> None:
    """A name in GBK without the UTF-8 flag is not spelled anew."""
    path = plain(tmp_path / "p.xlsx")
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("docProps/QQQQ.bin", b"x")
    name = "docProps/附件.bin".encode("gbk")
    path.write_bytes(path.read_bytes().replace(b"docProps/QQQQ.bin", name))
    out = written(job(path, tmp_path / "o.xlsx", [found()]), one_of_each()).path
    assert 2 == out.read_bytes().count(name)
    assert "docProps/附件.bin".encode("gbk").decode("cp437") in parts(out)


def test_a_type_listed_for_a_part_that_is_not_there_is_not_taken(tmp_path: Path) -> None:
    """A part of ours under that name would have its type listed twice."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    stray = b'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="' + kind + b'"/></Types>'
    path = patched(
        plain(tmp_path / "p.xlsx"), {"[Content_Types].xml": lambda xml: xml.replace(b"</Types>", stray)}
    )
    out = result(path, tmp_path, [found()], one_of_each())
    assert faults(path) == faults(out)
    assert "xl/worksheets/sheet3.xml" in parts(out)


# --- Fed back in --------------------------------------------------------------------------------------------


def test_a_result_fed_back_in_is_replaced_not_doubled(tmp_path: Path) -> None:
    """Same columns, same sheets, same formats: a third round has the size of the second."""
    path = rich(tmp_path / "rich.xlsx")
    first = written(job(path, tmp_path / "1.xlsx", [ORDERS]), moved(one_of_each(), 1)).path
    again = found_again(first, ORDERS)
    assert (5, 6, 7, 8, 9, 10, 11) == again.result_columns
    second = written(
        job(first, tmp_path / "2.xlsx", [again]), [entry(n, points=2) for n in range(3, 10)]
    ).path
    third = written(
        job(second, tmp_path / "3.xlsx", [again]), [entry(n, points=2) for n in range(3, 10)]
    ).path
    assert [] == faults(second) + faults(third)
    after = texts(second, "Orders")
    assert HEADS == after[1][5:13]
    assert ["synced"] * 7 == [row[5] for row in after[2:9]]
    assert [2] * 7 + ["=SUBTOTAL(109,H3:H9)"] == [row[7] for row in after[2:10]]
    book = opened(second)
    assert ["Orders", "Other", "Hidden", "Summary", "Uncertain"] == book.sheetnames
    assert "No uncertain orders." == book["Uncertain"]["A2"].value
    assert parts(second)["xl/styles.xml"] == parts(third)["xl/styles.xml"]
    assert set(parts(first)) == set(parts(third))


def test_a_result_sorted_filtered_and_grown_by_a_column_is_fine(tmp_path: Path) -> None:
    """The user moved rows, deleted one, added a column behind ours, and Excel wrote a calculation chain."""
    first = written(job(plain(tmp_path / "p.xlsx"), tmp_path / "1.xlsx", [found()]), one_of_each()).path
    book = opened(first)
    sheet = book["Sheet1"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=8)]
    for number, row in enumerate(reversed(rows[1:]), start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value
    sheet.delete_rows(8)
    sheet.cell(1, 12).value = "mine"
    sheet.cell(2, 12).value = "kept"
    path = tmp_path / "sorted.xlsx"
    book.save(path)
    again = found_again(path, found())
    out = written(job(path, tmp_path / "2.xlsx", [again]), [entry(n) for n in range(2, 8)]).path
    after = texts(out, "Sheet1")
    assert [*("订单号", "商家id", "备注"), *HEADS, "mine"] == after[0]
    assert ("synced", None, 1, "kept") == tuple(after[1][c] for c in (3, 4, 5, 11))
    assert "=SUBTOTAL(109,F2:F7)" == after[7][5]
    assert [] == faults(out)


def test_the_calculation_chain_goes_when_formulas_of_ours_move(tmp_path: Path) -> None:
    """A chain that names a cell without a formula would have Excel offer a repair; Excel makes it anew."""
    first = written(job(plain(tmp_path / "p.xlsx"), tmp_path / "1.xlsx", [found()]), one_of_each()).path
    chain = b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="F9" i="1"/></calcChain>'
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    patched(
        first,
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                b"</Types>",
                b'<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                b'spreadsheetml.calcChain+xml"/></Types>',
            ),
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                b"</Relationships>",
                b'<Relationship Id="c" Type="' + kind + b'" Target="calcChain.xml"/></Relationships>',
            ),
        },
        {"xl/calcChain.xml": chain},
    )
    again = found_again(first, found())
    out = written(job(first, tmp_path / "2.xlsx", [again]), one_of_each()[:3]).path
    assert "xl/calcChain.xml" not in parts(out)
    assert [] == faults(out)


def test_a_sheet_of_theirs_called_summary_is_not_touched(tmp_path: Path) -> None:
    """Ours is known by a mark, not by its name."""
    book = opened(plain(tmp_path / "p.xlsx"))
    book.create_sheet("Summary")["A1"] = "mine"
    book.save(tmp_path / "p.xlsx")
    out = written(job(tmp_path / "p.xlsx", tmp_path / "o.xlsx", [found()]), one_of_each()).path
    result_book = opened(out)
    assert ["Sheet1", "Summary", "Summary (2)", "Uncertain"] == result_book.sheetnames
    assert "mine" == result_book["Summary"]["A1"].value


def test_a_fault_planted_in_a_result_is_found(tmp_path: Path) -> None:
    """The strict checks can fail: each of these is seen."""
    out = result(plain(tmp_path / "p.xlsx"), tmp_path, [found()], one_of_each())
    for name, change in {
        SHEET: lambda xml: xml.replace(b'r="F3"', b'r="A3"'),
        "xl/styles.xml": lambda xml: xml.replace(b'fontId="1"', b'fontId="99"'),
        "[Content_Types].xml": lambda xml: xml.replace(b"/xl/charts/chart1.xml", b"/xl/charts/chart9.xml"),
        "xl/workbook.xml": lambda xml: xml.replace(b"<sheets>", b"<definedNames/><sheets>"),
    }.items():
        copy = tmp_path / "broken.xlsx"
        copy.write_bytes(out.read_bytes())
        assert [] != faults(patched(copy, {name: change}))
