"""The user's cells, column by column or one by one: the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchsync.model import CellKind
from batchsync.ooxml.escaping import LONGEST, xml_text, xml_texts
from batchsync.ooxml.xml_edit import NotRewritableError
from batchsync.writer.fresh_cells import FreshCells
from tests.writer.test_escaping import NASTY

TEXTS = (
    NASTY | st.text(max_size=8) | st.sampled_from(["12", "0012", "1.5", "¦", "a & b", " a", "b ", "\u3000"])
)
PRESERVED = ' xml:space="preserve"'


def fresh_cells(width: int, dropped: int | None = None) -> FreshCells:
    """Cells of so many columns, of which the first is an id."""
    kept = [column for column in range(width) if column != dropped]
    return FreshCells(kept=kept, known_width=width, added=7, ids=frozenset({0}), text_style=3, plain_style=4)


@given(st.lists(TEXTS, min_size=1, max_size=6))
@example(["x" * LONGEST, "a"])
@example(["_x0041_", "<"])
@example(["\x01 a"])
def test_texts_looked_at_as_one_come_out_as_each_would(texts: list[str]) -> None:
    """Escaped, cleaned and cut alike; and an end of white space is noticed."""
    each = [xml_text(text) for text in texts]
    safe, padded = xml_texts(texts)
    assert (each, any(text != text.strip() for text in each)) == (list(safe), padded)


@given(st.data(), st.integers(1, 4), st.integers(0, 3), st.sampled_from([0, 5, 1_048_575]))
def test_rows_made_in_columns_are_those_made_cell_by_cell(
    data: st.DataObject, width: int, dropped: int, offset: int
) -> None:
    """Whatever the texts and their kinds, whichever column is left out; white space at an end is kept either way."""
    cells = st.lists(TEXTS, min_size=width, max_size=width)
    kinds = st.lists(st.sampled_from(CellKind), min_size=width, max_size=width)
    rows = data.draw(st.lists(st.tuples(cells, kinds), min_size=1, max_size=5))
    lines = [(offset + n, texts, kinds, False) for n, (texts, kinds) in enumerate(rows, start=1)]
    maker = fresh_cells(width, dropped)
    quick = maker.rows(lines, offset)
    each = [maker.row(line, offset) for line in lines]
    assert [xml.replace(PRESERVED, "") for xml in each] == [xml.replace(PRESERVED, "") for xml in quick]
    assert all(one.count(PRESERVED) <= many.count(PRESERVED) for one, many in zip(each, quick, strict=True))


def test_lines_unlike_each_other_are_made_one_by_one() -> None:
    """Shorter and hidden ones among them; what is wider than was known stands behind our columns."""
    lines = [(1, ["a", "b"], [1, 1], False), (2, ["c"], [1], True), (3, ["d", "e", "f"], [1, 1, 1], False)]
    first, second, third = fresh_cells(2).rows(lines, 0)
    assert '<row r="1"><c r="A1" s="3" t="inlineStr">' in first
    assert second.startswith('<row r="2" hidden="1"><c r="A2"')
    assert 'r="J3"' in third


def test_no_cell_stands_beyond_the_last_column() -> None:
    """XFD is the last; a line that would not fit makes the sheet one that can't be given back."""
    with pytest.raises(NotRewritableError):
        fresh_cells(16_380).rows([(1, ["x"] * 16_381, [1] * 16_381, False)], 0)
