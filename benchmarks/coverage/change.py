"""How often a gate fails an unchanged judge, passes one that is worse by the margin, and sees a real drop.

    python -m benchmarks.coverage.change [--quick]

Sizes and powers of McNemar's test are enumerated, not simulated. What is simulated comes with its Monte-Carlo standard
error. A size of 4 to 5.5 % is wanted; the rows where a test of counts can not have one are marked.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from evenhand.stats.change.clustered import clustered_mean, sign_flip_test
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.noninferiority import MARGIN
from evenhand.stats.change.paired import (
    PairedCounts,
    mcnemar_p_values,
    newcombe_interval,
    tango_interval,
    tango_statistic,
)
from evenhand.stats.change.power import ALPHA, mcnemar_power, pairs_needed, pairs_needed_within
from evenhand.stats.estimate import Undefined

SEED = 20261127
WANTED = (0.04, 0.055)
SIZES = (50, 100, 200, 400, 1000)
SHARES = (0.02, 0.05, 0.10, 0.15, 0.30)
Z = 1.6448536269514722
"""The normal quantile of 95 %."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two judges on the same items: their accuracies, and the correlation of their errors."""

    old: float
    new: float
    correlation: float = 0.6

    def cells(self) -> NDArray[np.float64]:
        """Return the chances that both, only the old, only the new, and neither is right."""
        spread = np.sqrt(self.old * (1 - self.old) * self.new * (1 - self.new))
        both = self.old * self.new + self.correlation * spread
        return np.array([both, self.old - both, self.new - both, 1 - self.old - self.new + both])

    @property
    def discordance(self) -> float:
        """Share of items on which just one is right."""
        return float(self.cells()[1:3].sum())


def in_range(size: float) -> bool:
    """Tell whether a size is the wanted one."""
    return WANTED[0] <= size <= WANTED[1]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows under their heads, in columns."""
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in texts
    )


# -- McNemar's test ------------------------------------------------------------------------------------------


def unpaired_rejections(pair: Pair, n: int, *, reps: int, rng: np.random.Generator) -> float:
    """Return how often the test that forgets the pairing sees a drop."""
    cells = rng.multinomial(n, pair.cells(), size=reps)
    old, new = (cells[:, 0] + cells[:, 1]) / n, (cells[:, 0] + cells[:, 2]) / n
    spread = np.sqrt((old * (1 - old) + new * (1 - new)) / n)
    return float(np.mean(old - new > Z * spread))


def gate_power(*, reps: int, rng: np.random.Generator) -> Iterator[tuple[int, Pair, float, float, float]]:
    """Yield n, the pair, and how often exact, mid-p and unpaired test reject (methods.md 6.1)."""
    for n in (200, 400):
        for pair in (Pair(old=0.85, new=0.85), Pair(old=0.85, new=0.80)):
            drop = pair.old - pair.new
            exact, mid_p = (mcnemar_power(n, pair.discordance, drop, mid_p=half) for half in (False, True))
            yield n, pair, exact, mid_p, unpaired_rejections(pair, n, reps=reps, rng=rng)


def mcnemar_sizes() -> Iterator[tuple[int, float, float, float]]:
    """Yield n, discordance, and the sizes of exact and mid-p test."""
    for n in SIZES:
        for share in SHARES:
            yield n, share, mcnemar_power(n, share, 0.0, mid_p=False), mcnemar_power(n, share, 0.0)


# -- Many principles at once ---------------------------------------------------------------------------------


def familywise_errors(
    principles: int, n: int, *, shared: bool, reps: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return how often an unchanged judge fails at least one principle, with Holm's adjustment and without.

    `shared`: the principles are judged on the same items, and half of their changes coincide.
    """
    share = 0.12
    lost, won = (np.empty((reps, principles), dtype=np.int64) for _ in range(2))
    common = rng.multinomial(n, [share / 4, share / 4, 1 - share / 2], size=reps)
    for principle in range(principles):
        own = rng.multinomial(n, [share / 2, share / 2, 1 - share], size=reps)
        if shared:
            own = common + rng.multinomial(n, [share / 4, share / 4, 1 - share / 2], size=reps)
        lost[:, principle], won[:, principle] = own[:, 0], own[:, 1]
    p_values = mcnemar_p_values(lost, won)
    adjusted = np.array([holm(row).min() for row in p_values])
    return float(np.mean(adjusted <= ALPHA)), float(np.mean(p_values.min(axis=1) <= ALPHA))


# -- Margins -------------------------------------------------------------------------------------------------


def drawn_counts(
    n: int, discordance: float, drop: float, *, reps: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many of `n` items were lost and won in each repetition."""
    lost, won = (discordance + drop) / 2, (discordance - drop) / 2
    cells = rng.multinomial(n, [lost, won, 1 - discordance], size=reps)
    return cells[:, 0], cells[:, 1]


def gate_outcomes(n: int, discordance: float, drop: float) -> tuple[float, float, float]:
    """Return how often a gate with the default margin passes, fails and is undecided: the rule of `noninferiority`.

    Enumerated over all tables but those that come once in a million million.
    """
    lost, won, chance = likely_tables(n, (discordance + drop) / 2, (discordance - drop) / 2)
    passed = tango_statistic(lost, won, n, difference=-MARGIN) > Z
    failed = ~passed & (mcnemar_p_values(lost, won) <= ALPHA)
    return (
        float(chance[passed].sum()),
        float(chance[failed].sum()),
        float(chance[~passed & ~failed].sum()),
    )


def likely_tables(
    n: int, lost: float, won: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return counts of lost and won items, and the chance of each table."""
    only_old, only_new = (
        grid.ravel() for grid in np.meshgrid(likely(n, lost), likely(n, won), indexing="ij")
    )
    kept = only_old + only_new <= n
    only_old, only_new = only_old[kept], only_new[kept]
    same = n - only_old - only_new
    orders = gammaln(n + 1) - gammaln(only_old + 1) - gammaln(only_new + 1) - gammaln(same + 1)
    logs = orders + xlogy(only_old, lost) + xlogy(only_new, won) + xlogy(same, 1 - lost - won)
    return only_old, only_new, np.exp(logs)


def likely(n: int, share: float) -> NDArray[np.int64]:
    """Return the counts within 8 standard deviations and 10 of the expected one."""
    width = 8 * np.sqrt(n * share * (1 - share)) + 10
    return np.arange(max(0, int(n * share - width)), min(n, int(n * share + width)) + 1)


def newcombe_passes(n: int, discordance: float, drop: float, *, reps: int, rng: np.random.Generator) -> float:
    """Return how often the lower limit of Newcombe's interval is above the default margin, at an accuracy near .85."""
    lost, won = drawn_counts(n, discordance, drop, reps=reps, rng=rng)
    pairs, counts = np.unique(np.stack([lost, won]), axis=1, return_counts=True)
    passed = 0
    for (only_old, only_new), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        same = n - only_old - only_new
        both = min(same, max(0, round(0.85 * n) - only_old))
        cells = PairedCounts(both=both, only_old=only_old, only_new=only_new, neither=same - both)
        passed += count * (newcombe_interval(cells, confidence=1 - 2 * ALPHA).low > -MARGIN)
    return passed / reps


def interval_coverage(pair: Pair, n: int, *, reps: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return how often Tango's and Newcombe's 95 % intervals cover the difference."""
    cells, counts = np.unique(rng.multinomial(n, pair.cells(), size=reps), axis=0, return_counts=True)
    truth = pair.new - pair.old
    covered = np.zeros(2)
    for (both, only_old, only_new, neither), count in zip(cells.tolist(), counts.tolist(), strict=True):
        found = PairedCounts(both=both, only_old=only_old, only_new=only_new, neither=neither)
        for place, interval in enumerate((tango_interval(found), newcombe_interval(found))):
            covered[place] += count * (interval.low <= truth <= interval.high)
    return float(covered[0] / reps), float(covered[1] / reps)


# -- Clusters ------------------------------------------------------------------------------------------------


def clustered_answers(
    clusters: int, repeats: int, *, drop: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return differences (-1, 0, 1) of answers whose changes come by cluster, and the clusters.

    Each cluster has its own chance of a change, 0 to .3, and its own leaning to lose or win; their mean is the drop.
    """
    changing = rng.uniform(0.0, 0.3, size=clusters)
    losing = np.clip(rng.beta(1.0, 1.0, size=clusters) + drop / 0.3, 0, 1)
    number = np.repeat(np.arange(clusters), repeats)
    changed = rng.random(number.size) < changing[number]
    sign = np.where(rng.random(number.size) < losing[number], -1.0, 1.0)
    return np.where(changed, sign, 0.0), number


def clustered_sizes(
    clusters: int, repeats: int, *, reps: int, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return how often the sign-flip test rejects without a drop: whole clusters flipped, and items flipped."""
    rejected = np.zeros(2)
    for _ in range(reps):
        differences, number = clustered_answers(clusters, repeats, drop=0.0, rng=rng)
        rejected[0] += sign_flip_test(differences, clusters=number, rng=rng, draws=draws) <= ALPHA
        rejected[1] += sign_flip_test(differences, rng=rng, draws=draws) <= ALPHA
    return float(rejected[0] / reps), float(rejected[1] / reps)


def clustered_limits(
    clusters: int, repeats: int, *, reps: int, draws: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Return how often the one-sided 95 % limits of `clustered_mean` miss the truth below and above, and Undefined."""
    missed = np.zeros(3)
    for _ in range(reps):
        differences, number = clustered_answers(clusters, repeats, drop=0.0, rng=rng)
        found = clustered_mean(differences, clusters=number, rng=rng, confidence=1 - 2 * ALPHA, draws=draws)
        if isinstance(found, Undefined):
            missed[2] += 1
        else:
            missed[0] += found.interval.low > 0
            missed[1] += found.interval.high < 0
    return float(missed[0] / reps), float(missed[1] / reps), float(missed[2] / reps)


# -- The command ---------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.1f}"


def marked(size: float) -> str:
    """Return a size in percent, with a mark if it is not the wanted one."""
    return percent(size) + ("  " if in_range(size) else " *")


def standard_error(reps: int, share: float = 0.5) -> str:
    """Return the standard error, in percent, of a share seen in so many repetitions; at .5 it is the largest."""
    return percent(float(np.sqrt(share * (1 - share) / reps)))


def print_tests(*, reps: int, rng: np.random.Generator) -> None:
    rows = [
        (n, f"{pair.old:.2f}", f"{pair.new:.2f}", f"{pair.discordance:.3f}", *map(percent, rejected))
        for n, pair, *rejected in gate_power(reps=reps, rng=rng)
    ]
    print(
        "Rejections (%) of a one-sided test at 5 %; errors correlated .6; unpaired simulated, standard error at most "
        f"{standard_error(reps)}; the rest enumerated"
    )
    print(table(("n", "old", "new", "discordant", "exact", "mid-p", "unpaired"), rows))
    print("\nSize (%) without a drop, enumerated; * outside 4 to 5.5")
    sizes = list(mcnemar_sizes())
    rows = [(n, f"{share:.2f}", f"{n * share:.0f}", marked(a), marked(b)) for n, share, a, b in sizes]
    print(table(("n", "discordance", "expected discordant", "exact", "mid-p"), rows))
    outside = [f"n={n} d={share:.2f}" for n, share, _, size in sizes if not in_range(size)]
    print(f"mid-p outside 4 to 5.5 %: {', '.join(outside) or 'nowhere'}")


def print_family(*, reps: int, rng: np.random.Generator) -> None:
    print(
        f"\nAn unchanged judge fails at least one principle (%), {reps} repetitions, standard error "
        f"{standard_error(reps, 0.05)}"
    )
    rows = [
        (principles, n, "shared" if shared else "own", marked(adjusted), percent(bare))
        for principles in (1, 3, 6, 12)
        for n in (200, 400)
        for shared in (False, True)
        for adjusted, bare in [familywise_errors(principles, n, shared=shared, reps=reps, rng=rng)]
    ]
    print(table(("principles", "n", "items", "Holm", "unadjusted"), rows))


def print_margins(*, reps: int, rng: np.random.Generator) -> None:
    print(
        f"\nPasses (%) although worse by the margin of {MARGIN}; Tango enumerated, Newcombe in {reps} repetitions"
    )
    print(f"at an accuracy of .85, standard error {standard_error(reps, 0.05)}; * outside 4 to 5.5")
    rows: list[tuple[object, ...]] = []
    for n in (*SIZES[1:], 2000):
        for share in SHARES[1:]:
            tango = gate_outcomes(n, share, MARGIN)[0]
            newcombe = newcombe_passes(n, share, MARGIN, reps=reps, rng=rng)
            rows.append((n, f"{share:.2f}", marked(tango), marked(newcombe)))
    print(table(("n", "discordance", "Tango", "Newcombe"), rows))
    print(f"\nOutcomes (%) of a gate with a margin of {MARGIN}, discordance .12, enumerated")
    rows = [
        (n, f"{drop:.2f}", *map(percent, gate_outcomes(n, 0.12, drop)))
        for n in (200, 400, 1000, 2000)
        for drop in (0.0, MARGIN, 0.05, 0.10)
    ]
    print(table(("n", "drop", "passed", "failed", "undecided"), rows))
    print(
        f"\nCoverage (%) of 95 % intervals of the difference, {reps} repetitions, standard error "
        f"{standard_error(reps, 0.05)}"
    )
    rows = [
        (
            n,
            f"{pair.old:.2f}",
            f"{pair.new:.2f}",
            *map(percent, interval_coverage(pair, n, reps=reps, rng=rng)),
        )
        for n in (20, 50, 200)
        for pair in (Pair(old=0.85, new=0.85), Pair(old=0.85, new=0.80), Pair(old=0.97, new=0.97))
    ]
    print(table(("n", "old", "new", "Tango", "Newcombe"), rows))


def print_clusters(*, reps: int, draws: int, rng: np.random.Generator) -> None:
    print(
        f"\nClusters of items that change together: {reps} repetitions, standard error {standard_error(reps, 0.05)}"
    )
    rows = []
    for clusters, repeats in ((10, 5), (20, 5), (40, 5), (40, 10), (100, 4), (200, 3)):
        flips = clustered_sizes(clusters, repeats, reps=reps, draws=draws, rng=rng)
        below, above, undefined = clustered_limits(clusters, repeats, reps=reps, draws=draws, rng=rng)
        rows.append(
            (
                clusters,
                repeats,
                marked(flips[0]),
                percent(flips[1]),
                percent(below),
                percent(above),
                percent(undefined),
            )
        )
    head = (
        "clusters",
        "items each",
        "size flipping clusters",
        "items",
        "limit misses below",
        "above",
        "undefined",
    )
    print(table(head, rows))


def print_plans() -> None:
    print("\nPairs needed, one-sided 5 %, power 80 %, discordance .15")
    rows: list[tuple[object, ...]] = [
        ("to see a drop of", difference, pairs_needed(difference, 0.15)) for difference in (0.10, 0.05, 0.03)
    ]
    rows += [("to pass within", margin, pairs_needed_within(margin, 0.15)) for margin in (0.05, 0.03, 0.02)]
    print(table(("", "difference", "pairs"), rows))


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rng = np.random.default_rng(SEED)
    print_tests(reps=1000 if quick else 40_000, rng=rng)
    print_family(reps=500 if quick else 20_000, rng=rng)
    print_margins(reps=1000 if quick else 20_000, rng=rng)
    print_clusters(reps=60 if quick else 2000, draws=500 if quick else 2000, rng=rng)
    print_plans()


if __name__ == "__main__":
    main()
