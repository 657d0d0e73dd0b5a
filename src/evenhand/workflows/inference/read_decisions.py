"""The decisions of people on the items of a run, by the split their labels are in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from evenhand.calibration.table import NONE, PrincipleAnswers, Split
from evenhand.constitution.inverse.decisions import Decision, Side
from evenhand.errors import NoLabelsError
from evenhand.records.message import flatten
from evenhand.records.rated import item_name
from evenhand.records.scale import Reading
from evenhand.reporting.item_view import CaseText
from evenhand.store.columns import item_columns
from evenhand.workflows.calibration.table import ReadTable, read_table
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.report_run import text_finder

_SIDES: Mapping[Reading, Side] = {Reading.PASS: Side.FIRST, Reading.FAIL: Side.SECOND}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Decisions of one run."""

    optimise: tuple[Decision, ...]
    """Those that may be learned from."""
    gate: tuple[Decision, ...]
    """Those that proposals are held against."""
    without_text: int
    """Decisions left out because the case files changed since the run."""
    read: ReadTable
    """What they were read from, so that the use of the labels can be written down."""


def read_decisions(stored: StoredRun) -> Decided:
    """Read a run's settled human labels as decisions; ties, abstentions and neutral labels decide nothing.

    The labels of the sealed split stay closed.

    Raises:
        NoLabelsError: The run has no human labels, or a split has none.
        UsageError: The labels were divided in another way before.
        MeasureError: An answer is not on its scale.
    """
    read = read_table(stored, history=False)
    places = list(_places(stored, read))
    texts = text_finder(stored)({(place.case_id, place.candidate_id) for place in places})
    known = [place for place in places if (place.case_id, place.candidate_id) in texts]
    by_split = {
        split: tuple(
            place.decision(texts[place.case_id, place.candidate_id])
            for place in known
            if place.split == split
        )
        for split in (Split.OPTIMISE, Split.GATE)
    }
    for split, found in by_split.items():
        if not found:
            raise NoLabelsError(
                f"run {stored.run.id} has no decision of people in the {split.name.lower()} split",
                hint="principles are learned from the optimise split and held against the gate split: give both a "
                "share under `splits:` in the suite before the labels are first used, and label more items",
            )
    return Decided(
        optimise=by_split[Split.OPTIMISE],
        gate=by_split[Split.GATE],
        without_text=len(places) - len(known),
        read=read,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    case_id: str
    candidate_id: str
    principle_id: str
    source: str
    split: int
    human: Side
    panel: Side

    def decision(self, text: CaseText) -> Decision:
        shown = [flatten(candidate.text or "") for candidate in text.candidates]
        return Decision(
            name=item_name(self.case_id, self.candidate_id, self.principle_id),
            source=self.source,
            principle_id=self.principle_id,
            prompt=flatten(text.prompt or ""),
            first=shown[0],
            second=shown[1] if len(shown) > 1 else "",
            human=self.human,
            panel=self.panel,
        )


def _places(stored: StoredRun, read: ReadTable) -> Iterator[_Place]:
    items = item_columns(stored.ledger, stored.run)
    pairwise = stored.manifest.mode == "pairwise"
    for answers in read.table.principles:
        sides = tuple(_side(answers, code, pairwise=pairwise) for code in range(len(answers.categories)))
        for row in np.flatnonzero(answers.reference.label != NONE):
            human = sides[answers.reference.label[row]]
            if human is Side.NEITHER:
                continue
            seq, verdict = answers.seq[row], int(answers.verdict[row])
            yield _Place(
                case_id=items.case_id[seq],
                candidate_id=items.candidate_id[seq],
                principle_id=answers.principle,
                source=str(answers.clusters[row]),
                split=int(answers.split[row]),
                human=human,
                panel=Side.NEITHER if verdict == NONE else sides[verdict],
            )


def _side(answers: PrincipleAnswers, code: int, *, pairwise: bool) -> Side:
    if pairwise:
        return {"a": Side.FIRST, "b": Side.SECOND}.get(answers.categories[code], Side.NEITHER)
    return _SIDES.get(answers.readings[code], Side.NEITHER)
