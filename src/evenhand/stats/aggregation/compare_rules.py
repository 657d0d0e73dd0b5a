"""Ways to combine judges, each on labels it has not seen, beside the best single judge chosen on the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.aggregation.best_single import best_single, never_apart, paired_gain
from evenhand.stats.aggregation.dawid_skene import dawid_skene
from evenhand.stats.aggregation.stack import (
    FEWEST_LABELS,
    Recipe,
    fit_stack,
    stack_probabilities,
    vote_design,
)
from evenhand.stats.aggregation.votes import (
    check_codes,
    check_truth,
    common_categories,
    majority,
    weighted_vote,
    weights_from_labels,
)
from evenhand.stats.arrays import Bools, Floats, Integers, quotient
from evenhand.stats.bootstrap import DRAWS, bootstrap_totals, percentile_measure
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.folds import FOLDS, fold_numbers
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.patterns import NO_ANSWER, Patterns
from evenhand.stats.reasons import NO_LABEL
from evenhand.stats.units import pattern_units

BEST_SINGLE = "best single judge"
MAJORITY = "majority"
WEIGHTED = "weighted"
DAWID_SKENE = "Dawid-Skene"
STACK = "stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleScore:
    """One rule on labels it has not seen."""

    rule: str
    """Its name."""
    answers: Integers
    """Shape (n,): its held-out answers on the labelled items, -1 where it is undecided."""
    undecided: int
    """Labelled items it does not decide; they count as wrong everywhere but in `decided`."""
    accuracy: Measured
    """Share of right answers."""
    decided: Measured
    """Share of right answers among those it decides."""
    balanced: Measured
    """Mean of the share of right answers over the categories with at least `FEWEST_OF_CATEGORY` labels."""
    gain: Measured
    """Accuracy less that of the best single judge, paired."""
    balanced_gain: Measured
    """Balanced accuracy less that of the best single judge, paired."""

    @property
    def beats_best_single(self) -> bool:
        """Whether the whole interval of the gain is above 0."""
        return isinstance(self.gain, Estimate) and self.gain.interval.low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The rules, the best single judge first."""

    scores: tuple[RuleScore, ...]
    """Each rule that could be measured."""
    best_single: tuple[int, ...]
    """The judge chosen in each fold."""
    left_out: Mapping[str, str]
    """Rules that were not measured, and why."""

    @property
    def recommended(self) -> str:
        """The rule with the largest gain among those whose interval is above 0, else the best single judge.

        With several rules the luckiest is seen first: its gain is to be checked on labels to come.
        """
        better = [score for score in self.scores if score.beats_best_single]
        return max(better, key=_gain).rule if better else BEST_SINGLE


def compare_rules(
    answers: Integers,
    truth: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    fixed: Mapping[str, Integers] | None = None,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    recipe: Recipe | None = None,
    folds: int = FOLDS,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Comparison:
    """Measure majority, weighted vote, Dawid-Skene and stack against the best single judge, cross-fitted.

    `answers` has shape (N, J), codes 0..`categories`-1, -1 for none; `truth`, `weights` (1 / probability of being
    labelled) and `clusters` (N,). What is learned (which judge is best, weights, confusions, coefficients) is learned
    on the other folds; Dawid-Skene (one-coin, semi-supervised) sees the answers of all N items, but no label of its
    fold. `fixed` adds rules that learn nothing, by name: their answers, shape (N,).

    Intervals are percentiles of `draws` bootstrap samples of labelled items, or of clusters. They take what was learned
    as given. Below `FEWEST_LABELS` labels there is no stack. All is `Undefined` without labels; the gain of the best
    single judge over itself always is.

    Source: methods.md 1.1, 1.5.

    Raises:
        ValueError: The shapes do not fit, or a code is not below `categories`.
    """
    check_codes(answers, categories)
    check_truth(truth, answers.shape[0], categories)
    labelled = np.flatnonzero(truth != NO_ANSWER)
    task = _Task(
        answers=answers,
        truth=truth,
        categories=categories,
        labelled=labelled,
        weights=None if weights is None else weights[labelled],
        clusters=None if clusters is None else clusters[labelled],
        recipe=replace(recipe or Recipe(), ordered=False),
        rng=rng,
    )
    parts = fold_numbers(labelled.size, rng=rng, folds=folds, clusters=task.clusters)
    rules: dict[str, _Rule] = {BEST_SINGLE: _single, WEIGHTED: _weighted, DAWID_SKENE: _dawid_skene}
    left_out = {}
    if labelled.size >= FEWEST_LABELS:
        rules[STACK] = _stacked
    else:
        left_out[STACK] = f"{labelled.size} labels; a stack needs {FEWEST_LABELS}"
    given = {name: _held_out(task, parts, rule) for name, rule in rules.items()}
    given[MAJORITY] = majority(answers, categories=categories)[labelled]
    given |= {name: codes[labelled] for name, codes in (fixed or {}).items()}
    order = [
        BEST_SINGLE,
        MAJORITY,
        *(fixed or {}),
        WEIGHTED,
        DAWID_SKENE,
        *([STACK] if STACK in given else []),
    ]
    scored = _Scores({name: given[name] for name in order}, task, confidence, draws)
    return Comparison(
        scores=tuple(scored.of(name) for name in order),
        best_single=tuple(_best(task, parts == part) for part in np.unique(parts)),
        left_out=left_out,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """The items, and the labelled ones among them."""

    answers: Integers
    truth: Integers
    categories: int
    labelled: Integers
    weights: Floats | None
    """Shape (n,), of the labelled items, as `clusters`."""
    clusters: Integers | None
    recipe: Recipe
    rng: np.random.Generator

    def known(self, out: Bools) -> Integers:
        """Return the truth without the labels of a fold."""
        truth = self.truth.copy()
        truth[self.labelled[out]] = NO_ANSWER
        return truth


_Rule = Callable[[_Task, Bools], Integers]
"""From a task and the fold that is held out (a mask of labelled items) to answers on that fold."""


def _held_out(task: _Task, parts: Integers, rule: _Rule) -> Integers:
    given = np.full(parts.size, NO_ANSWER)
    for part in np.unique(parts):
        given[parts == part] = rule(task, parts == part)
    return given


def _best(task: _Task, out: Bools) -> int:
    training = task.labelled[~out]
    weights = None if task.weights is None else task.weights[~out]
    return best_single(task.answers[training], task.truth[training], weights=weights)


def _single(task: _Task, out: Bools) -> Integers:
    given: Integers = task.answers[task.labelled[out], _best(task, out)]
    return given


def _weighted(task: _Task, out: Bools) -> Integers:
    held = None
    if task.weights is not None:
        held = np.ones(task.truth.size)
        held[task.labelled] = task.weights
    learned = weights_from_labels(task.answers, task.known(out), categories=task.categories, weights=held)
    return weighted_vote(task.answers[task.labelled[out]], learned.weights, categories=task.categories)


def _dawid_skene(task: _Task, out: Bools) -> Integers:
    fitted = dawid_skene(task.answers, categories=task.categories, truth=task.known(out), form="one_coin")
    return fitted.labels[task.labelled[out]]


def _stacked(task: _Task, out: Bools) -> Integers:
    design = vote_design(task.answers[task.labelled], categories=task.categories)
    model, _ = fit_stack(
        design.where(~out),
        task.truth[task.labelled[~out]],
        categories=task.categories,
        rng=task.rng,
        recipe=task.recipe,
        weights=None if task.weights is None else task.weights[~out],
        clusters=None if task.clusters is None else task.clusters[~out],
    )
    labels: Integers = stack_probabilities(model, design.where(out)).argmax(axis=1)
    return labels


class _Scores:
    """The held-out answers of the rules, and one set of bootstrap draws for all of them."""

    def __init__(self, given: Mapping[str, Integers], task: _Task, confidence: float, draws: int) -> None:
        self.given = given
        self.task = task
        self.truth = task.truth[task.labelled]
        self.confidence = confidence
        self.draws = draws
        units = pattern_units(
            np.column_stack(list(given.values())),
            lambda patterns: _sums(patterns, common_categories(self.truth, task.categories)),
            truth=self.truth,
            weights=task.weights,
            clusters=task.clusters,
        )
        totals = bootstrap_totals(units, rng=task.rng, draws=draws).reshape(draws + 1, len(given) + 1, -1)
        self.all = totals[:, 0]
        """Sums over all items: their weight, once more, and that in each category."""
        self.rules = totals[:, 1:]
        """Sums of each rule: weight it decides, that of right answers, and that in each category."""

    def of(self, rule: str) -> RuleScore:
        place = list(self.given).index(rule)
        right = self.rules[:, place, 1]
        return RuleScore(
            rule=rule,
            answers=self.given[rule],
            undecided=int((self.given[rule] == NO_ANSWER).sum()),
            accuracy=self._share(quotient(right, self.all[:, 0])),
            decided=self._share(quotient(right, self.rules[:, place, 0])),
            balanced=self._share(self._balanced(place)),
            gain=self._gain(rule),
            balanced_gain=self._balanced_gain(rule, place),
        )

    def _balanced(self, place: int) -> Floats:
        shares = quotient(self.rules[:, place, 2:], self.all[:, 2:])
        known = ~np.isnan(shares)
        return quotient(np.where(known, shares, 0.0).sum(axis=1), known.sum(axis=1))

    def _share(self, series: Floats) -> Measured:
        found = self._measure(series, "no labelled item is decided")
        if not isinstance(found, Estimate) or found.interval.low < found.interval.high:
            return found
        bound = wilson_interval(0, found.n, confidence=self.confidence).high
        interval = Interval(
            low=max(0.0, found.value - bound), high=min(1.0, found.value + bound), confidence=self.confidence
        )
        return Estimate(value=found.value, interval=interval, n=found.n)

    def _gain(self, rule: str) -> Measured:
        if rule == BEST_SINGLE:
            return self._itself()
        return paired_gain(
            self.given[rule],
            self.given[BEST_SINGLE],
            self.truth,
            rng=self.task.rng,
            weights=self.task.weights,
            clusters=self.task.clusters,
            confidence=self.confidence,
            draws=self.draws,
        )

    def _balanced_gain(self, rule: str, place: int) -> Measured:
        if rule == BEST_SINGLE:
            return self._itself()
        found = self._measure(self._balanced(place) - self._balanced(0), NO_LABEL)
        same = (self.given[rule] == self.truth) == (self.given[BEST_SINGLE] == self.truth)
        return never_apart(found) if same.all() else found

    def _itself(self) -> Undefined:
        return Undefined(n=self.truth.size, reason="the others are measured against it")

    def _measure(self, series: Floats, undefined: str) -> Measured:
        return percentile_measure(
            series,
            n=self.truth.size,
            undefined=undefined,
            clusters=self.task.clusters,
            confidence=self.confidence,
        )


def _sums(patterns: Patterns, categories: NDArray[np.intp]) -> Floats:
    """Return what an item of each pattern adds: for all items, then for each rule, see `_Scores`: shape (P, M)."""
    of_class = (patterns.truth[:, np.newaxis] == categories).astype(np.float64)
    one = np.ones((len(patterns.truth), 1))
    right = (patterns.answers == patterns.truth[:, np.newaxis]).astype(np.float64)
    decided = (patterns.answers != NO_ANSWER).astype(np.float64)
    each = np.concatenate(
        [
            decided[:, :, np.newaxis],
            right[:, :, np.newaxis],
            right[:, :, np.newaxis] * of_class[:, np.newaxis],
        ],
        axis=2,
    )
    rows = np.concatenate([np.column_stack([one, one, of_class])[:, np.newaxis], each], axis=1)
    sums: Floats = rows.reshape(len(patterns.truth), rows.shape[1] * rows.shape[2])
    return sums


def _gain(score: RuleScore) -> float:
    return score.gain.value if isinstance(score.gain, Estimate) else -np.inf
