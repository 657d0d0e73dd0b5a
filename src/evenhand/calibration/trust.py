"""May a rater be trusted for a principle? A decision with its reason, from numbers already measured."""

from dataclasses import dataclass

from evenhand.calibration.choices import Choices
from evenhand.calibration.results import PeoplePrinciple, Quality, RateResult, Trust, TrustCell
from evenhand.calibration.words import (
    count,
    number,
    number_with_limits,
    points_with_limits,
    share_with_limits,
)
from evenhand.stats.estimate import Estimate, Measured

_SILENT = 0.05
"""Share of labelled items without an answer above which it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the trust in one rater for one principle rests on."""

    rater: str
    principle: str
    quality: Quality
    people: PeoplePrinciple
    beside_person: Measured
    """Agreement with people, less that of one person with the same others on the same items."""
    rate: RateResult
    has_rate: bool
    """Whether the scale has answers that pass and fail."""
    drawn_with_known_probability: bool
    not_blind: int = 0
    """Labels to certify with that were given by someone who had seen the judges."""


def decide_trust(evidence: Evidence, choices: Choices) -> TrustCell:
    """Return how far a rater may be trusted for a principle.

    In this order: people must not be shown to disagree among themselves (an alpha of few violations is unsure even
    where they agree on 99 % of the items, so its upper limit decides); there must be labels; then the interval of the
    rater's quality is compared with the floor, and its agreement with that of one person. Quality is balanced accuracy,
    or agreement where nothing passes or fails. Rank: methods.md 2.1, 2.2, 7.2.
    """
    trust, reason = _decide(evidence, choices)
    return TrustCell(
        rater=evidence.rater,
        principle=evidence.principle,
        trust=trust,
        reason=reason + _caveat(evidence, trust, choices),
        adds_nothing=evidence.rate.adds_nothing,
    )


def _decide(evidence: Evidence, choices: Choices) -> tuple[Trust, str]:
    alpha, quality = evidence.people.alpha, evidence.quality
    if isinstance(alpha, Estimate) and alpha.interval.high < choices.least_human_alpha:
        return Trust.PEOPLE_DISAGREE, (
            f"People disagree among themselves: alpha {number_with_limits(alpha)}, under "
            f"{number(choices.least_human_alpha)}."
        )
    if quality.answered < choices.too_few:
        return Trust.TOO_FEW, (
            f"{count(quality.answered, 'labelled item')} with an answer; under {choices.too_few} give no number."
        )
    return _compare(evidence, choices)


def _compare(evidence: Evidence, choices: Choices) -> tuple[Trust, str]:
    measured, name = _headline(evidence)
    floor = number(choices.floor)
    if not isinstance(measured, Estimate):
        return Trust.NOT_SHOWN, f"{name} can not be told: {measured.reason}."
    shown = f"{name} {number_with_limits(measured)}"
    if measured.interval.low >= choices.floor:
        if _is_as_a_person(evidence, choices):
            return Trust.AS_A_PERSON, f"{shown}; {_beside_people(evidence)}."
        return Trust.WITH_SPOT_CHECKS, f"{shown} is above the floor of {floor}{_why_no_person(evidence)}."
    if measured.interval.high < choices.floor:
        return Trust.NO, f"{shown} is below the floor of {floor}."
    return Trust.NOT_SHOWN, f"{shown}: the interval spans the floor of {floor}{_what_is_scarce(evidence)}."


def _headline(evidence: Evidence) -> tuple[Measured, str]:
    if evidence.has_rate:
        return evidence.quality.balanced_accuracy, "Balanced accuracy"
    return evidence.quality.agreement, "Agreement"


def _is_as_a_person(evidence: Evidence, choices: Choices) -> bool:
    """Tell whether even the lower limit of the paired difference from one person is within the margin.

    Agreement with the reference is not compared with people's own: a reference has no item on which two people tie.
    """
    beside = evidence.beside_person
    return isinstance(beside, Estimate) and beside.interval.low >= -choices.person_margin


def _beside_people(evidence: Evidence) -> str:
    return (
        f"agrees with people {points_with_limits(evidence.beside_person)} from one person, who agrees with the others "
        f"on {share_with_limits(evidence.people.ceiling)}"
    )


def _why_no_person(evidence: Evidence) -> str:
    beside = evidence.beside_person
    if not isinstance(beside, Estimate):
        return f"; people are not comparable ({beside.reason})"
    return f"; it {_beside_people(evidence)}"


def _what_is_scarce(evidence: Evidence) -> str:
    if not evidence.has_rate:
        return f" on {count(evidence.quality.answered, 'label')}"
    failing, passing = evidence.quality.sensitivity.n, evidence.quality.specificity.n
    scarce, kind = min((failing, "failing"), (passing, "passing"))
    return f", with {count(scarce, f'{kind} item')}"


def _caveat(evidence: Evidence, trust: Trust, choices: Choices) -> str:
    """Return what whoever trusts the rater has to know besides."""
    if trust not in {Trust.AS_A_PERSON, Trust.WITH_SPOT_CHECKS}:
        return ""
    quality = evidence.quality
    silent = quality.labelled - quality.answered
    alpha = evidence.people.alpha
    caveats = (
        (
            isinstance(alpha, Estimate) and alpha.value < choices.least_human_alpha,
            f" People are not shown to agree among themselves: alpha {number_with_limits(alpha)}.",
        ),
        *(
            (
                isinstance(share, Estimate) and share.value < choices.floor,
                f" It {does} only {share_with_limits(share)} of {items}.",
            )
            for share, does, items in (
                (quality.sensitivity, "finds", "the violations"),
                (quality.specificity, "clears", "the items that pass"),
            )
        ),
        (
            silent > _SILENT * quality.labelled,
            f" It has no answer on {silent:,} of {quality.labelled:,} labelled items.",
        ),
        (
            evidence.not_blind > 0,
            f" {count(evidence.not_blind, 'label')} may follow the judges: not given blind.",
        ),
        (
            not evidence.drawn_with_known_probability,
            " This is about the labelled items only: how they were drawn is not recorded.",
        ),
    )
    return "".join(words for holds, words in caveats if holds)
