"""Every reader that reads in blocks: the cells are the same wherever a block ends."""

import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchsync.model import RowBatch
from batchsync.ooxml import archive
from batchsync.reader import html, spreadsheetml, worker
from batchsync.reader.source import ReadOptions
from batchsync.reader.text import encoding, lines
from tests.reader import test_ods, workbooks

ROWS = [
    ("订单号", "商家id", "备注"),
    ("124465900001 224465900001", "2049064", " a  b "),
    ("124465900002\n224465900002", "2049064", "<&>\"' ]"),
    ("260518-627069960549967", "0000123", ""),
    ("260114-167612541705055", "2049064", "红色，均码\t大"),
]


def sheet_rows(prefix: str) -> str:
    return "".join(
        f'<{prefix}row r="{line}">'
        + "".join(
            f'<{prefix}c r="{"ABC"[at]}{line}" t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">{escape(cell)}</{prefix}t></{prefix}is></{prefix}c>'
            for at, cell in enumerate(cells)
        )
        + f"</{prefix}row>\n "
        for line, cells in enumerate(ROWS, 1)
    )


def xlsx(path: Path, prefix: str = "", before: str = "") -> Path:
    workbooks.xlsx(path, "")
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = next(name for name in parts if name.endswith("sheet1.xml"))
    namespace = "xmlns:" + prefix.rstrip(":") if prefix else "xmlns"
    parts[name] = (
        f'<?xml version="1.0" encoding="UTF-8"?>\r\n{before}<{prefix}worksheet '
        f'{namespace}="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<{prefix}sheetData>{sheet_rows(prefix)}</{prefix}sheetData></{prefix}worksheet>"
    ).encode()
    with zipfile.ZipFile(path, "w") as new:
        for part, data in parts.items():
            new.writestr(part, data)
    return path


def ods(path: Path, before: str = "") -> Path:
    def cell(text: str) -> str:
        paragraphs = "".join(
            "<text:p>"
            + escape(line).replace("  ", ' <text:s text:c="1"/>').replace("\t", "<text:tab/>")
            + "</text:p>"
            for line in text.split("\n")
        )
        return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'

    rows = "".join(f"<table:table-row >{''.join(map(cell, cells))}</table:table-row>\n " for cells in ROWS)
    return test_ods.ods(path, before + rows)


def xml_2003(path: Path) -> Path:
    rows = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{escape(cell)}</Data></Cell>' for cell in cells)
        + "</Row>\n"
        for cells in ROWS
    )
    path.write_text(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>'
        f"{rows}</Table></Worksheet></Workbook>\0\0",
        encoding="utf-8",
        newline="",
    )
    return path


def web_table(path: Path) -> Path:
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n" for cells in ROWS
    )
    path.write_text(f"<html><table>{rows}</table></html>", encoding="utf-8", newline="")
    return path


def text(path: Path) -> Path:
    rows = "".join(
        ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells) + "\r\n" for cells in ROWS
    )
    path.write_text(rows, encoding="gb18030", newline="")
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "xlsx": xlsx,
    "xlsx with a prefix": lambda path: xlsx(path, "x:"),
    "xlsx by expat": lambda path: xlsx(path, "x:", "<!-- -->"),
    "ods": ods,
    "ods by expat": lambda path: ods(path, "<!-- -->"),
    "xml of 2003": xml_2003,
    "web table": web_table,
    "text": text,
}


def cells_of(path: Path) -> tuple[list[Any], list[Any]]:
    """All cells, and the columns for the plan."""
    every = [getattr(item, "rows", item) for item in worker.cells(path, ReadOptions())]
    batches = [item for item in worker.orders(path, ReadOptions()) if isinstance(item, RowBatch)]
    rows = [
        row
        for batch in batches
        for row in zip(
            batch.lines, batch.orders, batch.order_kinds, batch.owners, batch.owner_kinds, strict=True
        )
    ]
    return every, rows


@pytest.fixture(scope="module", params=FILES)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    path = FILES[request.param](tmp_path_factory.mktemp("blocks") / "orders.dat")
    return path, cells_of(path)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 4_000))
def test_cells_do_not_depend_on_where_a_block_ends(file: tuple[Path, object], size: int) -> None:
    """White space between two orders is part of a cell at a block's edge, too."""
    path, expected = file
    with (
        mock.patch.object(archive, "CHUNK", size),
        mock.patch.object(spreadsheetml, "_BLOCK", size),
        mock.patch.object(html, "_BLOCK", size),
        mock.patch.multiple(lines, BLOCK=size, PIECE=size),
        mock.patch.object(encoding, "PIECE", size),
    ):
        assert expected == cells_of(path)


def test_all_files_hold_the_same_orders(tmp_path: Path) -> None:
    """Whatever the format: digits and white space of each order number."""
    for make in FILES.values():
        _, rows = cells_of(make(tmp_path / "orders.dat"))
        orders = [" ".join(row[1].split()) for row in rows]
        assert [" ".join(cells[0].split()) for cells in ROWS[1:]] == orders


@settings(max_examples=200)
@given(
    data=st.lists(
        st.sampled_from(
            [b"<a>", b"</a>", b" ", b"\0", b"&#1;", b"&nbsp;", b"&amp;", b"x", "订".encode(), b"\x07"]
        )
    ),
    size=st.integers(1, 9),
)
def test_clean_xml_does_not_depend_on_blocks(data: list[bytes], size: int) -> None:
    """The same bytes come out in any blocks; only what surrounds the document is dropped."""
    whole = b"<a>" + b"".join(data) + b"</a>"
    blocks = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert b"".join(archive.clean_xml([whole])) == b"".join(archive.clean_xml(blocks))
    assert whole.count(b"x") == b"".join(archive.clean_xml(blocks)).count(b"x")
