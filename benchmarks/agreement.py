"""CPU seconds of agreement coefficients and their bootstrap against the packages people use for them.

    python benchmarks/agreement.py [--quick]

Made-up answers: raters who are right seven times in ten, otherwise at random. Every row of one size is measured in one
run, each as the least of some repetitions. Scikit-learn's loop is measured over a few draws and scaled up to all; the
table says so. Every contestant gets the same answers; values are compared before times are.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import krippendorff
import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap
from sklearn.metrics import cohen_kappa_score

from evenhand.stats.agreement import DRAWS, cohen_kappa
from evenhand.stats.agreement.krippendorff import krippendorff_alpha
from evenhand.stats.confusion import confusion
from evenhand.stats.estimate import Estimate, Measured

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
CATEGORIES = 4
RATERS = 5
SEED = 20261127


@dataclass(frozen=True, kw_only=True)
class Row:
    """One contestant."""

    task: str
    contestant: str
    seconds: float
    """CPU seconds."""
    note: str = ""


def made_up_answers(items: int) -> Integers:
    """Return answers of shape (items, RATERS)."""
    rng = np.random.default_rng(SEED)
    truth = rng.integers(0, CATEGORIES, size=(items, 1))
    guesses = rng.integers(0, CATEGORIES, size=(items, RATERS))
    return np.where(rng.random((items, RATERS)) < 0.7, truth, guesses)


def cpu_seconds(work: Callable[[], object], *, repetitions: int = 1) -> float:
    """Return the least CPU seconds of some repetitions."""
    least = math.inf
    for _ in range(repetitions):
        started = time.process_time()
        work()
        least = min(least, time.process_time() - started)
    return least


def alpha_rows(answers: Integers, *, repetitions: int) -> Iterator[Row]:
    """Yield Krippendorff's alpha: theirs is the value alone, ours has an interval, once of hardly any draws."""
    task = f"alpha, {len(answers):,} items x {RATERS} raters"
    by_rater = answers.T.astype(np.float64)

    def ours(draws: int) -> Measured:
        rng = np.random.default_rng(SEED)
        return krippendorff_alpha(answers, categories=CATEGORIES, rng=rng, draws=draws)

    def theirs() -> float:
        return float(krippendorff.alpha(reliability_data=by_rater, level_of_measurement="nominal"))

    same(ours(2), theirs())
    yield Row(
        task=task,
        contestant="evenhand, 2 draws",
        seconds=cpu_seconds(lambda: ours(2), repetitions=repetitions),
    )
    whole = cpu_seconds(lambda: ours(DRAWS), repetitions=repetitions)
    yield Row(task=task, contestant=f"evenhand, {DRAWS:,} draws", seconds=whole, note="with interval")
    yield Row(
        task=task,
        contestant="krippendorff",
        seconds=cpu_seconds(theirs, repetitions=repetitions),
        note="no interval",
    )


def kappa_rows(answers: Integers, *, repetitions: int, loop_draws: int, batch_draws: int) -> Iterator[Row]:
    """Yield the bootstrap interval of Cohen's kappa of two raters."""
    first, second = answers[:, 0], answers[:, 1]
    task = f"kappa with {DRAWS:,} draws, {len(answers):,} items"

    def ours() -> Measured:
        table = confusion(first, second, categories=CATEGORIES).table
        return cohen_kappa(table, rng=np.random.default_rng(SEED))

    same(ours(), float(cohen_kappa_score(first, second)))
    yield Row(task=task, contestant="evenhand", seconds=cpu_seconds(ours, repetitions=repetitions))
    by_scipy = cpu_seconds(lambda: scipys(first, second, draws=batch_draws))
    yield Row(
        task=task,
        contestant="scipy.stats.bootstrap",
        seconds=by_scipy * DRAWS / batch_draws,
        note=f"vectorised kappa, percentile; {scaled(batch_draws)}",
    )
    by_loop = cpu_seconds(lambda: loop(first, second, draws=loop_draws))
    yield Row(
        task=task,
        contestant="loop over scikit-learn's kappa",
        seconds=by_loop * DRAWS / loop_draws,
        note=scaled(loop_draws),
    )


def scaled(draws: int) -> str:
    """Say how a time was come by."""
    return "measured in full" if draws == DRAWS else f"scaled up from {draws:,} draws"


def scipys(first: Integers, second: Integers, *, draws: int) -> object:
    """Return scipy's interval; the statistic is vectorised over resamples, in batches that fit into memory."""
    return bootstrap(
        (first, second),
        resampled_kappa,
        paired=True,
        vectorized=True,
        n_resamples=draws,
        batch=10,
        method="percentile",
        rng=np.random.default_rng(SEED),
    )


def resampled_kappa(first: Integers, second: Integers, axis: int = -1) -> Floats:
    """Return kappa along the last axis."""
    assert axis in (-1, first.ndim - 1)
    cells = np.atleast_2d(first * CATEGORIES + second)
    offsets = np.arange(len(cells))[:, np.newaxis] * CATEGORIES**2
    counts = np.bincount((cells + offsets).ravel(), minlength=len(cells) * CATEGORIES**2)
    tables = counts.reshape(-1, CATEGORIES, CATEGORIES) / first.shape[-1]
    seen = np.trace(tables, axis1=1, axis2=2)
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    kappas: Floats = ((seen - chance) / (1 - chance)).reshape(first.shape[:-1])
    return kappas


def loop(first: Integers, second: Integers, *, draws: int) -> Floats:
    """Return the limits of a bootstrap written as a loop."""
    rng = np.random.default_rng(SEED)
    kappas = []
    for _ in range(draws):
        chosen = rng.integers(0, len(first), size=len(first))
        kappas.append(cohen_kappa_score(first[chosen], second[chosen]))
    limits: Floats = np.quantile(kappas, [0.025, 0.975])
    return limits


def same(measured: Measured, theirs: float) -> None:
    """Refuse to time what does not give the same value."""
    assert isinstance(measured, Estimate)
    assert math.isclose(measured.value, theirs, rel_tol=1e-9), (measured.value, theirs)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer items, to see that it works")
    arguments = parser.parse_args()
    items, repetitions = (5_000, 1) if arguments.quick else (200_000, 5)
    answers = made_up_answers(items)
    rows = [
        *alpha_rows(answers, repetitions=repetitions),
        *kappa_rows(answers, repetitions=repetitions, loop_draws=10, batch_draws=200),
    ]
    fastest: dict[str, float] = {}
    print(f"{'task':<44} {'contestant':<32} {'CPU s':>9} {'times':>8}  note")
    for row in rows:
        reference = fastest.setdefault(row.task, row.seconds)
        print(
            f"{row.task:<44} {row.contestant:<32} {row.seconds:>9.4f} {row.seconds / reference:>8.1f}  {row.note}"
        )


if __name__ == "__main__":
    main()
