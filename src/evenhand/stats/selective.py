"""When a judge may decide alone: thresholds on its confidence that keep a promised error rate."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import bdtr

from evenhand.stats.arrays import Bools, Floats
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.estimate import Measured
from evenhand.stats.intervals import proportion

SHARES: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of all items accepted at the steps of the grid, strict to lax (methods.md 4.1)."""
DELTA: Final = 0.1
"""Chance that a promise is broken by an unlucky draw of the labels."""
ASSUMPTIONS: Final = (
    "The labelled items are independent draws from the items the threshold is used on, each as likely as any other.",
    "The thresholds come from items without labels, so no label had a say in the grid.",
    "Judge, prompt and constitution stay as they were: a new version needs new labels.",
    "The promise is about all accepted items together, not about each slice of them.",
)
"""What a certified threshold rests on, for people."""

Outcome = Literal["passed", "failed", "not tested", "too few labels"]
"""What became of a step: tested and passed; tested and failed, which ends the sequence; behind its end; or before its
start, because the labels it can expect could not pass even without an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One error rate to keep below a limit: how many accepted items of a kind are lost."""

    name: str
    """What a lost item is, for people: "wrong", "missed harm"; each risk has its own."""
    alpha: float
    """The highest rate promised."""
    loss: Bools
    """Whether the labelled item is such a loss, shape (n,)."""
    among: Bools | None = None
    """Which labelled items the rate is a share of, shape (n,); all of them without it. The fewer they are, the sooner
    a strict step fails for want of labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCount:
    """What the labels above a threshold say of one risk."""

    name: str
    n: int
    """Labelled items accepted that the rate is a share of."""
    losses: int
    """How many of them are lost."""
    p_value: float
    """Of the rate being above its limit: the chance of so few losses at the limit."""
    kept: Measured
    """Share that is not lost, by itself: the certificate is the promise, not this interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One threshold of the grid."""

    share: float
    """Share of all items the step was to accept."""
    threshold: float
    """Lowest confidence it accepts."""
    pool_share: float
    """Share of the pool it does accept; more than asked for where confidences tie."""
    labelled_share: float
    """Share of the labelled items it accepts."""
    counts: tuple[RiskCount, ...]
    """One for each risk."""
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """The most lenient threshold that keeps the promise."""

    step: Step
    """Where the sequence ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptNothing:
    """No threshold keeps the promise; everything goes to people."""

    reason: str
    """Why, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a judge may decide alone, and what that rests on."""

    accepted: Certified | AcceptNothing
    steps: tuple[Step, ...]
    """The whole grid, strict to lax."""
    alphas: Mapping[str, float]
    """Limit of each risk."""
    delta: float
    """Chance that the promise is broken by an unlucky draw of the labels."""
    labelled: int
    fewest_labels: int
    """Fewest accepted labels, none of them lost, that could pass."""

    @property
    def automated_share(self) -> float:
        """Return the share of the pool that may be decided alone."""
        return self.accepted.step.pool_share if isinstance(self.accepted, Certified) else 0.0

    @property
    def threshold(self) -> float:
        """Return the lowest confidence that is accepted; infinite where nothing is."""
        return self.accepted.step.threshold if isinstance(self.accepted, Certified) else math.inf

    def in_words(self) -> str:
        """Return the promise, or why there is none, in a sentence."""
        if isinstance(self.accepted, AcceptNothing):
            return f"Nothing may be decided alone: {self.accepted.reason}."
        limits = " and ".join(f"at most {alpha:.1%} are {name}" for name, alpha in self.alphas.items())
        return (
            f"With probability {1 - self.delta:.0%} over the draw of the {self.labelled} labels, of the items with "
            f"confidence {self.threshold:.4g} or more ({self.automated_share:.0%} of all) {limits}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One judge of a cascade, seen on all items: those before it take their items away first."""

    confidence: Floats
    """On the labelled items, shape (n,)."""
    correct: Bools
    """Whether its answer is the human label, shape (n,)."""
    pool: Floats
    """Its confidence on items without labels, shape (N,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeSelection:
    """What each judge of a cascade may decide alone."""

    tiers: tuple[Selection, ...]
    """Each on the items the earlier ones passed on."""
    decided_by: tuple[float, ...]
    """Share of the pool each tier decides."""

    @property
    def automated_share(self) -> float:
        """Return the share of the pool that any tier decides alone."""
        return sum(self.decided_by)


# -- One judge -------------------------------------------------------------------------------------


def certify_threshold(
    confidence: Floats,
    correct: Bools,
    pool: Floats,
    *,
    alpha: float,
    delta: float = DELTA,
    shares: Sequence[float] = SHARES,
    weights: Floats | None = None,
) -> Selection:
    """Return the lowest confidence from which a judge may decide alone with an error rate of at most `alpha`.

    Promise: P(answer wrong | confidence >= threshold) <= `alpha`, with probability 1 - `delta` or more over the draw of
    the labels. `ASSUMPTIONS` says what it rests on. `confidence` and `correct` have shape (n,), a labelled item each;
    `pool` has shape (N,), the confidences of items without labels.

    The thresholds of the grid accept `shares` of the pool. From strict to lax, each is tested with the exact binomial
    distribution at level `delta`; the first that fails ends the sequence, and where the first one fails nothing is
    accepted. Steps that expect too few labels to pass even without an error are left out before any label is looked at.
    A coarse grid is the point: each step needs a noticeable number of new labels.

    Unequal `weights` (1/inclusion probability) are refused: the exact test needs labels that were all equally likely.
    Take the items that `thinning.equally_likely` keeps instead.

    Source: Jung, Brahman and Choi (ICLR 2025); Bauer (1991) for fixed sequences; methods.md 4.1.

    Raises:
        ValueError: Shapes, confidences or rates are impossible, or weights differ.
    """
    risk = Risk(name="wrong", alpha=alpha, loss=~np.asarray(correct, dtype=np.bool_))
    return certify_risks(confidence, [risk], pool, delta=delta, shares=shares, weights=weights)


def certify_risks(
    confidence: Floats,
    risks: Sequence[Risk],
    pool: Floats,
    *,
    delta: float = DELTA,
    shares: Sequence[float] = SHARES,
    weights: Floats | None = None,
    bonferroni: bool = False,
) -> Selection:
    """Return the lowest confidence from which several risks stay below their limits, all at once.

    Promise: every risk is at most its alpha, with probability 1 - `delta` or more over the draw of the labels. A step
    passes when all its tests do. To let a bad threshold through, the test of a risk that is above its limit must fail,
    and that happens with probability `delta` at most: each test may have the whole of `delta` (an intersection-union
    test). `bonferroni` gives each only its part; it promises no more and accepts less.

    Shapes, grid, sequence and weights as in `certify_threshold`. Missed harm is a risk whose `loss` is "people say
    harmful, the judge does not", among all accepted items, or `among` those people call harmful.

    Source: Angelopoulos et al. (2021), Learn then Test, arXiv 2110.01052; methods.md 4.2.

    Raises:
        ValueError: Shapes, confidences or rates are impossible, or weights differ.
    """
    _check(confidence, risks, pool, delta, shares)
    _refuse_unequal(weights, len(confidence))
    level = delta / len(risks) if bonferroni else delta
    steps = _sequence(confidence, risks, _thresholds(pool, shares), pool, level)
    return Selection(
        accepted=_last_passed(steps),
        steps=steps,
        alphas={risk.name: risk.alpha for risk in risks},
        delta=delta,
        labelled=len(confidence),
        fewest_labels=max(fewest_labels(risk.alpha, level) for risk in risks),
    )


def fewest_labels(alpha: float, delta: float = DELTA) -> int:
    """Return how many accepted labels, none of them wrong, it takes to certify `alpha`: ln delta / ln(1 - alpha)."""
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise ValueError(f"alpha is {alpha} and delta {delta}, expected numbers between 0 and 1")
    # Less a hair: a quotient that is whole but for rounding is whole.
    return math.ceil(math.log(delta) / math.log1p(-alpha) - 1e-9)


def _thresholds(pool: Floats, shares: Sequence[float]) -> list[tuple[float, float]]:
    """Return pairs of share and threshold, strict to lax, each threshold once; what accepts all of the pool is 0."""
    descending = np.sort(pool)[::-1]
    places = np.ceil(np.asarray(shares) * pool.size - 1e-9).astype(np.int64) - 1
    grid: dict[float, float] = {}
    for share, place in zip(shares, places, strict=True):
        threshold = float(descending[place])
        grid[threshold if threshold > descending[-1] else 0.0] = share
    return [(share, threshold) for threshold, share in grid.items()]


def _sequence(
    confidence: Floats, risks: Sequence[Risk], grid: list[tuple[float, float]], pool: Floats, level: float
) -> tuple[Step, ...]:
    needed = max(fewest_labels(risk.alpha, level) for risk in risks)
    steps: list[Step] = []
    going = True
    for share, threshold in grid:
        accepted, pool_share = confidence >= threshold, float((pool >= threshold).mean())
        counts = tuple(_count(risk, accepted) for risk in risks)
        outcome: Outcome = "not tested"
        if confidence.size * pool_share < needed:
            outcome = "too few labels"
        elif going:
            going = all(count.p_value <= level for count in counts)
            outcome = "passed" if going else "failed"
        labelled_share = float(accepted.mean()) if accepted.size else 0.0
        steps.append(
            Step(
                share=share,
                threshold=threshold,
                pool_share=pool_share,
                labelled_share=labelled_share,
                counts=counts,
                outcome=outcome,
            )
        )
    return tuple(steps)


def _count(risk: Risk, accepted: Bools) -> RiskCount:
    counted = accepted if risk.among is None else accepted & risk.among
    n, losses = int(counted.sum()), int((counted & risk.loss).sum())
    # No label is no evidence; the distribution function at (0, 0) would say the same.
    p_value = float(bdtr(losses, n, risk.alpha)) if n else 1.0
    return RiskCount(name=risk.name, n=n, losses=losses, p_value=p_value, kept=proportion(n - losses, n))


def _last_passed(steps: Sequence[Step]) -> Certified | AcceptNothing:
    passed = [step for step in steps if step.outcome == "passed"]
    if passed:
        return Certified(step=passed[-1])
    failed = next((step for step in steps if step.outcome == "failed"), None)
    if failed is None:
        return AcceptNothing(reason="there are too few labels to pass even without an error")
    lost = ", ".join(f"{count.losses} of {count.n} are {count.name}" for count in failed.counts)
    return AcceptNothing(reason=f"the strictest threshold tested already fails: {lost}")


# -- Cascades --------------------------------------------------------------------------------------


def certify_cascade(
    tiers: Sequence[Tier], *, alpha: float, delta: float = DELTA, shares: Sequence[float] = SHARES
) -> CascadeSelection:
    """Return from which confidence each judge of a cascade may decide alone.

    Promise: each tier keeps `alpha` on what it decides, and so does the cascade as a whole, with probability
    1 - `delta` or more: every tier is certified at `delta` over the number of tiers, on the items the earlier tiers
    passed on. All tiers hold the same labelled items and the same pool, in the same order.

    An earlier threshold was chosen with the same labels. It leaves to the next tier the items around which the earlier
    judge erred too often, and so makes the next test stricter where judges err on the same items; only judges who err
    on *different* items could gain from it.

    Source: Jung, Brahman and Choi (ICLR 2025), section 2.3; methods.md 4.1.

    Raises:
        ValueError: There is no tier, tiers hold different items, or as in `certify_threshold`.
    """
    if not tiers or len({(tier.confidence.shape, tier.pool.shape) for tier in tiers}) != 1:
        raise ValueError("expected one tier or more, all on the same labelled items and the same pool")
    left, pool_left = np.ones(tiers[0].confidence.size, bool), np.ones(tiers[0].pool.size, bool)
    selections, decided = [], []
    for tier in tiers:
        selection = _certify_tier(tier, left, pool_left, alpha, delta / len(tiers), shares)
        selections.append(selection)
        takes = pool_left & (tier.pool >= selection.threshold)
        decided.append(float(takes.mean()))
        left, pool_left = left & (tier.confidence < selection.threshold), pool_left & ~takes
    return CascadeSelection(tiers=tuple(selections), decided_by=tuple(decided))


def _certify_tier(
    tier: Tier, left: Bools, pool_left: Bools, alpha: float, delta: float, shares: Sequence[float]
) -> Selection:
    if not pool_left.any():
        return Selection(
            accepted=AcceptNothing(reason="the tiers before it decide everything"),
            steps=(),
            alphas={"wrong": alpha},
            delta=delta,
            labelled=int(left.sum()),
            fewest_labels=fewest_labels(alpha, delta),
        )
    confidence, correct, pool = tier.confidence[left], tier.correct[left], tier.pool[pool_left]
    return certify_threshold(confidence, correct, pool, alpha=alpha, delta=delta, shares=shares)


# -- Input -----------------------------------------------------------------------------------------


def _check(
    confidence: Floats, risks: Sequence[Risk], pool: Floats, delta: float, shares: Sequence[float]
) -> None:
    if not risks or len({risk.name for risk in risks}) != len(risks):
        raise ValueError("expected one risk or more, each with its own name")
    for risk in risks:
        check_confidences(confidence, risk.loss)
        if risk.among is not None and risk.among.shape != confidence.shape:
            raise ValueError(f"{confidence.size} labelled items, {risk.among.size} for {risk.name!r}")
        fewest_labels(risk.alpha, delta)
    if pool.ndim != 1 or pool.size == 0 or not ((pool >= 0) & (pool <= 1)).all():
        raise ValueError("the pool holds the confidences, from 0 to 1, of one item without label or more")
    if not shares or any(not 0 < share <= 1 for share in shares) or list(shares) != sorted(set(shares)):
        raise ValueError("the grid accepts rising shares of the pool, above 0 and up to 1")


def _refuse_unequal(weights: Floats | None, n: int) -> None:
    if weights is None:
        return
    if weights.shape != (n,):
        raise ValueError(f"{n} labelled items and weights of shape {weights.shape}")
    if n and not np.allclose(weights, weights[0], rtol=1e-9, atol=0):
        raise ValueError(
            "labels with unequal inclusion probabilities break the exact test: keep those `equally_likely` returns"
        )
