import math
from collections.abc import Sequence
from typing import Any

import pytest
from tests.judging.builders import GRADES, PAIR_WITHOUT_TIES, STARS, TEN, panel
from tests.judging.panel_kit import GERMAN, RULES, TOPIC, C, N, T, V, needs, ruling, says, verdict

from evenhand.errors import UsageError
from evenhand.judging.panel import check_rule, combine
from evenhand.records.panel import Rule
from evenhand.records.scale import (
    COMPLY,
    PAIR,
    Scale,
)
from evenhand.records.verdict import Undecided

# -- Decision tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((C,), C),
        ((C, C), C),
        ((C, C, V), C),
        ((C, V, V), V),
        ((C, V), "TIE"),
        ((C, V, N), "TIE"),
        ((C, C, V, N), C),
        ((C, C, V, V, N), "TIE"),
        ((N, N, V), N),
        ((C, C, None), C),
        ((C, V, None), "TIE"),
        ((C, None, None), "QUORUM"),
        ((None, None, None), "QUORUM"),
        ((C, C, T), C),
        ((C, T, T), "QUORUM"),
        ((T, T, T), "QUORUM"),
        ((C, C, "?"), C),
        ((V, None, T), "QUORUM"),
        ((C, C, V, V, V, None, T), V),
    ],
)
def test_majority(labels: Sequence[str | None], expected: str) -> None:
    assert ruling(*labels) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((C, C, C), C),
        ((C, C, V), "SPLIT"),
        ((C, C, None), C),
        ((C, C, T), C),
        ((C, None, None), "QUORUM"),
        ((C, V, None), "SPLIT"),
    ],
)
def test_unanimous(labels: Sequence[str | None], expected: str) -> None:
    assert ruling(*labels, rule="unanimous") == expected


@pytest.mark.parametrize(
    ("labels", "weights", "expected"),
    [
        ((C, V, V), (3, 1, 1), C),
        ((C, V, V), (2, 1, 1), "TIE"),
        ((C, V, V), (1.9, 1, 1), V),
        ((C, V, N), (0.1, 0.2, 0.3), N),
        ((C, V, V), (0.3, 0.1, 0.2), "TIE"),
        ((C, C, V), (1e-12, 1e-12, 3e-12), V),
        ((C, V, None), (1, 2, 9), V),
        ((C, V, T), (2, 1, 9), C),
    ],
)
def test_weighted(labels: Sequence[str | None], weights: Sequence[float], expected: str) -> None:
    named = {f"j{number}": weight for number, weight in enumerate(weights)}
    assert ruling(*labels, rule="weighted", weights=named) == expected


@pytest.mark.parametrize(
    ("labels", "mean", "median"),
    [
        (("5", "5", "5"), "5", "5"),
        (("1", "1", "1"), "1", "1"),
        (("5", "5", "1"), "4", "5"),
        (("1", "1", "5"), "2", "1"),
        (("2", "3"), "2", "2"),
        (("2", "5"), "3", "3"),
        (("1", "2", "3", "4"), "2", "2"),
        (("4", "4", None), "4", "4"),
    ],
)
def test_points_are_combined_to_the_nearest_point_and_the_worse_of_two(
    labels: Sequence[str | None], mean: str, median: str
) -> None:
    assert ruling(*labels, rule="mean", scale=STARS) == mean
    assert ruling(*labels, rule="median", scale=STARS) == median


@pytest.mark.parametrize(
    ("labels", "expected"), [(("1", "2"), "2"), (("6", "1", "1"), "3"), (("5", "5"), "5")]
)
def test_where_a_high_number_is_worse_the_worse_of_two_is_the_higher(
    labels: Sequence[str], expected: str
) -> None:
    assert ruling(*labels, rule="mean", scale=GERMAN) == expected


@pytest.mark.parametrize(
    ("labels", "mean", "median"),
    [(("7", "8", "9"), "8", "8"), (("0", "0", "10"), "3.33333333333", "0"), (("7.5", "8"), "7.75", "7.75")],
)
def test_numbers_are_combined_to_a_number(labels: Sequence[str], mean: str, median: str) -> None:
    assert ruling(*labels, rule="mean", scale=TEN) == mean
    assert ruling(*labels, rule="median", scale=TEN) == median


def test_the_mean_of_labels_is_the_one_with_the_highest_mean_probability() -> None:
    opinions = [
        says(C, "j0", distribution=((C, 0.6), (V, 0.4))),
        says(C, "j1", distribution=((C, 0.6), (V, 0.4))),
        says(V, "j2", distribution=((C, 0.1), (V, 0.9))),
    ]
    found = combine(opinions, panel("j0", "j1", "j2", rule="mean"), COMPLY)
    assert found.label == V
    assert dict(found.distribution) == pytest.approx({C: 1.3 / 3, V: 1.7 / 3})


def test_the_mean_never_settles_on_an_abstention() -> None:
    leans = ((C, 0.35), (V, 0.2), (T, 0.3), (N, 0.15))
    other = ((V, 0.35), (C, 0.2), (T, 0.3), (N, 0.15))
    opinions = [says(C, "j0", distribution=leans), says(V, "j1", distribution=other)]
    assert combine(opinions, panel("j0", "j1", rule="mean"), COMPLY).undecided is Undecided.TIE


@pytest.mark.parametrize(
    ("labels", "quorum", "expected"),
    [
        ((C, None, None), 1, C),
        ((C, C, None), 3, "QUORUM"),
        ((C, C, T), 3, "QUORUM"),
        ((C, C, C), 3, C),
        ((C, C, None, None), None, "QUORUM"),
        ((C, C, C, None), None, C),
        ((C, None), None, "QUORUM"),
    ],
)
def test_quorum(labels: Sequence[str | None], quorum: int | None, expected: str) -> None:
    assert ruling(*labels, quorum=quorum) == expected


@pytest.mark.parametrize(
    ("labels", "on_abstention", "on_missing", "expected"),
    [
        ((C, C, T), "drop", "quorum", C),
        ((C, C, T), "undecided", "quorum", "ABSTENTION"),
        ((C, C, "?"), "undecided", "quorum", "ABSTENTION"),
        ((C, C, None), "drop", "quorum", C),
        ((C, C, None), "drop", "undecided", "MISSING"),
        ((C, C, None), "undecided", "quorum", C),
        ((C, C, T), "drop", "undecided", C),
        ((C, T, None), "undecided", "undecided", "MISSING"),
        ((C, None, None), "drop", "undecided", "MISSING"),
    ],
)
def test_what_is_missing_and_what_is_abstained_are_two_rules(
    labels: Sequence[str | None], on_abstention: str, on_missing: str, expected: str
) -> None:
    assert ruling(*labels, on_abstention=on_abstention, on_missing=on_missing) == expected


@pytest.mark.parametrize(
    ("labels", "scale", "worst", "best"),
    [
        ((C, V), COMPLY, V, C),
        ((C, V, N), COMPLY, V, C),
        ((C, N), COMPLY, N, C),
        ((V, N), COMPLY, V, N),
        (("poor", "good"), GRADES, "poor", "good"),
        (("fair", "good"), GRADES, "fair", "good"),
        (("1", "5"), STARS, "1", "5"),
        (("1", "5"), GERMAN, "5", "1"),
        (("red", "blue"), TOPIC, "TIE", "TIE"),
        (("a", "b"), PAIR, "tie", "tie"),
        (("a", "b", "tie"), PAIR, "tie", "tie"),
        (("a", "both_bad"), PAIR, "TIE", "TIE"),
        (("b", "tie"), PAIR, "TIE", "TIE"),
        (("a", "b", "both_bad"), PAIR, "TIE", "TIE"),
        (("a", "b"), PAIR_WITHOUT_TIES, "TIE", "TIE"),
    ],
)  # fmt: skip
def test_a_tie_goes_to_people_or_to_the_worst_or_best_of_the_tied(
    labels: Sequence[str], scale: Scale, worst: str, best: str
) -> None:
    assert ruling(*labels, scale=scale) == "TIE"
    assert ruling(*labels, scale=scale, on_tie="worst") == worst
    assert ruling(*labels, scale=scale, on_tie="best") == best


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("a", "a", "b"), "a"),
        (("tie", "tie", "b"), "tie"),
        (("both_bad", "both_bad", "a"), "both_bad"),
        (("a", "b"), "TIE"),
        (("tie",), "tie"),
    ],
)
def test_pairs(labels: Sequence[str], expected: str) -> None:
    assert ruling(*labels, scale=PAIR) == expected


# -- Rules and scales -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "scale", "fits"),
    [(rule, COMPLY, rule != "median") for rule in RULES]
    + [(rule, PAIR, rule != "median") for rule in RULES]
    + [(rule, STARS, True) for rule in RULES]
    + [(rule, TEN, rule in {"mean", "median"}) for rule in RULES],
)
def test_a_rule_without_meaning_on_a_scale_is_refused(rule: Rule, scale: Scale, *, fits: bool) -> None:
    made = panel("j", rule=rule, **needs(rule, "j"))
    if fits:
        check_rule(made, scale)
    else:
        with pytest.raises(UsageError, match=rule) as caught:
            check_rule(made, scale)
        assert caught.value.hint


def test_a_vote_of_a_judge_without_a_weight_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(KeyError):
        combine([says(C, "stranger")], panel("j", rule="weighted", weights={"j": 2}), COMPLY)


# -- Disagreement -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((C, C, C), 0),
        ((C,), 0),
        ((None, None), 0),
        ((C, None, None), 0),
        ((C, V), 1),
        ((C, V, N), 1),
        ((C, T), 1),
        ((C, C, V), -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)) / math.log(3)),
        ((C, C, V, V), math.log(2) / math.log(4)),
        ((C, V, None), 1),
        ((C, V, N, T), 1),
        ((C, V, N, T, "?"), 1),
    ],
)
def test_disagreement_of_labels_is_their_entropy(labels: Sequence[str | None], expected: float) -> None:
    assert verdict(*labels).disagreement == pytest.approx(expected)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(("7", "7"), 0), (("7.0", "7.1"), 0.01), (("0", "10"), 1), (("4", "6"), 0.2), (("3",), 0)],
)
def test_disagreement_of_numbers_is_how_far_they_lie_apart(labels: Sequence[str], expected: float) -> None:
    assert verdict(*labels, scale=TEN, rule="mean").disagreement == pytest.approx(expected)


# -- The arithmetic in words ------------------------------------------------------------------------------


def test_the_steps_tell_the_whole_story() -> None:
    found = verdict(C, V, V, T, None, rule="majority")
    assert found.steps == (
        "j0: complies (p = 1.000)",
        "j1: violates (p = 1.000)",
        "j2: violates (p = 1.000)",
        "j3: can not tell",
        "j4: no opinion (malformed)",
        "violates: weight 2",
        "complies: weight 1",
        "verdict: violates",
    )


TO_PEOPLE = "and the panel leaves such items to people"


@pytest.mark.parametrize(
    ("labels", "fields", "last"),
    [
        ((C, V), {}, "undecided: the leading labels are tied"),
        ((C, None), {}, "undecided: too few judges have an opinion"),
        ((C, V), {"rule": "unanimous"}, "undecided: the judges differ, and the rule asks for one voice"),
        ((C, T), {"on_abstention": "undecided"}, f"undecided: a judge can not tell, {TO_PEOPLE}"),
        ((C, None), {"on_missing": "undecided"}, f"undecided: a rating failed, {TO_PEOPLE}"),
    ],
)
def test_the_last_step_says_why_it_is_undecided(labels: Sequence[str | None], fields: Any, last: str) -> None:
    assert verdict(*labels, **fields).steps[-1] == last


def test_the_steps_mark_orders_that_differ_and_pairs_asked_once() -> None:
    opinions = [says("a", "j0", PAIR, inconsistent=True), says("a", "j1", PAIR, one_order=True)]
    steps = combine(opinions, panel("j0", "j1"), PAIR).steps
    assert steps[0] == "j0: a (p = 1.000; the two orders differ)"
    assert steps[1] == "j1: a (p = 1.000; asked in one order)"
