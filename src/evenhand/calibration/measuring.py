"""Random streams and the rule for what is too little, the same for every section."""

import zlib
from dataclasses import dataclass

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.intervals import proportion

TOO_FEW = "too few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What every section measures with."""

    choices: Choices

    def rng(self, *stream: str) -> np.random.Generator:
        """Return the random numbers of one figure, by its name, so that one more figure changes no other."""
        return np.random.default_rng([self.choices.seed, zlib.crc32("\0".join(stream).encode())])

    def enough(self, measured: Measured) -> Measured:
        """Return `measured`, or why it is none, where it rests on too few units."""
        if isinstance(measured, Estimate) and measured.n < self.choices.too_few:
            return self.too_few(measured.n)
        return measured

    def share(self, successes: int, n: int) -> Measured:
        """Return the share of counts that stand for nothing but themselves, with its interval."""
        if n < self.choices.too_few:
            return self.too_few(n)
        return proportion(successes, n, confidence=self.choices.confidence)

    @staticmethod
    def too_few(n: int) -> Undefined:
        """Return that `n` units give no number."""
        return Undefined(n=n, reason=TOO_FEW)
