"""A stack: what people would say, learned from the answers of all judges on labelled items."""

from dataclasses import dataclass, replace

import numpy as np

from evenhand.stats.aggregation.best_single import best_single, paired_gain
from evenhand.stats.aggregation.features import equal_judges, vote_features
from evenhand.stats.aggregation.votes import check_codes, check_truth
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.bootstrap import DRAWS
from evenhand.stats.estimate import CONFIDENCE, Estimate, Measured, Undefined
from evenhand.stats.folds import FOLDS, fold_numbers
from evenhand.stats.logistic import (
    DEFAULT_RIDGE,
    Logistic,
    balanced_weights,
    class_probabilities,
    fit_logistic_to_masses,
)
from evenhand.stats.ordinal_logistic import (
    OrdinalLogistic,
    fit_ordinal_logistic_to_masses,
    ordinal_probabilities,
)
from evenhand.stats.patterns import NO_ANSWER, compress

FEWEST_LABELS = 200
"""Below it a stack is refused (methods.md 1.5)."""
RIDGES = tuple(1 / c for c in (0.03, 0.1, 0.3, 1.0, 3.0))
"""What a search for the ridge tries."""
_LEAST_PROBABILITY = 1e-6
"""What a class that a fold did not hold is scored with when ridges are compared."""


Model = Logistic | OrdinalLogistic


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What a stack learns from, for each of N items."""

    features: Floats
    """Shape (R, F): F/J columns for each judge, side by side, then the covariates."""
    judges: int
    """Judges J whose columns come first."""
    covariates: int = 0
    """Columns at the end that belong to no judge: length, order flips, entropy."""
    rows: Integers | None = None
    """Shape (N,): the row of each item, where items share rows; None where each has its own, in order."""

    @property
    def row_of_item(self) -> Integers:
        """Shape (N,)."""
        return np.arange(self.features.shape[0]) if self.rows is None else self.rows

    def where(self, chosen: Bools | Integers) -> "Design":
        """Return the design of some of the items."""
        return replace(self, rows=self.row_of_item[chosen])


def vote_design(answers: Integers, *, categories: int) -> Design:
    """Return the one-hot votes of `answers`, shape (N, J), a row for each distinct pattern.

    Raises:
        ValueError: `answers` is no matrix of codes below `categories`.
    """
    patterns = compress(answers)
    features = vote_features(patterns.answers, categories=categories)
    return Design(features=features, judges=answers.shape[1], rows=patterns.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a stack is fitted."""

    ridge: float | None = DEFAULT_RIDGE
    """Penalty (1/C); None searches `RIDGES` by cross-validation inside the training part."""
    equal: float = 0.0
    """How many times the ridge pulls the coefficients of the judges towards each other."""
    ordered: bool = False
    """Whether the categories have an order, and a cumulative logit is fitted: one coefficient per feature, for all
    categories. It needs fewer labels and takes a judge's answer to speak for higher or lower categories throughout."""
    balanced: bool = False
    """Whether each class weighs the same, for targets with rare classes where accuracy is not what counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A fitted stack with what it is worth on labels it has not seen."""

    model: Model
    """Fitted on all labelled items: for items to come, by `stack_probabilities`."""
    recipe: Recipe
    """How it was fitted, with the ridge that was chosen."""
    probabilities: Floats
    """Shape (N, K): out of fold where the item has a label, by `model` elsewhere."""
    folds: Integers
    """Shape (N,): the fold of each labelled item, -1 elsewhere."""
    best_single: tuple[int, ...]
    """The best single judge of each fold's training part."""
    gain: Measured
    """Held-out accuracy less that of the best single judge chosen on the same training part, paired."""

    @property
    def labels(self) -> Integers:
        """Shape (N,): the likeliest class of each item."""
        labels: Integers = self.probabilities.argmax(axis=1)
        return labels

    @property
    def beats_best_single(self) -> bool:
        """Whether the whole interval of the gain is above 0. If not, use the best single judge."""
        return isinstance(self.gain, Estimate) and self.gain.interval.low > 0


def stack(
    answers: Integers,
    truth: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    design: Design | None = None,
    recipe: Recipe | None = None,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    folds: int = FOLDS,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Stack | Undefined:
    """Fit P(label | answers) by ridge logistic regression, cross-fitted, and measure it against the best single judge.

    `answers` has shape (N, J), codes 0..`categories`-1, -1 for none; `truth`, `weights` (1 / probability of being
    labelled) and `clusters` (N,). `design` replaces the one-hot votes by other features of the same items. Items of one
    cluster are in one fold. The order of categories is used only by a recipe that says so.

    It takes the labels for a probability sample, or `weights` to make them one. Refit it when a judge or a prompt
    changes. `Undefined` with fewer than `FEWEST_LABELS` labels, and where all labels are of one cluster or class.

    Source: methods.md 1.5; Wolpert (1992), Neural Networks 5, 241-259.

    Raises:
        ValueError: The shapes do not fit, or a code is not below `categories`.
    """
    check_codes(answers, categories)
    check_truth(truth, answers.shape[0], categories)
    design = design or vote_design(answers, categories=categories)
    recipe = recipe or Recipe()
    labelled = np.flatnonzero(truth != NO_ANSWER)
    if refusal := _refusal(truth[labelled], None if clusters is None else clusters[labelled]):
        return Undefined(n=labelled.size, reason=refusal)
    sample = _Sample(
        design=design.where(labelled),
        classes=truth[labelled],
        categories=categories,
        weights=None if weights is None else weights[labelled],
        clusters=None if clusters is None else clusters[labelled],
    )
    parts = fold_numbers(labelled.size, rng=rng, folds=folds, clusters=sample.clusters)
    held_out, singles, chosen = _cross_fit(sample, answers[labelled], parts, recipe, rng)
    model, final = _fit_searched(sample, recipe, rng)
    probabilities = stack_probabilities(model, design)
    probabilities[labelled] = held_out
    numbers = np.full(answers.shape[0], NO_ANSWER)
    numbers[labelled] = parts
    return Stack(
        model=model,
        recipe=final,
        probabilities=probabilities,
        folds=numbers,
        best_single=singles,
        gain=paired_gain(
            held_out.argmax(axis=1),
            chosen,
            sample.classes,
            rng=rng,
            weights=sample.weights,
            clusters=sample.clusters,
            confidence=confidence,
            draws=draws,
        ),
    )


def fit_stack(
    design: Design,
    classes: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    recipe: Recipe | None = None,
    weights: Floats | None = None,
    clusters: Integers | None = None,
) -> tuple[Logistic, Recipe]:
    """Return a model fitted on labelled items only, and its recipe with the ridge that was used.

    `classes`, shape (N,), are the labels of the items of `design`; their order is not used. It neither refuses few
    labels nor measures itself.

    Raises:
        ValueError: The shapes do not fit, a class is not below `categories`, or the recipe asks for an ordered model.
    """
    recipe = recipe or Recipe()
    if recipe.ordered:
        raise ValueError("an ordered model is fitted by `stack`, or by `evenhand.stats.ordinal_logistic`")
    check_truth(classes, design.row_of_item.size, categories)
    if classes.min(initial=0) < 0:
        raise ValueError("every item of the design needs a label")
    sample = _Sample(
        design=design, classes=classes, categories=categories, weights=weights, clusters=clusters
    )
    model, final = _fit_searched(sample, recipe, rng)
    assert isinstance(model, Logistic)
    return model, final


def stack_probabilities(model: Model, design: Design) -> Floats:
    """Return the probability of each class for items to come: shape (N, K)."""
    if isinstance(model, OrdinalLogistic):
        by_row = ordinal_probabilities(model, design.features)
    else:
        by_row = class_probabilities(model, design.features)
    probabilities: Floats = by_row[design.row_of_item]
    return probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """Labelled items."""

    design: Design
    classes: Integers
    categories: int
    weights: Floats | None
    clusters: Integers | None

    def where(self, chosen: Bools) -> "_Sample":
        return replace(
            self,
            design=self.design.where(chosen),
            classes=self.classes[chosen],
            weights=None if self.weights is None else self.weights[chosen],
            clusters=None if self.clusters is None else self.clusters[chosen],
        )


def _refusal(classes: Integers, clusters: Integers | None) -> str:
    if classes.size < FEWEST_LABELS:
        return f"{classes.size} labels; a stack needs {FEWEST_LABELS}"
    if np.unique(classes).size < 2:
        return "all labels are of one category, so there is nothing to learn"
    if clusters is not None and np.unique(clusters).size < 2:
        return "all labels are of one cluster, so none is left to measure on"
    return ""


def _cross_fit(
    sample: _Sample, answers: Integers, parts: Integers, recipe: Recipe, rng: np.random.Generator
) -> tuple[Floats, tuple[int, ...], Integers]:
    """Return held-out probabilities, the best single judge of each fold, and its held-out answers."""
    probabilities = np.zeros((parts.size, sample.categories))
    chosen, singles = np.zeros(parts.size, dtype=np.int64), []
    for part in np.unique(parts):
        out = parts == part
        training = sample.where(~out)
        model, _ = _fit_searched(training, recipe, rng)
        probabilities[out] = stack_probabilities(model, sample.design.where(out))
        singles.append(best_single(answers[~out], training.classes, weights=training.weights))
        chosen[out] = answers[out, singles[-1]]
    return probabilities, tuple(singles), chosen


def _fit_searched(sample: _Sample, recipe: Recipe, rng: np.random.Generator) -> tuple[Model, Recipe]:
    if recipe.ridge is None:
        parts = fold_numbers(sample.classes.size, rng=rng, clusters=sample.clusters)
        losses = [_held_out_loss(sample, replace(recipe, ridge=ridge), parts) for ridge in RIDGES]
        recipe = replace(recipe, ridge=RIDGES[int(np.argmin(losses))])
    return _fit(sample, recipe), recipe


def _held_out_loss(sample: _Sample, recipe: Recipe, parts: Integers) -> float:
    """Return the log-loss out of fold; the larger penalty wins where two lose the same."""
    loss = 0.0
    for part in np.unique(parts):
        out = parts == part
        if out.all():
            return 0.0
        held_out = sample.where(out)
        probabilities = stack_probabilities(_fit(sample.where(~out), recipe), held_out.design)
        right = np.maximum(
            probabilities[np.arange(held_out.classes.size), held_out.classes], _LEAST_PROBABILITY
        )
        loss -= float(np.log(right) @ _weights(held_out, recipe))
    return loss


def _fit(sample: _Sample, recipe: Recipe) -> Model:
    masses = _masses(sample, _weights(sample, recipe))
    met = np.flatnonzero(masses.sum(axis=1))
    features, ridge = sample.design.features[met], recipe.ridge or DEFAULT_RIDGE
    fit = fit_ordinal_logistic_to_masses if recipe.ordered else fit_logistic_to_masses
    if not recipe.equal:
        return fit(features, masses[met], ridge=ridge)
    pull = _pull(sample.design, recipe.equal)
    model = fit(features @ pull, masses[met], ridge=ridge)
    return replace(model, coefficients=pull @ model.coefficients)


def _masses(sample: _Sample, weights: Floats) -> Floats:
    """Return the weight of the items of each row in each category: shape (R, K)."""
    rows, size = sample.design.row_of_item, (sample.design.features.shape[0], sample.categories)
    summed = np.bincount(
        rows * sample.categories + sample.classes, weights=weights, minlength=size[0] * size[1]
    )
    masses: Floats = summed.astype(np.float64).reshape(size)
    return masses


def _pull(design: Design, strength: float) -> Floats:
    own = design.features.shape[1] - design.covariates
    pull = np.eye(design.features.shape[1])
    pull[:own, :own] = equal_judges(design.judges, own // design.judges, strength)
    return pull


def _weights(sample: _Sample, recipe: Recipe) -> Floats:
    """Return weights with mean 1, so that a ridge means the same however the labels were drawn."""
    own = np.ones(sample.classes.size) if sample.weights is None else sample.weights / sample.weights.mean()
    if not recipe.balanced:
        return own
    return balanced_weights(sample.classes, categories=sample.categories, weights=own)
