"""Small inputs of many kinds, each with the one right outcome: README.md explains cases.yaml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batchsync.reader import many_files
from tests.cases.runner import cases, run_case

NOT_YET: frozenset[str] = frozenset({})
"""Cases that are not right yet; each must fail, so that the list shrinks with every one put right."""


@pytest.fixture(scope="module", autouse=True)
def _one_fork_server() -> Iterator[None]:
    with many_files():
        yield


def _parameters() -> Iterator[Any]:
    for case in cases():
        marks = [pytest.mark.xfail(strict=True, reason="not right yet")] if case["id"] in NOT_YET else []
        yield pytest.param(case, id=case["id"], marks=marks)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("case", list(_parameters()))
def test_case_is_right(case: dict[str, Any], tmp_path: Path) -> None:
    """Check, run and all that a case's steps name end as cases.yaml states."""
    assert "" == "\n".join(run_case(case, tmp_path))


def test_every_listed_case_exists() -> None:
    """A renamed case does not stay in the list."""
    assert NOT_YET <= {case["id"] for case in cases()}
