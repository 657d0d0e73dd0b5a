"""Drops of known size put into recorded verdicts: how often a gate fails, is undecided and passes, against theory.

    python -m benchmarks.gate_planted drops|refused|threshold [--data FOLDER] [--reps 1000]

FOLDER holds `rb2_repeats` in the tidy layout; by default it is the recorded data beside the checkout. Groups are drawn
from it with replacement, each seen in two of its eight repeats, so that neither side has a lucky run.

`drops`: right verdicts of the new side are made wrong with the chance that gives the drop. Theory is the probability of
each outcome for that many independent pairs with the discordance of the recorded repeats, by enumeration.
`refused`: the tenth of the new side that is likeliest wrong has no verdict. A pass is false where the gate does not
pass with all verdicts there.
`threshold`: candidates are passed from a score of 7 on; the new judge passes them from 8 on, in all groups or in a
tenth or a quarter of them. Four candidates of one group are not independent: their group is the cluster.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from benchmarks.coverage.change import table
from benchmarks.coverage.recorded_changes import repeated_rankings
from benchmarks.gate_sides import SEED, Items, gate, run_of
from benchmarks.published.rb2_repeats import COLLECTIONS
from benchmarks.published.tidy import lines
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from evenhand.gate.results import GateResult, Status
from evenhand.records.baseline import Said
from evenhand.records.gate import GateSpec
from evenhand.records.scale import Reading
from evenhand.stats.change.paired import mcnemar_p_values, tango_statistic
from evenhand.stats.change.power import mcnemar_power

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
SIZES = (100, 200, 400, 1000)
DROPS = (0.0, 0.03, 0.05, 0.07, 0.10)
JUDGE = "gpt-5.4"
REPEATS = 8
ALPHA, MARGIN = 0.05, 0.03
SPEC = GateSpec(compares="judges", alpha=ALPHA, margin=MARGIN)
CHOSEN = {"chosen": Reading.NEUTRAL, "another": Reading.NEUTRAL}
COMPLY = {"complies": Reading.PASS, "violates": Reading.FAIL}
PASS_AT = 7

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


# -- Drops -------------------------------------------------------------------------------------------------


def drops(data: Path, *, reps: int) -> Iterator[str]:
    """Yield the table of outcomes by size and drop."""
    rng = np.random.default_rng(SEED)
    right = np.stack(list(repeated_rankings(data / "rb2_repeats", JUDGE).values()))
    rows: list[tuple[object, ...]] = []
    for n in SIZES:
        for drop in DROPS:
            counts: Counter[str] = Counter()
            for _ in range(reps):
                old, new = seen_twice(right, n, drop, rng)
                counts[ranking_gate(old, new).status.value] += 1
                counts["means"] += bool(old.mean() - new.mean() >= MARGIN)
                counts["unpaired"] += unpaired_p(old, new) <= ALPHA
            lost, won = rates(right, drop)
            expected = theory(n, lost, won)
            rows.append(
                (
                    n,
                    f"{100 * drop:.0f}",
                    f"{lost + won:.3f}",
                    *(
                        f"{100 * counts[each] / reps:.1f} ({100 * expected[each]:.1f})"
                        for each in ("failed", "undecided", "passed")
                    ),
                    f"{100 * mcnemar_power(n, lost + won, lost - won, alpha=ALPHA):.1f}",
                    f"{100 * counts['unpaired'] / reps:.1f}",
                    f"{100 * counts['means'] / reps:.1f}",
                )
            )
    yield (
        f"Verdicts of {JUDGE} on {len(right):,} groups: whether it puts the chosen of four candidates alone at the "
        f"top. Per cent of {reps:,}\ngates, in brackets by enumeration; Monte-Carlo standard error at most "
        f"{100 * (0.25 / reps) ** 0.5:.1f}. Margin 3 points, alpha 5 %. McNemar: chance that the\ntest of a drop alone "
        "is significant. Beside it, on the same draws: an unpaired test of two shares, and a gate that fails\nwhere "
        "the share of right verdicts is 3 points lower.\n"
    )
    heads = ("n", "drop", "discordance", "failed", "undecided", "passed", "McNemar", "unpaired", "means")
    yield table(heads, rows)


def seen_twice(right: Bools, n: int, drop: float, rng: np.random.Generator) -> tuple[Bools, Bools]:
    """Return verdicts of n drawn groups in two of their repeats, the second with a drop put in."""
    rows = rng.integers(len(right), size=n)
    first = rng.integers(REPEATS, size=n)
    second = (first + rng.integers(1, REPEATS, size=n)) % REPEATS
    after = right[rows, second]
    return right[rows, first], after & ~(rng.random(n) < drop / right.mean())


def rates(right: Bools, drop: float) -> tuple[float, float]:
    """Return the chances that a drawn group is lost and won, over all pairs of two of its repeats."""
    k, n = right.sum(axis=1), REPEATS
    broken = drop / float(right.mean())
    won = float((k * (n - k) / (n * (n - 1))).mean())
    both = float((k * (k - 1) / (n * (n - 1))).mean())
    return won + both * broken, won * (1 - broken)


def theory(n: int, lost: float, won: float) -> dict[str, float]:
    """Return the probability of each outcome of n independent pairs, by enumeration."""
    masses = trinomial(n, lost, won)
    b, c = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    there = masses > 1e-12
    b, c, masses = b[there], c[there], masses[there]
    passed = tango_statistic(b, c, n, difference=-MARGIN) > -float(ndtri(ALPHA))
    failed = ~passed & (mcnemar_p_values(b, c) <= ALPHA)
    shares = {"passed": float(masses[passed].sum()), "failed": float(masses[failed].sum())}
    return {**shares, "undecided": 1 - sum(shares.values())}


def trinomial(n: int, lost: float, won: float) -> Floats:
    """Return the probability of every count of lost and won pairs, shape (n + 1, n + 1)."""
    from scipy.special import gammaln, xlogy

    b, c = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    rest = np.maximum(n - b - c, 0)
    logs = gammaln(n + 1) - gammaln(b + 1) - gammaln(c + 1) - gammaln(rest + 1)
    logs = logs + xlogy(b, lost) + xlogy(c, won) + xlogy(rest, 1 - lost - won)
    return np.where(b + c <= n, np.exp(logs), 0.0)


def unpaired_p(old: Bools, new: Bools) -> float:
    """Return the one-sided p-value of two shares as if the items were not the same."""
    pooled = (old.mean() + new.mean()) / 2
    error = np.sqrt(2 * pooled * (1 - pooled) / len(old))
    return float(ndtr((new.mean() - old.mean()) / error)) if error else 0.5


@cache
def ranked_groups(n: int) -> Items:
    """Return n groups whose chosen candidate should be put at the top."""
    ids = [str(place) for place in range(n)]
    return Items(principle="best", readings=CHOSEN, truth=["chosen"] * n, ids=ids)


@cache
def rated_groups(groups: int) -> Items:
    """Return four candidates of each group, of which the first should pass."""
    return Items(
        principle="chosen",
        readings=COMPLY,
        truth=["complies", "violates", "violates", "violates"] * groups,
        ids=[f"{group}-{place}" for group in range(groups) for place in range(4)],
        sources=[str(group) for group in range(groups) for _ in range(4)],
    )


def ranking_gate(old: Bools, new: Sequence[Said] | Bools) -> GateResult:
    """Gate verdicts that are right or wrong; those of the new side may be words."""
    items = ranked_groups(len(old))
    words = [
        np.where(side, "chosen", "another").tolist() if isinstance(side, np.ndarray) else side
        for side in (old, new)
    ]
    return gate(run_of(items, words[0], "a"), run_of(items, words[1], "b"), SPEC)


# -- The worst tenth refused -------------------------------------------------------------------------------


def refused(data: Path, *, reps: int) -> Iterator[str]:
    """Yield the table of gates whose new side refuses the tenth it is likeliest to get wrong."""
    rng = np.random.default_rng(SEED)
    right = np.stack(list(repeated_rankings(data / "rb2_repeats", JUDGE).values()))
    rows: list[tuple[object, ...]] = []
    for n in (200, 400):
        for drop in (0.0, 0.03, 0.05):
            counts: Counter[str] = Counter()
            for _ in range(reps):
                old, new = seen_twice(right, n, drop, rng)
                whole = ranking_gate(old, new).status
                words: list[Said] = np.where(new, "chosen", "another").tolist()
                worst_first = np.argsort(np.where(new, 1, 0) + rng.random(n) / 2)
                for place in worst_first[: n // 10].tolist():
                    words[place] = False
                kept = np.array([word is not False for word in words])
                status = ranking_gate(old, words).status
                counts[status.value] += 1
                counts["false"] += status is Status.PASSED and whole is not Status.PASSED
                counts["dropped"] += ranking_gate(old[kept], new[kept]).status is Status.PASSED
                counts["whole"] += whole is Status.PASSED
            share = [
                f"{100 * counts[each] / reps:.1f}" for each in ("whole", "failed", "undecided", "passed")
            ]
            rows.append(
                (n, f"{100 * drop:.0f}", *share, counts["false"], f"{100 * counts['dropped'] / reps:.1f}")
            )
    yield (
        f"Verdicts of {JUDGE}, {reps:,} seeds a row, per cent but for the false passes, which are counted. The last "
        "column is a gate that\nleaves refused items out on both sides.\n"
    )
    heads = (
        "n",
        "drop",
        "passes whole",
        "failed",
        "undecided",
        "passed",
        "false passes",
        "passes if left out",
    )
    yield table(heads, rows)


# -- A threshold moved -------------------------------------------------------------------------------------


def threshold(data: Path, *, reps: int) -> Iterator[str]:
    """Yield the table of gates whose new judge passes a candidate from a higher score on."""
    rng = np.random.default_rng(SEED)
    rows: list[tuple[object, ...]] = []
    for judge in ("gpt-5.4", "claude-haiku-4.5"):
        scores = recorded_scores(data / "rb2_repeats", judge)
        for groups in (100, 400):
            for share in (0.0, 0.1, 0.25, 1.0):
                counts: Counter[str] = Counter()
                moved: dict[str, list[float]] = {}
                for _ in range(reps):
                    result = shifted_gate(scores, groups, share, rng)
                    counts[result.status.value] += 1
                    for test in result.tests:
                        moved.setdefault(test.measure.value, []).append((test.new or 0) - (test.old or 0))
                change = [
                    f"{100 * float(np.mean(moved[each])):+.1f}" for each in ("sensitivity", "specificity")
                ]
                came_to = [f"{100 * counts[each] / reps:.1f}" for each in ("failed", "undecided", "passed")]
                rows.append((judge, 4 * groups, f"{100 * share:.0f} %", *change, *came_to))
    yield (
        f"Four candidates a group, passed from a score of {PASS_AT} on; per cent of {reps:,} gates, Monte-Carlo "
        f"standard error at most {100 * (0.25 / reps) ** 0.5:.1f}.\nIn 0 % of the groups: the same judge asked again, "
        "so that `failed` is false alarms per 100 clean runs.\n"
    )
    heads = ("judge", "cells", "groups moved", "sensitivity", "specificity", "failed", "undecided", "passed")
    yield table(heads, rows)


def recorded_scores(folder: Path, judge: str) -> Floats:
    """Return the scores of a judge, shape (groups, 4 candidates, 8 repeats); the first candidate is the chosen one."""
    file, size = COLLECTIONS[judge]
    found = [
        np.array(record[f"{size}_scores"], dtype=np.float64)
        for record in lines(folder / "raw" / f"{file.format(prompt='base')}.jsonl.gz")
    ]
    return np.stack([each for each in found if each.shape == (4, REPEATS) and not np.isnan(each).any()])


def shifted_gate(scores: Floats, groups: int, share: float, rng: np.random.Generator) -> GateResult:
    """Gate a judge against itself asked again, with its threshold moved up by 1 in a share of the groups."""
    rows = rng.integers(len(scores), size=groups)
    first = rng.integers(REPEATS, size=groups)
    second = (first + rng.integers(1, REPEATS, size=groups)) % REPEATS
    items = rated_groups(groups)
    moved = (rng.random(groups) < share).astype(np.float64)[:, np.newaxis]
    sides = [
        np.where((scores[rows, :, repeat] >= mark).ravel(), "complies", "violates").tolist()
        for repeat, mark in ((first, PASS_AT), (second, PASS_AT + moved))
    ]
    return gate(run_of(items, sides[0], "a"), run_of(items, sides[1], "b"), SPEC)


def main() -> None:
    """Print the table that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("drops", "refused", "threshold"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--reps", type=int, default=1000)
    arguments = parser.parse_args()
    tables = {"drops": drops, "refused": refused, "threshold": threshold}
    for line in tables[arguments.what](arguments.data, reps=arguments.reps):
        print(line)


if __name__ == "__main__":
    main()
