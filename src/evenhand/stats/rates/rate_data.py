"""The arrays a rate is made of, and what is said about them whatever the method."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_positions
from evenhand.stats.estimate import Measured, Undefined
from evenhand.stats.intervals import proportion
from evenhand.stats.rates.labels_alone import humans_only, rate_design_effect
from evenhand.stats.rates.ppi import t_estimate
from evenhand.stats.rates.results import DesignFacts

FEW_LABELS = 20
"""Below this a rate comes with a warning (methods.md 2.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateData:
    """The arrays of one rate, checked; shape (N,) each."""

    verdicts: Integers
    labels: Floats
    """Not a number without a usable label."""
    inclusion: Floats
    scores: Floats | None
    clusters: Integers | None
    left_out: int
    """Labels not used because nobody knows how likely they were."""

    @property
    def labelled(self) -> Bools:
        """Whether an item has a usable label."""
        return ~np.isnan(self.labels)

    @property
    def truth(self) -> Integers:
        """Labels as codes, -1 without one."""
        return np.where(self.labelled, self.labels, -1).astype(np.int64)

    @property
    def binary(self) -> bool:
        """Whether all usable labels are 0 or 1."""
        return bool(np.isin(self.labels[self.labelled], [0.0, 1.0]).all())

    @property
    def n(self) -> int:
        """Usable labels."""
        return int(self.labelled.sum())


def read_data(
    verdicts: ArrayLike,
    labels: ArrayLike,
    inclusion: ArrayLike | None,
    scores: ArrayLike | None,
    clusters: Integers | None,
    *,
    trusting: bool,
) -> RateData:
    """Return the arrays, checked; `trusting` uses labels without a probability too."""
    calls, given = np.asarray(verdicts, dtype=np.int64), np.asarray(labels)
    values = given.astype(np.float64)
    if not np.issubdtype(given.dtype, np.floating):
        values[given == -1] = np.nan
    chances = np.full(values.shape, np.nan) if inclusion is None else np.asarray(inclusion, dtype=np.float64)
    guesses = None if scores is None else np.asarray(scores, dtype=np.float64)
    others = [
        calls,
        chances,
        *([] if guesses is None else [guesses]),
        *([] if clusters is None else [clusters]),
    ]
    if values.ndim != 1 or any(np.shape(each) != values.shape for each in others):
        raise ValueError("verdicts, labels, inclusion, scores and clusters have one entry an item each")
    if guesses is not None and not np.isfinite(guesses).all():
        raise ValueError("every item has a score: expected finite numbers")
    usable = ~np.isnan(values) & (~np.isnan(chances) | trusting)
    wrong = chances[usable & ~np.isnan(chances)]
    if not ((wrong > 0) & (wrong <= 1)).all():
        raise ValueError("an inclusion probability of a labelled item is above 0 and up to 1")
    return RateData(
        verdicts=calls,
        labels=np.where(usable, values, np.nan),
        inclusion=chances,
        scores=guesses,
        clusters=clusters,
        left_out=int((~np.isnan(values) & ~usable).sum()),
    )


def judges_only(data: RateData, confidence: float, *, among: Bools | None = None) -> Measured:
    """Return the share of positive verdicts among verdicts, or the mean score."""
    chosen = np.ones(len(data.labels), dtype=np.bool_) if among is None else among
    if data.scores is not None and data.n and not data.binary:
        scores = data.scores[chosen]
        if len(scores) < 2:
            return Undefined(n=len(scores), reason="too few scores")
        error = float(scores.std(ddof=1)) / len(scores) ** 0.5
        return t_estimate(float(scores.mean()), error, len(scores) - 1, n=len(scores), confidence=confidence)
    decided = data.verdicts[chosen & (data.verdicts >= 0)]
    return proportion(int(decided.sum()), len(decided), confidence=confidence)


def panel_scores(data: RateData) -> Floats:
    """Return the panel's scores; without them verdicts as 1 and 0, and their mean where there is none."""
    if data.scores is not None:
        return data.scores
    decided = data.verdicts >= 0
    middle = float(data.verdicts[decided].mean()) if decided.any() else 0.5
    scores: Floats = np.where(decided, data.verdicts, middle).astype(np.float64)
    return scores


def labels_alone(data: RateData, confidence: float) -> Measured:
    """Return the rate from weighted labels alone, each label a stratum of its own."""
    effect = 1.0
    if data.clusters is not None:
        effect = rate_design_effect(
            np.zeros(len(data.labels), dtype=np.int64), data.truth, data.clusters, confidence=confidence
        )
    hits = data.labels[data.labelled]
    return humans_only(
        hits,
        np.ones_like(hits),
        inclusion=data.inclusion[data.labelled],
        design_effect=effect,
        confidence=confidence,
    )


def design_facts(data: RateData, effect: float) -> DesignFacts:
    """Return how the labels were drawn; `effect` is the design effect of their clusters."""
    weights = 1 / data.inclusion[data.labelled]
    clusters = None
    if data.clusters is not None:
        clusters = len(np.unique(cluster_positions(data.clusters, len(data.labels))[data.labelled]))
    return DesignFacts(
        strata=(),
        weight_ratio=float(weights.max() / weights.min()),
        effective_labels=float(weights.sum() ** 2 / (weights**2).sum()) / effect,
        design_effect=effect,
        clusters=clusters,
        left_out=data.left_out,
    )


def warnings_of(data: RateData, effect: float) -> tuple[str, ...]:
    """Return what a reader has to know, whatever the method."""
    found = []
    never = int((data.inclusion == 0).sum())
    if never:
        found.append(
            f"{never} items could not be drawn at all: for them the rate rests on the verdicts alone"
        )
    if data.left_out:
        found.append(f"{data.left_out} labels without a known inclusion probability were left out")
    if effect > 1:
        found.append(
            f"labels come in clusters: {data.n} of them count as {data.n / effect:.0f} independent ones"
        )
    return (*found, *few_labels(data))


def few_labels(data: RateData) -> tuple[str, ...]:
    """Return a warning where there are fewer than 20 labels."""
    return (f"only {data.n} human labels: read the interval, not the number",) if data.n < FEW_LABELS else ()
