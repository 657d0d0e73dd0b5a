"""Names of rows: within every vendor's rules, read back exactly, and nobody else's are taken for ours."""

import re

from hypothesis import given
from hypothesis import strategies as st

from evenhand.judging.batch_rows import _read_custom_id, custom_id, row_prefix

RUN = "20261127-120000-abcde"
numbers = st.integers(1, 10**9)


@given(numbers, numbers, st.binary(min_size=32, max_size=32))
def test_a_row_is_named_within_the_rules_of_both_vendors_and_read_back(
    batch: int, attempt: int, key: bytes
) -> None:
    name = custom_id(RUN, batch, attempt, key)
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name)
    assert _read_custom_id(name, row_prefix(RUN, batch)) == (attempt, key[:4].hex())


@given(numbers, numbers, numbers)
def test_a_row_of_another_batch_is_not_taken_for_ours(batch: int, other: int, attempt: int) -> None:
    name = custom_id(RUN, other, attempt, bytes(32))
    assert (_read_custom_id(name, row_prefix(RUN, batch)) is None) == (batch != other)


@given(st.text(max_size=80))
def test_what_anybody_writes_as_a_custom_id_is_read_without_an_error(text: str) -> None:
    assert _read_custom_id(text, row_prefix(RUN, 1)) is None
    for name in (f"{row_prefix(RUN, 1)}{text}", f"{row_prefix(RUN, 1)}\u0661_{text}", row_prefix(RUN, 1)):
        found = _read_custom_id(name, row_prefix(RUN, 1))
        assert found is None or found[0] >= 0
