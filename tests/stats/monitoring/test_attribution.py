import numpy as np
import pytest

from evenhand.stats.monitoring.attribution import Cause, Monitor, attribute, observe, watch

BROKEN = np.zeros(30, dtype=bool)
FINE = np.arange(30) % 10 < 8


def fresh() -> Monitor:
    return watch(live_mean=0.8, anchor_mean=0.8, guard=10, fewest_anchors=60)


def played(*steps: tuple[int, np.ndarray | None, np.ndarray | None]) -> Monitor:
    monitor = fresh()
    for tick, live, anchors in steps:
        monitor = observe(monitor, tick=tick, live=live, anchors=anchors)
    return monitor


@pytest.mark.parametrize(
    ("monitor", "cause", "words"),
    [
        (fresh(), Cause.NONE, "neither"),
        (played((1, FINE, FINE), (2, FINE, FINE)), Cause.NONE, "neither"),
        (played((1, FINE, BROKEN)), Cause.JUDGE, "nothing else"),
        (played((1, BROKEN, BROKEN)), Cause.JUDGE, "within 10"),
        (played((1, BROKEN, FINE), (11, FINE, BROKEN)), Cause.JUDGE, "within 10"),
        (played((1, FINE, BROKEN), (11, BROKEN, FINE)), Cause.JUDGE, "within 10"),
        (played((1, BROKEN, FINE), (11, FINE, FINE)), Cause.UNDECIDED, "until 11"),
        (played((1, BROKEN, FINE), (12, FINE, FINE)), Cause.SYSTEM, "kept silent"),
        (played((1, BROKEN, None), (12, FINE, FINE)), Cause.UNDECIDED, "from 60 on"),
        (played((1, BROKEN, FINE), (12, FINE, FINE), (13, FINE, BROKEN)), Cause.UNDECIDED, "two changes"),
        (played((1, FINE, BROKEN), (12, BROKEN, FINE)), Cause.UNDECIDED, "two changes"),
    ],
)
def test_what_changed_follows_from_who_raised_the_alarm_and_when(
    monitor: Monitor, cause: Cause, words: str
) -> None:
    found = attribute(monitor)
    assert found.cause is cause
    assert words in found.reason


def test_a_rise_of_the_live_rate_is_a_change_too() -> None:
    monitor = fresh()
    for tick in range(1, 6):
        monitor = observe(monitor, tick=tick, live=np.ones(30, dtype=bool), anchors=FINE)
    assert attribute(observe(monitor, tick=40)).cause is Cause.SYSTEM


def test_anchors_that_came_before_the_live_alarm_do_not_count_as_silence() -> None:
    monitor = played((1, FINE, FINE), (2, FINE, FINE), (3, BROKEN, None), (20, FINE, None))
    assert monitor.anchors_since == 0
    assert attribute(monitor).cause is Cause.UNDECIDED


def test_a_clock_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="tick 1 is before 2"):
        played((2, FINE, None), (1, FINE, None))


@pytest.mark.parametrize(("live_mean", "guard"), [(0.99, 10), (0.02, 10), (0.8, -1)])
def test_impossible_watches_are_refused(live_mean: float, guard: int) -> None:
    with pytest.raises(ValueError, match=r"null value|negative"):
        watch(live_mean=live_mean, anchor_mean=0.9, guard=guard)
