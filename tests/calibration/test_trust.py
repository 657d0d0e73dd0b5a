"""The decision table of trust, and the reason of each decision."""

from dataclasses import replace

import pytest

from evenhand.calibration.choices import Choices
from evenhand.calibration.results import PANEL, Trust
from evenhand.calibration.trust import Evidence, decide_trust
from evenhand.stats.estimate import Measured, Undefined

from .example_raters import made_up_quality, made_up_rate
from .example_sections import made_up_people
from .example_values import measured, measured_between

NOTHING = Undefined(n=4, reason="too few")
SURE, UNSURE, BAD = (
    measured_between(0.88, 0.83, 0.92),
    measured_between(0.78, 0.7, 0.85),
    measured_between(0.6, 0.52, 0.68),
)
AGREES = measured(0.9, half=0.03)
AT_FLOOR = measured_between(0.82, 0.75, 0.89)


def evidence(
    balanced: Measured = SURE,
    *,
    agreement: Measured = AGREES,
    beside: Measured = NOTHING,
    alpha: Measured = NOTHING,
    answered: int = 160,
    has_rate: bool = True,
) -> Evidence:
    quality = replace(
        made_up_quality(0.9), balanced_accuracy=balanced, agreement=agreement, answered=answered
    )
    people = replace(made_up_people().principles[0], ceiling=measured(0.92), alpha=alpha)
    return Evidence(
        rater=PANEL,
        principle="planted",
        quality=quality,
        people=people,
        beside_person=beside,
        rate=made_up_rate(PANEL),
        has_rate=has_rate,
        drawn_with_known_probability=True,
    )


DECISIONS = [
    (
        evidence(alpha=measured(0.29, half=0.1)),
        Trust.PEOPLE_DISAGREE,
        "alpha 0.29 (0.19 to 0.39), under 0.40",
    ),
    (
        evidence(alpha=measured(0.29, half=0.1), answered=5),
        Trust.PEOPLE_DISAGREE,
        "disagree among themselves",
    ),
    (
        evidence(alpha=measured(0.39, half=0.1)),
        Trust.WITH_SPOT_CHECKS,
        "People are not shown to agree among themselves: alpha 0.39 (0.29 to 0.49).",
    ),
    (evidence(alpha=measured(0.4)), Trust.WITH_SPOT_CHECKS, "above the floor"),
    (evidence(answered=19), Trust.TOO_FEW, "19 labelled items with an answer; under 20"),
    (evidence(answered=1), Trust.TOO_FEW, "1 labelled item with"),
    (evidence(SURE), Trust.WITH_SPOT_CHECKS, "0.88 (0.83 to 0.92) is above the floor of 0.75"),
    (evidence(AT_FLOOR), Trust.WITH_SPOT_CHECKS, "people are not comparable (too few)"),
    (
        evidence(SURE, beside=measured_between(0.0, -0.05, 0.05)),
        Trust.AS_A_PERSON,
        "agrees with people +0.0 points (-5.0 to +5.0) from one person, who agrees with the others on 92.0 %",
    ),
    (
        evidence(SURE, beside=measured_between(0.0, -0.06, 0.06)),
        Trust.WITH_SPOT_CHECKS,
        "is above the floor of 0.75; it agrees with people +0.0 points (-6.0 to +6.0) from one person",
    ),
    (
        evidence(UNSURE, beside=measured(0.0, half=0.01)),
        Trust.NOT_SHOWN,
        "spans the floor of 0.75, with 40 failing items",
    ),
    (
        evidence(BAD, beside=measured(0.0, half=0.01)),
        Trust.NO,
        "0.60 (0.52 to 0.68) is below the floor of 0.75",
    ),
    (evidence(NOTHING), Trust.NOT_SHOWN, "Balanced accuracy can not be told: too few"),
    (evidence(NOTHING, has_rate=False), Trust.WITH_SPOT_CHECKS, "Agreement 0.90 (0.87 to 0.93)"),
    (evidence(agreement=UNSURE, has_rate=False), Trust.NOT_SHOWN, "on 160 labels"),
]


@pytest.mark.parametrize(("given", "trust", "words"), DECISIONS)
def test_every_decision_has_its_reason(given: Evidence, trust: Trust, words: str) -> None:
    cell = decide_trust(given, Choices())
    assert cell.trust is trust
    assert words in cell.reason
    assert cell.reason.endswith(".")


def test_trust_in_labels_drawn_nobody_knows_how_is_about_these_labels_only() -> None:
    given = replace(evidence(SURE), drawn_with_known_probability=False)
    assert "labelled items only" in decide_trust(given, Choices()).reason
    refused = replace(evidence(BAD), drawn_with_known_probability=False)
    assert "labelled items only" not in decide_trust(refused, Choices()).reason


def test_a_rater_that_often_has_no_answer_is_trusted_with_that_said() -> None:
    given = evidence(SURE, answered=150)
    assert "It has no answer on 14 of 164 labelled items." in decide_trust(given, Choices()).reason
    assert "no answer" not in decide_trust(evidence(SURE), Choices()).reason


def test_a_trusted_rater_that_misses_many_violations_is_trusted_with_that_said() -> None:
    given = evidence(SURE)
    blind = replace(given.quality, sensitivity=measured_between(0.7, 0.6, 0.78))
    reason = decide_trust(replace(given, quality=blind), Choices()).reason
    assert "It finds only 70.0 % (60.0 to 78.0) of the violations." in reason
    assert "only" not in decide_trust(given, Choices()).reason


def test_labels_that_were_not_blind_are_marked_where_they_make_trust() -> None:
    given = replace(evidence(SURE), not_blind=3)
    assert "3 labels may follow the judges" in decide_trust(given, Choices()).reason


def test_a_rater_that_adds_nothing_is_marked_whatever_its_trust() -> None:
    assert not decide_trust(evidence(), Choices()).adds_nothing
    useless = replace(evidence(), rate=made_up_rate(PANEL, ratio=0.98))
    assert decide_trust(useless, Choices()).adds_nothing


def test_the_floor_is_a_choice() -> None:
    assert decide_trust(evidence(SURE), Choices(floor=0.95)).trust is Trust.NO
