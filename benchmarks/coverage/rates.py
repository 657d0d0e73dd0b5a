"""How often the intervals of rates cover, and how wide they are beside those from human labels alone.

    python -m benchmarks.coverage.rates              # some minutes
    python -m benchmarks.coverage.rates --quick      # a tenth of the repetitions
    python -m benchmarks.coverage.rates --data ../shared/data   # resampled recorded verdicts too

Labels drawn at random (methods.md 3.1), what a verdict is worth on them, labels drawn where a correlated panel is
unsure (3.5) or in whole clusters, and recorded verdicts with human labels, drawn with replacement as if they were the
population (11). Width is the mean width over that of Wilson's interval from human labels alone; +- is the Monte-Carlo
standard error of the coverage.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.coverage.drawn_labels import CLUSTERS, JUDGED, PANELS, clustered_labels, targeted_labels
from benchmarks.coverage.limits import Coverage, Floats, Integers, Limits, limits_of, show, wilson_limits
from benchmarks.coverage.recorded import RecordedSet, read_recorded

from evenhand.stats.estimate import Measured
from evenhand.stats.rates.draws import draw_strata, stratum_means
from evenhand.stats.rates.ppi import ppi_mean
from evenhand.stats.rates.quality import chain_rule_quality
from evenhand.stats.rates.rogan_gladen import rogan_gladen

# -- Labels drawn at random ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Judge:
    """A population and a judge."""

    rate: float
    sensitivity: float
    specificity: float

    @property
    def cells(self) -> Floats:
        """Probability of each verdict (rows: negative, positive) and label (columns: negative, positive)."""
        right = self.rate * self.sensitivity, (1 - self.rate) * self.specificity
        return np.array([[right[1], self.rate - right[0]], [1 - self.rate - right[1], right[0]]])

    def __str__(self) -> str:
        return f"rate {self.rate:.2f} se {self.sensitivity:.2f} sp {self.specificity:.2f}"


TABLE = (
    (200, Judge(rate=0.5, sensitivity=0.9, specificity=0.9)),
    (200, Judge(rate=0.8, sensitivity=0.9, specificity=0.85)),
    (200, Judge(rate=0.8, sensitivity=0.8, specificity=0.6)),
    (200, Judge(rate=0.95, sensitivity=0.95, specificity=0.8)),
    (200, Judge(rate=0.97, sensitivity=0.97, specificity=0.6)),
    (50, Judge(rate=0.5, sensitivity=0.75, specificity=0.75)),
    (50, Judge(rate=0.95, sensitivity=0.95, specificity=0.8)),
    (50, Judge(rate=0.97, sensitivity=0.97, specificity=0.6)),
)
"""The settings of methods.md 3.1."""


def grid() -> Iterator[tuple[int, Judge]]:
    """Rates from .5 to .97, 50 to 200 labels, four judges."""
    for n in (50, 100, 200):
        for rate in (0.5, 0.65, 0.8, 0.9, 0.95, 0.97):
            for sensitivity, specificity in ((0.99, 0.9), (0.9, 0.85), (0.8, 0.6), (0.6, 0.6)):
                yield n, Judge(rate=rate, sensitivity=sensitivity, specificity=specificity)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Counts of verdicts and labels, shape (repetitions, strata) each; the last stratum is the positive verdict."""

    population: Integers
    successes: Integers
    labelled: Integers


def draw_counts(
    cells: Floats, n: int, repetitions: int, rng: np.random.Generator, judged: int = JUDGED
) -> Counts:
    """Return samples of `judged` items, `n` of them labelled at random."""
    labels = rng.multinomial(n, cells.ravel(), size=repetitions).reshape(-1, *cells.shape)
    rest = rng.multinomial(judged - n, cells.sum(axis=1), size=repetitions)
    return Counts(
        population=labels.sum(axis=2) + rest, successes=labels[:, :, 1], labelled=labels.sum(axis=2)
    )


def chain_rule_limits(counts: Counts, rng: np.random.Generator, draws: int = 2000) -> Limits:
    """Return the chain-rule estimate of every repetition at once."""
    rates = draw_strata(counts.population, counts.successes, counts.labelled, rng=rng, draws=draws).rates
    low, high = np.quantile(rates, [0.025, 0.975], axis=0)
    weights = counts.population / counts.population.sum(axis=1, keepdims=True)
    value = (weights * stratum_means(counts.successes, counts.labelled)).sum(axis=1)
    return Limits(value=value, low=np.minimum(low, value), high=np.maximum(high, value))


def ppi_limits(counts: Counts, power: float | None) -> Limits:
    """Return the prediction-powered interval of every repetition."""
    return limits_of(_ppi(counts, row, power) for row in range(len(counts.labelled)))


def _ppi(counts: Counts, row: int, power: float | None) -> Measured:
    (no, yes), (no_hits, yes_hits) = counts.labelled[row], counts.successes[row]
    rest = counts.population[row] - counts.labelled[row]
    labels = np.repeat([0.0, 1.0, 0.0, 1.0], [no - no_hits, no_hits, yes - yes_hits, yes_hits])
    return ppi_mean(
        labels, np.repeat([0.0, 1.0], [no, yes]), np.repeat([0.0, 1.0], rest), power=power
    ).estimate


def rogan_gladen_limits(counts: Counts) -> Limits:
    """Return the Rogan-Gladen interval of every repetition; from 0 to 1 where it is undefined."""
    return limits_of(_rogan_gladen(counts, row) for row in range(len(counts.labelled)))


def _rogan_gladen(counts: Counts, row: int) -> Measured:
    misses = counts.labelled[row] - counts.successes[row]
    return rogan_gladen(
        int(counts.population[row, 1]),
        int(counts.population[row].sum()),
        true_positives=int(counts.successes[row, 1]),
        positives=int(counts.successes[row].sum()),
        true_negatives=int(misses[0]),
        negatives=int(misses.sum()),
    )


def random_labels(
    cells: Floats,
    n: int,
    setting: str,
    *,
    repetitions: int,
    rng: np.random.Generator,
    contrast: bool = True,
    draws: int = 2000,
) -> list[Coverage]:
    """Return the coverage of the chain rule and, with `contrast`, of the others, for labels drawn at random."""
    counts, truth = draw_counts(cells, n, repetitions, rng), float(cells[:, 1].sum())
    alone = wilson_limits(counts.successes.sum(axis=1), counts.labelled.sum(axis=1))
    methods = {"humans only (Wilson)": alone, "chain rule": chain_rule_limits(counts, rng, draws)}
    if contrast:
        methods |= {
            "PPI": ppi_limits(counts, 1.0),
            "PPI++": ppi_limits(counts, None),
            "Rogan-Gladen": rogan_gladen_limits(counts),
            "judge alone": wilson_limits(counts.population[:, -1], counts.population.sum(axis=1)),
        }
    return [found.judged_by(truth, setting, name, alone) for name, found in methods.items()]


def qualities(
    judge: Judge, n: int, setting: str, *, repetitions: int, rng: np.random.Generator
) -> list[Coverage]:
    """Return the coverage of sensitivity and specificity: from the chain rule, and from their own labels by Wilson."""
    counts = draw_counts(judge.cells, n, repetitions, rng)
    misses = counts.labelled - counts.successes
    found = [
        chain_rule_quality(
            counts.population[row],
            counts.successes[row],
            counts.labelled[row],
            [0, 1],
            rng=rng,
            draws=1000,
        )
        for row in range(repetitions)
    ]
    sides = (
        ("sensitivity", judge.sensitivity, counts.successes[:, 1], counts.successes.sum(axis=1)),
        ("specificity", judge.specificity, misses[:, 0], misses.sum(axis=1)),
    )
    rows = []
    for name, truth, right, labels in sides:
        alone = wilson_limits(right, labels)
        chain = limits_of(getattr(each, name) for each in found)
        rows.append(alone.judged_by(truth, setting, f"{name}, Wilson", alone))
        rows.append(chain.judged_by(truth, setting, f"{name}, chain rule", alone))
    return rows


# -- Recorded verdicts -----------------------------------------------------------------------------


def recorded_labels(
    recorded: RecordedSet, n: int, *, repetitions: int, rng: np.random.Generator
) -> list[Coverage]:
    """Return the coverage when recorded items are the population, drawn with replacement."""
    setting = f"{recorded.name} n {n} (phi {recorded.phi:.2f}, {recorded.judge})"
    return random_labels(recorded.cells, n, setting, repetitions=repetitions, rng=rng)


# -- The command -----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, help="folder of the recorded verdicts")
    options = parser.parse_args(arguments)
    rng, scale = np.random.default_rng(options.seed), 1 if options.quick else 10
    table = [
        row
        for n, judge in TABLE
        for row in random_labels(judge.cells, n, f"n {n:3} {judge}", repetitions=200 * scale, rng=rng)
    ]
    show("Labels drawn at random", table)
    coarse = [
        row
        for n, judge in grid()
        for row in random_labels(
            judge.cells, n, f"n {n:3} {judge}", repetitions=200 * scale, rng=rng, contrast=False
        )
        if row.method == "chain rule"
    ]
    show("The chain rule on a grid", coarse)
    summary(coarse)
    worth = [
        row
        for n, judge in TABLE
        for row in qualities(judge, n, f"n {n:3} {judge}", repetitions=200 * scale, rng=rng)
    ]
    show("What a verdict is worth (width beside Wilson's interval from its own labels)", worth)
    targeted = [
        row
        for panel in PANELS
        for n in (60, 100, 200)
        for row in targeted_labels(panel, n, repetitions=100 * scale, rng=rng)
    ]
    show("Labels drawn where the panel is unsure: half evenly, half by the root of the uncertainty", targeted)
    clustered = [
        row
        for labelled, size in CLUSTERS
        for row in clustered_labels(labelled, size, repetitions=50 * scale, rng=rng)
    ]
    show("Labels of whole clusters (width beside that with the clusters ignored)", clustered)
    if options.data is not None:
        recorded = [
            row
            for each in read_recorded(options.data, rng=rng)
            for n in (60, 100)
            for row in recorded_labels(each, n, repetitions=100 * scale, rng=rng)
        ]
        show("Recorded verdicts and human labels, drawn with replacement", recorded)


def summary(rows: Sequence[Coverage]) -> None:
    """Print mean and extremes of the coverage for each number of labels."""
    for n in sorted({row.setting.partition("rate")[0] for row in rows}):
        some = [row.coverage for row in rows if row.setting.startswith(n)]
        print(f"{n}: coverage {np.mean(some):.3f} on average, {min(some):.3f} to {max(some):.3f}")


if __name__ == "__main__":
    main()
