"""The verdicts of a run as records of feedback: pairs it compared or texts it judged, each with all its principles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from evenhand.catalog.cases import read_cases
from evenhand.errors import LedgerError, MeasureError, UsageError
from evenhand.feedback.combine import (
    Said,
    combine_pair,
    combine_text,
    p_pass,
    pair_label,
    text_label,
    text_outcome,
)
from evenhand.feedback.judged import JudgedText, RawRating, TextOutcome
from evenhand.feedback.label_pair import DECIDED, label_pair
from evenhand.feedback.results import LabelledPair, PairOutcome, PrinciplePreference
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import Distribution, Rating, state_of
from evenhand.records.suite import Candidate, Case
from evenhand.workflows.feedback.people import PersonSaid
from evenhand.workflows.feedback.read_preferences import labelling_of
from evenhand.workflows.read_run import StoredRun


def read_judged(stored: StoredRun, said: Mapping[int, PersonSaid]) -> Iterator[LabelledPair | JudgedText]:
    """Yield what a finished run says of its pairs or texts, in the order of the suite, one case at a time.

    Args:
        stored: The run.
        said: What people settled, by the position of the item; it stands in the place of the panel's verdict.

    Raises:
        MeasureError: The run has not ended.
        UsageError: A case file is not what it was when the run read it.
    """
    refuse_unreadable(stored)
    paths, _ = stored.unchanged_case_files()
    reader = _Reader(stored, said)
    cases = read_cases(paths)
    for name, items in groupby(stored.items(), key=lambda item: item.case_id):
        yield from reader.records(_find(cases, name), list(items))


def refuse_unreadable(stored: StoredRun) -> None:
    """Make sure that a run has ended, and that its texts are there.

    Raises:
        MeasureError: The run has not ended.
        UsageError: A case file is not what it was when the run read it.
    """
    if not stored.run.finished:
        raise MeasureError(
            f"run {stored.run.id} has not ended, and what it has so far is no fair part of it",
            hint=f"go on with `evenhand resume {stored.run.id}`, or export a finished run",
        )
    if not stored.unchanged_case_files()[1]:
        raise UsageError(
            f"case files changed since run {stored.run.id} read them, so its texts are not there any more",
            hint="put them back as they were, or run the suite again: answers are taken from the ledger for free",
        )


def _find(cases: Iterator[Case], name: str) -> Case:
    """Return the next case of a name; the items of a run stand in the order of its cases."""
    for case in cases:
        if case.id == name:
            return case
    raise LedgerError(f"the items of the run are not in the order of its case files at case {name!r}")


class _Reader:
    """What is needed to read the items of a case."""

    def __init__(self, stored: StoredRun, said: Mapping[int, PersonSaid]) -> None:
        self._pairwise = stored.manifest.mode == "pairwise"
        self._labelling = labelling_of(stored.manifest)
        self._scale = stored.decider.scale
        self._said = said

    def records(self, case: Case, items: Sequence[RatedItem]) -> Iterator[LabelledPair | JudgedText]:
        """Yield a record for each pair, or text, of a case."""
        make = self._pair if self._pairwise else self._text
        by_candidate: dict[str, list[RatedItem]] = {}
        for item in items:
            by_candidate.setdefault(item.candidate_id, []).append(item)
        for own in by_candidate.values():
            yield make(case, own)

    # -- Pairs -------------------------------------------------------------------------------------

    def _pair(self, case: Case, items: Sequence[RatedItem]) -> LabelledPair:
        """Return the preference label of a pair, with what people settled in the place of the panel's verdicts."""
        label = label_pair(case, items, self._labelling)
        first, second = case.outputs[:2]
        told = replace(label, first=_one_text(first), second=_one_text(second))
        if not any(item.seq in self._said for item in items):
            return replace(told, items=tuple(item.seq for item in items) if label.outcome in DECIDED else ())
        whole = combine_pair(
            [self._of_pair(item, each) for item, each in zip(items, label.principles, strict=True)]
        )
        rests_on = tuple(part.item for part in whole.rests_on)
        return replace(told, outcome=whole.outcome, items=rests_on, by_people=whole.by_people)

    def _of_pair(self, item: RatedItem, panel: PrinciplePreference) -> Said[PairOutcome]:
        person = self._said.get(item.seq)
        return Said(
            item=item.seq,
            principle_id=item.principle_id,
            outcome=pair_label(person.label) if person else panel.outcome,
            p=panel.p_first,
            by_people=person is not None,
        )

    # -- Texts -------------------------------------------------------------------------------------

    def _text(self, case: Case, items: Sequence[RatedItem]) -> JudgedText:
        candidate = next(each for each in case.outputs if each.id == items[0].candidate_id)
        whole = combine_text([self._of_text(item) for item in items])
        return JudgedText(
            case_id=case.id,
            candidate_id=candidate.id,
            source=case.source or case.id,
            slice=items[0].slice,
            prompt=case.prompt,
            text=candidate.text,
            producer=candidate.producer,
            principle_ids=tuple(
                part.principle_id for part in whole.rests_on if part.outcome is whole.outcome
            ),
            outcome=whole.outcome,
            p_pass=whole.p,
            raw=[self._raw(item, unit) for item in items for unit in item.units],
            items=tuple(part.item for part in whole.rests_on),
            by_people=whole.by_people,
        )

    def _of_text(self, item: RatedItem) -> Said[TextOutcome]:
        person, verdict = self._said.get(item.seq), item.verdict
        label = verdict.label if verdict else None
        scale = self._scale(item.principle_id)
        return Said(
            item=item.seq,
            principle_id=item.principle_id,
            outcome=text_label(person.reading)
            if person
            else text_outcome(verdict, None if label is None else scale.reading(label)),
            p=self._p_pass(verdict.distribution, item.principle_id) if verdict else None,
            by_people=person is not None,
        )

    def _raw(self, item: RatedItem, unit: RatedUnit) -> RawRating:
        """Return what came of one question to one judge."""
        outcome = unit.outcome
        return RawRating(
            judge=unit.judge,
            principle_id=item.principle_id,
            repeat=unit.repeat,
            p_pass=self._p_pass(outcome.distribution, item.principle_id)
            if isinstance(outcome, Rating)
            else None,
            said=outcome.label if isinstance(outcome, Rating) else state_of(outcome),
        )

    def _p_pass(self, shares: Distribution, principle: str) -> float | None:
        scale = self._scale(principle)
        return p_pass(shares, {label: scale.reading(label) for label, _ in shares if scale.holds(label)})


def _one_text(candidate: Candidate) -> str:
    """Return the text of a candidate; a conversation, which no completion is, comes as none."""
    return candidate.text if isinstance(candidate.text, str) else ""


__all__ = ["read_judged", "refuse_unreadable"]
