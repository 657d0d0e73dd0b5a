"""What may go into training data without a person having seen it."""

import numpy as np
import pytest

from evenhand.feedback.trust import (
    TRUSTED,
    Standing,
    StandingFacts,
    TrustReason,
    decide_trust,
    no_standing,
)

CERTIFIED = Standing(
    facts=StandingFacts(certified=True, run="r", alpha=0.1, delta=0.1, threshold=0.9),
    confidence=np.array([0.9, 0.89, np.nan, 1.0, 0.95]),
    covered=np.array([True, True, True, False, True]),
)
NOTHING = no_standing("no run of this suite was calibrated", hint="label")


@pytest.mark.parametrize(
    ("items", "people", "standing", "reason"),
    [
        ((0,), set(), CERTIFIED, TrustReason.CERTIFIED),
        ((0, 4), set(), CERTIFIED, TrustReason.CERTIFIED),
        ((1,), set(), CERTIFIED, TrustReason.UNSURE),
        ((0, 1), set(), CERTIFIED, TrustReason.UNSURE),
        ((2,), set(), CERTIFIED, TrustReason.NO_VERDICT),
        ((0, 1, 2), set(), CERTIFIED, TrustReason.NO_VERDICT),
        ((3,), set(), CERTIFIED, TrustReason.NOT_CERTIFIED),
        ((0, 2, 3), set(), CERTIFIED, TrustReason.NOT_CERTIFIED),
        ((1,), {1}, CERTIFIED, TrustReason.PEOPLE),
        ((0, 1), {1}, CERTIFIED, TrustReason.CERTIFIED),
        ((0, 1), {0}, CERTIFIED, TrustReason.UNSURE),
        ((0,), set(), NOTHING, TrustReason.NO_CERTIFICATE),
        ((0,), {0}, NOTHING, TrustReason.PEOPLE),
        ((0, 1), {0}, NOTHING, TrustReason.NO_CERTIFICATE),
        ((), set(), CERTIFIED, TrustReason.NOT_JUDGED),
    ],
)
def test_every_item_of_a_label_has_to_be_vouched_for(
    items: tuple[int, ...], people: set[int], standing: Standing, reason: TrustReason
) -> None:
    assert decide_trust(items, standing, people) is reason


def test_only_people_and_certificates_are_trusted() -> None:
    assert {TrustReason.PEOPLE, TrustReason.CERTIFIED} == TRUSTED


def test_a_standing_says_what_it_promises_or_why_not() -> None:
    assert CERTIFIED.facts.words == (
        "may decide alone where its confidence is 0.9 or more: at most 10% of these decisions are wrong, unless the "
        "draw of the labels was unlucky (10% of draws)"
    )
    assert NOTHING.facts.words == "may decide nothing alone: no run of this suite was calibrated"
