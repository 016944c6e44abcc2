"""The processor cost of reading and writing a row, compared with a baseline on the same machine instead of a clock."""

import sys
from pathlib import Path

import pytest

from benchmarks import inputs
from tests.cost.baseline import Work, opcodes_a_row, plain_work, seconds_a_row
from tests.cost.workloads import WORKLOADS, made

WORSE = 1.3
CALIBRATED = (3, 11)
"""Whose instructions are counted: other versions have others, and there the seconds stand guard alone."""
INSTRUCTIONS = {
    "read an xlsx": 2.42,
    "read an xlsx with inline strings": 1.24,
    "read a csv": 0.0131,
    "write a fresh workbook": 9.1,
    "give the user's workbook back": 8.4,
}
"""What a row took when last looked at, in yardsticks; lower it when a row becomes cheaper."""
SECONDS = {
    "read an xlsx": 8.2,
    "read an xlsx with inline strings": 10.0,
    "read a csv": 0.84,
    "write a fresh workbook": 11.7,
    "give the user's workbook back": 14.0,
}
"""The same, of the processor's time; Python 3.12 and 3.13 need up to a sixth less."""


@pytest.fixture(params=WORKLOADS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def _inputs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "WORK", tmp_path)


@pytest.fixture
def work(name: str, tmp_path: Path) -> Work:
    return made(name, tmp_path)


@pytest.mark.skipif(sys.version_info[:2] != CALIBRATED, reason="other instructions than those counted")
def test_a_row_takes_no_more_instructions_than_it_did(name: str, work: Work) -> None:
    """Of Python's machine: within 1.3 of when last looked at."""
    assert opcodes_a_row(work) < INSTRUCTIONS[name] * WORSE


def test_a_row_takes_no_more_of_the_processor_than_it_did(name: str, work: Work) -> None:
    """Inside of libraries, too: within 1.3 of when last looked at."""
    most = SECONDS[name] * WORSE
    assert seconds_a_row(work, below=most) < most


def test_a_slower_row_is_noticed(tmp_path: Path) -> None:
    """The comparison can fail: doubled work is found in spite of noise, also where a row is cheap."""
    work = made("read a csv", tmp_path)
    more = SECONDS["read a csv"]

    def slower(rows: int) -> None:
        work(rows)
        plain_work(round(rows * more))

    most = SECONDS["read a csv"] * WORSE
    assert seconds_a_row(slower, below=most) >= most
