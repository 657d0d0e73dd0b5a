"""Read suites and runs as tests see them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from evenhand.calibration.categories import categories_by_principle
from evenhand.catalog.quarantine import load_quarantine
from evenhand.pytest_plugin.cells import Cell, SuiteCells
from evenhand.pytest_plugin.verdict import CannotJudgeError, JudgeSaid, Meaning, PanelVerdict
from evenhand.pytest_plugin.words import command_of, explanation_lines, said_of, undecided_word
from evenhand.records.rated import RatedItem
from evenhand.records.rating import FailedRating
from evenhand.records.scale import Reading
from evenhand.reporting.display import one_line
from evenhand.reporting.explain import Explanation, explain
from evenhand.workflows.prepare import prepare
from evenhand.workflows.read_run import read_run
from evenhand.workflows.report_run import text_finder


def read_suite_cells(start: Path, path: Path) -> SuiteCells:
    """Return a suite with its cells; no ledger is opened.

    Raises:
        FileError: A file has findings.
        UsageError: The parts do not fit together.
    """
    prepared = prepare(start, path)
    suite = prepared.loaded.suite
    cells = tuple(Cell(item.case.id, item.candidate_id, item.principle_id) for item in prepared.plan.items())
    quarantine = load_quarantine(suite, path, prepared.workspace.root, datetime.now(UTC).date())
    quarantine = quarantine.called(prepared.loaded.constitution.renamed)
    return SuiteCells(
        path=path.resolve(),
        start=start,
        name=suite.id,
        cells=cells,
        quarantined={
            cell: f"in quarantine until {entry.until} ({one_line(entry.owner)}): {one_line(entry.reason)}"
            for cell in cells
            if (entry := quarantine.entry(cell.case, cell.principle))
        },
        has_gate=suite.gate is not None,
    )


_MEANINGS: Mapping[Reading, Meaning] = {
    Reading.PASS: "pass",
    Reading.FAIL: "fail",
    Reading.NEUTRAL: "neutral",
}


_MOST_READ_AT_ONCE = 20_000


class RunVerdicts:
    """The verdicts of one run."""

    def __init__(self, start: Path, run: str) -> None:
        """Open a run of the workspace around `start`.

        Raises:
            MeasureError: It can not be read.
        """
        self._stored = read_run(start, run)
        self._meanings = categories_by_principle(self._stored.manifest)

    def verdict(self, cell: Cell, reasons: Sequence[str] = ()) -> PanelVerdict:
        """Return the verdict on a cell.

        Args:
            cell: The cell.
            reasons: Why the run left ratings open.

        Raises:
            CannotJudgeError: There is none, because ratings failed or are open.
        """
        item = self._item(cell)
        _refuse_missing(item, reasons)
        assert item.verdict is not None
        manifest, verdict = self._stored.manifest, item.verdict
        meaning = self._meaning(item)
        explanation = explain(item, manifest, None)
        return PanelVerdict(
            suite=manifest.suite.id,
            run=self._stored.run.id,
            case=cell.case,
            candidate=cell.candidate,
            principle=cell.principle,
            panel=manifest.panel.id,
            rule=manifest.panel.rule,
            label=verdict.label,
            meaning=_MEANINGS.get(meaning) if meaning else None,
            undecided=undecided_word(item, meaning),
            answers=()
            if self._meanings[cell.principle].edges
            else self._meanings[cell.principle].scale.labels,
            judges=tuple(_judges(explanation)),
            steps=explanation.steps,
            name=one_line(item.name),
            said=said_of(item, manifest.panel, meaning),
            tell=self._teller(item),
        )

    def _item(self, cell: Cell) -> RatedItem:
        item = self._items.get(cell) or next(
            (each for each in self._stored.items_of(cell.case) if _cell(each) == cell), None
        )
        if item is None:
            raise CannotJudgeError(f"run {self._stored.run.id} holds no item {one_line(cell.name)}")
        return item

    @cached_property
    def _items(self) -> Mapping[Cell, RatedItem]:
        """The items of a run that is not too large to be read at once."""
        if self._stored.manifest.planned_items > _MOST_READ_AT_ONCE:
            return {}
        return {_cell(item): item for item in self._stored.items()}

    def _meaning(self, item: RatedItem) -> Reading | None:
        label = item.verdict.label if item.verdict else None
        if label is None:
            return None
        return self._meanings[item.principle_id].scale.reading(label)

    def _teller(self, item: RatedItem) -> Callable[[], Sequence[str]]:
        def tell() -> Sequence[str]:
            texts = text_finder(self._stored)({(item.case_id, item.candidate_id)})
            explanation = explain(item, self._stored.manifest, texts.get((item.case_id, item.candidate_id)))
            return explanation_lines(explanation, command_of(item, self._stored.run.id))

        return tell


def _cell(item: RatedItem) -> Cell:
    return Cell(item.case_id, item.candidate_id, item.principle_id)


def _judges(explanation: Explanation) -> Sequence[JudgeSaid]:
    return [
        JudgeSaid(
            judge=judge.judge,
            label=judge.label,
            reason=judge.spared
            or next((answer.detail.text for answer in judge.answers if answer.detail.text), ""),
        )
        for judge in explanation.item.judges
    ]


def _refuse_missing(item: RatedItem, reasons: Sequence[str]) -> None:
    verdict = item.verdict
    if verdict is None:
        _refuse(item, [*reasons] or ["ratings are open"])
    failed = {judge.judge: judge.failed for judge in verdict.opinions if judge.failed}
    if verdict.label is None and failed:
        _refuse(
            item, [f"judge {judge}: {', '.join(kinds)}" for judge, kinds in failed.items()], *_details(item)
        )


def _details(item: RatedItem) -> Sequence[str]:
    found = [unit.outcome for unit in item.units if isinstance(unit.outcome, FailedRating)]
    return [f"| {one_line(each.detail[:300])}" for each in found[:3] if each.detail]


def _refuse(item: RatedItem, why: Sequence[str], *more: str) -> NoReturn:
    lines = [f"could not measure {one_line(item.name)}:", *(f"  {one_line(each)}" for each in why), *more]
    raise CannotJudgeError("\n".join(lines))
