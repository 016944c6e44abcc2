"""Foreign text is harmless in a cell: fuzzed."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from batchsync.messages import Message
from batchsync.messages.result_file import OLDER_KEPT
from batchsync.model import EntryResult, Note, PlanVerdict, Reason
from batchsync.ooxml.escaping import LONGEST, csv_text, plain, string_cell, xml_attribute, xml_text
from batchsync.writer import ResultWritten
from tests.model.entries import failed, left_out, uncertain
from tests.writer.jobs import cells_of, found, job, opened, written
from tests.writer.strict import faults, parts
from tests.writer.workbooks import plain as plain_workbook

NASTY = st.text(alphabet=st.characters(codec=None, exclude_categories=[]), max_size=40) | st.sampled_from(
    ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "_x0041_", "\ud800", "a\x00b", "]]>",
     "<t>", "&amp;", "\ufffe", "http://example.com", "mailto:a@b", "{=1}", "＝1+1", "  x  ", "\n"]
)  # fmt: skip


@given(NASTY)
def test_text_comes_out_of_a_cell_as_it_went_in(text: str) -> None:
    """Any text makes well-formed XML that holds the same string and nothing else."""
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


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦"])
@pytest.mark.parametrize(
    "before",
    ["", " ", "\u3000", "\xa0", "\u200b", "\ufeff", "\u2060", "\u202e", "\xad", "\x7f", "\ufe0f", " \u200b "],
)
def test_a_formula_sign_behind_invisible_characters_is_escaped(before: str, sign: str) -> None:
    """Programs differ in what they skip in front of the sign, so everything that shows nothing is skipped here."""
    assert csv_text(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("letter", ["a", "汉", "😀", "<"])
def test_too_long_texts_are_cut_at_what_excel_takes(letter: str) -> None:
    """32,767 UTF-16 units, never half a character."""
    cut = plain(letter * 40_000)
    assert LONGEST - 1 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST
    assert cut.endswith("…")
    assert xml_text(letter * 40_000).count("&lt;") in (0, LONGEST - 1)


def awkward(words: str) -> list[EntryResult]:
    """Entries in which everything that a server or a user can word is those words."""
    note = Note(code=Reason.NOT_AN_ID, facts={"cell": "A5", "value": words, "header": words})
    return [
        failed(2, hint=words, api_status=words[:5], owner_id=words[:50]),
        uncertain(3, error=words, answer=words, hint=words, number=words[:200], owner_id=words[:90]),
        failed(4, Reason.UNKNOWN_CODE, api_status=words[:7], number=words[:200]),
        left_out(5, PlanVerdict.INVALID, Reason.NOT_AN_ID, plan_facts=dict(note.facts), number=words[:200]),
    ]


def results(words: str, cell: str, folder: Path) -> dict[str, ResultWritten]:
    """A result of each kind: their workbook, a fresh one, one without its input, a CSV."""
    sheet = found(notes=(Note(code="owner_column", facts={"at": "B", "header": words}),))
    lines = [["订单号", "商家id", cell], *([f"{n}", "2088", cell] for n in range(1, 5))]
    cells = cells_of({"Sheet1": lines})
    about = {
        "account": words,
        "url": words,
        "stopped": words or None,
        "messages": [Message(OLDER_KEPT, {"kept": cell})],
    }
    own = plain_workbook(folder / "p.xlsx", rows=4)
    text = {"container": "csv", "cells": cells, **about}
    jobs = {
        "own": job(own, folder / "own.xlsx", [sheet], **about),
        "fresh": job(folder / "a.csv", folder / "fresh.xlsx", [sheet], **text),
        "plan only": job(folder / "a.csv", folder / "plan.xlsx", [sheet], **text, unchanged=False),
        "csv": job(folder / "a.csv", folder / "o.csv", [sheet], **text, format="csv"),
    }
    return {name: written(values, awkward(words)) for name, values in jobs.items()}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=NASTY, cell=NASTY)
@example(words="=" * 40_000, cell="\ud83d\x00" * 20_000)
def test_no_word_of_server_or_user_becomes_a_formula_or_a_link(words: str, cell: str, tmp_path: Path) -> None:
    """In every sheet of every result the only formula is our total, and there is no hyperlink; nor in a CSV."""
    done = results(words, cell, tmp_path)
    for name in ("own", "fresh", "plan only"):
        path = done[name].path
        assert [] == faults(path)
        assert not any(b"hyperlink" in data or b"HYPERLINK(" in tags(data) for data in parts(path).values())
        xml = b"".join(data for part, data in parts(path).items() if "worksheets/sheet" in part)
        assert 1 == xml.count(b"<f>")
        kinds = {
            f"{sheet.title}!{c.coordinate}": c.value
            for sheet in opened(path) for row in sheet.iter_rows() for c in row if c.data_type == "f"
        }  # fmt: skip
        assert 1 == len(kinds), kinds
        assert all(str(value).startswith("=SUBTOTAL(109,") for value in kinds.values())
    summary = done["csv"].summary_path
    assert summary is not None
    for path in (done["csv"].path, summary):
        fields = [
            f for line in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")) for f in line
        ]
        assert [] == [f for f in fields if f.startswith(("=", "+", "@", "\t", "\r")) or f != csv_text(f)]


def tags(xml: bytes) -> bytes:
    """A part without the texts of its cells."""
    return re.sub(rb"<t( [^<>]*)?>[^<]*</t>", b"", xml)


def test_a_csv_of_nasty_words_has_no_formula(tmp_path: Path) -> None:
    """Every field of result and summary is text or a number; Excel knows the encoding by the mark in front."""
    done = results("=1+1", "=cmd|' /C calc'!A0", tmp_path)["csv"]
    assert done.summary_path is not None
    for path in (done.path, done.summary_path):
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        fields = [field for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for field in line]
        assert [] == [field for field in fields if field.startswith(("=", "+", "-", "@"))]
