"""Preference labels from recorded judges of pairs, held against people; and how fast labels are read.

    python benchmarks/feedback_prefer.py [FOLDER] [--quick]
    python benchmarks/feedback_prefer.py --speed 100000

FOLDER holds the recorded sets in the tidy layout; by default it is the data beside the checkout. Each set is imported
as a suite with recorded judges, each judge is run alone as the panel, and the labels are those that
`evenhand feedback prefer` reads from a run. Nothing is fitted.

`--speed N` makes up N pairs with recorded probabilities in both orders, runs them, and reads and reports their labels
in a process of their own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.feedback.label_pair import clamped
from evenhand.feedback.results import DECIDED, LabelledPair, PairOutcome
from evenhand.records.narrow import Wishes
from evenhand.stats.confidence.brier import brier_score
from evenhand.stats.confidence.calibration_error import expected_calibration_error
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.intervals import proportion
from evenhand.workflows.feedback.read_preferences import read_preferences
from evenhand.workflows.feedback.report_preferences import report_preferences
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.run_suite import RunOptions, run_suite

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
SEED = 20261128
CLAMP = (0.4, 0.6)

BOTH_ORDERS = {
    "llmbar": [
        f"{model}.{way}" for model in ("gpt-4", "chatgpt", "palm2", "llama2") for way in ("vanilla", "cot")
    ],
    "judgebench": [],
}
"""Judges that answered in both orders, at once and after a chain of thought; none named takes all."""
WITH_PROBABILITIES = "trust_or_escalate"


# -- Reading ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labels of one judge, or panel, on a set."""

    judge: str
    pairs: Sequence[LabelledPair]

    def with_people(self) -> list[tuple[LabelledPair, bool]]:
        """Pairs for which people took a side, and whether it is the first."""
        sides = ((pair, pair.principles[0].human) for pair in self.pairs)
        return [(pair, human == "first") for pair, human in sides if human in {"first", "second"}]


def import_set(data: Path, name: str, workspace: Path) -> Path:
    """Import a set; return its suite."""
    (workspace / "evenhand.toml").write_text("")
    (imported,) = import_tidy(data / name, workspace).sets
    return workspace / "suites" / f"{imported.name}.yaml"


def judges_of(workspace: Path, name: str) -> list[str]:
    """Return the judges of an imported set."""
    files = sorted((workspace / "judges" / name).glob("*.yaml"))
    return [path.stem for path in files if not path.name.endswith(".panel.yaml")]


def label_alone(workspace: Path, suite: Path, judges: Sequence[str]) -> list[LabelledPair]:
    """Run some judges of a suite as its panel, and return the labels."""
    run_suite(workspace, suite, RunOptions(), lambda _run, _progress: None, Wishes(judges=tuple(judges)))
    return list(read_preferences(workspace, "latest"))


# -- Order flips ----------------------------------------------------------------------------------------


def order_rows(data: Path, name: str, judges: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each judge that answered in both orders."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        suite = import_set(data, name, workspace)
        for judge in judges or judges_of(workspace, name):
            yield order_row(name, Labels(judge=judge, pairs=label_alone(workspace, suite, [judge])))


def order_row(name: str, labels: Labels) -> tuple[str, ...]:
    """Return what became of the pairs, and what one order and both are worth."""
    outcomes = Counter(pair.outcome for pair in labels.pairs)
    flips = [pair.flipped for pair in labels.pairs if pair.flipped is not None]
    known = labels.with_people()
    decided = [
        pair.outcome.value == ("first" if first else "second")
        for pair, first in known
        if pair.outcome in DECIDED
    ]
    one = [(given, first) for pair, first in known if (given := given_order(pair)) is not None]
    sided = [(given > 0.5) is first for given, first in one if given != 0.5]
    both = [
        (pair.p_first, first)
        for pair, first in known
        if pair.p_first is not None and given_order(pair) is not None
    ]
    assert sum(outcomes.values()) == len(labels.pairs)
    return (
        name,
        labels.judge,
        str(len(labels.pairs)),
        *(str(outcomes[each]) for each in SHOWN),
        shown(proportion(sum(flips), len(flips))),
        shown(proportion(sum(sided), len(sided))),
        shown(proportion(sum(decided), len(decided))),
        shown(brier(one), points=False),
        shown(brier(both), points=False),
    )


SHOWN = (
    PairOutcome.UNMEASURED,
    PairOutcome.INCONSISTENT,
    PairOutcome.TIE,
    PairOutcome.FIRST,
    PairOutcome.SECOND,
)
ORDER_HEADS = (
    "set",
    "judge",
    "pairs",
    *(each.value for each in SHOWN),
    "flipped",
    "right, one order",
    "right, decided",
    "Brier, one order",
    "Brier, both",
)


def given_order(pair: LabelledPair) -> float | None:
    """Return the probability of the first in the given order alone."""
    shares = [raw.p_first for raw in pair.raw if raw.order == "given" and raw.p_first is not None]
    return float(np.mean(shares)) if shares else None


# -- Soft and hard labels --------------------------------------------------------------------------------


def soft_rows(data: Path) -> Iterator[tuple[str, ...]]:
    """Yield rows for each judge with probabilities, and for their panel: soft, hard and clamped labels."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        suite = import_set(data, WITH_PROBABILITIES, workspace)
        judges = judges_of(workspace, WITH_PROBABILITIES)
        for panel in (*([judge] for judge in judges), judges):
            name = panel[0] if len(panel) == 1 else f"the {len(panel)} together"
            labels = Labels(judge=name, pairs=label_alone(workspace, suite, panel))
            yield from soft_row(labels)


def soft_row(labels: Labels) -> Iterator[tuple[str, ...]]:
    """Yield what the labels of a judge are worth as probabilities that people prefer the first."""
    known = [(pair.p_first, first) for pair, first in labels.with_people() if pair.p_first is not None]
    hard = [(float(p > 0.5), first) for p, first in known if p != 0.5]
    tight = [(inside, first) for p, first in known if (inside := clamped(p, CLAMP)) is not None]
    right = [bool(p) is first for p, first in hard]
    agreement = shown(proportion(sum(right), len(right)))
    outcomes = Counter(pair.outcome for pair in labels.pairs)
    counts = (
        f"{outcomes[PairOutcome.FIRST]} / {outcomes[PairOutcome.SECOND]} / {outcomes[PairOutcome.TIE]} / "
    )
    counts += str(outcomes[PairOutcome.SPLIT])
    for kind, given in (
        ("soft", known),
        ("hard", hard),
        (f"soft, clamped to {CLAMP[0]:g} and {CLAMP[1]:g}", tight),
    ):
        yield labels.judge, counts, kind, agreement, shown(brier(given), points=False), *calibration(given)


SOFT_HEADS = (
    "judge",
    "first / second / tie / split",
    "label",
    "on the side of people",
    "Brier",
    "ECE, plain",
    "ECE, corrected",
)


def brier(given: Sequence[tuple[float, bool]]) -> Measured:
    """Return the Brier score of probabilities of the first."""
    confidence, correct = columns(given)
    return brier_score(confidence, correct)


def calibration(given: Sequence[tuple[float, bool]]) -> tuple[str, str]:
    """Return the expected calibration error, as defined and corrected for its bias."""
    confidence, correct = columns(given)
    error = expected_calibration_error(confidence, correct, rng=np.random.default_rng(SEED))
    if isinstance(error, Undefined):
        return "none", error.reason
    return f"{error.plain:.3f}", shown(error.corrected, points=False)


def columns(given: Sequence[tuple[float, bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return probabilities and whether people prefer the first, as arrays."""
    return np.array([p for p, _ in given]), np.array([first for _, first in given], dtype=np.bool_)


# -- Speed --------------------------------------------------------------------------------------------


def speed(pairs: int) -> Iterator[tuple[str, ...]]:
    """Yield what running, reading and reporting made-up pairs takes."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        write_made_up(workspace, pairs)
        began = time.process_time()
        run_suite(workspace, workspace / "suites" / "pairs.yaml", RunOptions(), lambda _run, _progress: None)
        seconds = time.process_time() - began
        yield "run over recorded ratings", f"{pairs:,}", f"{seconds:.1f}", f"{pairs / seconds:,.0f}", ""
        for what in ("read", "report"):
            command = [sys.executable, __file__, "--child", what, str(workspace)]
            made = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(made.stdout)
            assert found["pairs"] == pairs
            rate = pairs / found["seconds"]
            yield what, f"{pairs:,}", f"{found['seconds']:.1f}", f"{rate:,.0f}", f"{found['mib']:.0f}"


SPEED_HEADS = ("step", "pairs", "CPU seconds", "pairs a CPU second", "most memory, MiB")


def child(what: str, workspace: Path) -> None:
    """Read or report the labels of the latest run, and print what it took."""
    if what == "read":
        pairs = sum(1 for _ in read_preferences(workspace, "latest"))
    else:
        pairs = report_preferences(workspace, "latest", formats=("json",)).summary.pairs
    seconds = time.process_time()
    print(json.dumps({"pairs": pairs, "seconds": seconds, "mib": most_memory()}))


def most_memory() -> float:
    """Return the most memory this process had, in MiB; the figure of `getrusage` may be that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def write_made_up(workspace: Path, pairs: int) -> None:
    """Write a suite of made-up pairs with one recorded judge that has probabilities in both orders."""
    rng = np.random.default_rng(SEED)
    files = {
        "evenhand.toml": "",
        "c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples: [{id: p, text: A rule.}]\n",
        "j.yaml": "schema: judge/v1\nid: j\nversion: 1.0.0\nkind: recorded\nmode: pairwise\nratings: {path: r.jsonl}\n",
        "p.panel.yaml": "schema: panel/v1\nid: p\njudges: [j]\n",
        "suites/pairs.yaml": "schema: suite/v1\nid: pairs\nconstitution: ../c.yaml\npanel: ../p.panel.yaml\n"
        "cases: [{path: pairs.jsonl}]\n",
    }
    (workspace / "suites").mkdir()
    for name, text in files.items():
        (workspace / name).write_text(text, encoding="utf-8")
    text = "A reply of some length, as replies are. " * 10
    with (
        (workspace / "suites" / "pairs.jsonl").open("w", encoding="utf-8") as cases,
        (workspace / "r.jsonl").open("w", encoding="utf-8") as ratings,
    ):
        for number in range(pairs):
            candidates = [{"id": "x", "text": f"{text}{number}"}, {"id": "y", "text": f"{text}{number}."}]
            cases.write(json.dumps({"id": f"c{number}", "prompt": "Q?", "candidates": candidates}) + "\n")
            for order in ("given", "swapped"):
                share = round(float(rng.beta(2, 2)), 6)
                line = {
                    "case": f"c{number}",
                    "principle": "p",
                    "label": "a" if share > 0.5 else "b",
                    "order": order,
                    "distribution": {"a": share, "b": 1 - share},
                }
                ratings.write(json.dumps(line) + "\n")


# -- Tables -----------------------------------------------------------------------------------------------


def shown(measured: Measured, *, points: bool = True) -> str:
    """Return an estimate with its interval and n."""
    if not isinstance(measured, Estimate):
        return f"none, n = {measured.n}"
    factor, places = (100, 1) if points else (1, 3)
    low, high = measured.interval.low, measured.interval.high
    value = f"{factor * measured.value:.{places}f}"
    return f"{value} ({factor * low:.{places}f} to {factor * high:.{places}f}), n = {measured.n}"


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with columns as wide as they need."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true", help="two judges of each set")
    parser.add_argument("--speed", type=int, metavar="N", help="made-up pairs to run, read and report")
    parser.add_argument("--child", choices=("read", "report"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.folder)
        return
    if options.speed:
        print_table(SPEED_HEADS, list(speed(options.speed)))
        return
    chosen = {"llmbar": BOTH_ORDERS["llmbar"][:2]} if options.quick else BOTH_ORDERS
    print("Labels of judges that answered in both orders, by hard answers; shares in percent\n")
    print_table(
        ORDER_HEADS,
        [row for name, judges in chosen.items() for row in order_rows(options.folder, name, judges)],
    )
    print(f"\nSoft and hard labels as probabilities that people prefer the first ({WITH_PROBABILITIES})\n")
    print_table(SOFT_HEADS, list(soft_rows(options.folder)))


if __name__ == "__main__":
    main()
