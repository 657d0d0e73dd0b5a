"""Which principles each case meets."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.feedback.draw import Drawable, draw_names, draw_principles
from evenhand.records.feedback import PrincipleDraw

PRINCIPLES = tuple(f"p.{letter}" for letter in "abcdefg")
names = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=12, unique=True)
subsets = st.lists(st.sampled_from(PRINCIPLES), unique=True, max_size=7)
draws = st.sampled_from(["random", "stratified", "violated", "all"])


@st.composite
def drawables(draw: st.DrawFn) -> list[Drawable]:
    return [Drawable(name=name, principle_ids=tuple(draw(subsets))) for name in draw(names)]


@given(drawables(), draws, st.integers(1, 9), st.integers(1, 4), st.integers(0, 99))
def test_a_case_meets_only_its_own_principles_each_once_a_round(
    cases: list[Drawable], choose: str, count: int, rounds: int, seed: int
) -> None:
    rule = PrincipleDraw.model_validate({"choose": choose, "count": count})
    drawn = draw_principles(rule, cases, seed=seed, rounds=rounds)
    for case in cases:
        assert len(drawn[case.name]) == rounds
        for met in drawn[case.name]:
            assert set(met) <= set(case.principle_ids)
            wanted = len(case.principle_ids) if choose == "all" else min(count, len(case.principle_ids))
            assert len(set(met)) == len(met) == wanted


@given(drawables(), draws, st.integers(1, 3), st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_order_of_the_cases_changes_nothing(
    cases: list[Drawable], choose: str, count: int, seed: int, random: Random
) -> None:
    rule = PrincipleDraw.model_validate({"choose": choose, "count": count})
    before = draw_principles(rule, cases, seed=seed, rounds=2)
    random.shuffle(cases)
    assert draw_principles(rule, cases, seed=seed, rounds=2) == before


@given(drawables(), st.sampled_from(["random", "violated", "all"]), st.integers(1, 3), st.integers(0, 99))
def test_other_cases_change_nothing_where_draws_are_independent(
    cases: list[Drawable], choose: str, count: int, seed: int
) -> None:
    rule = PrincipleDraw.model_validate({"choose": choose, "count": count})
    together = draw_principles(rule, cases, seed=seed, rounds=3)
    for case in cases:
        assert draw_principles(rule, [case], seed=seed, rounds=3)[case.name] == together[case.name]


@given(st.integers(1, 30), st.integers(1, 3), st.integers(1, 3), st.integers(0, 9))
def test_stratified_draws_come_up_equally_often(cases: int, count: int, rounds: int, seed: int) -> None:
    every = [Drawable(name=str(number), principle_ids=PRINCIPLES) for number in range(cases)]
    rule = PrincipleDraw(choose="stratified", count=count)
    drawn = draw_principles(rule, every, seed=seed, rounds=rounds)
    often = Counter(principle for met in drawn.values() for each in met for principle in each)
    assert sum(often.values()) == cases * rounds * count
    assert max(often.values()) - min(often[principle] for principle in PRINCIPLES) <= 1


def test_stratified_draws_make_up_for_principles_that_seldom_apply() -> None:
    wide = [Drawable(name=f"w{number}", principle_ids=("p.a", "p.b")) for number in range(20)]
    narrow = [Drawable(name=f"n{number}", principle_ids=("p.b",)) for number in range(20)]
    drawn = draw_principles(PrincipleDraw(choose="stratified"), [*wide, *narrow], seed=3)
    often = Counter(met[0][0] for met in drawn.values())
    assert often["p.b"] >= 20
    assert often["p.a"] >= 15


def test_random_draws_are_even_over_many_cases_and_differ_between_rounds_and_seeds() -> None:
    cases = [Drawable(name=str(number), principle_ids=PRINCIPLES) for number in range(2_000)]
    drawn = draw_principles(PrincipleDraw(), cases, seed=1, rounds=2)
    first = Counter(met[0][0] for met in drawn.values())
    assert all(220 < count < 360 for count in first.values())
    again = sum(met[0] == met[1] for met in drawn.values())
    assert 200 < again < 380
    other = draw_principles(PrincipleDraw(), cases, seed=2, rounds=2)
    assert 200 < sum(drawn[name][0] == other[name][0] for name in drawn) < 380


def test_a_further_principle_that_is_not_drawn_changes_nothing() -> None:
    for number in range(50):
        case = Drawable(name=str(number), principle_ids=PRINCIPLES[:4])
        wider = Drawable(name=str(number), principle_ids=PRINCIPLES[:5])
        rule = PrincipleDraw(count=2)
        narrow, wide = (draw_principles(rule, [each], seed=0)[case.name][0] for each in (case, wider))
        assert narrow == wide or PRINCIPLES[4] in wide


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        draw_principles(PrincipleDraw(), [Drawable(name="a", principle_ids=())] * 2, seed=0)


@given(st.sets(st.text(max_size=8), max_size=20), st.integers(1, 25), st.integers(0, 9))
def test_cases_are_drawn_by_the_seed_and_a_further_one_moves_at_most_one(
    names: set[str], most: int, seed: int
) -> None:
    drawn = draw_names(names, most, seed=seed)
    assert len(drawn) == min(most, len(names))
    more = draw_names([*names, "a further name"], most, seed=seed)
    assert len(drawn - more) <= 1
    assert draw_names(names, None, seed=seed) == names
