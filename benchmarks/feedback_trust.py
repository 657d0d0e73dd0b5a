"""Whether what is exported as trusted is as right as promised, on recorded judges and people.

    python benchmarks/feedback_trust.py [--data ../shared/data] [--draws 60] [--quick]

Each draw hides the human labels of a random share of the cases of a set. The run of its recorded judges is calibrated
on the others and exported as `trl-preference`. The pairs exported as trusted are held against the hidden labels alone:
no label of them had a say in the threshold. Every count is over all draws, those that certify nothing among them.

The promise is P(something is certified and its risk is above alpha) <= delta, and one set can not show it: a share of
some dozen pairs is no risk, the draws share their pairs, and what a lucky draw of labels leaves out is worse than the
whole. So the same pairs are also taken for a population, whose risk above every threshold is known: labels and pool
are drawn from it, with replacement, and certified by the same test.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import bdtrc

from evenhand.calibration.alone import decide_alone
from evenhand.calibration.choices import Choices
from evenhand.feedback.shapes import Format
from evenhand.stats.arrays import Bools, Floats
from evenhand.stats.exact_intervals import clopper_pearson_interval
from evenhand.stats.selective import DELTA, Certified, certify_threshold
from evenhand.workflows.calibrate import calibrate_run
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.feedback.export import ExportWishes, export_feedback
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = ("trust_or_escalate", "pandalm")
ALPHAS = (0.1, 0.2, 0.3)
HIDDEN = 0.4
GATE = 0.8
SPLITS = f"splits: {{optimise: {1 - GATE:.1f}, gate: {GATE}}}\n"
CHANCE = 0.05
"""One-sided chance below which a share of one draw is above alpha by more than chance."""
RESAMPLED = 2_000
HEAD_EXPORTED = (
    f"{'':<43}hidden labels of exported pairs{'':<9}all decisions\n"
    f"{'set':<19}{'alpha':>6}{'draws':>7}{'certified':>11}{'exported':>10}{'wrong':>7}{'share':>8}{'above':>7}"
    f"{'beyond':>8}{'broken':>8}   of all draws"
)
HEAD_POPULATION = (
    "The same pairs as a population whose risk is known\n"
    f"{'set':<19}{'alpha':>6}{'draws':>7}{'certified':>11}{'above':>9}{'broken':>8}   of all draws"
)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What one draw came to at one alpha."""

    certified: bool
    trusted: int
    """Pairs exported as trusted on which people agree; their labels were hidden."""
    wrong: int
    """Those of them on which people say otherwise."""
    alone: int
    """Decisions at or above the threshold on pairs on which people agree, those with labels that certified included."""
    alone_wrong: int


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The pairs of a set on which people agree, as a population: how sure the panel is of each, and who is right."""

    confidence: Floats
    """Shape (n,)."""
    right: Bools
    """Shape (n,)."""


def measure(data: Path, name: str, seed: int) -> tuple[list[Draw], Pairs]:
    """Hide labels, calibrate, export at every alpha and compare."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        import_tidy(data / name, folder)
        known, hidden = hide(folder / "suites" / name / "labels.jsonl", seed)
        suite = folder / "suites" / f"{name}.yaml"
        suite.write_text(suite.read_text(encoding="utf-8") + SPLITS, encoding="utf-8")
        run = run_suite(folder, suite, RunOptions(), lambda _run, _progress: None).run.id
        calibrate_run(folder, run, formats=["json"])
        decided = [each for each in decisions(folder, run) if each[0] in known]
        pairs = Pairs(
            confidence=np.array([sure for _, _, sure in decided]),
            right=np.array([label == known[case] for case, label, _ in decided]),
        )
        return [compare(folder, run, alpha, known, hidden, pairs) for alpha in ALPHAS], pairs


def hide(path: Path, seed: int) -> tuple[dict[str, str], set[str]]:
    """Take the labels of some cases out of a file; return the label of each case on which people agree, and those."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    cases = sorted({line["case"] for line in lines})
    gone = set(random.Random(seed).sample(cases, int(HIDDEN * len(cases))))
    kept = [{**line, "inclusion": 1 - HIDDEN} for line in lines if line["case"] not in gone]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in kept), encoding="utf-8")
    said: dict[str, set[str]] = {}
    for line in lines:
        said.setdefault(line["case"], set()).add(line["label"])
    return {case: SIDES.get(min(labels), "tie") for case, labels in said.items() if len(labels) == 1}, gone


def compare(
    folder: Path, run: str, alpha: float, known: dict[str, str], hidden: set[str], pairs: Pairs
) -> Draw:
    """Export, and count how often what the panel decides alone is not what people said."""
    out = folder / f"out-{alpha}"
    facts = export_feedback(
        folder, run, out, ExportWishes(format=Format.PREFERENCE, alpha=alpha), command="benchmark"
    )
    files = sorted((out / "data").glob("*.jsonl")) if facts.total else []
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="ascii").splitlines()]
    told = [row for row in rows if row["label_source"] == "panel" and row["case_id"] in known]
    if not {row["case_id"] for row in told} <= hidden:
        raise SystemExit("a pair was trusted whose label was there")
    certified, threshold = facts.standing.certified, facts.standing.threshold or 0.0
    alone = pairs.right[pairs.confidence >= threshold] if certified else pairs.right[:0]
    return Draw(
        certified=certified,
        trusted=len(told),
        wrong=sum(LABELS[row["outcome"]] != known[row["case_id"]] for row in told),
        alone=alone.size,
        alone_wrong=int((~alone).sum()),
    )


def decisions(folder: Path, run: str) -> Iterator[tuple[str, str, float]]:
    """Yield case, label and confidence of every verdict."""
    stored = read_run(folder, run)
    confidence = decide_alone(read_table(stored).table, Choices()).confidence
    for item in stored.items():
        if item.verdict and item.verdict.label:
            yield item.case_id, item.verdict.label, float(confidence[item.seq])


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What one draw from a population with known risk came to."""

    certified: bool
    risk: float
    """Of the population at or above the certified threshold."""
    trusted: int
    """Of the drawn pool, at or above it."""
    wrong: int


def draw_from(pairs: Pairs, alpha: float, rng: np.random.Generator) -> Drawn:
    """Draw labels and a pool of the size of the set, certify, and compare with the risk that is known."""
    size = len(pairs.right)
    labels = rng.integers(size, size=round((1 - HIDDEN) * GATE * size))
    pool = rng.integers(size, size=size)
    found = certify_threshold(
        pairs.confidence[labels], pairs.right[labels], pairs.confidence[pool], alpha=alpha, delta=DELTA
    )
    accepted = pairs.confidence >= found.threshold
    trusted = pool[accepted[pool]]
    return Drawn(
        certified=isinstance(found.accepted, Certified),
        risk=float((~pairs.right[accepted]).mean()) if accepted.any() else 0.0,
        trusted=len(trusted),
        wrong=int((~pairs.right[trusted]).sum()),
    )


SIDES = {"1": "a", "2": "b", "A>B": "a", "B>A": "b"}
LABELS = {"first": "a", "second": "b"}


def show_exported(name: str, alpha: float, draws: Sequence[Draw]) -> str:
    """Return a row about the hidden labels of exported pairs, and about all decisions at or above the threshold."""
    trusted, wrong = sum(draw.trusted for draw in draws), sum(draw.wrong for draw in draws)
    above = sum(draw.wrong > alpha * draw.trusted for draw in draws)
    beyond = sum(binomial_tail(draw.wrong, draw.trusted, alpha) <= CHANCE for draw in draws)
    broken = sum(draw.alone_wrong > alpha * draw.alone for draw in draws)
    certified = sum(draw.certified for draw in draws)
    return (
        f"{name:<19}{alpha:>6.2f}{len(draws):>7}{certified:>11}{trusted:>10,}{wrong:>7,}{share(wrong, trusted):>8}"
        f"{above:>7}{beyond:>8}{broken:>8}   {limits(broken, len(draws))}"
    )


def show_population(name: str, alpha: float, drawn: Sequence[Drawn]) -> str:
    """Return a row about draws from a population."""
    certified = sum(each.certified for each in drawn)
    broken = sum(each.certified and each.risk > alpha for each in drawn)
    above = sum(each.wrong > alpha * each.trusted for each in drawn)
    return (
        f"{name:<19}{alpha:>6.2f}{len(drawn):>7,}{certified:>11,}{share(above, len(drawn)):>9}{broken:>8,}   "
        f"{limits(broken, len(drawn))}"
    )


def binomial_tail(hits: int, n: int, chance: float) -> float:
    """Return the probability of so many hits or more; 1 without a draw."""
    return float(bdtrc(hits - 1, n, chance)) if hits else 1.0


def limits(count: int, n: int) -> str:
    """Return a share with its exact limits."""
    found = clopper_pearson_interval(count, n)
    return f"{count / n:.3f} ({found.low:.3f} to {found.high:.3f})"


def share(part: int, whole: int) -> str:
    """Return a share of all draws together."""
    return f"{part / whole:.3f}" if whole else "-"


def main() -> None:
    """Print a row for each set and alpha, of the export and of the population."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--draws", type=int, default=60)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    draws, resampled = (1, 100) if arguments.quick else (arguments.draws, RESAMPLED)
    names = SETS[:1] if arguments.quick else SETS
    populations = {}
    sys.stdout.write(f"{HEAD_EXPORTED}\n")
    for name in names:
        found = [measure(arguments.data, name, seed) for seed in range(draws)]
        populations[name] = found[0][1]
        for place, alpha in enumerate(ALPHAS):
            sys.stdout.write(f"{show_exported(name, alpha, [each[place] for each, _ in found])}\n")
            sys.stdout.flush()
    sys.stdout.write(f"\n{HEAD_POPULATION}\n")
    for name in names:
        for alpha in ALPHAS:
            rng = np.random.default_rng(0)
            drawn = [draw_from(populations[name], alpha, rng) for _ in range(resampled)]
            sys.stdout.write(f"{show_population(name, alpha, drawn)}\n")


if __name__ == "__main__":
    main()
