"""Batches on their way to the parent: the lighter form says what the other says."""

from itertools import accumulate
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from batchsync.reader import serialize
from batchsync.reader.row_batches import Picked, Plain, lightened
from batchsync.reader.source import EMPTY, NUMBER, TEXT
from tests.reader.read_result import arrived

CELLS = st.sampled_from(["261122-123456789012345", "1", "", "\n", "a\nb", "\u2028", "\r"])
TAKEN = st.tuples(st.booleans(), st.booleans(), st.booleans())


def batches(size: int, taken: tuple[bool, bool, bool]) -> st.SearchStrategy[Picked]:
    def of(column: bool, values: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
        return st.lists(values, min_size=size, max_size=size) if column else st.just([])

    owners, shops, decisions = taken
    steps = of(True, st.sampled_from([1, 1, 1, 1, 2]))
    kinds = st.sampled_from([TEXT] * 9 + [NUMBER])
    cells = (of(True, CELLS), of(True, kinds), of(owners, CELLS), of(owners, kinds), of(shops, CELLS))
    hidden: st.SearchStrategy[list[object]] = of(True, st.sampled_from([0, 0, 1])) | st.just([])
    return st.builds(
        Picked, steps.map(lambda these: list(accumulate(these))), *cells, of(decisions, CELLS), hidden
    ).map(_with_empty_kinds)


def _with_empty_kinds(batch: Picked) -> Picked:
    """An empty merchant is of no kind, as every container has it."""
    kinds = [kind if text else EMPTY for text, kind in zip(batch.owners, batch.owner_kinds, strict=True)]
    return batch._replace(owner_kinds=kinds)


@given(st.tuples(st.integers(1, 4), TAKEN).flatmap(lambda shape: batches(*shape)))
def test_a_lighter_batch_arrives_as_the_heavy_one(batch: Picked) -> None:
    """Line breaks, gaps, hidden rows and other kinds than text among them."""
    with mock.patch.object(serialize, "lightened", lambda same: same):
        heavy = arrived(batch)
    assert heavy == arrived(batch)


def test_plain_rows_become_lighter() -> None:
    """The lighter form is taken."""
    batch = Picked([7, 8], ["1", "2"], [TEXT] * 2, ["3", "4"], [TEXT] * 2, [], [], [])
    assert Plain(7, 2, "1\n2", "3\n4", None, None) == lightened(batch)
    assert Picked is type(lightened(batch._replace(lines=[7, 9])))
