"""Ids come out of each guard digit for digit; each damaged form is refused with its reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchsync.model import CellKind, Reason
from batchsync.planning.identifiers import clean_id, plain_number, plain_text, unguarded
from batchsync.planning.shapes import Shape, shape, strip_guards

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in "0123456789-P"}

IDS = st.one_of(
    st.from_regex(r"\A[0-9]{6}-[0-9]{15}\Z"),
    st.from_regex(r"\A[1-9][0-9]{17,18}\Z"),
    st.from_regex(r"\A[1-9][0-9]{11}\Z"),
    st.from_regex(r"\AP[0-9]{18}\Z"),
    st.from_regex(r"\A[1-9][0-9]{18}(A|-1)\Z"),
)
GUARDS = [
    "{}",
    "\t{}",
    "{}\t",
    '"\t{}"',
    "'{}",
    "`{}`",
    '="{}"',
    '"=""{}"""',
    "_{}",
    "&nbsp;{}&nbsp;",
    "\u00a0{}\u00a0",
    "\u3000{}\u3000",
    " {} ",
    "\r\n{}\r\n",
    "\u200b{}\ufeff",
    "\u202d{}\u202c",
    "‘{}’",
    "“{}”",
    "\x00{}\x00",
    "'\t{} ",
]


@pytest.mark.parametrize("guard", GUARDS)
@settings(max_examples=20)
@given(number=IDS)
def test_an_id_comes_out_of_its_guard(guard: str, number: str) -> None:
    """Whatever stands around it, every digit stays."""
    assert [number] == clean_id(guard.format(number.replace('"', "")), CellKind.TEXT)


@given(number=IDS, at=st.integers(0, 19), mark=st.sampled_from(ZERO_WIDTH))
def test_zero_width_characters_vanish_anywhere(number: str, at: int, mark: str) -> None:
    """They can't be seen, so they can't be meant."""
    assert [number] == clean_id(number[:at] + mark + number[at:], CellKind.TEXT)


@given(number=IDS)
def test_full_width_digits_are_digits(number: str) -> None:
    """As Chinese input methods write them."""
    expected = clean_id(number, CellKind.TEXT)
    assert expected == clean_id(number.translate(FULL_WIDTH), CellKind.TEXT)


@given(
    numbers=st.lists(IDS, min_size=1, max_size=6),
    joint=st.sampled_from([",", ";", "、", "，", "；", "\n", "\r\n", ", ", " ;\n"]),
)
def test_several_ids_in_a_cell(numbers: list[str], joint: str) -> None:
    """Each is an order of its own, in the cell's order, and counts once."""
    assert list(dict.fromkeys(numbers)) == clean_id(joint.join(numbers), CellKind.TEXT)


@given(number=IDS, kind=st.sampled_from([CellKind.TEXT, CellKind.NUMBER]))
def test_the_quick_way_agrees_with_the_slow_one(number: str, kind: CellKind) -> None:
    """What the fast path takes as it is, the rules take as it is."""
    quick = plain_text if kind is CellKind.TEXT else plain_number
    if quick(number):
        assert [number] == clean_id(number, kind)


@pytest.mark.parametrize("guard", GUARDS)
def test_the_quick_unguarding_is_never_wrong(guard: str) -> None:
    """It may leave a guard for the rules, but what it returns as plain, they return, too."""
    inside = unguarded(guard.format("261122-123456789012345"))
    assert not plain_text(inside) or inside == "261122-123456789012345"


REFUSED = [
    ("", CellKind.EMPTY, Reason.MISSING),
    ("", CellKind.TEXT, Reason.MISSING),
    ("  \t", CellKind.TEXT, Reason.MISSING),
    *[
        (nothing, CellKind.TEXT, Reason.MISSING)
        for nothing in ("-", "NA", "n/a", "无", "/", "——", "NULL", ",", "、")
    ],
    ("1.26E+17", CellKind.TEXT, Reason.EXPONENT),
    ("1.26446123456789E+17", CellKind.NUMBER, Reason.EXPONENT),
    ("5.127395078262028e+18", CellKind.LOSSY, Reason.EXPONENT),
    ("126E3", CellKind.TEXT, Reason.EXPONENT),
    ("\t1.26E+17", CellKind.TEXT, Reason.EXPONENT),
    ("126446123456789000", CellKind.NUMBER, Reason.TRUNCATED),
    ("1264461234567890", CellKind.NUMBER, Reason.TRUNCATED),
    ("126446123456789000", CellKind.LOSSY, Reason.TRUNCATED),
    ("126446123456789000.0", CellKind.TEXT, Reason.TRUNCATED),
    ("5127395078262028714", CellKind.LOSSY, Reason.ROUNDED),
    ("5127395078262028288.0", CellKind.TEXT, Reason.ROUNDED),
    ("12345.67", CellKind.NUMBER, Reason.FRACTION),
    ("0.5", CellKind.TEXT, Reason.FRACTION),
    ("126446******188", CellKind.TEXT, Reason.NOT_AN_ID),
    ("见备注", CellKind.TEXT, Reason.NOT_AN_ID),
    ("订单261122-123456789012345", CellKind.TEXT, Reason.NOT_AN_ID),
    ("261122 123456789012345", CellKind.TEXT, Reason.NOT_AN_ID),
    ("261122–123456789012345", CellKind.TEXT, Reason.NOT_AN_ID),
    ("261122\u00ad123456789012345", CellKind.TEXT, Reason.NOT_AN_ID),
    ("261122-12345678901234²", CellKind.TEXT, Reason.NOT_AN_ID),
    ("①23456", CellKind.TEXT, Reason.NOT_AN_ID),
    ("٣٤٥٦٧٨٩", CellKind.TEXT, Reason.NOT_AN_ID),
    ("5,127,395,078,262,028,714", CellKind.TEXT, Reason.NOT_AN_ID),
    ("-126446", CellKind.NUMBER, Reason.NOT_AN_ID),
    ('="123', CellKind.TEXT, Reason.NOT_AN_ID),
    ("=123", CellKind.TEXT, Reason.NOT_AN_ID),
    ("abc", CellKind.TEXT, Reason.NOT_AN_ID),
    ("2026-11-22", CellKind.TEXT, Reason.NOT_AN_ID),
    ("2026-11-22 10:00", CellKind.DATE, Reason.NOT_AN_ID),
    ("TRUE", CellKind.BOOLEAN, Reason.NOT_AN_ID),
    ("261122-123456789012345\ufffd", CellKind.TEXT, Reason.NOT_AN_ID),
    ("#N/A", CellKind.ERROR, Reason.ERROR_CELL),
    ("#N/A", CellKind.TEXT, Reason.ERROR_CELL),
    ("#REF!", CellKind.TEXT, Reason.ERROR_CELL),
    ("", CellKind.NO_VALUE, Reason.NO_VALUE),
    ("123456", CellKind.UNDECODABLE, Reason.UNDECODABLE),
    ("123456", CellKind.BROKEN, Reason.BROKEN_LINE),
    ("9" * 65, CellKind.TEXT, Reason.TOO_LONG),
    ("9," * 40_000, CellKind.TEXT, Reason.TOO_LONG),
    (",".join(map(str, range(1, 1_200))), CellKind.TEXT, Reason.TOO_LONG),
    ("261122-123456789012345,1.26E+17", CellKind.TEXT, Reason.EXPONENT),
]


@pytest.mark.parametrize(("text", "kind", "reason"), REFUSED, ids=lambda value: str(value)[:24])
def test_damage_is_refused_with_its_reason(text: str, kind: CellKind, reason: Reason) -> None:
    """One damaged id refuses the whole cell; nothing is guessed."""
    assert reason is clean_id(text, kind)


TAKEN = [
    ("5127395078262028714", CellKind.NUMBER, "5127395078262028714"),
    ("10160070484512.0", CellKind.TEXT, "10160070484512"),
    ("10160070484512.00", CellKind.NUMBER, "10160070484512"),
    ("0012345", CellKind.NUMBER, "0012345"),
    ("123456", CellKind.LOSSY, "123456"),
    ("126446123456789188", CellKind.TEXT, "126446123456789188"),
    ("JY20261123001", CellKind.TEXT, "JY20261123001"),
    ("5127395078262028714-1", CellKind.TEXT, "5127395078262028714-1"),
]


@pytest.mark.parametrize(("text", "kind", "expected"), TAKEN)
def test_whole_ids_are_taken(text: str, kind: CellKind, expected: str) -> None:
    """Shape alone refuses nothing."""
    assert [expected] == clean_id(text, kind)


@given(text=st.text(max_size=40))
def test_whatever_the_cell_there_is_an_answer(text: str) -> None:
    """Ids are plain ASCII that no spreadsheet takes for a formula, and each is clean already."""
    ids = clean_id(text, CellKind.TEXT)
    assert isinstance(ids, Reason) or [
        (one.isascii() and one[0].isalnum() and len(one) <= 64, clean_id(one, CellKind.TEXT)) for one in ids
    ] == [(True, [one]) for one in ids]


@given(text=st.text(max_size=40))
def test_stripping_twice_strips_no_more(text: str) -> None:
    """`bare` leaves nothing of a guard behind."""
    assert strip_guards(text) == strip_guards(strip_guards(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("261122-123456789012345", Shape.DASHED),
        ("\t261122-123456789012345", Shape.DASHED),
        ("5127395078262028714", Shape.PLATFORM),
        ("5127395078262028714A", Shape.DIGITS),
        ("P123456789012345678", Shape.PLATFORM),
        ("1.26E+17", Shape.PLATFORM),
        ("4677169786208", Shape.DIGITS),
        ("JY20261123001", Shape.LETTERED),
        ("23456", Shape.SHORT),
        ("2026-11-22", Shape.OTHER),
        ("见备注", Shape.OTHER),
        ("无", Shape.EMPTY),
        ("", Shape.EMPTY),
    ],
)
def test_the_shape_of_a_value(text: str, expected: Shape) -> None:
    """What ranks columns: a platform's number above an ERP's, damage or not."""
    assert expected is shape(text)
