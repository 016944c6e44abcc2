"""The protocol between parent and parser process."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from batchsync.model import RowBatch
from batchsync.reader.messages import encode
from batchsync.reader.source import EMPTY, NUMBER, TEXT
from tests.reader.read_result import arrived

CELLS = st.sampled_from(["261122-123456789012345", "1", "", "\n", "a\nb", "\u2028", "\r"])
COLUMNS = st.tuples(st.booleans(), st.booleans(), st.booleans())


def batches(size: int, present: tuple[bool, bool, bool]) -> st.SearchStrategy[RowBatch]:
    def of(column: bool, values: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
        return st.lists(values, min_size=size, max_size=size) if column else st.just([])

    owners, shops, decisions = present
    kinds = st.sampled_from([TEXT] * 9 + [NUMBER, EMPTY])
    return st.builds(
        RowBatch,
        lines=of(True, st.sampled_from([1, 1, 1, 1, 2])).map(lambda steps: list(accumulate(steps))),
        orders=of(True, CELLS),
        order_kinds=of(True, kinds),
        owners=of(owners, CELLS),
        owner_kinds=of(owners, kinds),
        shops=of(shops, CELLS),
        decisions=of(decisions, CELLS),
        hidden=of(True, st.sampled_from([0, 0, 1])) | st.just([]),
    )


@given(st.tuples(st.integers(1, 4), COLUMNS).flatmap(lambda shape: batches(*shape)))
def test_a_batch_arrives_unchanged(batch: RowBatch) -> None:
    """Line breaks, gaps, hidden rows and other kinds than text among them."""
    assert batch == arrived(batch)


def test_consecutive_text_rows_are_sent_as_one_string_a_column() -> None:
    """A gap between two lines makes it a list of numbers and texts."""
    columns = {
        "orders": ["1", "2"],
        "order_kinds": [TEXT] * 2,
        "owners": ["3", "4"],
        "owner_kinds": [TEXT] * 2,
    }
    assert ["text_rows", 7, 2, "1\n2", "3\n4", None, None] == encode(RowBatch(lines=[7, 8], **columns))  # type: ignore[arg-type]
    assert "rows" == encode(RowBatch(lines=[7, 9], **columns))[0]  # type: ignore[arg-type]
