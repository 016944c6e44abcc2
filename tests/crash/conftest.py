"""One warm interpreter for all crash tests of a session."""

from collections.abc import Iterator

import pytest

from tests.crash.fixtures import Cradle, cradled


@pytest.fixture(scope="session")
def cradle() -> Iterator[Cradle]:
    """Where doomed processes come from."""
    with cradled() as found:
        yield found
