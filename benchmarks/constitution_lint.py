"""How many planted faults of a constitution the lint finds, and how many of its findings are false.

python -m benchmarks.constitution_lint            # 100 simulated constitutions of each setting, minutes
python -m benchmarks.constitution_lint --speed    # seconds for 100,000 replies under 20 principles, five judges

Everything is simulated (`benchmarks/planted_constitutions.py` says how). A finding is false where neither the fault was
planted nor does it follow from one that was; those that follow are counted by themselves.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.planted_constitutions import CLEAR, FAINT, Size, Strength, plant  # noqa: E402 - needs the line above

from evenhand.constitution.lint.check import lint_evidence  # noqa: E402 - needs the line above
from evenhand.constitution.lint.results import TITLES, Check  # noqa: E402 - needs the line above

SETTINGS: Mapping[str, tuple[Size, Strength]] = {
    "large": (Size(), CLEAR),
    "large, faint faults close to the limits": (Size(), FAINT),
    "middle": (Size(cases=1_200, labelled=900), CLEAR),
    "small": (Size(cases=400, labelled=400), CLEAR),
}
LARGE = Size(cases=50_000, replies=2, clean=11, labelled=5_000, repeats=3)


@dataclass(kw_only=True)
class Tally:
    """What was planted and found, by check."""

    planted: Counter[Check] = field(default_factory=Counter)
    found: Counter[Check] = field(default_factory=Counter)
    false: Counter[Check] = field(default_factory=Counter)
    followed: Counter[Check] = field(default_factory=Counter)
    unsure: Counter[Check] = field(default_factory=Counter)
    """Planted faults that were missed, and of which it was said that there is too little to tell."""
    constitutions: int = 0

    def add(self, seed: int, size: Size, strength: Strength, chance: float) -> None:
        """Lint one constitution."""
        made = plant(seed, size, chance=chance, strength=strength)
        result = lint_evidence(made.evidence)
        named = {(each.check, frozenset(each.principles)) for each in result.findings}
        said = {(each.check, frozenset(each.principles)) for check in result.checks for each in check.unsure}
        self.constitutions += 1
        self.planted.update(check for check, _ in made.faults)
        self.found.update(check for check, _ in made.faults & named)
        self.unsure.update(check for check, _ in (made.faults - named) & said)
        self.followed.update(check for check, _ in (named & made.implied) - made.faults)
        self.false.update(check for check, _ in named - made.faults - made.implied)


def simulate(size: Size, strength: Strength, count: int, first_seed: int, chance: float = 0.7) -> Tally:
    """Return what is found in simulated constitutions."""
    tally = Tally()
    for seed in range(first_seed, first_seed + count):
        tally.add(seed, size, strength, chance)
    return tally


def rows(tally: Tally) -> list[str]:
    """Return the table of one size."""
    heads = ("planted", "found", "recall", "unsure", "false", "false discovery", "follow")
    head = "".join(f"{name:>{width}}" for name, width in zip(heads, (8, 7, 8, 8, 7, 17, 8), strict=True))
    lines = [f"{'':<20}{head}", *(_row(TITLES[check], check.value, tally, check) for check in Check)]
    total = Tally(
        planted=Counter({Check.GAP: tally.planted.total()}),
        found=Counter({Check.GAP: tally.found.total()}),
        false=Counter({Check.GAP: tally.false.total()}),
        followed=Counter({Check.GAP: tally.followed.total()}),
        unsure=Counter({Check.GAP: tally.unsure.total()}),
    )
    lines.append(_row("all", "", total, Check.GAP))
    return lines


def _row(title: str, code: str, tally: Tally, check: Check) -> str:
    planted, found, false = tally.planted[check], tally.found[check], tally.false[check]
    recall = f"{found / planted:.3f}" if planted else "-"
    discovery = f"{false / (found + false):.3f}" if found + false else "-"
    name = f"{code} {title}".strip()
    return (
        f"{name:<20.20}{planted:>8,}{found:>7,}{recall:>8}{tally.unsure[check]:>8,}{false:>7,}{discovery:>17}"
        f"{tally.followed[check]:>8,}"
    )


def speed(cases: int) -> list[str]:
    """Return how long the arithmetic takes on a large run; reading it from a ledger is not in it."""
    made = plant(0, replace(LARGE, cases=cases), chance=1)
    started, cpu = time.perf_counter(), time.process_time()
    result = lint_evidence(made.evidence)
    took, used = time.perf_counter() - started, time.process_time() - cpu
    replies, principles = made.evidence.verdict.shape
    line = (
        f"{replies:,} replies x {principles} principles x {LARGE.judges} judges x {LARGE.repeats} repeats: "
        f"linted in {took:.1f} s ({used:.1f} s of processor time), {len(result.findings)} findings"
    )
    return [line]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Recall and false discovery of the lint of constitutions.")
    parser.add_argument("--constitutions", type=int, default=100, help="of each setting")
    parser.add_argument(
        "--seed", type=int, default=7_000, help="the first; cut-offs were set while looking at others"
    )
    parser.add_argument("--speed", action="store_true", help="time the arithmetic on a large run instead")
    parser.add_argument("--cases", type=int, default=LARGE.cases, help="cases of that run, two replies each")
    chosen = parser.parse_args(arguments)
    if chosen.speed:
        print("\n".join(speed(chosen.cases)))
        return 0
    for name, (size, strength) in SETTINGS.items():
        print(
            f"{name}: {size.cases:,} cases x {size.replies} replies, {size.clean} clean principles and those planted, "
            f"{size.judges} judges x {size.repeats} repeats, {size.labelled:,} replies labelled by 3 people; "
            f"{chosen.constitutions} constitutions from seed {chosen.seed}, each fault planted with probability 0.7"
        )
        print("\n".join(rows(simulate(size, strength, chosen.constitutions, chosen.seed))))
        clean = simulate(size, strength, max(1, chosen.constitutions // 4), chosen.seed, chance=0)
        print(
            f"nothing planted: {clean.false.total()} false findings in {clean.constitutions} constitutions of "
            f"{size.clean} principles\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
