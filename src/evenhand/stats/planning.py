"""How many human labels a wished interval needs, what they cost, and how many are worth their price."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import predicted_total
from evenhand.stats.quantiles import normal_quantile
from evenhand.stats.rates.draws import DRAWS, StrataDraws, draw_strata, stratum_means, stratum_shares
from evenhand.stats.rates.label_spreads import SPREADS, explained_correlation
from evenhand.stats.reasons import NO_LABEL

LEAST_BURN_IN = 60
"""Labels drawn evenly below which a plan is a guess (methods.md 3.6)."""


def labels_for_half_width(
    half_width: float,
    *,
    rate: float,
    correlation: float = 0.0,
    judged: float = math.inf,
    confidence: float = CONFIDENCE,
) -> int:
    """Return how many labels make an interval of a rate that reaches `half_width` to either side.

    `correlation` is that of label and verdict (0 without a judge), `judged` the number of further items with a
    verdict. The normal law z^2 theta (1 - theta) (1 - rho^2 N / (n + N)) / w^2; intervals near 0 and 1 are somewhat
    wider.

    Source: methods.md 3.3.

    Raises:
        ValueError: The half width or the rate is not between 0 and 1, or the correlation not between -1 and 1.
    """
    _check_half_width(half_width)
    if not 0 <= rate <= 1 or not -1 <= correlation <= 1:
        raise ValueError(
            f"expected a rate from 0 to 1 and a correlation from -1 to 1, not {rate} and {correlation}"
        )
    spread, allowed = rate * (1 - rate), (half_width / normal_quantile(confidence)) ** 2
    if math.isinf(judged):
        return _whole(spread * (1 - correlation**2) / allowed)
    # allowed n^2 + (allowed N - V) n - V N (1 - rho^2) = 0, the larger root
    middle = allowed * judged - spread
    root = math.sqrt(middle**2 + 4 * allowed * spread * judged * (1 - correlation**2))
    return _whole((root - middle) / (2 * allowed))


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnIn:
    """What a first few labels say about how many more are needed."""

    labelled: int
    judged: int
    rate: Measured
    correlation: Measured
    """Of labels with the best guess the strata allow: the square root of the share of the variance they explain."""
    seen: StrataDraws
    """Shares of the strata and of the positive items in them, as seen; one draw."""
    posterior: StrataDraws
    """Draws of the same."""
    verdicts: Integers
    """Verdict of each stratum: 1 positive, 0 negative, -1 none."""

    @property
    def too_small(self) -> bool:
        """Whether a plan made from it is a guess: under 60 labels."""
        return self.labelled < LEAST_BURN_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPlan:
    """Labels in all, for a wished half width."""

    target: str
    """"rate", "sensitivity" or "specificity"."""
    half_width: float
    labels: Measured
    """Labels drawn evenly, those of the burn-in among them. The interval is what the burn-in leaves open; plan with
    its upper end to be sure."""
    without_judge: Measured
    """The same if nobody had judged."""
    warnings: tuple[str, ...]


def burn_in(
    population: ArrayLike,
    successes: ArrayLike,
    labelled: ArrayLike,
    verdicts: ArrayLike,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> BurnIn:
    """Return what the labels so far say about the judge, for plans.

    `population`, `successes`, `labelled` and `verdicts` have shape (S,), as in `chain_rule_quality`: strata of a
    verdict, within which labels were drawn at random at any rate. The correlation is undefined where the rate was
    seen as 0 or 1.

    Source: methods.md 3.6.

    Raises:
        ValueError: The counts do not fit each other.
    """
    posterior = draw_strata(population, successes, labelled, rng=rng, draws=draws)
    sizes, hits, labels = (np.asarray(each, dtype=np.float64) for each in (population, successes, labelled))
    seen = StrataDraws(
        weights=stratum_shares(sizes)[np.newaxis], means=stratum_means(hits, labels)[np.newaxis]
    )
    n, rate = int(labels.sum()), float(seen.rates[0])
    nothing = Undefined(n=n, reason=NO_LABEL if n == 0 else "the labels are of one mind")
    known = _summary(rate, posterior.rates, n=n, confidence=confidence) if n else nothing
    explained = _summary(
        float(explained_correlation(seen)[0]), explained_correlation(posterior), n=n, confidence=confidence
    )
    return BurnIn(
        labelled=n,
        judged=int(sizes.sum()),
        rate=known,
        correlation=explained if 0 < rate < 1 and n else nothing,
        seen=seen,
        posterior=posterior,
        verdicts=np.asarray(verdicts, dtype=np.int64),
    )


def plan_labels(
    known: BurnIn, half_width: float, *, target: str = "rate", confidence: float = CONFIDENCE
) -> LabelPlan:
    """Return how many labels the rate, the sensitivity or the specificity needs for a wished half width.

    The number follows from the variances of the strata: z^2 sum W mu (1 - mu) / w^2 for the rate; for sensitivity and
    specificity those of the ratios, linearised, with the shares of the verdicts known. It is computed for each
    posterior draw, so that its interval says how far the burn-in can be trusted.

    Undefined where the burn-in has no labels, or shows no spread of what is planned.

    Source: methods.md 3.3 and 3.6.

    Raises:
        ValueError: The half width is not between 0 and 1, or the target is unknown.
    """
    _check_half_width(half_width)
    if target not in SPREADS:
        raise ValueError(f"the target is {target!r}, expected one of {', '.join(SPREADS)}")
    warnings = []
    if known.too_small:
        warnings.append(
            f"the burn-in has {known.labelled} labels, fewer than {LEAST_BURN_IN}: the plan is a guess; label on and "
            "plan again"
        )
    per_label, alone = SPREADS[target]
    factor = (normal_quantile(confidence) / half_width) ** 2
    counts = [
        _needed(
            spread(known.seen, known.verdicts),
            spread(known.posterior, known.verdicts),
            factor,
            known,
            confidence,
        )
        for spread in (per_label, alone)
    ]
    return LabelPlan(
        target=target,
        half_width=half_width,
        labels=counts[0],
        without_judge=counts[1],
        warnings=tuple(warnings),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPrice:
    """What further labels take."""

    labels: int
    minutes: Interval
    """Of people, as far as the pace seen foretells it."""
    likely_minutes: float
    money: float
    """At the price of an hour, for the likely minutes."""


def price_labels(
    labels: int, seconds: ArrayLike, *, per_hour: float = 0.0, confidence: float = CONFIDENCE
) -> Measured | LabelPrice:
    """Return the human minutes and the money that `labels` more labels take at the pace seen.

    `seconds` are the active times of labels so far, shape (m,), not a number where unknown. Undefined under two times.

    Source: methods.md 3.6.

    Raises:
        ValueError: A count, a time or the price is negative.
    """
    times = np.asarray(seconds, dtype=np.float64)
    times = times[~np.isnan(times)]
    if labels < 0 or per_hour < 0 or (times < 0).any():
        raise ValueError("labels, times and the price of an hour are not negative")
    if len(times) < 2:
        return Undefined(n=len(times), reason="the pace of at least two labels has to be known")
    mean, deviation = float(times.mean()), float(times.std(ddof=1))
    total = predicted_total(labels, len(times), mean, deviation, confidence=confidence)
    likely = labels * mean / 60
    return LabelPrice(
        labels=labels,
        minutes=Interval(low=max(0.0, total.low / 60), high=total.high / 60, confidence=confidence),
        likely_minutes=likely,
        money=likely / 60 * per_hour,
    )


def cost_optimal_rate(
    *, judge_cost: float, human_cost: float, variance: float, squared_error: float
) -> float:
    """Return the share of judged items that should get a human label, 0 to 1, to learn most for the money.

    `variance` is V = Var(Y), `squared_error` M = E (Y - S)^2. p* = sqrt(c_g M / (c_h (V - M))), at most 1; 1, humans
    only, when the score is no better than a constant (V <= M).

    Source: Angelopoulos et al. (2025), arXiv 2506.07949; methods.md 3.6.

    Raises:
        ValueError: A cost is not above 0, or a variance is negative.
    """
    _check_costs(judge_cost, human_cost)
    if variance < 0 or squared_error < 0:
        raise ValueError("variances are not negative")
    if variance <= squared_error:
        return 1.0
    return min(1.0, math.sqrt(judge_cost * squared_error / (human_cost * (variance - squared_error))))


def cost_optimal_inclusion(
    uncertainty: ArrayLike, *, judge_cost: float, human_cost: float, variance: float
) -> Floats:
    """Return the probability with which each item should get a human label, shape (N,), to learn most for the money.

    `uncertainty` is u(x) = E[(Y - S)^2 | x], shape (N,). pi(x) = min(1, sqrt(c_g u(x) / (c_h (V - E u)))), all 1 where
    V <= E u. It has no even share: mix it with one before drawing (`design_probabilities`), because u is a guess.

    Source: Angelopoulos et al. (2025), arXiv 2506.07949; methods.md 3.6.

    Raises:
        ValueError: A cost is not above 0, or an uncertainty or the variance is negative.
    """
    _check_costs(judge_cost, human_cost)
    doubt = np.asarray(uncertainty, dtype=np.float64)
    if not (doubt >= 0).all() or variance < 0:
        raise ValueError("uncertainties and variances are not negative")
    gain = variance - float(doubt.mean()) if doubt.size else 0.0
    if gain <= 0:
        return np.ones_like(doubt)
    chances: Floats = np.minimum(1.0, np.sqrt(judge_cost * doubt / (human_cost * gain)))
    return chances


def _needed(seen: Floats, drawn: Floats, factor: float, known: BurnIn, confidence: float) -> Measured:
    if known.labelled == 0 or not math.isfinite(seen[0]):
        return Undefined(n=known.labelled, reason="the burn-in has no label of the kind that is planned")
    return _summary(
        _whole(float(seen[0]) * factor), np.ceil(drawn * factor), n=known.labelled, confidence=confidence
    )


def _summary(value: float, drawn: Floats, *, n: int, confidence: float) -> Estimate:
    low, high = np.quantile(drawn, [0.5 - confidence / 2, 0.5 + confidence / 2])
    interval = Interval(low=min(float(low), value), high=max(float(high), value), confidence=confidence)
    return Estimate(value=value, interval=interval, n=n)


def _whole(number: float) -> int:
    """Return the number rounded up, but not for the sake of rounding errors."""
    return math.ceil(number - 1e-9)


def _check_half_width(half_width: float) -> None:
    if not 0 < half_width < 1:
        raise ValueError(f"the half width is {half_width}, expected a number between 0 and 1")


def _check_costs(judge: float, human: float) -> None:
    if not (judge > 0 and human > 0):
        raise ValueError("a verdict and a label cost something: expected numbers above 0")
