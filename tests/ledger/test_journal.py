"""The outcome journal: what is written comes back, a torn tail doesn't, and an emptied one is empty."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchsync.ledger.batches import AttemptOutcome, ResponseRecord
from batchsync.ledger.journal import HEADER, Journal, read_outcomes

OUTCOMES = st.builds(
    AttemptOutcome,
    st.integers(1, 2**50),
    st.integers(1, 6),
    st.none() | st.integers(0, 10**9),
    st.builds(
        ResponseRecord,
        st.sampled_from(["synced", "timeout"]),
        st.integers(0, 2),
        st.none() | st.integers(100, 599),
        st.text(max_size=5),
        st.text(max_size=20),
        st.text(max_size=20),
        st.binary(max_size=50),
    ),
    st.integers(0, 10**9),
    st.integers(0, 2**50),
)


def outcome(attempt: int, body: bytes = b"{}") -> AttemptOutcome:
    return AttemptOutcome(attempt, 3, 1, ResponseRecord("synced", 2, 200, "0", "", "", body), 5, 7)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "l.outcomes", 16_384)
    made.open()
    return made


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(OUTCOMES, min_size=1, max_size=4), max_size=5), seed=st.integers(0, 2**32))
def test_written_outcomes_come_back(tmp_path: Path, batches: list[list[AttemptOutcome]], seed: int) -> None:
    """Round trip over a reopening, also after it was emptied once."""
    path = tmp_path / f"{seed}.outcomes"
    journal = Journal(path, 65_536)
    journal.open()
    journal.append([outcome(1), outcome(2)])
    journal.clear()
    for batch in batches:
        journal.append(batch)
    journal.close()
    expected = [one for batch in batches for one in batch]
    assert expected == read_outcomes(path)
    journal.open()
    journal.append([outcome(9)])
    assert [*expected, outcome(9)] == list(journal.outcomes())
    journal.close()
    path.unlink()


def test_emptied_journal_shows_nothing_of_before(journal: Journal) -> None:
    """Records of an earlier generation stay in the file and are not believed, even right behind newer ones."""
    journal.append([outcome(1), outcome(2), outcome(3)])
    journal.clear()
    journal.append([outcome(4)])
    journal.close()
    journal.open()
    assert [4] == [one.attempt for one in journal.outcomes()]
    journal.close()


@pytest.mark.parametrize("cut", range(1, 50, 7))
def test_torn_tail_is_ignored(journal: Journal, tmp_path: Path, cut: int) -> None:
    """A record that did not reach the disk whole ends the journal; those before it are kept."""
    journal.append([outcome(1)])
    end = journal._end
    journal.append([outcome(2)])
    journal.close()
    path = tmp_path / "l.outcomes"
    data = bytearray(path.read_bytes())
    data[end + cut :] = bytes(len(data) - end - cut)
    path.write_bytes(data)
    assert [1] == [one.attempt for one in read_outcomes(path)]


def test_unreadable_header_starts_anew(journal: Journal, tmp_path: Path) -> None:
    """A journal whose first bytes are lost is empty, and usable."""
    journal.append([outcome(1)])
    journal.close()
    path = tmp_path / "l.outcomes"
    path.write_bytes(bytes(HEADER.size) + path.read_bytes()[HEADER.size :])
    assert [] == read_outcomes(path)
    journal.open()
    journal.append([outcome(2)])
    assert 2 in [one.attempt for one in journal.outcomes()]
    journal.close()


def test_answers_are_left_out_when_they_do_not_fit(journal: Journal) -> None:
    """Verdicts are worth more than the words they came in; when not even they fit, the journal states so."""
    journal.append([outcome(n, b"x" * 4_096) for n in range(4)])
    assert [(n, b"") for n in range(4)] == [(one.attempt, one.response.body) for one in journal.outcomes()]
    with pytest.raises(OSError, match="full"):
        journal.append([outcome(n) for n in range(1_000)])
    assert 4 == len(list(journal.outcomes()))
    journal.close()


def test_blocks_are_taken_when_it_is_made(journal: Journal, tmp_path: Path) -> None:
    """What is written later needs no new space on the disk."""
    before = (tmp_path / "l.outcomes").stat()
    journal.append([outcome(n) for n in range(50)])
    after = (tmp_path / "l.outcomes").stat()
    assert (16_384, before.st_size) == (before.st_size, after.st_size)
    assert getattr(before, "st_blocks", 0) == getattr(after, "st_blocks", 0)
    journal.close()


def test_no_journal_has_no_outcomes(tmp_path: Path) -> None:
    """A reader makes none."""
    assert [] == read_outcomes(tmp_path / "none.outcomes")
    assert [] == list(tmp_path.iterdir())
