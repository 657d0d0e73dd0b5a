"""Counts into estimates, by one rule for what is too little to say anything."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from evenhand.stats.agreement import cohen_kappa, percent_agreement
from evenhand.stats.confusion import confusion_table
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.intervals import proportion

TOO_FEW = 20
"""Groups with fewer units get no estimate (methods.md 2.5)."""
TOO_FEW_WORDS = "too few"

Pairs = Mapping[tuple[str, str], int]
"""How often one rater's label met another's."""


class Measuring:
    """Makes estimates; every bootstrap has its own stream, so that one more figure changes no other."""

    def __init__(self, seed: int, *, confidence: float = CONFIDENCE) -> None:
        """Draw bootstraps from `seed`."""
        self._seed = seed
        self.confidence = confidence

    def share(self, successes: int, n: int) -> Measured:
        """Return a share with its interval."""
        if n < TOO_FEW:
            return Undefined(n=n, reason=TOO_FEW_WORDS)
        return proportion(successes, n, confidence=self.confidence)

    def agreement(self, pairs: Pairs, labels: Sequence[str]) -> Measured:
        """Return the share of `pairs` that are equal, with its interval."""
        table = confusion_table(pairs, labels)
        if table.sum() < TOO_FEW:
            return Undefined(n=int(table.sum()), reason=TOO_FEW_WORDS)
        return percent_agreement(table, confidence=self.confidence)

    def kappa(self, pairs: Pairs, labels: Sequence[str], *, stream: Sequence[str]) -> Measured:
        """Return Cohen's kappa of `pairs` with its interval; `stream` names the figure."""
        table = confusion_table(pairs, labels)
        if table.sum() < TOO_FEW:
            return Undefined(n=int(table.sum()), reason=TOO_FEW_WORDS)
        rng = np.random.default_rng([self._seed, zlib.crc32("\0".join(stream).encode())])
        return cohen_kappa(table, rng=rng, confidence=self.confidence)
