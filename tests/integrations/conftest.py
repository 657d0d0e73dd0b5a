from collections.abc import Iterator

import pytest
from tests.integrations.fake_host import FakeHost, serving


@pytest.fixture
def host() -> Iterator[FakeHost]:
    """A host with nothing on it."""
    with serving(FakeHost()) as served:
        yield served
