"""Shares of replies that may share a source, with exact limits, and p-values adjusted for how many there are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.change.multiplicity import benjamini_hochberg
from evenhand.stats.clusters import cluster_count, cluster_sums
from evenhand.stats.estimate import Estimate, Interval
from evenhand.stats.exact_tails import chance_of_at_least, chance_of_at_most, lower_limit, upper_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of some replies, and how many independent ones these are worth."""

    hits: int
    n: int
    worth: float
    """Independent replies that the n are worth, at most n."""

    @property
    def share(self) -> float:
        """Share of hits; 0 where there is nothing."""
        return self.hits / self.n if self.n else 0.0

    def lower(self, confidence: float) -> float:
        """Return the exact limit that the share is above, to one side."""
        return lower_limit(self._hits, self.worth, confidence=confidence)

    def upper(self, confidence: float) -> float:
        """Return the exact limit that the share is below, to one side; 3 / n where nothing was hit."""
        return upper_limit(self._hits, self.worth, confidence=confidence)

    def estimate(self, confidence: float) -> Estimate:
        """Return the share with its exact interval."""
        level = 0.5 + confidence / 2
        interval = Interval(low=self.lower(level), high=self.upper(level), confidence=confidence)
        return Estimate(value=self.share, interval=interval, n=self.n)

    def p_below(self, limit: float) -> float:
        """Return the chance of as few hits or fewer, were the share `limit`."""
        return chance_of_at_most(self._hits, self.worth, limit)

    def p_above(self, limit: float) -> float:
        """Return the chance of as many hits or more, were the share `limit`."""
        return chance_of_at_least(self._hits, self.worth, limit)

    @property
    def _hits(self) -> float:
        """Hits among the independent replies, exactly all or none where all or none are hit."""
        return self.worth if self.hits == self.n else self.share * self.worth


def count(hits: Bools, clusters: Integers | None = None) -> Count:
    """Return how many of n replies are hits, both of shape (n,).

    Replies of one source are worth fewer: n over the design effect, which is estimated where some are hits and some are
    not. Where all are one or the other, or all come from one source, nothing can be estimated, and each source counts
    as one.

    Source: Korn and Graubard (1998), Survey Methodology 24, 193-201; methods.md 2.4.
    """
    n, found = len(hits), int(hits.sum())
    groups = cluster_count(n, clusters)
    if n in {0, groups}:
        return Count(hits=found, n=n, worth=float(n))
    if found in {0, n} or groups == 1:
        return Count(hits=found, n=n, worth=float(groups))
    share = found / n
    sums = cluster_sums(hits.astype(np.float64) - share, clusters)
    effect = (sums**2).sum() * groups / max(groups - 1, 1) / (n * share * (1 - share))
    return Count(hits=found, n=n, worth=max(n / max(1.0, float(effect)), 1.0))


def needed_for_rare(limit: float, level: float) -> int:
    """Return how many replies without a hit show at `level` that the share is below `limit`."""
    return math.ceil(math.log(level) / math.log1p(-limit))


def adjusted(p_values: Sequence[float]) -> Floats:
    """Return the p-values of Benjamini and Hochberg over all that was tested."""
    return benjamini_hochberg(np.clip(np.asarray(p_values, dtype=np.float64), 0.0, 1.0))
