import math
import random
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging.builders import GRADES, PAIR_WITHOUT_TIES, STARS, TEN, panel

from evenhand.errors import UsageError
from evenhand.judging.panel import check_rule, combine
from evenhand.records.panel import Panel, Rule
from evenhand.records.scale import (
    COMPLY,
    PAIR,
    NominalScale,
    NumericScale,
    OrdinalScale,
    Scale,
    number_text,
    swap_label,
)
from evenhand.records.verdict import Opinion, Undecided, Verdict

RULES: tuple[Rule, ...] = get_args(Rule)
TOPIC = NominalScale(type="nominal", values=("red", "green", "blue"))
GERMAN = OrdinalScale(
    type="ordinal", values=tuple("654321"), describe={str(n): "g" for n in range(1, 7)}, pass_at="4"
)


def says(label: str | None, judge: str = "j", scale: Scale = COMPLY, **fields: Any) -> Opinion:
    """A judge's opinion; None is a failed rating, "?" one that can not tell between tied repeats."""
    if label is None:
        return Opinion(judge=judge, label=None, distribution=(), ratings=0, failed=("malformed",))
    if label == "?":
        return Opinion(judge=judge, label=None, distribution=_even(scale), ratings=2, abstains=True)
    score = None if isinstance(scale, NominalScale) else scale.score(label)
    plain: dict[str, Any] = {
        "distribution": ((label, 1.0),),
        "score": score,
        "abstains": label in scale.abstain,
    }
    return Opinion(judge=judge, label=label, ratings=1, **(plain | fields))


def _even(scale: Scale) -> tuple[tuple[str, float], ...]:
    return tuple((label, 1 / len(scale.labels)) for label in scale.labels)


def verdict(*labels: str | None, scale: Scale = COMPLY, **fields: Any) -> Verdict:
    names = [f"j{number}" for number in range(len(labels))]
    opinions = [says(label, name, scale) for label, name in zip(labels, names, strict=True)]
    return combine(opinions, panel(*names, **fields), scale)


def ruling(*labels: str | None, **fields: Any) -> str | None:
    """The settled label, or why it is undecided."""
    found = verdict(*labels, **fields)
    return found.label if found.undecided is None else found.undecided.value.upper()


C, V, N, T = "complies", "violates", "not_applicable", "cannot_tell"


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
    weights = {"j": 1} if rule == "weighted" else {}
    if fits:
        check_rule(panel("j", rule=rule, weights=weights), scale)
    else:
        with pytest.raises(UsageError, match=rule) as caught:
            check_rule(panel("j", rule=rule, weights=weights), scale)
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


def rederived(steps: Sequence[str], panel: Panel, scale: Scale) -> str | None:
    """The label that the words alone lead to."""
    if panel.rule in {"mean", "median"} and not isinstance(scale, NominalScale) and scale.type != "pairwise":
        (words,) = [step for step in steps if step.startswith(f"{panel.rule} of ")]
        scores = [
            float(text) for text in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", words.partition(" is ")[0])
        ]
        value = statistics.fmean(scores) if panel.rule == "mean" else statistics.median(scores)
        if isinstance(scale, NumericScale):
            return number_text(float(f"{value:.6g}"))
        points = [(label, scale.score(label) or 0.0) for label in scale.labels if label not in scale.abstain]
        return min(points, key=lambda point: round(abs(point[1] - value), 6))[0]
    if panel.rule == "unanimous":
        return next(step.partition(": ")[2].partition(" (")[0] for step in steps if " (p = " in step)
    pairs = [re.fullmatch(r"(\w+): (?:weight|mean probability) (\S+)", step) for step in steps]
    weights = {found[1]: float(found[2]) for found in pairs if found}
    leaders = [label for label, weight in weights.items() if max(weights.values()) - weight <= 1e-9]
    told = [
        step.rpartition(": ")[2].removesuffix(" holds") for step in steps if step.startswith("tie between ")
    ]
    return (told or leaders)[0] if told or len(leaders) == 1 else None


# -- Invariants -------------------------------------------------------------------------------------------

_scales: st.SearchStrategy[Scale] = st.sampled_from(
    [COMPLY, TOPIC, PAIR, PAIR_WITHOUT_TIES, STARS, GRADES, GERMAN, TEN]
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Opinion], Panel, Scale]:
    scale = draw(_scales)
    names = [f"j{number}" for number in range(draw(st.integers(1, 6)))]
    rule = draw(st.sampled_from([rule for rule in RULES if _fits(rule, scale)]))
    weights = (
        {name: draw(st.sampled_from([0.5, 1, 1.5, 2, 3.25])) for name in names} if rule == "weighted" else {}
    )
    labels = [*(scale.labels or ("0", "2.5", "7", "10")), *(("?",) if scale.labels else ()), None]
    settings = {
        "quorum": draw(st.none() | st.integers(1, len(names))),
        "on_tie": draw(st.sampled_from(["undecided", "worst", "best"])),
        "on_abstention": draw(st.sampled_from(["drop", "undecided"])),
        "on_missing": draw(st.sampled_from(["quorum", "undecided"])),
    }
    opinions = [_drawn(draw, draw(st.sampled_from(labels)), name, scale) for name in names]
    return opinions, panel(*names, rule=rule, weights=weights, **settings), scale


def _fits(rule: Rule, scale: Scale) -> bool:
    try:
        check_rule(panel("j", rule=rule, weights={"j": 1} if rule == "weighted" else {}), scale)
    except UsageError:
        return False
    return True


def _drawn(draw: st.DrawFn, label: str | None, judge: str, scale: Scale) -> Opinion:
    """An opinion, sometimes with probabilities that lead to its label."""
    plain = says(label, judge, scale)
    if label in {None, "?"} or not scale.labels or draw(st.booleans()):
        return plain
    rest = draw(st.lists(st.integers(0, 9), min_size=len(scale.labels), max_size=len(scale.labels)))
    weights = {name: 10 if name == label else weight for name, weight in zip(scale.labels, rest, strict=True)}
    total = sum(weights.values())
    distribution = tuple((name, weight / total) for name, weight in weights.items())
    return replace(plain, distribution=distribution)


@given(questions(), st.integers(0, 10**6))
def test_the_order_of_the_judges_changes_nothing(
    question: tuple[list[Opinion], Panel, Scale], seed: int
) -> None:
    opinions, rules, scale = question
    mixed = random.Random(seed).sample(opinions, len(opinions))
    one, other = combine(opinions, rules, scale), combine(mixed, rules, scale)
    assert (one.label, one.undecided) == (other.label, other.undecided)
    assert dict(one.distribution) == pytest.approx(dict(other.distribution))
    assert one.disagreement == pytest.approx(other.disagreement)
    assert sorted(one.steps[: len(opinions)]) == sorted(other.steps[: len(opinions)])


@given(questions())
def test_a_verdict_is_a_label_of_the_scale_or_undecided_with_a_reason(
    question: tuple[list[Opinion], Panel, Scale],
) -> None:
    opinions, rules, scale = question
    found = combine(opinions, rules, scale)
    assert (found.label is None) == (found.undecided is not None)
    assert found.label is None or (scale.holds(found.label) and found.label not in scale.abstain)
    assert found.opinions == tuple(opinions)
    assert not found.distribution or math.fsum(share for _, share in found.distribution) == pytest.approx(1)


@given(questions())
def test_disagreement_is_none_exactly_for_one_voice(question: tuple[list[Opinion], Panel, Scale]) -> None:
    opinions, rules, scale = question
    found = combine(opinions, rules, scale)
    voices = {opinion.label for opinion in opinions if opinion.label is not None or opinion.abstains}
    assert 0 <= found.disagreement <= 1
    assert (found.disagreement == 0) == (len(voices) <= 1)


@given(questions())
def test_a_failed_rating_changes_a_settled_label_only_through_the_rules_for_missing_ones(
    question: tuple[list[Opinion], Panel, Scale],
) -> None:
    opinions, rules, scale = question
    names = [*rules.judges, "late"]
    late = rules.model_copy(
        update={
            "judges": tuple(names),
            "quorum": rules.quorum_needed,
            "weights": {**rules.weights, "late": 5.0},
        }
    )
    before, after = combine(opinions, rules, scale), combine([*opinions, says(None, "late")], late, scale)
    if after.undecided is Undecided.MISSING:
        assert rules.on_missing == "undecided"
    else:
        assert (after.label, after.undecided) == (before.label, before.undecided)
        assert after.distribution == before.distribution
        assert after.disagreement == before.disagreement


@given(questions(), st.sampled_from([0.25, 1.0, 7.5]))
def test_equal_weights_are_a_majority(question: tuple[list[Opinion], Panel, Scale], weight: float) -> None:
    opinions, rules, scale = question
    if isinstance(scale, NumericScale):
        return
    equal = rules.model_copy(update={"rule": "weighted", "weights": dict.fromkeys(rules.judges, weight)})
    plain = rules.model_copy(update={"rule": "majority", "weights": {}})
    one, other = combine(opinions, equal, scale), combine(opinions, plain, scale)
    assert (one.label, one.undecided) == (other.label, other.undecided)


@given(questions())
def test_judges_who_agree_are_never_overruled(question: tuple[list[Opinion], Panel, Scale]) -> None:
    opinions, rules, scale = question
    found = combine(opinions, rules, scale)
    voices = {opinion.label for opinion in opinions if opinion.label is not None and not opinion.abstains}
    if found.label is not None and len(voices) == 1 and rules.rule != "mean":
        assert (
            float(found.label) == float(voices.pop())
            if isinstance(scale, NumericScale)
            else found.label in voices
        )


@given(questions())
def test_the_two_sides_of_a_pair_are_treated_alike(question: tuple[list[Opinion], Panel, Scale]) -> None:
    opinions, rules, scale = question
    if scale.type != "pairwise":
        return
    one, other = (
        combine(opinions, rules, scale),
        combine([_turned(opinion) for opinion in opinions], rules, scale),
    )
    assert one.undecided == other.undecided
    assert one.label == (other.label and swap_label(other.label))


def _turned(opinion: Opinion) -> Opinion:
    label = opinion.label and swap_label(opinion.label)
    distribution = tuple((swap_label(name), share) for name, share in opinion.distribution)
    return replace(opinion, label=label, distribution=distribution)


@given(questions())
def test_the_steps_lead_to_the_verdict(question: tuple[list[Opinion], Panel, Scale]) -> None:
    opinions, rules, scale = question
    found = combine(opinions, rules, scale)
    if found.undecided is None:
        label = rederived(found.steps, rules, scale)
        if isinstance(scale, NumericScale):
            assert float(label or "nan") == pytest.approx(float(found.label or "nan"), rel=1e-5)
        else:
            assert label == found.label
        assert found.steps[-1] == f"verdict: {found.label}"
    elif found.undecided is Undecided.TIE:
        assert rederived(found.steps, rules, scale) is None
    assert len(found.steps) >= len(opinions) + 1


def test_a_mapping_of_weights_is_read_by_judge_and_not_by_place() -> None:
    weights: Mapping[str, float] = {"j1": 5, "j0": 1}
    assert ruling(C, V, rule="weighted", weights=weights) == V
