"""The alternative-annotator test: may a judge stand in for a person?"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.change.multiplicity import benjamini_yekutieli
from evenhand.stats.estimate import CONFIDENCE, Estimate, Measured, Undefined
from evenhand.stats.influence import share_interval
from evenhand.stats.intervals import proportion

LEVEL = 0.05
"""False discovery rate over the annotators (methods.md 2.3)."""
FEWEST_ITEMS = 30
"""Items an annotator needs to be compared with the judge."""
FEWEST_ANNOTATORS = 2
"""Annotators an item needs to be kept: one to compare with the judge, and others to compare both against."""
_MOST_EXACT = 50
"""Items up to which the signed-rank test counts every assignment of signs."""

Scoring = Literal["accuracy", "neg_rmse"]
"""How close an answer is to those of the other annotators: share of them it equals, or minus the root mean square
difference from theirs."""
Test = Literal["t", "wilcoxon"]
"""How the differences are tested: by their mean, or, under 30 items, by their signed ranks."""
_Answers = Integers | Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorComparison:
    """The judge against one annotator, both measured by the other annotators of the same items."""

    annotator: int
    """Column of the annotator."""
    judge_advantage: Measured
    """Share of the items on which the judge is at least as close to the others as the annotator."""
    annotator_advantage: Measured
    """Share of the items on which the annotator is at least as close to the others as the judge."""
    p_value: float
    """Of the hypothesis that the annotator's share exceeds the judge's by epsilon or more."""
    judge_wins: bool
    """Whether that hypothesis is rejected, all annotators tested together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeAnnotatorTest:
    """What the test came to."""

    winning_rate: float
    """Share of the annotators against whom the judge wins. A count of decisions, so it has no interval."""
    advantage_probability: Measured
    """Mean over annotators of the judge's share; its interval holds for these annotators and new items."""
    passed: bool
    """Whether the judge wins against at least half of the annotators."""
    epsilon: float
    """The discount for the price of a person."""
    comparisons: tuple[AnnotatorComparison, ...]
    """One for each annotator with enough items, in the order of their columns."""
    left_out: tuple[int, ...]
    """Columns of the annotators with too few items."""
    items: int
    """Items kept: with enough annotators and an answer of the judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Duel:
    """Who is at least as close, item by item, for one annotator."""

    annotator: int
    rows: NDArray[np.intp]
    judge: Bools
    human: Bools

    @property
    def lead(self) -> Integers:
        """Return 1 where only the annotator is close, -1 where only the judge is, 0 where they tie."""
        return self.human.astype(np.int64) - self.judge.astype(np.int64)


def alternative_annotator_test(
    judge: _Answers,
    annotators: _Answers,
    *,
    epsilon: float,
    scoring: Scoring = "accuracy",
    test: Test = "t",
    level: float = LEVEL,
    fewest_items: int = FEWEST_ITEMS,
    fewest_annotators: int = FEWEST_ANNOTATORS,
    confidence: float = CONFIDENCE,
) -> AlternativeAnnotatorTest | Undefined:
    """Return whether the judge represents the annotators at least as well as each of them does the others.

    Estimand: for each annotator, the probability that on an item drawn like these he or she is at least as close to
    the remaining annotators as the judge is, minus the probability of the reverse. The hypothesis that this is
    `epsilon` or more is tested one-sided, and Benjamini and Yekutieli's procedure keeps the false discovery rate over
    the annotators at `level`, however they depend on each other.

    `judge` has shape (N,), `annotators` (N, H), an annotator to a column. With scoring "accuracy" both hold codes and
    -1 is no answer; with "neg_rmse" both hold scores and not-a-number is no answer. `epsilon` is a judgement of value
    (.2 for experts, .15 for skilled people, .1 for a crowd, say the authors) and so has no default.

    The test is Student's on the differences, which take the values -1, 0 and 1. Where they do not vary at all it
    rejects if their one value is below `epsilon`. `test` "wilcoxon" uses signed ranks instead, with their exact
    distribution up to 50 items; it is meant for fewer than 30, and lower `fewest_items` with it.

    Where the judge is hardly ever closer than the annotator the differences are skewed, and t rejects too often: with
    leads of the annotator only, at an epsilon of .1, in 17 % of cases at 30 items, 12 % at 100 and 7 % at 300
    instead of 5 % (simulated; where both lead at times it is 5 to 6 %).

    Undefined without an annotator who has `fewest_items` items. Items are taken as independent of each other. Where
    people agree little the test is easy to pass: read it beside their own agreement.

    Source: Calderon, Reichart and Dror (ACL 2025); Benjamini and Yekutieli (2001), Annals of Statistics 29,
    1165-1188; methods.md 2.3.

    Raises:
        ValueError: Shapes do not fit, `epsilon` is not from 0 to 1, or fewer than two annotators are asked for.
    """
    _check(judge, annotators, epsilon, fewest_annotators)
    given, judged = (_given(judge, scoring), _given(annotators, scoring))
    kept = given & (judged.sum(axis=1) >= fewest_annotators)
    closer = _CLOSENESS[scoring]
    columns = range(annotators.shape[1])
    rows = [np.flatnonzero(kept & judged[:, column]) for column in columns]
    enough = [column for column in columns if rows[column].size >= max(fewest_items, 2)]
    if not enough:
        reason = f"no annotator labelled {max(fewest_items, 2)} items together with another one and the judge"
        return Undefined(n=int(kept.sum()), reason=reason)
    duels = [_duel(judge, annotators, judged, column, rows[column], closer) for column in enough]
    tested = {"t": _t_test, "wilcoxon": _signed_rank_test}[test]
    p_values = np.array([tested(duel.lead, epsilon) for duel in duels])
    wins = benjamini_yekutieli(p_values) <= level
    return AlternativeAnnotatorTest(
        winning_rate=float(wins.mean()),
        advantage_probability=_advantage(duels, int(kept.sum()), confidence),
        passed=bool(wins.mean() >= 0.5),
        epsilon=epsilon,
        comparisons=tuple(
            _comparison(duel, float(p_value), win=bool(win), confidence=confidence)
            for duel, p_value, win in zip(duels, p_values, wins, strict=True)
        ),
        left_out=tuple(column for column in columns if column not in enough),
        items=int(kept.sum()),
    )


# -- Who is closer to the others -------------------------------------------------------------------


def _duel(
    judge: _Answers,
    annotators: _Answers,
    given: Bools,
    column: int,
    rows: NDArray[np.intp],
    closeness: Callable[[_Answers, _Answers, Bools], Floats],
) -> _Duel:
    others = np.delete(annotators[rows], column, axis=1)
    present = np.delete(given[rows], column, axis=1)
    by_judge = closeness(judge[rows], others, present)
    by_human = closeness(annotators[rows, column], others, present)
    return _Duel(annotator=column, rows=rows, judge=by_judge >= by_human, human=by_human >= by_judge)


def _matches(answer: _Answers, others: _Answers, present: Bools) -> Floats:
    """Return how many others said the same; as good as their share, for both are measured by the same people."""
    same = np.equal(answer[:, None], others) & present
    return np.asarray(same.sum(axis=1), dtype=np.float64)


def _nearness(answer: _Answers, others: _Answers, present: Bools) -> Floats:
    """Return minus the sum of squared differences, which orders two answers as the root of its mean does."""
    apart = np.where(present, answer[:, None] - others, 0.0)
    return np.asarray(-(apart**2).sum(axis=1), dtype=np.float64)


_CLOSENESS = {"accuracy": _matches, "neg_rmse": _nearness}


def _comparison(duel: _Duel, p_value: float, *, win: bool, confidence: float) -> AnnotatorComparison:
    n = duel.rows.size
    return AnnotatorComparison(
        annotator=duel.annotator,
        judge_advantage=proportion(int(duel.judge.sum()), n, confidence=confidence),
        annotator_advantage=proportion(int(duel.human.sum()), n, confidence=confidence),
        p_value=p_value,
        judge_wins=win,
    )


def _advantage(duels: list[_Duel], items: int, confidence: float) -> Estimate:
    """Return the mean over annotators; its interval lets the annotators of an item depend on each other.

    It is Wilson's with the number of draws the error is worth, so it stays within 0 and 1. Where no annotator's
    indicator varies there is no spread to go by, and the annotator with the fewest items says how many draws there are.
    """
    shares = np.array([duel.judge.mean() for duel in duels])
    value = float(shares.mean())
    spread = np.zeros(int(max(duel.rows.max() for duel in duels)) + 1)
    for duel, share in zip(duels, shares, strict=True):
        spread[duel.rows] += (duel.judge - share) / (len(duels) * duel.rows.size)
    error = math.sqrt(float((spread**2).sum()) * items / max(items - 1, 1))
    fewest = min(duel.rows.size for duel in duels)
    return Estimate(value=value, interval=share_interval(value, error, fewest, confidence), n=items)


# -- Tests -----------------------------------------------------------------------------------------


def _t_test(lead: Integers, epsilon: float) -> float:
    """Return the one-sided p value of the mean being `epsilon` or more."""
    n, mean, deviation = lead.size, float(lead.mean()), float(lead.std(ddof=1))
    if deviation == 0:
        return 0.0 if mean < epsilon else 1.0
    return float(stdtr(n - 1, (mean - epsilon) * math.sqrt(n) / deviation))


def _signed_rank_test(lead: Integers, epsilon: float) -> float:
    """Return the one-sided p value of the centre being `epsilon` or more; values on `epsilon` itself are left out."""
    centred = lead - epsilon
    centred = centred[centred != 0]
    if centred.size == 0:
        return 1.0
    ranks = _doubled_ranks(np.abs(centred))
    above = int(ranks[centred > 0].sum())
    if centred.size <= _MOST_EXACT:
        return _share_of_signs(ranks, above)
    total, squares = int(ranks.sum()), float((ranks.astype(np.float64) ** 2).sum())
    return float(ndtr((above - total / 2) / (math.sqrt(squares) / 2)))


def _doubled_ranks(values: Floats) -> Integers:
    """Return twice the rank of each value, ties at their mean rank, so that ranks stay whole numbers."""
    # Rounded, because |-1 - epsilon| and |1 - epsilon| must tie with themselves only.
    _, place, counts = np.unique(values.round(12), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray(2 * last - counts + 1, dtype=np.int64)[place]


def _share_of_signs(ranks: Integers, above: int) -> float:
    """Return the share of all assignments of signs whose positive ranks come to `above` or less."""
    sums = np.zeros(int(ranks.sum()) + 1)
    sums[0] = 1.0
    for rank in ranks.tolist():
        shifted = np.zeros_like(sums)
        shifted[rank:] = sums[: sums.size - rank]
        sums = (sums + shifted) / 2
    return min(float(sums[: above + 1].sum()), 1.0)


# -- Input -----------------------------------------------------------------------------------------


def _given(answers: _Answers, scoring: Scoring) -> Bools:
    missing = answers == -1 if scoring == "accuracy" else np.isnan(answers)
    return np.asarray(~missing, dtype=np.bool_)


def _check(judge: _Answers, annotators: _Answers, epsilon: float, fewest_annotators: int) -> None:
    if judge.ndim != 1 or annotators.ndim != 2 or len(judge) != len(annotators):
        raise ValueError(
            f"expected a judge of shape (N,) and annotators of (N, H), not {judge.shape} and {annotators.shape}"
        )
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon is {epsilon}, expected a number from 0 to 1")
    if fewest_annotators < 2:
        raise ValueError("an annotator is measured by others: at least 2 are needed on an item")
