from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.reporting.charts import Picture, picture
from evenhand.reporting.document import Bar, HeatMap, Histogram, Series, StackedBars, words
from evenhand.stats.estimate import Estimate, Interval, Undefined


def stacked(counts: tuple[int, ...]) -> Picture:
    series = tuple(
        Series(name=words(str(place)), colour="blue", hatch="dots") for place in range(len(counts))
    )
    return picture(StackedBars(series=series, bars=(Bar(name=words("bar"), counts=counts),)))


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=8))
def test_the_parts_of_a_bar_fill_it_without_gap(counts: list[int]) -> None:
    boxes = stacked(tuple(counts)).boxes
    ends = [(float(box.x.rstrip("%")), float(box.width.rstrip("%"))) for box in boxes]
    assert sum(width for _, width in ends) == pytest.approx(100 if sum(counts) else 0, abs=0.02)
    for (x, width), (following, _) in pairwise(ends):
        assert x + width == pytest.approx(following, abs=0.01)


def test_parts_too_small_for_a_number_leave_it_to_the_table() -> None:
    written = [mark.words[0].text for mark in stacked((95, 5)).marks]
    assert "95" in written
    assert "5" not in written


def test_a_heat_map_shows_agreement_above_and_kappa_below_each_with_interval_and_n() -> None:
    share = Estimate(value=0.8, interval=Interval(low=0.7, high=0.9, confidence=0.95), n=60)
    few = Undefined(n=7, reason="too few")
    drawing = HeatMap(
        names=("one", "two"), agreement=((None, share), (share, None)), kappa=((None, few), (few, None))
    )
    written = [mark.words[0].text for mark in picture(drawing).marks]
    assert written[2:5] == ["80.0 %", "70.0 to 90.0", "n = 60"]
    assert written[-2:] == ["too few", "n = 7"]


def test_the_columns_of_a_histogram_are_as_high_as_their_counts() -> None:
    boxes = picture(Histogram(ticks=("0", "1", "2"), counts=(0, 5, 10))).boxes
    assert [float(box.height) for box in boxes] == [0, 55, 110]
