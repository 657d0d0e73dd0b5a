"""One meaning of names and patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.records.patterns import fits


@pytest.mark.parametrize(
    ("name", "pattern", "does"),
    [
        ("draft-1", "draft-1", True),
        ("draft-1", "draft-*", True),
        ("draft-1", "Draft-1", False),
        ("draft-10", "draft-?", False),
        ("draft1", "draft[1]", True),
        ("draft[1]", "draft[1]", True),
        ("draft[1]", "draft[[]1]", True),
        ("a*b", "a*b", True),
        ("anything", "", False),
    ],
)
def test_a_name_fits_itself_and_the_patterns_it_is_covered_by(name: str, pattern: str, *, does: bool) -> None:
    assert fits(name, [pattern]) is does
    assert fits(name, ["other", pattern]) is does
    assert not fits(name, [])


@given(st.text(max_size=20))
def test_every_name_means_itself(name: str) -> None:
    assert fits(name, [name])
