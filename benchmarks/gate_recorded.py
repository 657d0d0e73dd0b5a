"""Gates on recorded judges: one that is broken on one system, one swapped for another, and one asked eight times.

    python -m benchmarks.gate_recorded broken|swapped|repeats [--data FOLDER] [--quick]

FOLDER holds the sets in the tidy layout; by default it is the recorded data beside the checkout. Every outcome is that
of the code behind `evenhand gate`, on runs held in memory.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
from benchmarks.coverage.change import table
from benchmarks.coverage.recorded_changes import repeated_rankings
from benchmarks.gate_sides import SEED, Items, gate, run_of
from benchmarks.published.rb2_repeats import COLLECTIONS
from benchmarks.published.tidy import by_unit, labels, of_rater, verdicts

from evenhand.gate.results import GateResult, TestResult
from evenhand.records.baseline import Baseline, Said
from evenhand.records.gate import Floors, GateSpec
from evenhand.records.scale import Reading
from evenhand.stats.estimate import Estimate

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
CORRECT = {"correct": Reading.PASS, "incorrect": Reading.FAIL}
PREFERENCE = {"1": Reading.NEUTRAL, "2": Reading.NEUTRAL}
CHOSEN = {"chosen": Reading.NEUTRAL, "another": Reading.NEUTRAL}
MEANS_WITHIN = 0.05
"""Distance from the mean of people within which a gate on means lets a judge pass."""
FLOOR = 0.8


# -- One judge that is broken on one system ----------------------------------------------------------------


def broken(data: Path) -> Iterator[str]:
    """Yield the tables of `judging_judges/v1`: GPT-4 on the answers of nine systems."""
    folder = data / "judging_judges" / "v1"
    rows, truth = verdicts(folder), by_unit(labels(folder))
    given = {judge: by_unit(of_rater(rows, judge)) for judge in ("GPT-4", "Llama3-70B")}
    units = list(truth)
    systems = [unit[0].split("/")[1] for unit in units]
    items = Items(
        principle="correct",
        readings=CORRECT,
        truth=[truth[unit] for unit in units],
        ids=[unit[0] for unit in units],
        sources=[unit[0].split("/")[2] for unit in units],
        slices=[{"system": system} for system in systems],
    )
    gpt, llama = (run_of(items, [given[judge][unit] or False for unit in units], judge) for judge in given)
    yield (
        f"GPT-4, {len(units):,} answers of nine systems to {len(set(items.sources or ()))} questions, one label of a "
        f"person each. A gate on\nmeans passes where the share called correct is within {100 * MEANS_WITHIN:.0f} "
        "points of that of people."
    )
    yield table(
        ("system", "answers", "people", "GPT-4", "difference", "gate on means", "agreement"),
        [
            _mean_row(
                name, [place for place, each in enumerate(systems) if name in {each, "all"}], items, gpt
            )
            for name in ("all", *dict.fromkeys(systems))
        ],
    )
    floors = Floors(sensitivity=FLOOR, specificity=FLOOR)
    spec = GateSpec(compares="judges", slices=("system",), floors=floors)
    found = gate(gpt, gpt, spec)
    yield f"\nFloors of {FLOOR} on sensitivity and specificity, for each system too: {found.status}"
    yield table(
        ("measure", "system", "cells", "value", "outcome"),
        [
            (
                each.measure,
                each.slice.value if each.slice else "all",
                each.cells,
                _limits(each.value),
                each.outcome,
            )
            for each in found.floors
        ],
    )
    swap = gate(llama, gpt, GateSpec(compares="judges", slices=("system",)))
    yield f"\nPaired: Llama3-70B is the baseline, GPT-4 takes its place: {swap.status}"
    yield _tests(swap.tests)
    yield f"\n{swap.headline}"


def _mean_row(name: str, places: Sequence[int], items: Items, run: Baseline) -> tuple[object, ...]:
    said = [_word(run, items.ids[place]) for place in places]
    truth = [items.truth[place] for place in places]
    people, judge = (float(np.mean([each == "correct" for each in some])) for some in (truth, said))
    agreed = float(np.mean([one == other for one, other in zip(truth, said, strict=True)]))
    passed = "passed" if abs(judge - people) <= MEANS_WITHIN else "failed"
    return (
        name,
        len(places),
        f"{people:.3f}",
        f"{judge:.3f}",
        f"{judge - people:+.3f}",
        passed,
        f"{agreed:.3f}",
    )


def _word(run: Baseline, case: str) -> Said:
    return run.cases[case].said["1"]["correct"][0]


# -- One judge swapped for another -------------------------------------------------------------------------

AGAINST = (
    ("GPT-4/Vanilla", "original", "ChatGPT/Vanilla", "original"),
    ("GPT-4/Vanilla_NoRules", "original", "ChatGPT/Vanilla_NoRules", "original"),
    ("GPT-4/Vanilla", "original", "GPT-4/Vanilla", "swapped"),
    ("GPT-4/Vanilla", "original", "GPT-4/CoT", "original"),
    ("GPT-4/Vanilla", "original", "GPT-4/Swap", "original"),
    ("GPT-4/Vanilla", "original", "GPT-4/Reference", "original"),
    ("GPT-4/Vanilla", "original", "GPT-4/Vanilla_1shot", "original"),
    ("GPT-4/Vanilla_1shot", "original", "GPT-4/Vanilla", "original"),
    ("GPT-4/Reference", "original", "GPT-4/Vanilla", "original"),
)


def swapped(data: Path) -> Iterator[str]:
    """Yield the table of `llmbar`: one judge or prompt as the baseline, another in its place."""
    folder = data / "llmbar"
    rows, truth = verdicts(folder), by_unit(labels(folder))
    found = []
    for was, was_order, becomes, order in AGAINST:
        old, new = (
            by_unit([row for row in of_rater(rows, judge) if row["order"] == each])
            for judge, each in ((was, was_order), (becomes, order))
        )
        units = [unit for unit in old if unit in new]
        items = Items(
            principle="preference",
            readings=PREFERENCE,
            truth=[truth[unit] for unit in units],
            ids=[unit[0] for unit in units],
            slices=[{"subset": unit[0].partition("/")[0]} for unit in units],
        )
        sides = [
            run_of(items, [side[unit] or False for unit in units], f"{was} {becomes} {place}")
            for place, side in enumerate((old, new))
        ]
        result = gate(sides[0], sides[1], GateSpec(compares="judges"))
        name = becomes if order == "original" else f"{becomes}, candidates swapped"
        found.append((was, name, *_numbers(result.tests[0])))
    yield table(("baseline", "in its place", *_HEADS), found)


_HEADS = (
    "cells",
    "was",
    "is",
    "lost",
    "won",
    "change",
    "lower limit",
    "p",
    "sees",
    "needs",
    "outcome",
    "tier",
)


def _numbers(test: TestResult) -> tuple[object, ...]:
    return (
        test.cells,
        f"{test.old or 0:.3f}",
        f"{test.new or 0:.3f}",
        test.lost,
        test.won,
        f"{100 * ((test.new or 0) - (test.old or 0)):+.1f}",
        f"{100 * (test.low or 0):+.1f}",
        f"{test.p_adjusted:.4f}",
        "-" if test.detectable is None else f"{100 * test.detectable:.1f}",
        test.cells_needed,
        test.outcome,
        test.tier,
    )


def _tests(tests: Iterable[TestResult]) -> str:
    rows = [(each.measure, each.slice.value if each.slice else "all", *_numbers(each)) for each in tests]
    return table(("measure", "system", *_HEADS), rows)


def _limits(measured: object) -> str:
    if not isinstance(measured, Estimate):
        return "-"
    limits = measured.interval
    return f"{measured.value:.3f} ({limits.low:.3f} to {limits.high:.3f})"


# -- One judge asked eight times ---------------------------------------------------------------------------


def repeats(data: Path, *, draws: int) -> Iterator[str]:
    """Yield the tables of `rb2_repeats`: eight runs of one judge, each the baseline of each other."""
    whole, drawn = [], []
    rng = np.random.default_rng(SEED)
    for judge in COLLECTIONS:
        found = repeated_rankings(data / "rb2_repeats", judge)
        right = np.stack(list(found.values()))
        runs = _runs(list(found), right, judge)
        results = [
            gate(runs[one], runs[other], GateSpec(compares="judges"))
            for one, other in permutations(range(8), 2)
        ]
        whole.append((judge, len(right), *_shares(results)))
        drawn += [(judge, n, *_shares(list(_draws(right, n, draws, rng)))) for n in (200, 400, 1000)]
    heads = ("judge", "groups", "gates", "failed", "undecided", "passed", "p <= .05")
    yield (
        "All 56 ordered pairs of the 8 runs. The pairs share runs and groups, so they are no 56 independent gates.\n"
        "p <= .05 counts the test of a drop alone, without the margin: about 5 % is right.\n"
    )
    yield table(heads, whole)
    total = sum(int(str(row[3]).partition(" ")[0]) for row in whole)
    many = 56 * len(whole)
    yield (
        f"\nFailed: {total} of {many} ({100 * total / many:.1f} %). Stated: at most about 5 %, which is {many // 20}. "
        "One run that is lucky or unlucky\nmoves seven pairs, so that the draws below say more about the rate.\n"
    )
    yield f"Groups drawn anew for each of {draws} gates, each group seen in two of its repeats. In brackets per cent.\n"
    yield table(heads, drawn)


def _runs(
    groups: Sequence[str], right: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", judge: str
) -> list[Baseline]:
    items = Items(principle="best", readings=CHOSEN, truth=["chosen"] * len(groups), ids=groups)
    words = np.where(right, "chosen", "another")
    return [run_of(items, list(words[:, place]), f"{judge} {place}") for place in range(right.shape[1])]


def _draws(
    right: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", n: int, draws: int, rng: np.random.Generator
) -> Iterator[GateResult]:
    for _ in range(draws):
        rows = rng.integers(len(right), size=n)
        first = rng.integers(8, size=n)
        second = (first + rng.integers(1, 8, size=n)) % 8
        runs = _runs(
            [str(place) for place in range(n)], np.column_stack([right[rows, first], right[rows, second]]), ""
        )
        yield gate(runs[0], runs[1], GateSpec(compares="judges"))


def _shares(results: Sequence[GateResult]) -> tuple[object, ...]:
    counts = Counter(result.status.value for result in results)
    small = sum(result.tests[0].p <= 0.05 for result in results)
    many = len(results)
    return many, *(
        f"{number} ({100 * number / many:.1f})"
        for number in (counts["failed"], counts["undecided"], counts["passed"], small)
    )


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("broken", "swapped", "repeats"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    lines = {
        "broken": lambda: broken(arguments.data),
        "swapped": lambda: swapped(arguments.data),
        "repeats": lambda: repeats(arguments.data, draws=50 if arguments.quick else 1000),
    }[arguments.what]()
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
