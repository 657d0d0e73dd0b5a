"""How often `evenhand monitor` cries wolf in 250 daily looks, how soon it sees a drop, and which cause it names.

    python -m benchmarks.monitor [simulated | recorded] [--quick]

`simulated` draws streams; its shares have the Monte-Carlo standard error beside them. `recorded` reads the recorded
data sets beside the checkout: eight runs of one judge, and a judge that is swapped for another in the middle.
"""

import argparse
import csv
import gzip
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from benchmarks.coverage.change import percent, table
from benchmarks.coverage.monitoring import error_of
from numpy.typing import NDArray

from evenhand.errors import NothingSelectedError
from evenhand.gate.monitor.anchors import Round, looks_of
from evenhand.gate.monitor.history import Answer, History, LabelledItem, WatchedRun, Watching
from evenhand.gate.monitor.results import Finding, MonitorResult
from evenhand.gate.monitor.watch import DEFAULT, watch
from evenhand.stats.monitoring.betting import ALPHA, TOLERANCE
from evenhand.stats.monitoring.lasting_drop import Usual, watch_drop

SEED = 20261128
DAYS = 250
USUAL = 0.88
"""Agreement before a change (methods.md 6.6)."""
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BEGIN = date(2026, 1, 1)

Answers = NDArray[np.bool_]
"""Whether the verdict is the reference label, shape (days, anchors)."""
Chances = Callable[[int, np.random.Generator], NDArray[np.float64]]
"""Chance of agreement on each of so many anchors."""


def alike(anchors: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return anchors that are all as hard."""
    del rng
    return np.full(anchors, USUAL)


def unlike(anchors: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return anchors most of which are answered the same nearly always, as judges do."""
    chances = rng.beta(0.3 * USUAL, 0.3 * (1 - USUAL), anchors)
    scaled: NDArray[np.float64] = np.clip(chances * USUAL / chances.mean(), 0, 1)
    return scaled


def frozen(anchors: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return anchors that are answered the same always."""
    return (rng.permutation(anchors) < round(USUAL * anchors)).astype(np.float64)


def spoiled(chances: NDArray[np.float64], mean: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return chances after a drop to `mean`: some anchors are lost for good."""
    kept = chances.copy()
    for place in rng.permutation(chances.size):
        excess = kept.sum() - mean * chances.size
        if excess <= 0:
            break
        kept[place] = max(0.0, kept[place] - excess)
    return kept


def drawn(chances: NDArray[np.float64], days: int, rng: np.random.Generator) -> Answers:
    """Return the answers of so many days."""
    return rng.random((days, chances.size)) < chances


def evidence(
    answers: Answers, *, tolerance: float = TOLERANCE, usual: Usual | None = None
) -> NDArray[np.float64]:
    """Return the logarithm of the evidence on the anchors at the end of each day."""
    rounds = [
        Round(
            at=day,
            answers={(str(at), "1", "p"): Answer(int(each)) for at, each in enumerate(row)},
            measured=True,
        )
        for day, row in enumerate(answers)
    ]
    return watch_drop(looks_of(rounds), tolerance=tolerance, usual=usual).log_e


def alarm_day(path: NDArray[np.float64]) -> float:
    """Return the day of the alarm, from 1; infinite without one."""
    found = np.flatnonzero(path >= -math.log(ALPHA))
    return float(found[0] + 1) if found.size else math.inf


def false_alarms(
    chances: Chances,
    *,
    anchors: int,
    reps: int,
    drift: float,
    tolerance: float,
    rng: np.random.Generator,
    days: int = DAYS,
) -> float:
    """Return the share of streams with an alarm; `drift` is lost for good in the middle, within the tolerance."""
    found = 0
    for _ in range(reps):
        before = chances(anchors, rng)
        after = spoiled(before, before.mean() - drift, rng)
        answers = [drawn(before, days // 2, rng), drawn(after, days - days // 2, rng)]
        found += math.isfinite(alarm_day(evidence(np.concatenate(answers), tolerance=tolerance)))
    return found / reps


def daily_tests(chances: Chances, *, anchors: int, reps: int, rng: np.random.Generator) -> float:
    """Return the share of streams in which a z-test of a day against the first, one-sided at 5 %, ever alarms."""
    found = 0
    for _ in range(reps):
        means = drawn(chances(anchors, rng), DAYS, rng).mean(axis=1)
        pooled = (means[0] + means[1:]) / 2
        error = np.sqrt(np.maximum(2 * pooled * (1 - pooled) / anchors, 1e-12))
        found += bool(((means[1:] - means[0]) / error < -1.6448536269514722).any())
    return found / reps


def counted_again(*, anchors: int, reps: int, rng: np.random.Generator) -> float:
    """Return the share of streams with an alarm where each answer is asked every 25th day and counted every day."""
    found = 0
    for _ in range(reps):
        asked = drawn(alike(anchors, rng), DAYS // 25, rng)
        found += math.isfinite(alarm_day(evidence(np.repeat(asked, 25, axis=0))))
    return found / reps


def delays(
    chances: Chances,
    mean: float,
    *,
    before: int,
    anchors: int,
    reps: int,
    usual: Usual | None,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the days from a drop to the alarm; infinite where it is not seen in 60 days."""
    found = []
    for _ in range(reps):
        usually = chances(anchors, rng)
        days = [drawn(usually, before, rng), drawn(spoiled(usually, mean, rng), 60, rng)]
        found.append(alarm_day(evidence(np.concatenate(days), usual=usual)) - before)
    return np.array(found)


# -- Whole histories ---------------------------------------------------------------------------------


def history_of(anchors: Answers, live: Sequence[Answers]) -> History:
    """Return daily runs with the answers on anchors, and labels on other items of the same days."""
    runs = tuple(
        WatchedRun(
            run=f"run-{day:03}",
            finished=f"{BEGIN + timedelta(days=day)}T00:00:00+00:00",
            whole=True,
            most_missing=0.05,
            answers={(f"a{at}", "1", "p"): Answer(int(each)) for at, each in enumerate(row)},
            again=frozenset((f"a{at}", "1", "p") for at in range(row.size)),
        )
        for day, row in enumerate(anchors)
    )
    labelled = tuple(
        LabelledItem(
            item=(f"l{day}-{at}", "1", "p"),
            run=runs[day].run,
            day=runs[day].day,
            answer=Answer(int(each)),
            inclusion=1.0,
            design="d",
        )
        for day, row in enumerate(live)
        for at, each in enumerate(row)
    )
    return History(suite="s", runs=runs, labelled=labelled)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens at the middle of a history."""

    name: str
    truth: Finding
    anchors: float
    """Agreement on the anchors afterwards."""
    live: float
    """Agreement on live labels afterwards."""


CHANGES = (
    Change(name="nothing", truth=Finding.NONE, anchors=0.88, live=0.88),
    Change(name="anchors drop alone", truth=Finding.JUDGE, anchors=0.75, live=0.88),
    Change(name="both drop", truth=Finding.JUDGE, anchors=0.75, live=0.70),
    Change(name="live labels drop alone", truth=Finding.SYSTEM, anchors=0.88, live=0.70),
)


def findings(
    change: Change, *, days: int, reps: int, rng: np.random.Generator, watching: Watching = DEFAULT
) -> dict[Finding, float]:
    """Return how often each finding comes at the end of so many days; 100 anchors and 30 live labels a day."""
    found = dict.fromkeys(Finding, 0)
    for _ in range(reps):
        usually = unlike(100, rng)
        after = usually if change.anchors == USUAL else spoiled(usually, change.anchors, rng)
        anchors = np.concatenate([drawn(usually, days // 2, rng), drawn(after, days - days // 2, rng)])
        live = [rng.random(30) < (USUAL if day < days // 2 else change.live) for day in range(days)]
        found[watch(history_of(anchors, live), watching).finding] += 1
    return {finding: count / reps for finding, count in found.items()}


# -- Recorded judges -----------------------------------------------------------------------------------


def repeated_judges() -> Iterator[tuple[str, Answers]]:
    """Yield the judges of `rb2_repeats` with whether the chosen answer scored highest, by run and group."""
    scores: dict[str, dict[str, NDArray[np.float64]]] = {}
    with gzip.open(DATA / "rb2_repeats" / "verdicts.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            group, _, candidate = row["item_id"].rpartition("#")
            known = scores.setdefault(row["judge"], {}).setdefault(group, np.full((4, 8), np.nan))
            known[int(candidate), int(row["sample"])] = float(row["score"] or "nan")
    for judge, groups in sorted(scores.items()):
        whole = [each for each in groups.values() if not np.isnan(each).any()]
        yield judge, np.array([(each[0] > each[1:].max(axis=0)) for each in whole]).T


def swapped_judges() -> Iterator[tuple[str, Answers, Answers]]:
    """Yield strategies of `llmbar` with whether GPT-4 and ChatGPT are right, by order of presentation and item."""
    gold: dict[str, str] = {}
    said: dict[tuple[str, str, str], str] = {}
    with gzip.open(DATA / "llmbar" / "humans.csv.gz", "rt", encoding="utf-8") as lines:
        gold = {row["item_id"]: row["label"] for row in csv.DictReader(lines)}
    with gzip.open(DATA / "llmbar" / "verdicts.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            said[row["judge"], row["order"], row["item_id"]] = row["label"]
    judges = {judge for judge, _, _ in said}
    for strategy in sorted(name.removeprefix("GPT-4/") for name in judges if name.startswith("GPT-4/")):
        names = f"GPT-4/{strategy}", f"ChatGPT/{strategy}"
        items = [
            item
            for item in sorted(gold)
            if all(said.get((name, order, item)) for name in names for order in ("original", "swapped"))
        ]
        if names[1] in judges and items:
            right = [
                np.array(
                    [
                        [said[name, order, item] == gold[item] for item in items]
                        for order in ("original", "swapped")
                    ]
                )
                for name in names
            ]
            yield strategy, right[0], right[1]


def outcome(anchors: Answers) -> MonitorResult | None:
    """Return what the monitor says of a history without live labels."""
    try:
        return watch(history_of(anchors, []))
    except NothingSelectedError:
        return None


def replayed(
    old: Answers, new: Answers, *, reps: int, days: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Return how often the swap is found, how often an alarm comes before it, and the median delay in days.

    Each day each anchor is answered as in one of the two recorded orders, at random; the middle day brings the swap.
    """
    found, early, waits = 0, 0, []
    for _ in range(reps):
        pick = [rng.integers(0, 2, old.shape[1]) for _ in range(days)]
        sides = [old] * (days // 2) + [new] * (days - days // 2)
        answers = np.array(
            [side[each, np.arange(old.shape[1])] for side, each in zip(sides, pick, strict=True)]
        )
        result = outcome(answers)
        alarm = None if result is None else result.anchors.alarm
        early += alarm is not None and alarm < days // 2
        found += result is not None and result.finding is Finding.JUDGE
        waits.append(math.inf if alarm is None else alarm - days // 2 + 1)
    return found / reps, early / reps, float(np.median(waits))


# -- The command -----------------------------------------------------------------------------------------


def print_false_alarms(*, quick: bool, rng: np.random.Generator) -> None:
    reps, anchors = (4, 40) if quick else (200, 60)
    print(
        f"Alarms in {reps} streams of {DAYS} daily looks at {anchors} anchors without a change beyond the tolerance (%)"
    )
    rows: list[tuple[object, ...]] = []
    for name, chances, drift, tolerance in (
        ("alike", alike, 0.0, TOLERANCE),
        ("alike, 3 points lost", alike, TOLERANCE, TOLERANCE),
        ("unlike", unlike, 0.0, TOLERANCE),
        ("unlike, 3 points lost", unlike, TOLERANCE, TOLERANCE),
        ("unlike, no tolerance", unlike, 0.0, 0.0),
    ):
        share = false_alarms(chances, anchors=anchors, reps=reps, drift=drift, tolerance=tolerance, rng=rng)
        rows.append(("evenhand monitor", name, error_of(share, reps)))
    rows.extend(
        (
            "z-test against the first day",
            name,
            error_of(daily_tests(chances, anchors=anchors, reps=reps, rng=rng), reps),
        )
        for name, chances in (("alike", alike), ("unlike", unlike))
    )
    share = counted_again(anchors=anchors, reps=reps, rng=rng)
    rows.append(("the same, stored answers counted daily", "alike", error_of(share, reps)))
    print(table(("monitor", "anchors", "alarms"), rows))


def print_delays(*, quick: bool, rng: np.random.Generator) -> None:
    reps, anchors = (2, 50) if quick else (60, 100)
    print(
        f"\nMedian answers on anchors from a drop to the alarm, {anchors} anchors a day from {USUAL}, {reps} streams "
        "(not seen in 60 days: %)"
    )
    rows: list[tuple[object, ...]] = [("a known mean, one start", "(methods.md 6.6)", "502", "106", "46")]
    usual = Usual(mean=USUAL)
    for name, chances in (("alike", alike), ("unlike", unlike), ("frozen", frozen)):
        for days, known in ((0, usual), (5, None), (20, None), (100, None)):
            cells = []
            for mean in (0.80, 0.75, 0.70):
                waits = delays(chances, mean, before=days, anchors=anchors, reps=reps, usual=known, rng=rng)
                cells.append(f"{np.median(waits) * anchors:.0f} ({percent(float(np.isinf(waits).mean()))})")
            rows.append((name, "known mean" if known else f"{days} days", *cells))
    print(table(("anchors", "reference", "to .80", "to .75", "to .70"), rows))


def print_findings(*, quick: bool, rng: np.random.Generator) -> None:
    reps, days = (1, 40) if quick else (60, 80)
    print(
        f"\nFindings (%) at the end of {days} days, a change in the middle, {reps} histories; 100 anchors and 30 live "
        "labels a day"
    )
    rows = []
    for change in CHANGES:
        found = findings(change, days=days, reps=reps, rng=rng)
        rows.append((change.name, change.truth, *(percent(found[each]) for each in Finding)))
    print(table(("change", "truth", *Finding), rows))


def print_repeats(*, quick: bool, rng: np.random.Generator) -> None:
    reps = 1 if quick else 20
    print(f"Eight runs of one judge (rb2_repeats), as recorded and in {reps} other orders: alarms")
    rows = []
    for judge, answers in repeated_judges():
        orders = [np.arange(8), *(rng.permutation(8) for _ in range(reps))]
        found = [outcome(answers[order]) for order in orders]
        alarms = sum(each is not None and each.finding is not Finding.NONE for each in found)
        means = answers.mean(axis=1)
        rows.append(
            (
                judge,
                answers.shape[1],
                f"{percent(means.min())} to {percent(means.max())}",
                f"{alarms} of {len(orders)}",
            )
        )
    print(table(("judge", "anchors", "agreement (%)", "alarms"), rows))


def print_swaps(*, quick: bool, rng: np.random.Generator) -> None:
    reps, days = (1, 8) if quick else (20, 20)
    print(
        f"\nGPT-4 swapped for ChatGPT after {days // 2} of {days} days (llmbar), each day one of the two recorded "
        f"orders of each item, {reps} replays"
    )
    rows = []
    for strategy, old, new in swapped_judges():
        found, early, wait = replayed(old, new, reps=reps, days=days, rng=rng)
        agreement = f"{percent(old.mean())} to {percent(new.mean())}"
        rows.append((strategy, old.shape[1], agreement, percent(found), percent(early), f"{wait:.0f}"))
    print(table(("strategy", "anchors", "agreement (%)", "judge", "alarm before", "median days"), rows))


def main() -> None:
    """Simulate or replay, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("part", nargs="?", choices=("simulated", "recorded"), default="simulated")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    rng = np.random.default_rng(SEED)
    parts = {
        "simulated": (print_false_alarms, print_delays, print_findings),
        "recorded": (print_repeats, print_swaps),
    }
    for show in parts[arguments.part]:
        show(quick=arguments.quick, rng=rng)


if __name__ == "__main__":
    main()
