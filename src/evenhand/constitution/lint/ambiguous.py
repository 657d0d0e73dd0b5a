"""Ambiguous principles: readers differ on them beyond what each differs from itself."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.counting import adjusted
from evenhand.constitution.lint.evidence import Opinions, RunEvidence
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding, Figure, Unsure
from evenhand.constitution.lint.words import number
from evenhand.stats.arrays import Floats
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.estimate import Estimate, Interval
from evenhand.stats.exact_tails import student_tail
from evenhand.stats.opinion_entropy import (
    interpretive_entropy_of_repeats,
    interpretive_entropy_of_shares,
)
from evenhand.stats.quantiles import student_quantile

NEEDS = (
    "two opinions or more (judges, orders, runs of paraphrased prompts), each asked twice or giving probabilities: set "
    "`repeats: 3` on the judges, or run with --readings 3"
)
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mean:
    """Mean interpretive entropy of a principle."""

    name: str
    value: float
    error: float
    """Standard error; replies of one source vary together."""
    degrees: int
    n: int
    most: float
    """Largest entropy of its scale: the log of how many answers there are."""

    def p_above(self, limit: float) -> float:
        """Return the chance of a mean as large, were the truth `limit`: Student's test over sources, to one side.

        Where all sources say the same, nothing tells how they vary. Were the truth `limit`, a share of at most
        limit / value of them could be like those seen; the chance is that of seeing no other.
        """
        if self._is_one_number:
            return (limit / self.value) ** (self.degrees + 1) if self.value > limit else 1.0
        return student_tail((self.value - limit) / self.error, self.degrees)

    def estimate(self, confidence: float) -> Estimate:
        """Return it with its interval; where all sources say the same, with what sources nobody saw could change."""
        if self._is_one_number:
            unseen = 1 - (0.5 - confidence / 2) ** (1 / (self.degrees + 1))
            low, high = self.value * (1 - unseen), self.value + max(self.most - self.value, 0.0) * unseen
            interval = Interval(low=low, high=high, confidence=confidence)
            return Estimate(value=self.value, interval=interval, n=self.n)
        half = student_quantile(confidence, self.degrees) * self.error
        interval = Interval(low=max(self.value - half, 0.0), high=self.value + half, confidence=confidence)
        return Estimate(value=self.value, interval=interval, n=self.n)

    @property
    def _is_one_number(self) -> bool:
        return self.error <= _ROUNDING


def ambiguous(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return the principles whose interpretive entropy is above the limit, or far above that of the others.

    The most ambiguous tenth of ten principles or more is held against the mean of the others and a margin, where that
    is lower than the limit; so that a constitution that is clear throughout has no most ambiguous tenth. Each principle
    is tested once, and the p-values are adjusted over all of them. Source: methods.md 7.2.
    """
    found = [
        mean
        for principle, opinions in zip(evidence.principles, evidence.opinions, strict=True)
        if opinions is not None and (mean := _mean(principle.id, opinions)) is not None
    ]
    enough = [mean for mean in found if mean.n >= choices.too_few and mean.degrees >= 1]
    limits = list(_limits(enough, choices))
    p_values = adjusted([mean.p_above(limit) for mean, limit in zip(enough, limits, strict=True)])
    findings, unsure = [], list(_few(found, choices))
    for mean, limit, p in zip(enough, limits, p_values, strict=True):
        if p <= choices.false_discovery:
            findings.append(_finding(mean, float(p), choices))
        elif mean.value > limit:
            unsure.append(_unsure(mean, limit, choices))
    return CheckResult(
        check=Check.AMBIGUOUS,
        findings=tuple(findings),
        unsure=tuple(unsure),
        needs="" if found else NEEDS,
        looked_at=len(enough),
        measured=tuple(Figure(name=mean.name, measured=mean.estimate(choices.confidence)) for mean in enough),
    )


def interpretive_entropies(opinions: Opinions) -> Floats:
    """Return the interpretive entropy of each item, shape (n,); not a number where it can not be told.

    Counted answers go before stated probabilities: what a judge says when it is asked again is what counts.
    """
    values = np.full(len(opinions.clusters), np.nan)
    if opinions.shares is not None:
        shared = None if opinions.shared is None else opinions.shared.astype(np.float64)
        values = interpretive_entropy_of_shares(opinions.shares, shared)
    if opinions.counts is not None:
        counted = interpretive_entropy_of_repeats(opinions.counts, draws=opinions.draws)
        values = np.where(np.isnan(counted), values, counted)
    return values


def _mean(name: str, opinions: Opinions) -> _Mean | None:
    values = interpretive_entropies(opinions)
    known = ~np.isnan(values)
    n = int(known.sum())
    if not n:
        return None
    mean = float(values[known].mean())
    sums = cluster_sums(values[known] - mean, opinions.clusters[known])
    groups = len(sums)
    error = float(np.sqrt((sums**2).sum() * groups / max(groups - 1, 1))) / n
    most = math.log(next(each.shape[2] for each in (opinions.counts, opinions.shares) if each is not None))
    return _Mean(name=name, value=mean, error=error, degrees=groups - 1, n=n, most=most)


def _limits(means: list[_Mean], choices: LintChoices) -> Iterator[float]:
    """Yield what each principle has to be above."""
    most = int(len(means) * choices.tenth)
    order = sorted(range(len(means)), key=lambda at: (-means[at].value, means[at].name))
    top = set(order[:most])
    others = [mean.value for at, mean in enumerate(means) if at not in top]
    apart = (sum(others) / len(others) if others else 0.0) + choices.apart
    for at in range(len(means)):
        yield min(choices.entropy, apart) if at in top else choices.entropy


def _few(means: list[_Mean], choices: LintChoices) -> Iterator[Unsure]:
    for mean in means:
        if mean.n < choices.too_few or mean.degrees < 1:
            reason = f"{mean.n:,} replies with repeated opinions, of at least {choices.too_few}"
            yield Unsure(check=Check.AMBIGUOUS, principles=(mean.name,), reason=reason)


def _finding(mean: _Mean, p: float, choices: LintChoices) -> EvidenceFinding:
    found = mean.estimate(choices.confidence)
    above = f"above {choices.entropy:g}"
    if found.interval.low <= choices.entropy:
        above = f"more than the others by {choices.apart:g} at least"
    return EvidenceFinding(
        check=Check.AMBIGUOUS,
        principles=(mean.name,),
        message=(
            f"judges read {mean.name} differently: {number(found)} nat beyond their own noise on {mean.n:,} replies, "
            f"{above}"
        ),
        suggestion="say what can be seen in a reply, and add borderline examples",
        figures=(Figure(name="interpretive entropy", measured=found),),
        adjusted_p=p,
    )


def _unsure(mean: _Mean, limit: float, choices: LintChoices) -> Unsure:
    reason = (
        f"{number(mean.estimate(choices.confidence))} nat on {mean.n:,} replies is above {limit:.2g}, "
        "and too few to be sure"
    )
    return Unsure(check=Check.AMBIGUOUS, principles=(mean.name,), reason=reason)
