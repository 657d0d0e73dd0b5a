"""The decision at each step of a cascade, as a table, and the arithmetic behind it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.judging import builders
from tests.judging.builders import GRADES, TEN
from tests.judging.panel_kit import says

from evenhand.errors import UsageError
from evenhand.judging.cascade import Ask, Cascade
from evenhand.judging.panel import check_rule
from evenhand.records.calibration import CalibrationMap
from evenhand.records.panel import Panel
from evenhand.records.scale import COMPLY, Scale
from evenhand.records.verdict import Opinion, StepDecision, Undecided, Verdict

C, V = "complies", "violates"


def steps(*settles: Mapping[str, Any] | None, **first: Any) -> Panel:
    """Two quick judges, then one strong judge, each step with its condition."""
    names = (["quick-a", "quick-b"], ["strong"])
    made = [
        {"judges": judges} | ({"settle": settle} if settle else {})
        for judges, settle in zip(names, settles, strict=True)
    ]
    made[-1] |= first.pop("last", {})
    return builders.panel("quick-a", "quick-b", "strong", cascade=made, **first)


def sure(label: str, share: float, judge: str) -> Opinion:
    """An opinion with so much weight on its label."""
    other = V if label == C else C
    return says(label, judge, distribution=((label, share), (other, 1 - share)))


def asked(*answers: tuple[str | None, float]) -> dict[str, Opinion]:
    """Opinions of the first judges."""
    names = ("quick-a", "quick-b", "strong")
    return {
        judge: says(None, judge) if label is None else sure(label, share, judge)
        for judge, (label, share) in zip(names, answers, strict=False)
    }


def ends(panel: Panel, opinions: Mapping[str, Opinion], scale: Scale = COMPLY) -> str:
    """What is done, in a word: the label, why it is undecided, or which step is asked."""
    move = Cascade(panel, None).decide(opinions, scale)
    if isinstance(move, Ask):
        return f"ask {move.step}"
    return move.label or str(move.undecided)


CONFIDENT = steps({"confidence": 0.9}, {"confidence": 0.8})
AGREED = steps({"disagreement": 0.0}, None)
BOTH = steps({"confidence": 0.9, "disagreement": 0.0}, {"confidence": 0.8})


@pytest.mark.parametrize(
    ("panel", "opinions", "end"),
    [
        (CONFIDENT, asked(), "ask 1"),
        (CONFIDENT, asked((C, 0.99)), "ask 1"),
        (CONFIDENT, asked((C, 0.95), (C, 0.95)), C),
        (CONFIDENT, asked((C, 0.9), (C, 0.9)), C),
        (CONFIDENT, asked((C, 0.95), (C, 0.8)), "ask 2"),
        (CONFIDENT, asked((C, 0.99), (V, 0.99)), "ask 2"),
        (CONFIDENT, asked((None, 0), (C, 0.99)), "ask 2"),
        (CONFIDENT, asked((None, 0), (None, 0)), "ask 2"),
        (CONFIDENT, asked((C, 0.6), (C, 0.6), (V, 0.85)), V),
        (CONFIDENT, asked((C, 0.6), (C, 0.6), (V, 0.8)), V),
        (CONFIDENT, asked((C, 0.6), (C, 0.6), (V, 0.79)), "escalated"),
        (CONFIDENT, asked((C, 0.6), (C, 0.6), (None, 0)), "quorum"),
        (CONFIDENT, asked((C, 0.95), (C, 0.95), (V, 0.99)), C),
        (AGREED, asked((C, 0.6), (C, 0.6)), C),
        (AGREED, asked((C, 0.99), (V, 0.99)), "ask 2"),
        (AGREED, asked((C, 0.99), (V, 0.99), (V, 0.5001)), V),
        (AGREED, asked((C, 0.99), (V, 0.99), (None, 0)), "quorum"),
        (BOTH, asked((C, 0.95), (C, 0.95)), C),
        (BOTH, asked((C, 0.85), (C, 0.85)), "ask 2"),
    ],
)
def test_a_step_settles_an_item_or_the_next_is_asked(
    panel: Panel, opinions: Mapping[str, Opinion], end: str
) -> None:
    assert ends(panel, opinions) == end


@pytest.mark.parametrize(
    ("last", "end"),
    [
        ({}, V),  # the strong judge alone
        ({"combine": "all"}, C),  # two quick judges outvote it
        ({"combine": "all", "quorum": 3}, C),
    ],
)
def test_the_quick_judges_vote_again_only_where_the_panel_says_so(last: dict[str, Any], end: str) -> None:
    panel = steps({"confidence": 0.9}, None, last=last)
    assert ends(panel, asked((C, 0.6), (C, 0.6), (V, 0.9))) == end


def test_a_missing_voter_keeps_a_step_from_its_quorum() -> None:
    panel = steps({"confidence": 0.5}, None, last={"combine": "all", "quorum": 3})
    assert ends(panel, asked((None, 0), (C, 0.9), (V, 0.9))) == "quorum"


@pytest.mark.parametrize(
    ("fields", "opinions"),
    [
        ({"on_missing": "undecided"}, {"quick-a": says(None, "quick-a"), "quick-b": sure(C, 1, "quick-b")}),
        ({"on_abstention": "undecided"}, {"quick-a": says("?", "quick-a"), "quick-b": sure(C, 1, "quick-b")}),
        ({"rule": "unanimous"}, asked((C, 0.99), (V, 0.99))),
    ],
)
def test_what_a_rule_leaves_open_goes_to_the_next_step_and_not_to_people(
    fields: dict[str, Any], opinions: Mapping[str, Opinion]
) -> None:
    assert ends(steps({"confidence": 0.1}, None, **fields), opinions) == "ask 2"


def road(panel: Panel, opinions: Mapping[str, Opinion]) -> Verdict:
    verdict = Cascade(panel, None).decide(opinions, COMPLY)
    assert isinstance(verdict, Verdict)
    return verdict


def test_a_verdict_holds_its_whole_road() -> None:
    verdict = road(CONFIDENT, asked((C, 0.6), (V, 0.7), (V, 0.7)))
    assert (verdict.label, verdict.undecided) == (None, Undecided.ESCALATED)
    first, last = verdict.cascade
    assert (first.step, first.decision, first.label, first.undecided) == (1, "escalated", None, "tie")
    assert (last.step, last.decision, last.label, last.confidence) == (2, StepDecision.PEOPLE, V, 0.7)
    assert [opinion.judge for opinion in verdict.opinions] == ["quick-a", "quick-b", "strong"]
    assert 0 < verdict.disagreement < 1


def test_judges_that_were_not_asked_have_no_opinion_in_the_verdict() -> None:
    verdict = road(CONFIDENT, asked((C, 0.95), (C, 0.95)))
    assert [opinion.judge for opinion in verdict.opinions] == ["quick-a", "quick-b"]
    assert [outcome.decision for outcome in verdict.cascade] == [StepDecision.SETTLED]


def test_the_words_hold_the_arithmetic_of_every_step() -> None:
    verdict = road(CONFIDENT, asked((C, 0.6), (C, 0.7), (V, 0.85)))
    assert "step 1: confidence in complies: mean of 0.6, 0.7 is 0.65" in verdict.steps
    assert "step 1: confidence 0.65 is below 0.9" in verdict.steps
    assert "step 1: step 2 is asked" in verdict.steps
    assert verdict.steps[-2:] == (
        "step 2: confidence 0.85 is at least 0.8",
        "step 2: step 2 settles the item",
    )


# -- Calibration -----------------------------------------------------------------------------------


def calibration(*maps: Mapping[str, Any]) -> CalibrationMap:
    filled = [{"version": "1.0.0"} | dict(each) for each in maps]
    return CalibrationMap.model_validate_json(json.dumps({"schema": "calibration-map/v1", "maps": filled}))


BOASTFUL = {"judge": "quick-a", "knots": [[0.5, 0.5], [1.0, 0.7]]}
MODEST = {"judge": "quick-b", "knots": [[0.5, 0.5], [0.8, 1.0]]}


def test_a_calibration_map_is_what_the_threshold_meets() -> None:
    boastful, modest = asked((C, 0.99), (C, 0.99)), asked((C, 0.8), (C, 0.8))
    both = calibration(BOASTFUL, MODEST | {"judge": "quick-a"}, MODEST)
    assert isinstance(Cascade(CONFIDENT, both).decide(boastful, COMPLY), Ask)
    calibrated = Cascade(CONFIDENT, calibration(MODEST | {"judge": "quick-a"}, MODEST)).decide(modest, COMPLY)
    assert isinstance(calibrated, Verdict)
    (step,) = calibrated.cascade
    assert (step.raw, step.confidence, step.calibrated) == (0.8, 1.0, True)


def test_a_voter_without_a_map_counts_as_it_is_and_the_step_is_not_calibrated() -> None:
    verdict = Cascade(CONFIDENT, calibration(MODEST)).decide(asked((C, 0.9), (C, 0.9)), COMPLY)
    assert isinstance(verdict, Verdict)
    (step,) = verdict.cascade
    assert (step.raw, step.confidence, step.calibrated) == (0.9, 0.95, False)


def test_a_map_holds_for_the_principles_it_was_measured_on() -> None:
    private = calibration(BOASTFUL | {"principles": "privacy.*"}, MODEST | {"principles": "privacy.*"})
    opinions = asked((C, 0.95), (C, 0.95))
    assert isinstance(Cascade(CONFIDENT, private).decide(opinions, COMPLY, "privacy.home"), Ask)
    assert isinstance(Cascade(CONFIDENT, private).decide(opinions, COMPLY, "honesty"), Verdict)


def test_calibration_changes_how_sure_a_verdict_is_and_never_its_label() -> None:
    worthless = calibration(*({"judge": name, "knots": [[0, 0], [1, 0]]} for name in ("quick-a", "quick-b")))
    panel = steps({"confidence": 0.0}, None)
    verdict = Cascade(panel, worthless).decide(asked((C, 0.99), (C, 0.99)), COMPLY)
    assert isinstance(verdict, Verdict)
    assert (verdict.label, verdict.cascade[0].confidence) == (C, 0.0)


@pytest.mark.parametrize(
    ("probability", "worth"),
    [(0.0, 0.5), (0.5, 0.5), (0.65, 0.75), (0.8, 1.0), (0.9, 1.0), (1.0, 1.0)],
)
def test_a_map_is_straight_between_its_knots_and_flat_beyond(probability: float, worth: float) -> None:
    assert calibration(MODEST).maps[0].calibrate(probability) == pytest.approx(worth)


@pytest.mark.parametrize("scale", [COMPLY, GRADES])
def test_what_a_calibrated_answer_leaves_over_goes_to_the_other_labels(scale: Scale) -> None:
    """Two judges that differ: the one outvoted by weight shares what its map leaves among the other labels."""
    first, second = scale.labels[0], scale.labels[1]
    opinions = {
        "quick-a": says(first, "quick-a", scale, distribution=((first, 1.0),)),
        "quick-b": says(second, "quick-b", scale, distribution=((second, 1.0),)),
    }
    panel = steps(
        {"confidence": 0.0}, None, rule="weighted", weights={"quick-a": 2, "quick-b": 1, "strong": 1}
    )
    half = calibration(*({"judge": name, "knots": [[0, 0.5], [1, 0.5]]} for name in ("quick-a", "quick-b")))
    verdict = Cascade(panel, half).decide(opinions, scale)
    assert isinstance(verdict, Verdict)
    assert verdict.cascade[0].confidence == pytest.approx((0.5 + 0.5 / (len(scale.labels) - 1)) / 2)


def test_a_number_has_no_probability_to_settle_by() -> None:
    with pytest.raises(UsageError, match="a number has no probability"):
        check_rule(steps({"confidence": 0.9}, None, rule="mean"), TEN)


def test_numbers_settle_by_disagreement() -> None:
    panel = steps({"disagreement": 0.2}, None, rule="mean")
    near = {"quick-a": says("4", "quick-a", TEN), "quick-b": says("5", "quick-b", TEN)}
    far = {"quick-a": says("1", "quick-a", TEN), "quick-b": says("9", "quick-b", TEN)}
    assert ends(panel, near, TEN) == "4.5"
    assert ends(panel, far, TEN) == "ask 2"
