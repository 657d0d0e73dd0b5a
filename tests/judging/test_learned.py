"""Learned rules: the numbers of a fit applied to opinions."""

import json
import math
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.judging.builders import panel
from tests.judging.panel_kit import C, N, T, V, says

from evenhand.errors import UsageError
from evenhand.judging.panel import check_rule, combine
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit, PrincipleFit
from evenhand.records.scale import COMPLY, PAIR, NominalScale, Reading
from evenhand.records.verdict import Opinion, Undecided

YES_NO = NominalScale(type="nominal", values=("yes", "no"), passes=("yes",))


def made(**fields: Any) -> PrincipleFit:
    return PrincipleFit.model_validate_json(json.dumps({"labels": ["yes", "no"], "labelled": 250} | fields))


SKILLED = [[0.9, 0.1], [0.2, 0.8]]
GUESSING = [[0.5, 0.5], [0.5, 0.5]]
DAWID_SKENE = made(shares=[0.5, 0.5], confusions={"a": SKILLED, "b": SKILLED, "c": GUESSING})
STACK = made(
    intercepts=[0.5, 0.0],
    coefficients={
        "a": [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
        "b": [[2.0, 0.0], [0.0, 2.0], [0.0, 0.25]],
        "c": [[0.0, 3.0], [3.0, 0.0], [0.0, 0.0]],
    },
)


def answers(given: Mapping[str, str | None]) -> list[Opinion]:
    return [says(label, judge, YES_NO) for judge, label in given.items()]


def learned(rule: str, **fields: Any) -> Panel:
    return panel("a", "b", "c", rule=rule, fit="f.json", **fields)


def ruled(
    rule: str, fit: PrincipleFit | None, given: Mapping[str, str | None], **fields: Any
) -> tuple[str | None, dict[str, float], tuple[str, ...]]:
    found = combine(answers(given), learned(rule, **fields), YES_NO, fit)
    return found.label, dict(found.distribution), found.steps


# -- Arithmetic by hand -----------------------------------------------------------------------------------


def test_dawid_skene_multiplies_the_probabilities_of_the_answers_under_each_label() -> None:
    label, _, steps = ruled("dawid_skene", DAWID_SKENE, {"a": "yes", "b": "no", "c": "no"})
    yes, no = 0.5 * 0.9 * 0.1 * 0.5, 0.5 * 0.2 * 0.8 * 0.5
    assert label == "no"
    assert f"no: {no / (yes + no):.9g} if judges erred independently" in steps


def test_the_probability_of_dawid_skene_is_not_kept_because_judges_do_not_err_independently() -> None:
    given = {"a": "yes", "b": "yes", "c": "yes"}
    mean = combine(answers(given), panel("a", "b", "c"), YES_NO).distribution
    assert ruled("dawid_skene", DAWID_SKENE, given)[1] == dict(mean)


def test_a_stack_adds_what_each_answer_is_worth_and_keeps_its_probability() -> None:
    label, shares, steps = ruled("stack", STACK, {"a": "yes", "b": "no", "c": "no"})
    yes, no = math.exp(0.5 + 1 + 0 + 3), math.exp(0 + 0 + 2 + 0)
    assert label == "yes"
    assert shares == pytest.approx({"yes": yes / (yes + no), "no": no / (yes + no)})
    assert f"yes: {yes / (yes + no):.9g} by the stack" in steps


def test_a_judge_without_an_opinion_has_its_own_row_in_a_stack() -> None:
    _, shares, _ = ruled("stack", STACK, {"a": "yes", "b": None, "c": "no"})
    yes, no = math.exp(0.5 + 1 + 0 + 3), math.exp(0 + 0 + 0.25 + 0)
    assert shares["yes"] == pytest.approx(yes / (yes + no))


def test_weights_of_a_fit_weigh_the_votes_and_a_judge_of_weight_nothing_has_none() -> None:
    fit = made(weights={"a": 2.0, "b": 0.75, "c": 0.0})
    assert ruled("weighted", fit, {"a": "no", "b": "yes", "c": "yes"})[0] == "no"
    alone = combine(answers({"a": None, "b": None, "c": "yes"}), learned("weighted", quorum=1), YES_NO, fit)
    assert alone.undecided is Undecided.TIE


@pytest.mark.parametrize("rule", ["weighted", "dawid_skene", "stack"])
def test_without_numbers_for_a_principle_a_learned_rule_counts_votes_and_says_so(rule: str) -> None:
    label, _, steps = ruled(rule, None, {"a": "yes", "b": "no", "c": "no"})
    assert label == "no"
    assert "the fit says nothing about this principle: a majority" in steps


def test_equal_probabilities_are_a_tie_for_people() -> None:
    fit = made(shares=[0.5, 0.5], confusions=dict.fromkeys("abc", GUESSING))
    found = combine(answers({"a": "yes", "b": "yes", "c": "yes"}), learned("dawid_skene"), YES_NO, fit)
    assert found.undecided is Undecided.TIE


def test_a_fit_that_tells_other_answers_apart_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match="tells yes, no apart") as caught:
        check_rule(learned("stack"), PAIR, STACK)
    assert "--learn" in caught.value.hint


def test_answers_that_say_cannot_tell_are_no_part_of_a_fit() -> None:
    fit = PrincipleFit.model_validate_json(
        json.dumps({"labels": [C, V, N], "labelled": 200, "weights": {"a": 1, "b": 1, "c": 1}})
    )
    check_rule(learned("weighted"), COMPLY, fit)
    assert T in COMPLY.labels


# -- Refusals ---------------------------------------------------------------------------------------------


def refused(judge: str) -> Opinion:
    return Opinion(judge=judge, label=None, distribution=(), ratings=0, failed=("refused",))


@pytest.mark.parametrize(("rule", "fit"), [("dawid_skene", DAWID_SKENE), ("stack", STACK)])
def test_refusals_gain_nothing_even_where_an_answer_speaks_for_its_contrary(
    rule: str, fit: PrincipleFit
) -> None:
    gained = 0
    rules = learned(rule, quorum=1)
    for chosen in product(("yes", "no"), repeat=3):
        opinions = answers(dict(zip("abc", chosen, strict=True)))
        before = _passes(combine(opinions, rules, YES_NO, fit).label)
        for size in (1, 2):
            for silent in combinations("abc", size):
                left = [refused(each.judge) if each.judge in silent else each for each in opinions]
                gained += _passes(combine(left, rules, YES_NO, fit).label) and not before
    assert gained == 0


def test_with_more_refusals_than_can_be_tried_the_item_is_for_people() -> None:
    names = [f"j{number}" for number in range(12)]
    fit = made(intercepts=[9.0, 0.0], coefficients=dict.fromkeys(names, [[0.0, 0.0]] * 3))
    rules = panel(*names, rule="stack", fit="f.json", quorum=1)
    opinions = [says("yes", names[0], YES_NO), *map(refused, names[1:])]
    assert combine(opinions, rules, YES_NO, fit).undecided is Undecided.REFUSED
    assert combine(opinions[:5], rules, YES_NO, fit).label == "yes"


def _passes(label: str | None) -> bool:
    return label is not None and YES_NO.reading(label) is Reading.PASS


# -- Invariants -------------------------------------------------------------------------------------------

_number = st.floats(-3, 3)


@st.composite
def stacks(draw: st.DrawFn) -> PrincipleFit:
    rows = st.lists(st.lists(_number, min_size=2, max_size=2), min_size=3, max_size=3)
    return made(intercepts=[draw(_number), 0.0], coefficients={judge: draw(rows) for judge in "abc"})


@given(
    stacks(), st.lists(st.sampled_from(["yes", "no", None]), min_size=3, max_size=3), st.permutations("abc")
)
def test_the_order_of_opinions_changes_nothing_and_probabilities_add_up(
    fit: PrincipleFit, chosen: Sequence[str | None], order: Sequence[str]
) -> None:
    given_ = dict(zip("abc", chosen, strict=True))
    one = combine(answers(given_), learned("stack", quorum=1), YES_NO, fit)
    other = combine(
        answers({judge: given_[judge] for judge in order}), learned("stack", quorum=1), YES_NO, fit
    )
    assert (one.label, one.undecided) == (other.label, other.undecided)
    if any(chosen):
        assert math.fsum(share for _, share in one.distribution) == pytest.approx(1)


# -- Files ------------------------------------------------------------------------------------------------


def whole(rule: str, fit: Mapping[str, Any], **fields: Any) -> PanelFit:
    content = {"schema": "panel-fit/v1", "rule": rule, "judges": {"a": "1.0.0"}, "fits": [fit]} | fields
    return PanelFit.model_validate_json(json.dumps(content))


@pytest.mark.parametrize(
    ("rule", "fit", "words"),
    [
        ("weighted", {"weights": {"b": 1}}, "for exactly the judges it names"),
        ("weighted", {"weights": {"a": -1}}, "below zero"),
        ("stack", {"coefficients": {"a": [[0, 0]] * 3}}, "no intercepts"),
        ("stack", {"intercepts": [0, 0], "coefficients": {"a": [[0, 0]] * 2}}, "needs 3 rows of 2 numbers"),
        ("stack", {"intercepts": [0], "coefficients": {"a": [[0, 0]] * 3}}, "one number for each of the 2"),
        ("dawid_skene", {"confusions": {"a": SKILLED}}, "no shares"),
        ("dawid_skene", {"shares": [0.5, 0.6], "confusions": {"a": SKILLED}}, "add up to 1"),
        ("dawid_skene", {"shares": [1, 0], "confusions": {"a": SKILLED}}, "above 0"),
        ("weighted", {"weights": {"a": 1}, "labels": ["yes", "yes"]}, "twice"),
    ],
)
def test_a_fit_without_the_numbers_of_its_rule_is_refused(
    rule: str, fit: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        whole(rule, {"labels": ["yes", "no"], "labelled": 9} | dict(fit))


def test_the_first_fit_whose_pattern_fits_a_principle_holds() -> None:
    one = {"labels": ["yes", "no"], "labelled": 9, "weights": {"a": 1}, "principles": "privacy.*"}
    fit = whole("weighted", one)
    assert fit.find("privacy.data") is fit.fits[0]
    assert fit.find("honesty") is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rule": "stack"}, "needs fit"),
        ({"rule": "majority", "fit": "f.json"}, "fit belongs to the rules"),
        ({"rule": "weighted", "fit": "f.json", "weights": {"a": 1}}, "leave one out"),
        ({"rule": "stack", "fit": "f.json", "cascade": [{"judges": ["a"]}]}, "a cascade spares some"),
    ],
)
def test_a_panel_says_where_the_numbers_of_its_rule_come_from(fields: Mapping[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        panel("a", **fields)
