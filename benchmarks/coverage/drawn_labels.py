"""Labels that were not drawn one by one and evenly: where a panel is unsure, and in whole clusters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.coverage.limits import Coverage, Floats, Integers, limits_of, wilson_limits
from numpy.typing import NDArray
from scipy.special import ndtr

from evenhand.stats.estimate import Estimate, Interval, Measured
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.rates.design import design_probabilities, poisson_draw
from evenhand.stats.rates.estimate_rate import estimate_rate
from evenhand.stats.rates.results import RateEstimate
from evenhand.stats.rates.tuned import tuned_aipw_mean
from evenhand.stats.rates.weighted import WeightedMean, aipw_mean, hajek

JUDGED = 10_000
"""Items of a population."""


# -- Labels drawn where a panel is unsure ----------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Five judges who err together: items are hard for all, and lean one way for all (methods.md 11)."""

    skill: float
    difficulty: float
    leniency: float
    rate: float = 0.8
    judges: int = 5

    def draw(self, n: int, rng: np.random.Generator) -> tuple[NDArray[np.bool_], Integers]:
        """Return the truth of n items and how many judges call each positive."""
        truth = rng.random(n) < self.rate
        hard, lean = np.abs(rng.normal(size=n)), rng.normal(0, 0.5, n)
        right = ndtr(self.skill - self.difficulty * hard + np.where(truth, 1, -1) * (self.leniency + lean))
        correct = rng.binomial(self.judges, right)
        return truth, np.where(truth, correct, self.judges - correct)

    def agreement(self, rng: np.random.Generator) -> float:
        """Return the probability that the majority is right, from half a million items."""
        truth, votes = self.draw(500_000, rng)
        return float((truth == (votes > self.judges / 2)).mean())

    def __str__(self) -> str:
        return f"skill {self.skill} rate {self.rate}"


PANELS = (
    Panel(skill=2.3, difficulty=0.9, leniency=0.3),
    Panel(skill=1.3, difficulty=1.0, leniency=0.35),
    Panel(skill=1.8, difficulty=0.9, leniency=0.6),
    Panel(skill=1.8, difficulty=0.9, leniency=0.6, rate=0.95),
)


@dataclass(frozen=True, kw_only=True)
class Targeted:
    """Estimates from one drawn batch."""

    tuned: Measured
    aipw: Measured
    hajek: Measured
    pooled: Measured
    """The mean of the labels, as if they were drawn evenly."""
    unanimous: Measured
    """Unanimous items taken as the judges say, the others from their labels."""


def targeted_labels(
    panel: Panel, n: int, *, repetitions: int, rng: np.random.Generator, judged: int = JUDGED
) -> list[Coverage]:
    """Return the coverage for the pass rate and for the agreement of panel and people, from the same draws."""
    truths = {"pass rate": panel.rate, "agreement": panel.agreement(rng)}
    found: dict[str, list[Targeted]] = {name: [] for name in truths}
    for _ in range(repetitions):
        truth, votes = panel.draw(judged, rng)
        share = votes / panel.judges
        inclusion = design_probabilities(np.clip(share * (1 - share), 0.02, 0.25), n)
        drawn = poisson_draw(inclusion, rng=rng)
        agreed = truth == (share > 0.5)
        found["pass rate"].append(_targeted(share, truth, drawn, inclusion, share))
        found["agreement"].append(_targeted(np.maximum(share, 1 - share), agreed, drawn, inclusion, share))
    return [
        coverage
        for name, value in truths.items()
        for coverage in _targeted_coverage(found[name], value, n, f"{panel} n {n} {name}", rng)
    ]


def _targeted(
    scores: Floats,
    outcome: NDArray[np.bool_],
    drawn: NDArray[np.bool_],
    inclusion: Floats,
    share: Floats,
) -> Targeted:
    labels = np.where(drawn, outcome, np.nan)
    aipw: WeightedMean = aipw_mean(scores, labels, inclusion)
    split = drawn & (share > 0) & (share < 1)
    one_mind = float(np.isin(share, [0, 1]).mean())
    sure = scores[np.isin(share, [0, 1])].mean() if one_mind else 0.0
    return Targeted(
        tuned=tuned_aipw_mean(scores, labels, inclusion).estimate,
        aipw=aipw.estimate,
        hajek=hajek(labels, inclusion).estimate,
        pooled=_wilson(int(outcome[drawn].sum()), int(drawn.sum())),
        unanimous=_moved(_wilson(int(outcome[split].sum()), int(split.sum())), one_mind * sure, 1 - one_mind),
    )


def _wilson(successes: int, n: int) -> Estimate:
    return Estimate(value=successes / max(n, 1), interval=wilson_interval(successes, n), n=n)


def _moved(estimate: Estimate, shift: float, factor: float) -> Estimate:
    low, high = shift + factor * estimate.interval.low, shift + factor * estimate.interval.high
    interval = Interval(low=low, high=high, confidence=estimate.interval.confidence)
    return Estimate(value=shift + factor * estimate.value, interval=interval, n=estimate.n)


def _targeted_coverage(
    found: Sequence[Targeted], truth: float, n: int, setting: str, rng: np.random.Generator
) -> list[Coverage]:
    k = rng.binomial(n, truth, size=len(found))
    even = wilson_limits(k, np.full_like(k, n))
    methods = {
        "humans only, drawn evenly": even,
        "AIPW, tuned": limits_of(each.tuned for each in found),
        "AIPW": limits_of(each.aipw for each in found),
        "Hajek": limits_of(each.hajek for each in found),
        "labels pooled": limits_of(each.pooled for each in found),
        "unanimity trusted": limits_of(each.unanimous for each in found),
    }
    return [limits.judged_by(truth, setting, name, even) for name, limits in methods.items()]


# -- Labels in clusters ----------------------------------------------------------------------------

CLUSTERS = ((10, 5), (20, 5), (40, 5), (20, 10), (60, 3))
"""Clusters labelled as a whole, and items in each."""


def clustered_labels(
    labelled: int,
    size: int,
    *,
    repetitions: int,
    rng: np.random.Generator,
    rate: float = 0.8,
    clusters: int = 1000,
) -> list[Coverage]:
    """Return the coverage when whole clusters with an intraclass correlation of .4 are labelled."""
    cluster = np.repeat(np.arange(clusters), size)
    found: dict[str, list[Measured]] = {"clusters heeded": [], "clusters ignored": []}
    for _ in range(repetitions):
        # Var(p) = rate (1 - rate) / (1 + 1.5)
        chance = rng.beta(rate * 1.5, (1 - rate) * 1.5, clusters)
        truth = rng.random(clusters * size) < chance[cluster]
        verdicts = np.where(rng.random(clusters * size) < 0.88, truth, ~truth).astype(np.int64)
        chosen = np.isin(cluster, rng.choice(clusters, labelled, replace=False))
        labels, inclusion = np.where(chosen, truth, -1), np.full(clusters * size, labelled / clusters)
        for name, given in zip(found, (cluster, None), strict=True):
            result = estimate_rate(verdicts, labels, inclusion, rng=rng, clusters=given, draws=1000)
            assert isinstance(result, RateEstimate)
            found[name].append(result.estimate)
    limits = {name: limits_of(each) for name, each in found.items()}
    setting = f"{labelled} clusters of {size}"
    return [each.judged_by(rate, setting, name, limits["clusters ignored"]) for name, each in limits.items()]
