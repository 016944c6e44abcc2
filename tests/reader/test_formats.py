"""Number formats: what a whole number looks like under each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchsync.reader.number_formats import Format, builtin_format, format_of, masked, shown
from batchsync.reader.source import AMOUNT, DATE, NUMBER


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("General", "42"),
        ("@", "42"),
        ("", "42"),
        ("0", "42"),
        ("0.00", "42"),
        ("#,##0", "42"),
        ("#,##0.00_);(#,##0.00)", "42"),
        ("0.00E+00", "42"),
        ("[Red]0;-0", "42"),
        ("0_ ", "42"),
        (";;;@", "42"),
        ("0" * 7, "0000042"),
        ("[$-804]0000", "0042"),
        ("0000;[Red]-0000", "0042"),
        ("###000", "042"),
        ("[>50]000;[=50]000;000", "042"),
        ('"SN"0000', "SN0042"),
        ("\\P000000000000000000", "P000000000000000042"),
        ("000000-000000000000000", "000000-000000000000042"),
        ("00000-0000", "00000-0042"),
        ("0000 0000", "0000 0042"),
        ('General"件"', "42件"),
        ('"订单号;"0', "订单号;42"),
    ],
)
def test_a_number_as_its_format_shows_it(code: str, expected: str) -> None:
    """Zeros in front and characters among the digits count; what a float is rounded to does not."""
    form = format_of(code)
    assert (NUMBER, expected) == (form.kind, shown("42", form))


@pytest.mark.parametrize(
    "code",
    ["yyyy-mm-dd", "m/d/yy h:mm", 'yyyy"年"m"月"d"日"', "[h]:mm", "[mm]", "[ss].00", "上午/下午h:mm", "[$-F800]dddd", "d", "aaaa", "mm:ss.0"],
)  # fmt: skip
def test_a_date_is_no_id(code: str) -> None:
    """Elapsed hours too."""
    assert DATE == format_of(code).kind


@pytest.mark.parametrize(
    "code",
    ["0%", "0.00%", '"¥"#,##0', "[$¥-804]#,##0.00", "$#,##0", "_($* #,##0_)", "# ?/?", "0,", '0.0,,"M"', '0.00"kg"', "[DBNum1]General", "[<=9999999]###-####;(###) ###-####", '0"元"'],
)  # fmt: skip
def test_an_amount_is_no_id(code: str) -> None:
    """Money, percentages, fractions, thousands, units, Chinese numerals; and what depends on a condition."""
    assert AMOUNT == format_of(code).kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [(0, NUMBER), (1, NUMBER), (3, NUMBER), (5, AMOUNT), (9, AMOUNT), (11, NUMBER), (14, DATE), (22, DATE), (31, DATE), (44, AMOUNT), (46, DATE), (49, NUMBER), (57, DATE), (9_999, NUMBER)],
)  # fmt: skip
def test_excels_own_formats(number: int, kind: int) -> None:
    """By their number; the Chinese calendars among them."""
    assert kind == builtin_format(number).kind


@given(st.integers(0, 10**15 - 1).map(str))
def test_a_mask_keeps_every_digit(digits: str) -> None:
    """None is lost, none changes its place; only zeros come in front."""
    assert digits.zfill(9) == masked(digits, "000\\-00\\-0000").replace("-", "")


@given(st.text(max_size=40))
def test_any_code_is_answered(code: str) -> None:
    """A hostile format costs nothing."""
    assert isinstance(format_of(code), Format)


@pytest.mark.parametrize("text", ["-5", "1.5", "1E+17", "\u0661\u0662", ""])
def test_what_is_no_whole_number_is_left_alone(text: str) -> None:
    """A format's zeros belong to digits only."""
    assert text == shown(text, format_of("0000000"))
