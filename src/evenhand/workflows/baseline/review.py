"""Walk the cells that a run would change, one after the other, and keep what is decided on each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.errors import UsageError
from evenhand.gate.baseline_diff import CellChange
from evenhand.records.rating import Rating
from evenhand.records.suite import Case
from evenhand.workflows.baseline.compare import ComparedRun, compare_run
from evenhand.workflows.baseline.decisions import Decision, Decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCounts:
    """How far a review is."""

    accepted: int
    rejected: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeReason:
    """Why a judge says what it says now."""

    judge: str
    label: str
    reason: str
    """Hostile text."""


class BaselineReview:
    """A walk over changed cells. Every decision is on disk when a step returns."""

    def __init__(self, start: Path, suite: str = "", run: str = "") -> None:
        """Begin where an earlier walk ended.

        Raises:
            UsageError: There is no baseline yet, or suite or run can not be told.
            FileError: The baseline or the suite is wrong.
            MeasureError: The ledger can not be read.
        """
        self.compared: ComparedRun = compare_run(start, suite, run)
        self._decisions = Decisions(start, self.compared.place)
        self._made = [self._decisions.of(change) for change in self.changed]
        self._skipped: set[int] = set()
        self._history: list[tuple[int, ...]] = []
        self._cases: Mapping[str, Case] | None = None

    @property
    def changed(self) -> Sequence[CellChange]:
        """All changed cells, in the order of the walk."""
        return self.compared.diff.changed

    @property
    def counts(self) -> ReviewCounts:
        """How far the review is, earlier walks included."""
        return ReviewCounts(
            accepted=self._made.count(Decision.ACCEPTED),
            rejected=self._made.count(Decision.REJECTED),
            open=self._made.count(Decision.OPEN),
        )

    def next(self) -> int | None:
        """Return the place of the first cell that is open and was not skipped in this walk; None at the end."""
        places = enumerate(self._made)
        return next((at for at, made in places if made is Decision.OPEN and at not in self._skipped), None)

    def decide(self, at: int, decision: Decision) -> None:
        """Keep a decision on one cell."""
        self._keep((at,), decision)
        self._history.append((at,))

    def decide_principle(self, at: int, decision: Decision) -> int:
        """Keep one decision on every open cell of the principle of a cell, skipped ones too; return how many."""
        principle = self.changed[at].principle
        places = tuple(
            place
            for place, made in enumerate(self._made)
            if made is Decision.OPEN and self.changed[place].principle == principle
        )
        self._keep(places, decision)
        self._history.append(places)
        return len(places)

    def _keep(self, places: Sequence[int], decision: Decision) -> None:
        self._decisions.decide([self.changed[place] for place in places], decision)
        for place in places:
            self._made[place] = decision

    def skip(self, at: int) -> None:
        """Leave a cell for another walk."""
        self._skipped.add(at)
        self._history.append((at,))

    def undo(self) -> int:
        """Take the last step back; return how many cells it was about.

        Raises:
            UsageError: There is none in this walk.
        """
        if not self._history:
            raise UsageError("nothing was decided in this walk yet")
        places = self._history.pop()
        self._keep([at for at in places if self._made[at] is not Decision.OPEN], Decision.OPEN)
        self._skipped.difference_update(places)
        return len(places)

    # -- What is behind a cell -----------------------------------------------------------------------

    def case(self, at: int) -> Case | None:
        """Return the case of a cell as the run read it; None where its file has changed since."""
        if self._cases is None:
            wanted = frozenset(change.case for change in self.changed)
            self._cases = self.compared.stored.cases(wanted)
        return self._cases.get(self.changed[at].case)

    def reasons(self, at: int) -> tuple[JudgeReason, ...]:
        """Return why the judges say what they say now."""
        change = self.changed[at]
        for item in self.compared.stored.items_of(change.case):
            if (item.case_id, item.candidate_id, item.principle_id) == _place(change):
                outcomes = [(unit.judge, unit.outcome) for unit in item.units]
                return tuple(
                    JudgeReason(judge=judge, label=said.label, reason=said.reason)
                    for judge, said in outcomes
                    if isinstance(said, Rating)
                )
        return ()


def _place(change: CellChange) -> tuple[str, str, str]:
    return change.case, change.candidate, change.principle
