"""Made-up numbers for the tests of calibration reports: nothing here was measured on anything."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from evenhand.calibration.results import Confusion, Quality, RateResult, Reliability, ReliabilityBin
from evenhand.stats.estimate import Estimate, Interval, Measured, Undefined


@dataclass
class Maker:
    """Draws made-up numbers; with `undefined`, every statistic has none."""

    rng: random.Random
    undefined: bool = False

    def share(self, value: float, n: int) -> Measured:
        if self.undefined or n < 20:
            return Undefined(n=n, reason="too few")
        half = 1.96 * (value * (1 - value) / n) ** 0.5 + 1 / n
        low, high = max(0.0, value - half), min(1.0, value + 0.9 * half)
        return estimate(value, low, high, n)

    def plain(self, value: float, n: int) -> Measured:
        if self.undefined or n < 20:
            return Undefined(n=n, reason="too few")
        half = 1.5 / n**0.5
        return estimate(value, max(-1.0, value - half), min(1.0, value + half), n)

    def quality(self, skill: float, n: int) -> Quality:
        noise = self.rng.uniform(-0.05, 0.05)
        agreement = min(0.99, max(0.5, skill + noise))
        return Quality(
            labelled=n,
            answered=max(0, n - n // 40),
            agreement=self.share(agreement, n),
            unweighted=self.share(agreement - 0.013, n),
            sensitivity=self.share(agreement - 0.08, n // 3),
            specificity=self.share(min(0.99, agreement + 0.03), n - n // 3),
            balanced_accuracy=self.share(agreement - 0.025, n),
            kappa=self.plain(2 * agreement - 1.04, n),
            gwet=self.plain(2 * agreement - 0.93, n),
            mcc=self.plain(2 * agreement - 1.02, n),
            alpha=self.plain(2 * agreement - 1.05, n),
            prevalence=self.share(0.18, n),
            ordered={},
        )

    def confusion(self, skill: float, n: int, categories: Sequence[str]) -> Confusion:
        shares = [0.62, 0.25, *[0.13 / max(1, len(categories) - 2)] * (len(categories) - 2)]
        rows = []
        for row in range(len(categories)):
            total = round(n * shares[row])
            right = round(total * skill)
            rest = total - right
            others = [rest // len(categories)] * (len(categories) + 1)
            others[row] = right
            others[(row + 1) % len(categories)] += total - sum(others)
            rows.append(tuple(others))
        return Confusion(categories=tuple(categories), counts=tuple(rows))

    def reliability(self, kind: str, n: int, drift: float) -> Reliability:
        bins = []
        edges = (0.5, 0.62, 0.74, 0.85, 0.91, 0.95, 0.975, 0.99, 0.996, 1.0)
        for low, high in pairwise(edges):
            middle = (low + high) / 2
            right = min(0.99, max(0.05, middle - drift * (1.2 - low) + self.rng.uniform(-0.02, 0.02)))
            bins.append(
                ReliabilityBin(
                    low=low, high=high, confidence=middle, correct=self.share(right, n // 9), n=n // 9
                )
            )
        return Reliability(
            kind=kind,
            n=n,
            bins=tuple(bins),
            ece=self.plain(0.071, n),
            brier=self.plain(0.112, n),
            auroc=self.plain(0.742, n),
        )

    def rate(self, rater: str, principle: str, n: int, *, adds_nothing: bool = False) -> RateResult:
        corrected = self.share(0.914, 2 * n)
        known = isinstance(corrected, Estimate)
        return RateResult(
            rater=rater,
            principle=principle,
            method="chain rule over verdicts" if known else "",
            rate=corrected if known else Undefined(n=n, reason="too few labels to correct the judges"),
            humans_only=self.share(0.921, n),
            judges_alone=self.share(0.861, 12 * n),
            width_ratio=0.98 if adds_nothing else 0.64 if known else None,
            adds_nothing=adds_nothing,
            labelled=n,
            judged=12 * n,
            warnings=("The labels of one slice are few.",) if known and not principle else (),
        )


def estimate(value: float, low: float, high: float, n: int) -> Estimate:
    return Estimate(value=value, interval=Interval(low=low, high=high, confidence=0.95), n=n)
