"""Whether what is exported as trusted is as right as promised, on recorded judges and people.

    python benchmarks/feedback_trust.py [--data ../shared/data] [--draws 20] [--quick]

Each draw hides the human labels of a random share of the cases of a set. The run of its recorded judges is calibrated
on the others and exported as `trl-preference`. The promise is about all decisions at or above the threshold: they are
held against all labels of people who agree with each other, hidden or not, and a promise is broken where more than
`alpha` of them are wrong; that may happen in one of ten draws. The pairs that were exported as trusted are held against
the hidden labels alone: a lucky draw of labels leaves more mistakes among the rest of a small set, so their share runs
above that of all.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.calibration.alone import decide_alone
from evenhand.calibration.choices import Choices
from evenhand.feedback.shapes import Format
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
SPLITS = "splits: {optimise: 0.2, gate: 0.8}\n"


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What one draw came to at one alpha."""

    certified: bool
    alone: int
    """Decisions at or above the threshold on pairs on which people agree."""
    alone_wrong: int
    trusted: int
    """Those of them that were exported as trusted: their labels are hidden."""
    wrong: int


def measure(data: Path, name: str, seed: int) -> list[Draw]:
    """Hide labels, calibrate, export at every alpha and compare."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        import_tidy(data / name, folder)
        known, hidden = hide(folder / "suites" / name / "labels.jsonl", seed)
        suite = folder / "suites" / f"{name}.yaml"
        suite.write_text(suite.read_text(encoding="utf-8") + SPLITS, encoding="utf-8")
        run = run_suite(folder, suite, RunOptions(), lambda _run, _progress: None).run.id
        calibrate_run(folder, run, formats=["json"])
        return [compare(folder, run, alpha, known, hidden) for alpha in ALPHAS]


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


def compare(folder: Path, run: str, alpha: float, known: dict[str, str], hidden: set[str]) -> Draw:
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
    alone = list(decided(folder, run, facts.standing.threshold)) if facts.standing.certified else []
    seen = [(case, label) for case, label in alone if case in known]
    return Draw(
        certified=facts.standing.certified,
        alone=len(seen),
        alone_wrong=sum(label != known[case] for case, label in seen),
        trusted=len(told),
        wrong=sum(LABELS[row["outcome"]] != known[row["case_id"]] for row in told),
    )


def decided(folder: Path, run: str, threshold: float | None) -> Iterator[tuple[str, str]]:
    """Yield case and label of every verdict at or above the threshold."""
    stored = read_run(folder, run)
    table = read_table(stored).table
    confidence = decide_alone(table, Choices()).confidence
    for item in stored.items():
        if item.verdict and item.verdict.label and confidence[item.seq] >= (threshold or 0):
            yield item.case_id, item.verdict.label


SIDES = {"1": "a", "2": "b", "A>B": "a", "B>A": "b"}
LABELS = {"first": "a", "second": "b"}


def show(name: str, alpha: float, draws: Sequence[Draw]) -> str:
    """Return a row of the table."""
    certified = [draw for draw in draws if draw.certified]
    broken = sum(draw.alone_wrong > alpha * draw.alone for draw in certified)
    return (
        f"{name:<20}{alpha:>7.2f}{len(draws):>7}{len(certified):>11}"
        f"{mean([draw.alone for draw in certified]):>9}"
        f"{share([draw.alone_wrong for draw in certified], [draw.alone for draw in certified]):>8}{broken:>8}"
        f"{mean([draw.trusted for draw in certified]):>10}"
        f"{share([draw.wrong for draw in certified], [draw.trusted for draw in certified]):>8}"
    )


def mean(counts: Sequence[int]) -> str:
    """Return a mean count."""
    return f"{sum(counts) / len(counts):.1f}" if counts else "-"


def share(part: Sequence[int], whole: Sequence[int]) -> str:
    """Return a share of all draws together."""
    return f"{sum(part) / sum(whole):.3f}" if sum(whole) else "-"


def main() -> None:
    """Print a row for each set and alpha."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    draws = 1 if arguments.quick else arguments.draws
    sys.stdout.write(
        f"{'set':<20}{'alpha':>7}{'draws':>7}{'certified':>11}{'alone':>9}{'wrong':>8}{'broken':>8}"
    )
    sys.stdout.write(f"{'exported':>10}{'wrong':>8}\n")
    for name in SETS[:1] if arguments.quick else SETS:
        found = [measure(arguments.data, name, seed) for seed in range(draws)]
        for place, alpha in enumerate(ALPHAS):
            sys.stdout.write(f"{show(name, alpha, [each[place] for each in found])}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
