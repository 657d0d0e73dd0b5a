"""Limits of many repetitions, and how often they cover."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.estimate import Estimate, Interval, Measured
from evenhand.stats.intervals import wilson_interval

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What came of one method in one setting."""

    setting: str
    method: str
    coverage: float
    width: float
    """Mean width, relative to that from human labels alone."""
    bias: float
    repetitions: int

    @property
    def error(self) -> float:
        """Monte-Carlo standard error of the coverage, as if it were 95 %."""
        return float((0.95 * 0.05 / self.repetitions) ** 0.5)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Values and limits of one method, one entry a repetition."""

    value: Floats
    low: Floats
    high: Floats

    def judged_by(self, truth: float, setting: str, method: str, reference: "Limits") -> Coverage:
        """How often they cover, how wide they are, and how far off on average."""
        return Coverage(
            setting=setting,
            method=method,
            coverage=float(((self.low <= truth) & (truth <= self.high)).mean()),
            width=float((self.high - self.low).mean() / (reference.high - reference.low).mean()),
            bias=float(self.value.mean() - truth),
            repetitions=len(self.value),
        )


def wilson_limits(successes: Integers, n: Integers) -> Limits:
    """Return Wilson's interval of every repetition."""
    pairs, place = np.unique(np.stack([successes, n], axis=1), axis=0, return_inverse=True)
    found = [wilson_interval(int(k), int(m)) for k, m in pairs]
    low, high = (np.array([getattr(each, side) for each in found])[place] for side in ("low", "high"))
    return Limits(value=successes / np.maximum(n, 1), low=low, high=high)


def limits_of(found: Iterable[Measured]) -> Limits:
    """Return values and limits; from 0 to 1 around one half where one is undefined."""
    whole = Estimate(value=0.5, interval=Interval(low=0.0, high=1.0, confidence=0.95), n=0)
    each = [one if isinstance(one, Estimate) else whole for one in found]
    return Limits(
        value=np.array([one.value for one in each]),
        low=np.array([one.interval.low for one in each]),
        high=np.array([one.interval.high for one in each]),
    )


def show(title: str, rows: Sequence[Coverage]) -> None:
    """Print a table."""
    wide = max((len(row.setting) for row in rows), default=0)
    print(f"\n{title}\n")
    print(f"{'setting':{wide}}  {'method':26} coverage    +-  width    bias")
    for row in rows:
        print(
            f"{row.setting:{wide}}  {row.method:26}   {row.coverage:.3f}  {row.error:.3f}  {row.width:5.2f}  "
            f"{row.bias:+.4f}"
        )
