"""Foreign text is harmless in a cell: fuzzed."""

import csv
import io
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchsync.model import EntryResult
from batchsync.writer.clean import LONGEST, csv_text, plain, string_cell, xml_attribute, xml_text
from tests.results.made import entry, failed, uncertain
from tests.writer.jobs import cells_of, found, job, opened, written
from tests.writer.strict import faults, parts
from tests.writer.workbooks import plain as plain_workbook

NASTY = st.text(alphabet=st.characters(codec=None, exclude_categories=[]), max_size=40) | st.sampled_from(
    ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "_x0041_", "\ud800", "a\x00b", "]]>",
     "<t>", "&amp;", "\ufffe", "http://example.com", "mailto:a@b", "{=1}", "＝1+1", "  x  ", "\n"]
)  # fmt: skip


@given(NASTY)
def test_text_comes_out_of_a_cell_as_it_went_in(text: str) -> None:
    """Any text makes well-formed XML that holds a string and nothing else, and says the same."""
    cell = ET.fromstring(string_cell("A1", "", text).encode("utf-8"))
    assert ("inlineStr", ["is"]) == (cell.get("t"), [child.tag for child in cell])
    shown = cell[0][0].text or ""
    assert plain(text) == shown.replace("_x005F_", "_")


@given(NASTY)
def test_attributes_hold_any_text(text: str) -> None:
    """A sheet's name or a file's name can't break out of its quotes."""
    element = ET.fromstring(f'<a b="{xml_attribute(text)}"/>'.encode())
    assert plain(text) == (element.get("b") or "").replace("_x005F_", "_")


@given(NASTY)
def test_no_csv_cell_begins_like_a_formula(text: str) -> None:
    """Excel and its kin take a field for a formula by its first character, also behind white space."""
    safe = csv_text(text)
    first = safe.lstrip(" \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u3000\u2028\u2029\ufeff\u200b")[:1]
    assert first not in tuple("=+@＝＋－＠") or safe[:1] == "'"
    assert not safe.startswith(("\t", "\r", "\n"))
    assert first != "-" or safe[:1] == "'" or float(safe) <= 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("-1.5", "-1.5"), ("-", "'-"), ("260101-1", "260101-1"), ("-1+1", "'-1+1"), ("=1", "'=1")],
)
def test_negative_numbers_stay_numbers_in_csv(text: str, expected: str) -> None:
    """A prefix would ruin an amount; a number is no formula."""
    assert expected == csv_text(text)


@pytest.mark.parametrize("letter", ["a", "汉", "😀", "<"])
def test_too_long_texts_are_cut_at_what_excel_takes(letter: str) -> None:
    """32,767 UTF-16 units, never half a character."""
    cut = plain(letter * 40_000)
    assert LONGEST - 1 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST
    assert cut.endswith("…")
    assert xml_text(letter * 40_000).count("&lt;") in (0, LONGEST - 1)


def awkward(words: str) -> list[EntryResult]:
    return [
        failed(2, hint=words, api_status=words[:5]),
        uncertain(3, error=words, answer=words, hint=words, number=words[:20], owner_id=words[:9]),
        entry(4, api_status=words[:7]),
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=NASTY, cell=NASTY)
def test_no_word_of_server_or_user_becomes_a_formula_or_a_link(words: str, cell: str, tmp_path: Path) -> None:
    """In the rewritten and in the fresh workbook the only formula is our total, and there is no hyperlink."""
    own = plain_workbook(tmp_path / "p.xlsx", rows=3)
    lines = [["订单号", "商家id", "备注"], *([f"{n}", "2088", cell] for n in range(1, 4))]
    for out in (
        written(job(own, tmp_path / "own.xlsx", [found()]), awkward(words)).path,
        written(
            job(tmp_path / "a.csv", tmp_path / "fresh.xlsx", [found()], container="csv",
                cells=cells_of({"Sheet1": lines})), awkward(words),
        ).path,
    ):  # fmt: skip
        assert [] == faults(out)
        xml = b"".join(data for name, data in parts(out).items() if "worksheets/sheet" in name)
        assert [1, 0] == [xml.count(b"<f>"), xml.count(b"<hyperlink")]
        book = opened(out)
        formulas = [c.coordinate for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
        assert ["F5"] == formulas
        assert not any("hyperlink" in name for name in parts(out))


def test_a_csv_of_nasty_words_has_no_formula(tmp_path: Path) -> None:
    """Every field of result and summary is text or a number."""
    lines = [["订单号", "商家id", "备注"], *([f"{n}", "2088", "=cmd|' /C calc'!A0"] for n in range(1, 4))]
    done = written(
        job(tmp_path / "a.csv", tmp_path / "o.csv", [found()], container="csv", format="csv",
            cells=cells_of({"Sheet1": lines})), awkward("=1+1"),
    )  # fmt: skip
    assert done.summary_path is not None
    for path in (done.path, done.summary_path):
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        fields = [field for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for field in line]
        assert [] == [field for field in fields if field.startswith(("=", "+", "-", "@"))]
