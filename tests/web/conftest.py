"""A review that is served to people of every role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.serving import Served, serve_items


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A review of thirty items, on a real server; people sign in with passwords."""
    with serve_items(tmp_path) as served:
        yield served


@pytest.fixture
def served_alone(tmp_path: Path) -> Iterator[Served]:
    """The same for one person on their own machine, with the link of the start."""
    with serve_items(tmp_path, team=False) as served:
        yield served
