"""One row for each recorded set with human labels: what its judges are worth, calibrated by the code people use.

    python benchmarks/shared_sets.py [FOLDER] [--only NAME] [--draws 40] [--labels 200]

FOLDER holds the sets in the tidy layout; by default it is the recorded data beside the checkout. Each set is imported
into a temporary workspace as recorded judges, run, and read as the table of a calibration. None of its labels was used
to tune a judge here, so all are labels to certify with, and what is learned is cross-fitted.

First table: judges, effective number, best single judge, majority, the rule that is recommended, all on labels that the
rule has not seen, one person against the others, and the share of items the panel may decide alone with at most a
tenth of errors. Second table: the pass rate from `--labels` labels drawn at random, again and again: how often its
interval covers the rate of all labels, and its width beside that of the same labels without judges.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.calibrate import calibrate
from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.rates import measure_rate, pool_populations, population_of
from evenhand.calibration.results import PANEL, Calibration, RateResult, RuleRow
from evenhand.calibration.table import NONE, CalibrationTable, PrincipleAnswers, ReferenceBasis, Split
from evenhand.records.scale import Reading
from evenhand.reporting.display import percent_parts, plain_parts
from evenhand.stats.aggregation.votes import majority
from evenhand.stats.estimate import Estimate, Measured
from evenhand.workflows.calibration.stamp import make_stamp
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
SEED = 20261127


@dataclass(frozen=True, kw_only=True)
class RecordedSet:
    """How one set is read."""

    name: str
    """Folder."""
    passes: tuple[str, ...]
    """Labels that count as passing, for the rate; all others fail (methods.md 11)."""
    same: Mapping[str, str] | None = None
    """Labels of people for those of judges, where they have words of their own."""
    judges: Callable[[str], bool] = lambda _name: True
    """Judges that are looked at."""
    asked: str = ""
    """Only items that this judge answered are looked at, where a set asked some of its judges about a part."""


SETS = (
    RecordedSet(name="alttest/summeval", passes=("5",)),
    RecordedSet(name="alttest/framing", passes=("yes",)),
    RecordedSet(name="alttest/cebab_aspects", passes=("Positive",)),
    RecordedSet(name="alttest/cebab_stars", passes=("4", "5")),
    RecordedSet(name="alttest/lesion", passes=("0", "1")),
    RecordedSet(name="alttest/wax", passes=()),
    RecordedSet(name="alttest/mtbench", passes=("a",)),
    RecordedSet(name="judging_judges/v1", passes=("correct",)),
    RecordedSet(name="judging_judges/v2", passes=("correct",)),
    RecordedSet(name="safety_judges", passes=("SAFE",), asked="gemma2_9b"),
    RecordedSet(name="xstest_refusals", passes=("1_full_compliance",)),
    RecordedSet(name="humanebench", passes=("0.5", "1.0")),
    RecordedSet(name="openqa_eval", passes=("yes",)),
    RecordedSet(name="pandalm", passes=("a",)),
    RecordedSet(
        name="llmbar",
        passes=("a",),
        judges=lambda name: name.endswith(".vanilla"),
        asked="gpt-4.vanilla",
    ),
    RecordedSet(
        name="judgebench",
        passes=("a",),
        judges=lambda name: not name.startswith("arena_hard-claude"),
        asked="reward_model-skywork_skywork-reward-llama-3.1-8b",
    ),
    RecordedSet(name="trust_or_escalate", passes=("a",)),
    RecordedSet(
        name="faithbench",
        passes=("consistent",),
        same={
            "Consistent": "consistent",
            "Benign": "consistent",
            "Questionable": "hallucinated",
            "Unwanted": "hallucinated",
        },
    ),
)
LEFT_OUT = {
    "rb2_repeats": "judges rate 1 to 10, gold says which of four answers is best: no label of what was rated",
    "dices": "no judges",
}


# -- Reading -----------------------------------------------------------------------------------------------


def load_table(
    data: Path, workspace: Path, recorded: RecordedSet
) -> tuple[CalibrationTable, Callable[..., Calibration]]:
    """Import and run a set; return its table, and what calibrates a table of it."""
    (workspace / "evenhand.toml").write_text("")
    (imported,) = import_tidy(data / recorded.name, workspace).sets
    suite = workspace / "suites" / f"{imported.name}.yaml"
    run_suite(workspace, suite, RunOptions(), lambda _run, _progress: None)
    stored = read_run(workspace, "latest")
    table = prepared(read_table(stored, open_sealed=True).table, recorded)

    def measure(changed: CalibrationTable, choices: Choices) -> Calibration:
        stamp = make_stamp(stored.run, changed, "")
        return calibrate(changed, choices, stamp, versions={}, command="")

    return table, measure


def prepared(table: CalibrationTable, recorded: RecordedSet) -> CalibrationTable:
    """Return a table whose labels all certify, with the readings and words of the set."""
    columns = [place for place, judge in enumerate(table.judges) if recorded.judges(judge.id)]
    names = [judge.id for judge in table.judges]
    asked = names.index(recorded.asked) if recorded.asked else None
    principles = tuple(_prepared(_asked(each, asked), recorded, columns) for each in table.principles)
    labelled = sum(int((each.reference.label != NONE).sum()) for each in principles)
    return replace(
        table,
        quorum=len(columns) // 2 + 1,
        judges=tuple(table.judges[place] for place in columns),
        principles=principles,
        splits=replace(table.splits, shares=(0.0, 1.0, 0.0), labelled=(0, labelled, 0)),
        earlier=(),
    )


def _asked(answers: PrincipleAnswers, judge: int | None) -> PrincipleAnswers:
    """Return the items that a judge answered."""
    if judge is None:
        return answers
    rows = np.flatnonzero(answers.answers[:, judge] != NONE)
    place = np.full(answers.n, NONE)
    place[rows] = np.arange(len(rows))
    people = answers.people
    there = place[people.item] != NONE
    cut = {name: getattr(people, name)[there] for name in ("annotator", "label", "blind", "seconds")}
    return replace(
        answers,
        **{name: getattr(answers, name)[rows] for name in _COLUMNS},
        slices={},
        reference=replace(
            answers.reference,
            **{name: getattr(answers.reference, name)[rows] for name in _REFERENCE_COLUMNS},
        ),
        people=replace(
            people,
            item=place[people.item][there],
            several_defensible=people.several_defensible[there],
            **cut,
        ),
    )


_COLUMNS = (
    *("seq", "answers", "confidence", "verdict", "panel_confidence", "disagreement"),
    *("clusters", "split"),
)
_REFERENCE_COLUMNS = ("label", "basis", "inclusion", "blind")


def _prepared(answers: PrincipleAnswers, recorded: RecordedSet, columns: Sequence[int]) -> PrincipleAnswers:
    names = [(recorded.same or {}).get(name, name) for name in answers.categories]
    kept = tuple(dict.fromkeys(names))
    places = np.array([*(kept.index(name) for name in names), NONE])
    given = places[answers.answers[:, columns]].astype(np.int16)
    verdict = majority(given.astype(np.int64), categories=len(kept)).astype(np.int16)
    readings = tuple(Reading.PASS if name in recorded.passes else Reading.FAIL for name in kept)
    return replace(
        answers,
        categories=kept,
        readings=readings if recorded.passes else (Reading.NEUTRAL,) * len(kept),
        answers=given,
        confidence=answers.confidence[:, columns],
        verdict=verdict,
        panel_confidence=np.full(answers.n, np.nan) if recorded.same else answers.panel_confidence,
        split=np.full(answers.n, Split.GATE, dtype=np.int8),
        reference=replace(answers.reference, label=places[answers.reference.label].astype(np.int16)),
        people=replace(answers.people, label=places[answers.people.label].astype(np.int16)),
    )


# -- Labels drawn again ------------------------------------------------------------------------------------


def drawn(table: CalibrationTable, labels: int, rng: np.random.Generator) -> CalibrationTable:
    """Return the table with so many of its labels, drawn at random with one known probability."""
    known = [np.flatnonzero(each.reference.label != NONE) for each in table.principles]
    total = sum(map(len, known))
    chosen = np.zeros(total, dtype=np.bool_)
    chosen[rng.choice(total, size=min(labels, total), replace=False)] = True
    parts = np.split(chosen, np.cumsum([len(rows) for rows in known])[:-1])
    share = min(1.0, labels / total)
    return replace(
        table,
        principles=tuple(
            _with_labels(each, rows[part], share)
            for each, rows, part in zip(table.principles, known, parts, strict=True)
        ),
    )


def _with_labels(answers: PrincipleAnswers, rows: NDArray[np.int64], share: float) -> PrincipleAnswers:
    reference = answers.reference
    kept = np.zeros(answers.n, dtype=np.bool_)
    kept[rows] = True
    return replace(
        answers,
        reference=replace(
            reference,
            label=np.where(kept, reference.label, NONE).astype(np.int16),
            basis=np.where(kept, reference.basis, ReferenceBasis.NOTHING).astype(np.int8),
            inclusion=np.where(kept, share, np.nan),
        ),
    )


# -- Rows --------------------------------------------------------------------------------------------------


def worth_row(name: str, found: Calibration) -> str:
    """Return what the judges of a set are worth."""
    panel = found.panel
    rules = {row.rule.partition(":")[0]: row for row in panel.rules}
    automated = next((each.automated for each in found.automation if each.alpha == 0.1), 0.0)
    cells = [
        name,
        str(found.data.labelled),
        str(panel.judges),
        shown(panel.n_eff, plain_parts),
        f"{short(panel.best_single)} {accuracy(rules.get('best single judge'))}",
        accuracy(rules.get("the panel as it is")),
        accuracy(rules.get("stack")),
        panel.recommended,
        shown(found.people.overall.ceiling, percent_parts),
        f"{100 * automated:.0f} %",
    ]
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))


WIDTHS = (22, 6, 6, 22, 34, 8, 8, 30, 26, 9)
HEADS = (
    *("set", "labels", "judges", "n_eff", "best single judge"),
    *("majority", "stack", "recommended", "one person", "automated"),
)


def accuracy(row: RuleRow | None) -> str:
    """Return the held-out accuracy of a rule."""
    return f"{row.accuracy.value:.3f}" if row and isinstance(row.accuracy, Estimate) else "-"


def shown(measured: Measured, parts: Callable[[Measured], tuple[str, str]]) -> str:
    """Return a number with its interval, or a dash."""
    value, detail = parts(measured)
    return f"{value} ({detail.partition(', n')[0]})" if value else "-"


def short(name: str) -> str:
    """Return a name that fits its column."""
    return name if len(name) <= 26 else f"{name[:25]}…"


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """The rate of the panel from labels drawn again and again."""

    truth: float
    """The rate by all labels."""
    results: Sequence[RateResult]

    @property
    def covered(self) -> float:
        """Share of the intervals that hold the truth."""
        found = [each.rate.interval for each in self.results if isinstance(each.rate, Estimate)]
        return float(np.mean([each.low <= self.truth <= each.high for each in found]))

    @property
    def ratio(self) -> float:
        """Mean width beside that of the labels alone."""
        return float(np.mean([each.width_ratio for each in self.results if each.width_ratio is not None]))

    @property
    def adds_nothing(self) -> float:
        """Share of the draws in which the panel is said to add nothing."""
        return float(np.mean([each.adds_nothing for each in self.results]))


def repeat_rates(table: CalibrationTable, labels: int, draws: int) -> Repeated:
    """Estimate the rate from labels drawn again and again."""
    rng = np.random.default_rng(SEED)
    results = [panel_rate(drawn(table, labels, rng)) for _ in range(draws)]
    return Repeated(truth=rate_of(table), results=results)


def panel_rate(table: CalibrationTable) -> RateResult:
    """Return the pass rate as a calibration has it from the panel's verdicts, all principles together."""
    pooled = pool_populations([population_of(each, (Split.GATE,), 1.0) for each in table.principles])
    place = len(table.judges)
    return measure_rate(
        pooled, place, name=PANEL, principle="", measuring=Measuring(choices=Choices(seed=SEED))
    )


def rate_of(table: CalibrationTable) -> float:
    """Return the share of labelled items that pass, by all labels."""
    passing = labelled = 0
    for each in table.principles:
        known = each.reference.label[each.reference.label != NONE]
        passes = np.array([reading is Reading.PASS for reading in each.readings])
        passing += int(passes[known].sum())
        labelled += len(known)
    return passing / labelled


def rate_row(name: str, repeated: Repeated) -> str:
    """Return how the corrected rate of a set does."""
    one = repeated.results[0]
    cells = [
        name,
        f"{repeated.truth:.3f}",
        shown(one.judges_alone, percent_parts).partition(" (")[0],
        shown(one.rate, percent_parts),
        f"{repeated.covered:.3f}",
        f"{repeated.ratio:.2f}",
        f"{repeated.adds_nothing:.2f}",
    ]
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, RATE_WIDTHS, strict=True))


RATE_WIDTHS = (22, 6, 12, 26, 8, 11, 12)
RATE_HEADS = ("set", "truth", "panel alone", "first draw", "covered", "width ratio", "adds nothing")


def worth_of(data: Path, recorded: RecordedSet, labels: int, draws: int) -> tuple[str, str]:
    """Return both rows of a set."""
    with tempfile.TemporaryDirectory() as folder:
        table, measure = load_table(data, Path(folder), recorded)
        first = worth_row(recorded.name, measure(table, Choices(seed=SEED, alpha=(0.1,))))
        if not recorded.passes:
            return first, ""

        return first, rate_row(recorded.name, repeat_rates(table, labels, draws))


def rows_of(data: Path, names: Sequence[str], labels: int, draws: int) -> Iterator[tuple[str, str]]:
    """Yield the rows of every set."""
    for recorded in SETS:
        if not names or recorded.name in names:
            yield worth_of(data, recorded, labels, draws)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--only", action="append", default=[], help="name of a set; may be repeated")
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--draws", type=int, default=40)
    options = parser.parse_args()
    print("  ".join(head.ljust(width) for head, width in zip(HEADS, WIDTHS, strict=True)))
    rates = []
    for worth, rate in rows_of(options.folder, options.only, options.labels, options.draws):
        print(worth.rstrip(), flush=True)
        rates.append(rate)
    for name, why in LEFT_OUT.items():
        print(f"{name}: left out, {why}")
    print(f"\nThe pass rate from {options.labels} labels, drawn {options.draws} times")
    print("  ".join(head.ljust(width) for head, width in zip(RATE_HEADS, RATE_WIDTHS, strict=True)))
    for rate in filter(None, rates):
        print(rate.rstrip())


if __name__ == "__main__":
    main()
