"""Whether a new rater is good enough: margins, three outcomes and the reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import ndtri

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.change.clustered import DRAWS, clustered_mean, sign_flip_test
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.paired import Alternative, PairedCounts, mcnemar, paired_difference
from evenhand.stats.change.power import ALPHA, POWER, smallest_detectable_difference
from evenhand.stats.estimate import Estimate, Measured, Undefined

MARGIN = 0.03
"""How much worse is still good enough, unless told otherwise: 3 points (methods.md 6.2)."""


class Outcome(StrEnum):
    """What a comparison came to."""

    PASSED = "passed"
    """The claim is shown."""
    FAILED = "failed"
    """The contrary is shown."""
    UNDECIDED = "undecided"
    """The items do not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An outcome with all that led to it."""

    outcome: Outcome
    """What it came to."""
    reason: str
    """Why, in a sentence for people."""
    difference: Measured
    """New - old, with the interval whose limits are each one-sided at `alpha`."""
    margin: float
    """The difference that still is good enough."""
    alpha: float
    """Chance of a wrong decision on a side."""
    p_worse: float
    """The p-value of "the new one is worse"; adjusted where many are decided at once."""
    detectable: float | Undefined
    """The drop that this many items show with a power of 80 %."""

    @property
    def detects_margin(self) -> bool:
        """Whether a drop as large as the margin would be seen with a power of 80 %."""
        return not isinstance(self.detectable, Undefined) and self.detectable <= self.margin


# -- Good enough ---------------------------------------------------------------------------------------------


def noninferiority(counts: PairedCounts, *, margin: float = MARGIN, alpha: float = ALPHA) -> Decision:
    """Decide whether a new rater is not worse than the old one by `margin` or more.

    PASSED if the lower limit of new - old (Tango, one-sided at `alpha`) is above -margin. Otherwise FAILED if the new
    one is worse (McNemar mid-p, one-sided at `alpha`), and UNDECIDED if not: "no drop seen" is not "no drop".
    So a rater that is worse by the margin passes with a chance of about `alpha`, and one that is as good as the old one
    fails with a chance of at most about `alpha`. A drop that is real but within the margin passes.

    Source: methods.md 6.1 to 6.3; Tango (1998), Statistics in Medicine 17, 891-908.

    Raises:
        ValueError: The margin is not in (0, 1) or alpha not in (0, 1/2).
    """
    return noninferiority_of_family([counts], margin=margin, alpha=alpha)[0]


def noninferiority_of_family(
    tables: Sequence[PairedCounts], *, margin: float = MARGIN, alpha: float = ALPHA
) -> tuple[Decision, ...]:
    """Decide `noninferiority` of several tables that are one gate: FAILED after Holm's adjustment over all of them.

    So the chance that any of several unchanged raters fails is about `alpha`. PASSED needs no adjustment: a gate passes
    when all of its tables do, and each of them holds `alpha` (Berger (1982), Technometrics 24, 295-300).

    Raises:
        ValueError: The margin is not in (0, 1) or alpha not in (0, 1/2).
    """
    _check(margin, alpha)
    p_values = holm(np.array([mcnemar(table) for table in tables], dtype=np.float64))
    return tuple(
        _decide_noninferiority(
            paired_difference(table, confidence=1 - 2 * alpha),
            margin=margin,
            alpha=alpha,
            p_worse=float(p_worse),
            detectable=_detectable(table.n, table.discordant, alpha),
        )
        for table, p_worse in zip(tables, p_values, strict=True)
    )


def noninferiority_of_scores(
    differences: Floats,
    *,
    clusters: Integers | None = None,
    span: float | None = None,
    margin: float = MARGIN,
    alpha: float = ALPHA,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Decision:
    """Decide `noninferiority` of scores, or of answers whose items repeat, from paired differences of shape (N,).

    As `noninferiority`, with the limit of `clustered_mean` (see there for `span`) and the p-value of `sign_flip_test`.
    `margin` is in the unit of the scores. The detectable drop is (z_alpha + z_beta) standard errors of the mean.

    Raises:
        ValueError: The margin is not positive, alpha not in (0, 1/2), the arrays do not fit, or there are none.
    """
    _check(margin, alpha, most=np.inf)
    measured = clustered_mean(
        differences, clusters=clusters, span=span, rng=rng, confidence=1 - 2 * alpha, draws=draws
    )
    p_worse = sign_flip_test(differences, clusters=clusters, rng=rng, draws=draws)
    return _decide_noninferiority(
        measured, margin=margin, alpha=alpha, p_worse=p_worse, detectable=_detectable_score(measured, alpha)
    )


def _decide_noninferiority(
    difference: Measured, *, margin: float, alpha: float, p_worse: float, detectable: float | Undefined
) -> Decision:
    if isinstance(difference, Undefined):
        outcome, reason = Outcome.UNDECIDED, f"there is no interval: {difference.reason}"
    elif difference.interval.low > -margin:
        outcome, reason = Outcome.PASSED, f"{_words(difference)}: a drop of {margin:.3g} is excluded"
    elif p_worse <= alpha:
        outcome = Outcome.FAILED
        reason = (
            f"{_words(difference)}: worse (p = {p_worse:.2g}), and a drop of {margin:.3g} is not excluded"
        )
    else:
        outcome = Outcome.UNDECIDED
        reason = (
            f"{_words(difference)}: neither a drop (p = {p_worse:.2g}) nor its absence within "
            f"{margin:.3g} is shown"
        )
    return Decision(
        outcome=outcome,
        reason=reason,
        difference=difference,
        margin=margin,
        alpha=alpha,
        p_worse=p_worse,
        detectable=detectable,
    )


# -- As good as ----------------------------------------------------------------------------------------------


def equivalence(counts: PairedCounts, *, margin: float = MARGIN, alpha: float = ALPHA) -> Decision:
    """Decide whether two raters differ by less than `margin`, by two one-sided tests.

    PASSED if both limits of new - old (Tango, each one-sided at `alpha`) are within the margin, FAILED if both are
    beyond it on one side, UNDECIDED otherwise.

    Source: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680; methods.md 6.2.

    Raises:
        ValueError: The margin is not in (0, 1) or alpha not in (0, 1/2).
    """
    _check(margin, alpha)
    difference = paired_difference(counts, confidence=1 - 2 * alpha)
    if isinstance(difference, Undefined):
        outcome, reason = Outcome.UNDECIDED, f"there is no interval: {difference.reason}"
    elif -margin < difference.interval.low and difference.interval.high < margin:
        outcome, reason = Outcome.PASSED, f"{_words(difference)}: within {margin:.3g} on both sides"
    elif difference.interval.high < -margin or difference.interval.low > margin:
        outcome, reason = Outcome.FAILED, f"{_words(difference)}: beyond {margin:.3g}"
    else:
        outcome, reason = (
            Outcome.UNDECIDED,
            f"{_words(difference)}: reaches across the margin of {margin:.3g}",
        )
    return Decision(
        outcome=outcome,
        reason=reason,
        difference=difference,
        margin=margin,
        alpha=alpha,
        p_worse=mcnemar(counts, alternative=Alternative.WORSE),
        detectable=_detectable(counts.n, counts.discordant, alpha),
    )


def _words(difference: Estimate) -> str:
    limits = difference.interval
    return f"new - old is {difference.value:+.3f} ({limits.low:+.3f} to {limits.high:+.3f})"


def _detectable(n: int, discordant: int, alpha: float) -> float | Undefined:
    # One discordant item and one concordant are added: none seen does not mean that there will be none.
    return smallest_detectable_difference(n, (discordant + 1) / (n + 2), alpha=alpha)


def _detectable_score(measured: Measured, alpha: float) -> float | Undefined:
    if isinstance(measured, Undefined):
        return measured
    half = (measured.interval.high - measured.interval.low) / 2
    return half * float(1 + ndtri(POWER) / ndtri(1 - alpha))


def _check(margin: float, alpha: float, *, most: float = 1.0) -> None:
    if not 0 < margin < most:
        raise ValueError(f"a margin is above 0 and below {most:g}, not {margin}")
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha is {alpha}, expected a number between 0 and 1/2")
