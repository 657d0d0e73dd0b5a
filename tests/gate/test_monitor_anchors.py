"""Which items are anchors, which answers on them are new evidence, and when a round of them is whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gate.monitor_kit import MISSING, NO, YES, answers, name, run

from evenhand.gate.monitor.anchors import AnchorSet, find_anchors, looks_of, rounds_of
from evenhand.gate.monitor.history import Answer, ItemName, WatchedRun


def items(*cases: int) -> dict[ItemName, Answer]:
    return {name(case): YES for case in cases}


@pytest.mark.parametrize(
    ("runs", "since", "anchors"),
    [
        ([], 0, set()),
        ([run(0, items(1, 2))], 0, {1, 2}),
        ([run(0, items(1, 2)), run(1, items(1, 2))], 0, {1, 2}),
        # What a day brings of its own is no anchor.
        ([run(day, items(1, 2, 10 + day)) for day in range(4)], 0, {1, 2}),
        # A part of the suite does not have to hold them.
        ([run(0, items(1, 2)), run(1, items(2), whole=False), run(2, items(1, 2))], 0, {1, 2}),
        # A set that replaced another is watched from then on, once more was judged of it.
        ([run(0, items(1)), *(run(day, items(5, 6, 7)) for day in range(1, 4))], 1, {5, 6, 7}),
        ([*(run(day, items(1, 2, 3)) for day in range(9)), run(9, items(1, 2, 5, 6, 7))], 0, {1, 2}),
    ],
)
def test_anchors_are_the_items_that_every_whole_run_judges(
    runs: list[WatchedRun], since: int, anchors: set[int]
) -> None:
    found = find_anchors(runs)
    assert found == AnchorSet(since=since, items=frozenset(name(each) for each in anchors))


@given(st.lists(st.lists(st.sampled_from([YES, NO, MISSING]), min_size=4, max_size=4), max_size=5))
def test_what_was_said_has_no_part_in_which_items_are_anchors(said: list[list[Answer]]) -> None:
    runs = [run(day, {name(each): answer for each, answer in enumerate(row)}) for day, row in enumerate(said)]
    plain = [run(day, answers(4, 0)) for day in range(len(said))]
    assert find_anchors(runs) == find_anchors(plain)


def test_an_answer_from_store_is_no_new_evidence() -> None:
    runs = [run(0, answers(3, 1)), run(1, answers(3, 1), again=[]), run(2, answers(2, 2))]
    rounds = rounds_of(runs, find_anchors(runs))
    assert [each.at for each in rounds] == [0, 2]


def test_parts_that_several_runs_ask_make_one_round_with_each_anchor_once() -> None:
    runs = [
        run(0, answers(4, 0)),
        run(1, answers(0, 2), whole=False),
        run(2, {name(0): YES, name(2): NO}, whole=False),
        run(3, {name(3): YES}, whole=False),
    ]
    rounds = rounds_of(runs, find_anchors(runs))
    assert [each.at for each in rounds] == [0, 3]
    assert rounds[1].answers == {name(0): NO, name(1): NO, name(2): NO, name(3): YES}


def test_a_missing_answer_is_replaced_where_it_is_asked_again_before_the_round_is_whole() -> None:
    runs = [
        run(0, answers(2, 0)),
        run(1, {name(0): MISSING}, whole=False),
        run(2, {name(0): NO}, whole=False),
        run(3, {name(1): YES}, whole=False),
    ]
    assert rounds_of(runs, find_anchors(runs))[1].answers == {name(0): NO, name(1): YES}


@pytest.mark.parametrize(
    ("missing", "limit", "measured"), [(5, 0.05, True), (6, 0.05, False), (99, 1.0, True), (100, 1.0, False)]
)
def test_a_round_with_too_many_missing_answers_measures_nothing(
    missing: int, limit: float, *, measured: bool
) -> None:
    runs = [run(0, answers(100 - missing, 0, missing), most_missing=limit)]
    rounds = rounds_of(runs, find_anchors(runs))
    assert [each.measured for each in rounds] == [measured]
    assert len(looks_of(rounds)) == measured


def test_guesses_come_from_earlier_answers_alone() -> None:
    runs = [run(0, answers(1, 1)), run(1, answers(0, 2)), run(2, answers(0, 1, 1), most_missing=1)]
    looks = looks_of(rounds_of(runs, find_anchors(runs)))
    guesses = [None if look.guess is None else look.guess.tolist() for look in looks]
    assert guesses == [None, [1.0, 0.0], [0.5, 0.0]]
    assert looks[2].low.tolist() == [0, 0]
    assert looks[2].high.tolist() == [0, 1]
