"""Redundant pairs: two principles that fire together, so that one of them changes next to nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.counting import Count, adjusted, count
from evenhand.constitution.lint.evidence import RunEvidence, Said
from evenhand.constitution.lint.firing import NO_RATE
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding, Figure, Unsure
from evenhand.constitution.lint.words import number, percent, span
from evenhand.stats.arrays import Floats
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.estimate import Estimate, Interval
from evenhand.stats.quantiles import normal_quantile, normal_tail

NEEDS_TWO = "replies that two principles were judged on"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two principles by their columns, and how often they fire."""

    first: int
    second: int
    both: int
    first_fires: int
    second_fires: int
    n: int

    @property
    def phi(self) -> float:
        """Correlation of the verdicts; not a number where one of them never changes."""
        return _phi(self.both, self.first_fires, self.second_fires, self.n)


def redundant(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return the pairs whose verdicts correlate above the limit and of which one can go without changing the pass rate.

    A reply passes where no principle fires. Leaving a principle out lets those pass that it alone fails; the interval
    of their share has to lie within the limit. The correlation is tested with its standard error over sources, half a
    reply added to each cell of the table so that perfect agreement has one too. Source: methods.md 7.2.
    """
    if evidence.preference is not None:
        return CheckResult(check=Check.REDUNDANT, needs=NO_RATE, of="pairs")
    pairs = list(_pairs(evidence, choices))
    close = [pair for pair in pairs if pair.phi > choices.phi]
    phis = [_measure_phi(evidence, pair, choices.confidence) for pair in close]
    p_values = adjusted([_p_above(phi, choices.phi) for phi in phis] + [1.0] * (len(pairs) - len(close)))
    findings, unsure = [], []
    for pair, phi, p in zip(close, phis, p_values, strict=False):
        goes, drop = _one_to_leave_out(evidence, pair)
        enough = min(pair.first_fires, pair.second_fires) >= choices.least_fired
        change = drop.estimate(choices.confidence)
        if enough and p <= choices.false_discovery and change.interval.high <= choices.dropped:
            findings.append(_finding(evidence, pair, goes, phi.estimate, change, float(p)))
        else:
            unsure.append(_unsure(evidence, pair, phi.estimate, change))
    return CheckResult(
        check=Check.REDUNDANT,
        findings=tuple(findings),
        unsure=tuple(unsure),
        needs="" if pairs else NEEDS_TWO,
        looked_at=len(pairs),
        of="pairs",
    )


def _pairs(evidence: RunEvidence, choices: LintChoices) -> Iterator[_Pair]:
    """Yield the pairs that are decided together often enough."""
    decided, fails = evidence.decided.astype(np.float32), evidence.fails.astype(np.float32)
    together = (decided.T @ decided).astype(np.int64)
    both = (fails.T @ fails).astype(np.int64)
    fires = (fails.T @ decided).astype(np.int64)
    for first in range(len(evidence.principles)):
        for second in range(first + 1, len(evidence.principles)):
            if together[first, second] >= choices.too_few:
                yield _Pair(
                    first=first,
                    second=second,
                    both=int(both[first, second]),
                    first_fires=int(fires[first, second]),
                    second_fires=int(fires[second, first]),
                    n=int(together[first, second]),
                )


def _phi(both: float, first: float, second: float, n: float) -> float:
    spread = first * (n - first) * second * (n - second)
    return (n * both - first * second) / spread**0.5 if spread > 0 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeasuredPhi:
    """The correlation, and what it is tested by."""

    estimate: Estimate
    smoothed: float
    error: float


def _measure_phi(evidence: RunEvidence, pair: _Pair, confidence: float) -> _MeasuredPhi:
    """Return phi with the interval of its influence function, half a reply added to each of the four cells."""
    rows = evidence.decided[:, pair.first] & evidence.decided[:, pair.second]
    first, second = evidence.fails[rows, pair.first], evidence.fails[rows, pair.second]
    n = pair.n + 2
    shares = (pair.first_fires + 1) / n, (pair.second_fires + 1) / n
    smoothed = _phi(pair.both + 0.5, pair.first_fires + 1, pair.second_fires + 1, n)
    pulls = _influence(first.astype(np.float64), second.astype(np.float64), shares, smoothed)
    sums = cluster_sums(pulls, evidence.cluster[rows])
    cells = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    added = 0.5 * (_influence(cells[:, 0], cells[:, 1], shares, smoothed) ** 2).sum()
    lone = len(sums) / (len(sums) - 1) if len(sums) > 1 else float("inf")
    error = float(np.sqrt(lone * (sums**2).sum() + added)) / n if lone < float("inf") else lone
    half = normal_quantile(confidence) * error
    interval = Interval(low=max(smoothed - half, -1.0), high=min(smoothed + half, 1.0), confidence=confidence)
    return _MeasuredPhi(
        estimate=Estimate(value=pair.phi, interval=_with(interval, pair.phi), n=pair.n),
        smoothed=smoothed,
        error=error,
    )


def _with(interval: Interval, value: float) -> Interval:
    """Return an interval that holds the value too: the smoothed one lies below it."""
    return Interval(
        low=min(interval.low, value), high=max(interval.high, value), confidence=interval.confidence
    )


def _influence(first: Floats, second: Floats, shares: tuple[float, float], phi: float) -> Floats:
    """Return what each reply pulls the correlation by, times n."""
    one, other = (
        (value - share) / (share * (1 - share)) ** 0.5
        for value, share in zip((first, second), shares, strict=True)
    )
    pulls: Floats = one * other - phi * (one**2 + other**2) / 2
    return pulls


def _p_above(phi: _MeasuredPhi, limit: float) -> float:
    return 1 - normal_tail((phi.smoothed - limit) / phi.error) if phi.error > 0 else 1.0


def _one_to_leave_out(evidence: RunEvidence, pair: _Pair) -> tuple[tuple[int, int], Count]:
    """Return the pair with the one first that changes less when it is left out, and that change of the pass rate."""
    known = evidence.panel_overall() != Said.UNDECIDED
    changes = {
        column: count(evidence.sole(column)[known], evidence.cluster[known])
        for column in (pair.first, pair.second)
    }
    goes = pair.first if changes[pair.first].hits < changes[pair.second].hits else pair.second
    return (goes, pair.second if goes == pair.first else pair.first), changes[goes]


def _finding(
    evidence: RunEvidence, pair: _Pair, order: tuple[int, int], phi: Estimate, change: Estimate, p: float
) -> EvidenceFinding:
    goes, stays = (evidence.principles[column].id for column in order)
    of_goes, of_stays = pair.first_fires, pair.second_fires
    if order[0] != pair.first:
        of_goes, of_stays = of_stays, of_goes
    return EvidenceFinding(
        check=Check.REDUNDANT,
        principles=(goes, stays),
        message=(
            f"{goes} fires with {stays}: phi {number(phi)} on {pair.n:,} replies; where one fires so does the other "
            f"on {percent(pair.both / max(of_goes, 1))} and {percent(pair.both / max(of_stays, 1))}; without {goes} "
            f"the pass rate rises by {span(change)}"
        ),
        suggestion="make one principle of them, or say in each what the other leaves out",
        figures=(
            Figure(name="phi", measured=phi),
            Figure(name=f"change of the pass rate without {goes}", measured=change),
        ),
        adjusted_p=p,
    )


def _unsure(evidence: RunEvidence, pair: _Pair, phi: Estimate, change: Estimate) -> Unsure:
    names = tuple(evidence.principles[column].id for column in (pair.first, pair.second))
    reason = (
        f"phi {number(phi)} on {pair.n:,} replies, {pair.both:,} of which both fail; leaving one out changes the pass "
        f"rate by at most {percent(change.interval.high)}: too few to be sure that one is enough"
    )
    return Unsure(check=Check.REDUNDANT, principles=names, reason=reason)
