"""Judge a part with some candidates, by the ordinary engine, and read who was right on what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from evenhand.calibration.table import NONE, JudgeFacts, PrincipleAnswers
from evenhand.errors import MeasureError
from evenhand.judging.budget import NANOUSD
from evenhand.records.message import Text, flatten
from evenhand.records.run import RunState
from evenhand.store.columns import ItemColumns
from evenhand.tuning.learn import LearnItem
from evenhand.tuning.scores import Scores, cluster_numbers
from evenhand.workflows.calibration.groups import cluster_names
from evenhand.workflows.calibration.table import read_run_answers, read_table
from evenhand.workflows.prepare import Prepared, prepare
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.run_suite import RunOptions, Watch, run_prepared
from evenhand.workflows.tuning.material import MaterialPart

Place = tuple[str, str, str]
"""Case, candidate and principle."""
Agree = Callable[[Prepared, float], None]
"""Asked before a suite is judged, with how much is judged after it as a share of it: 0.2 is a fifth. Raises where that
costs more than anybody agreed to."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """Runs suites one after the other within one budget."""

    start: Path
    options: RunOptions
    watch: Watch
    agree: Agree
    spent_nanousd: int = 0
    """What all runs so far may have cost."""
    runs: list[str] = field(default_factory=list)

    def judge(self, suite: Path, *, besides: float | None = None) -> StoredRun:
        """Judge a suite; return its finished run.

        Args:
            suite: The suite.
            besides: How much is judged after it, as a share of it; None where that was agreed to before.

        Raises:
            KeyboardInterrupt: Somebody interrupted it; what was paid for is in the ledger.
            MeasureError: Ratings are left open.
        """
        prepared = prepare(self.start, suite)
        if besides is not None:
            self.agree(prepared, besides)
        result = run_prepared(prepared, self._options(), self.watch)
        self.runs.append(result.run.id)
        self.spent_nanousd += result.account.possibly_spent_nanousd
        if result.interrupted:
            raise KeyboardInterrupt
        if result.account.open or result.run.state is not RunState.FINISHED:
            why = "; ".join(result.reasons) or "ratings are open"
            raise MeasureError(
                f"run {result.run.id} of the tuning is not finished: {why}",
                hint="give the same command again, with a higher --max-usd where money ran out; what was paid for is "
                "taken from the ledger for free",
            )
        return read_run(self.start, result.run.id)

    def _options(self) -> RunOptions:
        cap = self.options.max_usd
        if cap is None:
            return self.options
        return replace(self.options, max_usd=max(0.0, cap - self.spent_nanousd / NANOUSD))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScores:
    """What the judges of a run said on labelled items."""

    right: Mapping[str, Mapping[Place, float]]
    """1 for the reference label, else 0, by judge and item; every judge has every item."""
    clusters: Mapping[Place, str]
    """Source of each item."""
    facts: Mapping[str, JudgeFacts]
    """What each judge cost."""
    notes: tuple[str, ...]


def read_scores(stored: StoredRun) -> PartScores:
    """Read who was right on the labelled items of a run; an answer that is missing is a wrong one.

    Raises:
        MeasureError: No item has a reference label.
    """
    said = read_run_answers(stored)
    read = read_table(stored, review=False, said=said, history=False)
    items = said.items
    judges = [judge.id for judge in read.table.judges]
    right: dict[str, dict[Place, float]] = {judge: {} for judge in judges}
    names, _ = cluster_names(stored, items)
    clusters: dict[Place, str] = {}
    for answers in read.table.principles:
        for row in np.flatnonzero(answers.reference.label != NONE).tolist():
            place = _place(items, int(answers.seq[row]))
            clusters[place] = names[int(answers.seq[row])]
            for number, judge in enumerate(judges):
                right[judge][place] = float(answers.answers[row, number] == answers.reference.label[row])
    if not clusters:
        raise MeasureError(
            f"no item of run {stored.run.id} has a reference label",
            hint="people differ on all of them, or their labels are not on the scale",
        )
    return PartScores(
        right=right,
        clusters=clusters,
        facts={each.id: each for each in read.table.judges},
        notes=read.table.notes,
    )


def put_side_by_side(runs: Sequence[PartScores], names: Sequence[str]) -> Scores:
    """Return the scores of candidates from several runs of the same items, as one table.

    Args:
        runs: The runs.
        names: The candidates, the current judge first; each is a judge of a run.
    """
    right = {name: scores for run in runs for name, scores in run.right.items()}
    places = [place for place in runs[0].clusters if all(place in right[name] for name in names)]
    return Scores(
        names=tuple(names),
        right=np.array([[right[name][place] for name in names] for place in places], dtype=np.float64),
        clusters=cluster_numbers([runs[0].clusters[place] for place in places]),
    )


def learn_items(stored: StoredRun, material: MaterialPart, judge: str) -> tuple[LearnItem, ...]:
    """Return what proposers may know: the labelled items of a run of the part `learn`, in its order.

    Args:
        stored: The run.
        material: The part.
        judge: The current judge, which is one of the run's.
    """
    said = read_run_answers(stored)
    read = read_table(stored, review=False, said=said, history=False)
    names, _ = cluster_names(stored, said.items)
    number = [each.id for each in read.table.judges].index(judge)
    cases = {case.id: case for case in material.cases}
    found: dict[int, LearnItem] = {}
    for answers in read.table.principles:
        for row in np.flatnonzero(answers.reference.label != NONE).tolist():
            seq = int(answers.seq[row])
            place = _place(said.items, seq)
            outputs = {output.id: output for output in cases[place[0]].outputs}
            if place[1] not in outputs:
                continue  # a pair has no text of its own
            found[seq] = LearnItem(
                case=place[0],
                candidate=place[1],
                principle=place[2],
                cluster=names[seq],
                prompt=_text(cases[place[0]].prompt),
                response=_text(outputs[place[1]].text),
                label=_word(answers, answers.reference.label[row]),
                said=_word(answers, answers.answers[row, number]),
            )
    return tuple(found[seq] for seq in sorted(found))


def _word(answers: PrincipleAnswers, code: int) -> str:
    return "" if code == NONE else answers.categories[code]


def _place(items: ItemColumns, seq: int) -> Place:
    return items.case_id[seq], items.candidate_id[seq], items.principle_id[seq]


def _text(text: Text | None) -> str:
    return flatten(text or "")
