"""Whether what is exported as trusted is as right as promised, on recorded judges and people.

    python benchmarks/feedback_trust.py [--data ../shared/data] [--draws 20] [--quick]

Each draw hides the human labels of a random share of the cases of a set. The run of its recorded judges is calibrated
on the others and exported as `trl-preference`; the pairs that the panel was trusted to decide alone are then held
against the labels that were hidden, of people who agree with each other. A promise is broken by a draw whose trusted
pairs are wrong more often than `alpha`; that may happen in one of ten draws, and by chance also where few are trusted.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.feedback.shapes import Format
from evenhand.workflows.calibrate import calibrate_run
from evenhand.workflows.feedback.export import ExportWishes, export_feedback
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.run_suite import RunOptions, run_suite

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = ("trust_or_escalate", "pandalm", "judgebench")
ALPHAS = (0.1, 0.2, 0.3)
HIDDEN = 0.4
SPLITS = "splits: {optimise: 0.2, gate: 0.8}\n"


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What one draw came to at one alpha."""

    certified: bool
    trusted: int
    """Pairs the panel was trusted with that have a hidden label."""
    wrong: int


def measure(data: Path, name: str, seed: int) -> list[Draw]:
    """Hide labels, calibrate, export at every alpha and compare."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        import_tidy(data / name, folder)
        hidden = hide(folder / "suites" / name / "labels.jsonl", seed)
        suite = folder / "suites" / f"{name}.yaml"
        suite.write_text(suite.read_text(encoding="utf-8") + SPLITS, encoding="utf-8")
        run = run_suite(folder, suite, RunOptions(), lambda _run, _progress: None).run.id
        calibrate_run(folder, run, formats=["json"])
        return [compare(folder, run, alpha, hidden) for alpha in ALPHAS]


def hide(path: Path, seed: int) -> dict[str, str]:
    """Take the labels of some cases out of a file, and return them where people agree."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    cases = sorted({line["case"] for line in lines})
    gone = set(random.Random(seed).sample(cases, int(HIDDEN * len(cases))))
    kept = [{**line, "inclusion": 1 - HIDDEN} for line in lines if line["case"] not in gone]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in kept), encoding="utf-8")
    said: dict[str, set[str]] = {}
    for line in lines:
        if line["case"] in gone:
            said.setdefault(line["case"], set()).add(line["label"])
    return {case: labels.pop() for case, labels in said.items() if len(labels) == 1}


def compare(folder: Path, run: str, alpha: float, hidden: dict[str, str]) -> Draw:
    """Export, and count how often what is trusted is not what people said."""
    out = folder / f"out-{alpha}"
    facts = export_feedback(
        folder, run, out, ExportWishes(format=Format.PREFERENCE, alpha=alpha), command="benchmark"
    )
    files = sorted((out / "data").glob("*.jsonl")) if facts.total else []
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="ascii").splitlines()]
    told = [row for row in rows if row["label_source"] == "panel" and row["case_id"] in hidden]
    wrong = sum(ANSWERS[row["outcome"]].isdisjoint({hidden[row["case_id"]]}) for row in told)
    return Draw(certified=facts.standing.certified, trusted=len(told), wrong=wrong)


ANSWERS = {"first": {"1", "a", "A", "A>B"}, "second": {"2", "b", "B", "B>A"}}
"""Words of the sets for each side."""


def show(name: str, alpha: float, draws: Sequence[Draw]) -> str:
    """Return a row of the table."""
    certified = [draw for draw in draws if draw.certified]
    trusted, wrong = sum(draw.trusted for draw in certified), sum(draw.wrong for draw in certified)
    broken = sum(draw.wrong > alpha * draw.trusted for draw in certified)
    share = f"{wrong / trusted:.3f}" if trusted else "-"
    return (
        f"{name:<20}{alpha:>7.2f}{len(draws):>7}{len(certified):>11}"
        f"{trusted / max(len(certified), 1):>16.1f}{share:>13}{broken:>9}"
    )


def main() -> None:
    """Print a row for each set and alpha."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    draws = 1 if arguments.quick else arguments.draws
    sys.stdout.write(f"{'set':<20}{'alpha':>7}{'draws':>7}{'certified':>11}")
    sys.stdout.write(f"{'trusted a draw':>16}{'wrong share':>13}{'broken':>9}\n")
    for name in SETS[:1] if arguments.quick else SETS:
        found = [measure(arguments.data, name, seed) for seed in range(draws)]
        for place, alpha in enumerate(ALPHAS):
            sys.stdout.write(f"{show(name, alpha, [each[place] for each in found])}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
