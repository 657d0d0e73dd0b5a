import math
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging.builders import GRADES, PAIR_WITHOUT_TIES, STARS, TEN, panel
from tests.judging.panel_kit import GERMAN, RULES, TOPIC, C, V, needs, rederived, ruling, says

from evenhand.errors import UsageError
from evenhand.judging.panel import check_rule, combine
from evenhand.records.panel import Panel, Rule
from evenhand.records.scale import (
    COMPLY,
    PAIR,
    NumericScale,
    Scale,
    swap_label,
)
from evenhand.records.verdict import Opinion, Undecided

# -- Invariants -------------------------------------------------------------------------------------------

_scales: st.SearchStrategy[Scale] = st.sampled_from(
    [COMPLY, TOPIC, PAIR, PAIR_WITHOUT_TIES, STARS, GRADES, GERMAN, TEN]
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Opinion], Panel, Scale]:
    scale = draw(_scales)
    names = [f"j{number}" for number in range(draw(st.integers(1, 6)))]
    rule = draw(st.sampled_from([rule for rule in RULES if _fits(rule, scale)]))
    weights = {name: draw(st.sampled_from([0.5, 1, 1.5, 2, 3.25])) for name in names}
    needed = {"weights": weights} if rule == "weighted" else needs(rule, *names)
    labels = [*(scale.labels or ("0", "2.5", "7", "10")), *(("?",) if scale.labels else ()), None]
    settings = {
        "quorum": draw(st.none() | st.integers(1, len(names))),
        "on_tie": draw(st.sampled_from(["undecided", "worst", "best"])),
        "on_abstention": draw(st.sampled_from(["drop", "undecided"])),
        "on_missing": draw(st.sampled_from(["quorum", "undecided"])),
    }
    opinions = [_drawn(draw, draw(st.sampled_from(labels)), name, scale) for name in names]
    return opinions, panel(*names, rule=rule, **needed, **settings), scale


def _fits(rule: Rule, scale: Scale) -> bool:
    try:
        check_rule(panel("j", rule=rule, **needs(rule, "j")), scale)
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
