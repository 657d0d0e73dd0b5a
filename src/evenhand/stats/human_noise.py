"""A judge's accuracy against the truth, when the labels it is measured by are themselves sometimes wrong."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import DRAWS, bootstrap
from evenhand.stats.estimate import CONFIDENCE, Measured
from evenhand.stats.units import distinct_units

ASSUMPTION: Final = (
    "Every person errs with one and the same probability on every item, each by himself or herself, and an error is as "
    "likely to be any of the wrong answers."
)
"""What the correction rests on, for people. Where some items are hard for everybody it corrects too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseCorrection:
    """A judge's agreement with people, as seen and as it would be against the truth. Print both, with `ASSUMPTION`."""

    agreement: Measured
    """Of the judge with one person, as seen."""
    human_agreement: Measured
    """Of two people with each other."""
    human_error: Measured
    """Probability that a person errs, by their agreement."""
    accuracy: Measured
    """Of the judge against the truth, by both."""


def human_error_rate(agreement: float, *, categories: int) -> float:
    """Return how often a person errs if two people agree this often: for two categories (1 - sqrt(2 H - 1)) / 2.

    With K categories, H = (1 - e)^2 + e^2 / (K - 1) is solved for its smaller root, people being better than chance.
    Not-a-number where people agree less often than by chance, 1/K: no error rate explains that.

    Source: methods.md 2.2, extended to K categories.
    """
    return float(_error_rates(np.array([agreement]), categories)[0])


def _error_rates(agreement: Floats, categories: int) -> Floats:
    most = (categories - 1) / categories
    inside = 1 - (1 - agreement) / most
    return np.where(inside >= 0, most * (1 - np.sqrt(np.clip(inside, 0, None))), np.nan)


def noise_corrected_accuracy(
    judge: Integers,
    answers: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> NoiseCorrection:
    """Return a judge's accuracy against the truth that people see only through their own errors.

    Estimand: P(judge = truth), with A the probability that the judge says what one person says, H that two people say
    the same, and e the error rate of people: (A - q) / (1 - e - q), where q = e / (K - 1) is the probability of one
    wrong answer. For two categories (A - e) / (1 - 2 e). It holds under `ASSUMPTION` only.

    `judge` has shape (N,), `answers` (N, H), codes and -1 for no answer. Items count once each, if the judge and two
    people answered them. All four intervals come from bootstraps over items (clusters of items), A and H paired.

    Undefined where people agree no more than by chance; where more than one draw in twenty does so; where there are
    fewer than two such items; and where nothing varies.

    Source: methods.md 2.2.

    Raises:
        ValueError: A shape or a code is impossible, or there are fewer than two categories.
    """
    _check(judge, answers, categories)
    counts = np.stack([(answers == code).sum(axis=1) for code in range(categories)], axis=1)
    total = counts.sum(axis=1)
    usable = (judge >= 0) & (total >= 2)
    counts, total, judged = counts[usable], total[usable], judge[usable]
    with_judge = counts[np.arange(judged.size), judged] / total
    with_each_other = (counts * (counts - 1)).sum(axis=1) / (total * (total - 1))
    features = np.column_stack([with_judge, with_each_other, np.ones(judged.size)])
    units = distinct_units(features, clusters=None if clusters is None else clusters[usable])

    def measured(column: int) -> Measured:
        def statistic(totals: Floats) -> Floats:
            return _corrections(totals, categories)[column]

        return bootstrap(statistic, units, rng=rng, confidence=confidence, draws=draws)

    agreement, human_agreement, human_error, accuracy = (measured(column) for column in range(4))
    return NoiseCorrection(
        agreement=agreement, human_agreement=human_agreement, human_error=human_error, accuracy=accuracy
    )


def _corrections(totals: Floats, categories: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return A, H, e and the corrected accuracy for each row of totals."""
    seen, human = totals[:, 0] / totals[:, 2], totals[:, 1] / totals[:, 2]
    error = _error_rates(human, categories)
    one_wrong = error / (categories - 1)
    # At chance level the denominator is nothing, and no accuracy can be told.
    with np.errstate(invalid="ignore", divide="ignore"):
        accuracy = (seen - one_wrong) / (1 - error - one_wrong)
    return seen, human, error, np.where(np.isfinite(accuracy), np.clip(accuracy, 0, 1), np.nan)


def _check(judge: Integers, answers: Integers, categories: int) -> None:
    if categories < 2:
        raise ValueError(f"{categories} categories: expected two or more")
    if answers.ndim != 2 or judge.shape != answers.shape[:1]:
        raise ValueError(
            f"expected a judge of shape (N,) and answers of (N, H), not {judge.shape} and {answers.shape}"
        )
    for codes in (judge, answers):
        if (codes < -1).any() or (codes >= categories).any():
            raise ValueError(f"a code is off the scale of {categories} categories; -1 is no answer")
