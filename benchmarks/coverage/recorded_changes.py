"""Gates and monitors on recorded judges: repeats that are no change, drops put in, and one judge in place of another.

    python -m benchmarks.coverage.recorded_changes [FOLDER] [--quick]

FOLDER holds `rb2_repeats` and `safety_judges` in the tidy layout; by default it is the recorded data beside the
checkout. Gates: a judge's eight repeats of the same ratings differ by chance alone, so a gate between two of them
should hardly ever fail. Monitors: verdicts and anchors are drawn with replacement from the recorded ones; then another
judge takes over, or the live items come from another source.
"""

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.coverage.change import percent, standard_error, table
from benchmarks.published.rb2_repeats import COLLECTIONS
from benchmarks.published.tidy import by_unit, labels, lines, metadata, of_rater, verdicts
from numpy.typing import NDArray

from evenhand.stats.change.noninferiority import Outcome, noninferiority
from evenhand.stats.change.paired import paired_counts
from evenhand.stats.monitoring.attribution import Cause, attribute, observe, watch

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SEED = 20261127
REPEATS = 8
DROP = 0.05
JUDGES = (
    "qwen7b",
    "llama3b",
    "mistral7b",
    "llamaguard3_1b",
    "gemma2_9b",
    "shieldgemma_9b",
    "phi3_medium",
    "wildguard",
)
LEAST_CHANGE = 0.10
"""How much a replayed change moves what shows it: agreement with people, or the live rate."""

Bools = NDArray[np.bool_]


# -- Gates ---------------------------------------------------------------------------------------------------


def repeated_rankings(folder: Path, judge: str) -> dict[str, Bools]:
    """Return for each group whether its chosen candidate is alone at the top, in each of the eight repeats."""
    file, size = COLLECTIONS[judge]
    found = {}
    for record in lines(folder / "raw" / f"{file.format(prompt='base')}.jsonl.gz"):
        scores = np.array(record[f"{size}_scores"], dtype=np.float64)
        if scores.shape[1:] == (REPEATS,) and not np.isnan(scores).any():
            found[record["id"]] = scores[0] > scores[1:].max(axis=0)
    return found


def gate_rates(
    old: Bools, new: Bools, *, n: int, drop: float, reps: int, rng: np.random.Generator
) -> tuple[dict[Outcome, float], float]:
    """Return how often a gate of `n` groups has each outcome, and the mean discordance.

    `old` and `new` have shape (groups, repeats); each group of a gate is seen in two different repeats, drawn for it
    alone, so that neither side has a lucky run. `drop` of the groups are made wrong where the new judge is right.
    """
    outcomes: Counter[Outcome] = Counter()
    discordance = 0.0
    for _ in range(reps):
        rows = rng.choice(len(old), size=n, replace=False)
        first = rng.integers(REPEATS, size=n)
        second = (first + rng.integers(1, REPEATS, size=n)) % REPEATS
        before, after = old[rows, first], new[rows, second]
        broken = rng.random(n) < drop / max(after.mean(), drop)
        counts = paired_counts(before, after & ~broken)
        outcomes[noninferiority(counts).outcome] += 1
        discordance += counts.discordant / n / reps
    return {outcome: outcomes[outcome] / reps for outcome in Outcome}, discordance


def print_gates(data: Path, *, reps: int, rng: np.random.Generator) -> None:
    print(
        f"Outcomes (%) of a gate with the default margin between two repeats, {reps} gates each, standard error at "
        f"most {standard_error(reps)}"
    )
    rows: list[tuple[object, ...]] = []
    rankings = {judge: repeated_rankings(data / "rb2_repeats", judge) for judge in COLLECTIONS}
    pairs = [(judge, judge) for judge in COLLECTIONS]
    pairs += [
        ("gpt-5.4", "gpt-5.4-mini"),
        ("gpt-5.4", "gpt-5.4-nano"),
        ("claude-sonnet-4.6", "claude-haiku-4.5"),
    ]
    for first, second in pairs:
        shared = sorted(set(rankings[first]) & set(rankings[second]))
        old, new = (np.stack([rankings[judge][group] for group in shared]) for judge in (first, second))
        for n in (400, 1000):
            for drop in (0.0, DROP) if first == second else (0.0,):
                rates, discordance = gate_rates(old, new, n=n, drop=drop, reps=reps, rng=rng)
                change = f"{first} again" if first == second else f"{first} to {second}"
                moved = new.mean() - drop - old.mean()
                cells = [percent(rates[outcome]) for outcome in Outcome]
                rows.append((change, n, f"{moved:+.3f}", f"{discordance:.2f}", *cells))
    print(table(("change", "n", "true change", "discordance", *Outcome), rows))


# -- Monitors ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One judge's verdicts on the items of `safety_judges` that have one."""

    unsafe: Bools
    """Whether the judge calls the item unsafe."""
    agrees: Bools
    """Whether it agrees with people."""
    source: NDArray[np.str_]
    """Where the item comes from."""


def recorded_judges(folder: Path) -> dict[str, Recorded]:
    """Return what each judge said of the items, `enriched` left out, for three judges only saw it."""
    meta = metadata(folder)
    truth = by_unit(of_rater(labels(folder), "adjudicated", kind="annotator"))
    judged = verdicts(folder)
    found = {}
    for judge in JUDGES:
        given = {
            unit: label
            for unit, label in by_unit(of_rater(judged, judge)).items()
            if label and meta[unit[0]]["source"] != "enriched"
        }
        found[judge] = Recorded(
            unsafe=np.array([label == "UNSAFE" for label in given.values()]),
            agrees=np.array([label == truth[unit] for unit, label in given.items()]),
            source=np.array([str(meta[unit[0]]["source"]) for unit in given]),
        )
    return found


def replay(before: tuple[Bools, Bools], after: tuple[Bools, Bools], *, rng: np.random.Generator) -> Cause:
    """Return the cause named after a change: live verdicts and agreement on anchors, before and after it."""
    monitor = watch(live_mean=float(before[0].mean()), anchor_mean=float(before[1].mean()), guard=45)
    for tick in range(150):
        live, anchors = before if tick < 50 else after
        monitor = observe(
            monitor, tick=tick, live=rng.choice(live, size=20), anchors=rng.choice(anchors, size=10)
        )
    return attribute(monitor).cause


def replays(
    judges: Mapping[str, Recorded], *, reps: int, rng: np.random.Generator
) -> list[tuple[str, Cause, dict[Cause, float]]]:
    """Return each replayed change, its true cause, and how often each cause is named."""
    changes: list[tuple[str, Cause, tuple[Bools, Bools], tuple[Bools, Bools]]] = []
    for name, one in judges.items():
        own = (one.unsafe, one.agrees)
        changes.append((f"{name}, no change", Cause.NONE, own, own))
        for source in np.unique(one.source).tolist():
            live = one.unsafe[one.source == source]
            if abs(live.mean() - one.unsafe.mean()) >= LEAST_CHANGE:
                changes.append((f"{name}, live items from {source}", Cause.SYSTEM, own, (live, one.agrees)))
        for other, new in judges.items():
            if one.agrees.mean() - new.agrees.mean() >= LEAST_CHANGE:
                changes.append((f"{name} replaced by {other}", Cause.JUDGE, own, (new.unsafe, new.agrees)))
    found = []
    for change, truth, before, after in changes:
        named = Counter(replay(before, after, rng=rng) for _ in range(reps))
        found.append((change, truth, {cause: named[cause] / reps for cause in Cause}))
    return found


def print_replays(data: Path, *, reps: int, rng: np.random.Generator) -> None:
    found = replays(recorded_judges(data / "safety_judges"), reps=reps, rng=rng)
    print(
        f"\nCauses named (%) in {reps} replays of each change of recorded safety judges, standard error at most "
        f"{standard_error(reps)}"
    )
    rows = [(change, truth, *(percent(named[cause]) for cause in Cause)) for change, truth, named in found]
    for truth in (Cause.NONE, Cause.SYSTEM, Cause.JUDGE):
        some = [named for _, cause, named in found if cause is truth]
        means = (percent(float(np.mean([named[cause] for named in some]))) for cause in Cause)
        rows.append((f"all {len(some)}", truth, *means))
    print(table(("change", "truth", *Cause), rows))


def main() -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    rng = np.random.default_rng(SEED)
    print_gates(arguments.folder, reps=40 if arguments.quick else 1000, rng=rng)
    print_replays(arguments.folder, reps=1 if arguments.quick else 50, rng=rng)


if __name__ == "__main__":
    main()
