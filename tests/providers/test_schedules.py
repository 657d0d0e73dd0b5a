"""Seeded schedules of throttle, breaker and retry loop (row H02); `benchmarks/schedules.py` plays 10,000."""

import pytest
from benchmarks.schedules import BrokenInvariantError, campaign, must


def test_no_schedule_breaks_an_invariant() -> None:
    ends = campaign(0, 300)
    assert set(ends) == {"replied", "failed", "left open", "put off", "cancelled"}


def test_a_broken_invariant_is_told() -> None:
    with pytest.raises(BrokenInvariantError, match="never may"):
        must(0, "this never may happen")
