"""One warm interpreter for all crash tests of a session."""

from collections.abc import Iterator

import pytest

from tests.crash.fixtures import ProcessFactory, cradled


@pytest.fixture(scope="session")
def process_factory() -> Iterator[ProcessFactory]:
    """Where killed processes come from."""
    with cradled() as found:
        yield found
