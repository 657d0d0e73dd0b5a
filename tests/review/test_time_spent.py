import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.records.review import Spent
from evenhand.review.time_spent import IDLE_AFTER_MS, MOST_MS, Mark, MarkEvent, time_spent

SECOND = 1000
EVENTS = st.sampled_from(MarkEvent)


def marks(*pairs: tuple[float, str]) -> list[Mark]:
    return [Mark(at_ms=int(at * SECOND), event=MarkEvent(event)) for at, event in pairs]


SCRIPTS = {
    "nothing": ([], (0, 0)),
    "opened and sent": ([(0, "shown"), (30, "now")], (30, 0)),
    "read for long without an event": ([(0, "shown"), (300, "now")], (120, 180)),
    "something done in time keeps it active": (
        [(0, "shown"), (100, "acted"), (200, "acted"), (210, "now")],
        (210, 0),
    ),
    "idle ends with the next thing done": ([(0, "shown"), (200, "acted"), (210, "now")], (130, 80)),
    "a hidden page counts nothing": (
        [(0, "shown"), (10, "hidden"), (500, "shown"), (520, "now")],
        (30, 0),
    ),
    "a draft in between changes nothing": (
        [(0, "shown"), (50, "now"), (90, "now"), (150, "now")],
        (120, 30),
    ),
    "a page that was never in view": ([(0, "hidden"), (50, "now")], (0, 0)),
    "a clock that goes back adds nothing": (
        [(100, "shown"), (110, "acted"), (40, "acted"), (60, "now")],
        (30, 0),
    ),
    "a key before the page is told to be in view": ([(0, "acted"), (5, "now")], (5, 0)),
    "a laptop that slept": ([(0, "shown"), (10, "acted"), (40_000, "acted"), (40_010, "now")], (140, 39_870)),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_scripted_clock_gives_the_exact_totals(name: str) -> None:
    pairs, (active, idle) = SCRIPTS[name]
    assert time_spent(marks(*pairs)) == Spent(active_ms=active * SECOND, idle_ms=idle * SECOND)


def test_a_page_left_open_for_days_is_bounded() -> None:
    spent = time_spent([Mark(at_ms=0, event=MarkEvent.SHOWN), Mark(at_ms=2**53, event=MarkEvent.NOW)])
    assert spent == Spent(active_ms=IDLE_AFTER_MS, idle_ms=MOST_MS)


@given(st.lists(st.tuples(st.integers(0, 2**53), EVENTS)))
def test_any_marks_give_bounded_times(pairs: list[tuple[int, MarkEvent]]) -> None:
    spent = time_spent(Mark(at_ms=at, event=event) for at, event in pairs)
    assert 0 <= spent.active_ms <= MOST_MS
    assert 0 <= spent.idle_ms <= MOST_MS


@given(st.lists(st.tuples(st.integers(0, 400_000), EVENTS), min_size=1))
def test_telling_the_time_more_often_changes_nothing(steps: list[tuple[int, MarkEvent]]) -> None:
    """A draft is a mark `now` in between: the visit comes to the same."""
    at, whole, with_drafts = 0, [], []
    for passed, event in steps:
        at += passed
        mark = Mark(at_ms=at, event=event)
        whole.append(mark)
        with_drafts += [Mark(at_ms=at - passed // 2, event=MarkEvent.NOW), mark]
    assert time_spent(with_drafts) == time_spent(whole)


@given(st.lists(st.integers(1, 59_000), min_size=3, max_size=30))
def test_marks_that_the_script_leaves_out_change_nothing(gaps: list[int]) -> None:
    """Of three things done within the idle limit, the middle one says nothing."""
    times = [sum(gaps[:place]) for place in range(len(gaps) + 1)]
    every = [Mark(at_ms=at, event=MarkEvent.ACTED) for at in times]
    kept = [mark for place, mark in enumerate(every) if place % 2 == 0 or place == len(every) - 1]
    assert time_spent(kept) == time_spent(every)
