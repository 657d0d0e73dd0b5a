"""A run with its labels, and other runs that put the same to judges in other words, as what the lint reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.categories import Categories
from evenhand.calibration.human_labels import gather_labels
from evenhand.calibration.sample import scale_facts
from evenhand.calibration.scale_order import order_of
from evenhand.calibration.table import NONE, CalibrationTable, Codes, Level, PrincipleAnswers, Split
from evenhand.constitution.lint.evidence import (
    Opinions,
    PeopleTable,
    RunEvidence,
    Said,
    Verdicts,
    facts_of,
)
from evenhand.constitution.lint.results import ReplyName
from evenhand.records.constitution import Constitution
from evenhand.records.scale import Reading
from evenhand.stats.arrays import Integers
from evenhand.store.columns import ItemColumns
from evenhand.workflows.calibration.table import RunAnswers, read_run_answers
from evenhand.workflows.constitution_lint.opinions import ReadOpinions, opinions_of, read_opinions
from evenhand.workflows.constitution_lint.whole_replies import WholeReplies
from evenhand.workflows.read_run import StoredRun

_SAID: Final[Mapping[Reading, Said]] = {
    Reading.PASS: Said.PASS,
    Reading.FAIL: Said.FAIL,
    Reading.NEUTRAL: Said.NEUTRAL,
    Reading.ABSTAIN: Said.UNDECIDED,
}
_LEVELS: Final[Mapping[Level, Literal["nominal", "ordinal", "interval"]]] = {
    Level.NOMINAL: "nominal",
    Level.ORDINAL: "ordinal",
    Level.INTERVAL: "interval",
}
_PREFERRED: Final = {"a": 1, "b": -1, "tie": 0, "both_bad": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """The replies of a run, and which each item is about."""

    names: tuple[ReplyName, ...]
    of_item: Integers
    """Shape (N,)."""
    case: Integers
    """Number of the case of each reply, shape (R,)."""

    @property
    def n(self) -> int:
        """Replies."""
        return len(self.names)


def find_replies(items: ItemColumns) -> Replies:
    """Return the replies that the items of a run are about."""
    numbers: dict[tuple[str, str], int] = {}
    places = zip(items.case_id, items.candidate_id, strict=True)
    of_item = np.fromiter((numbers.setdefault(place, len(numbers)) for place in places), np.int64, items.n)
    cases = {name: number for number, name in enumerate(dict.fromkeys(case for case, _ in numbers))}
    return Replies(
        names=tuple(ReplyName(case_id=case, candidate_id=candidate) for case, candidate in numbers),
        of_item=of_item,
        case=np.fromiter((cases[case] for case, _ in numbers), np.int64, len(numbers)),
    )


def gather_evidence(
    stored: StoredRun,
    said: RunAnswers,
    table: CalibrationTable,
    constitution: Constitution,
    *,
    others: Sequence[StoredRun] = (),
    whole: WholeReplies | None = None,
) -> RunEvidence:
    """Return what the lint reads.

    Labels that lead to other principles are learned from, so those of single replies come from the optimise split
    alone; how people agree among themselves is read from all labels that are not sealed.

    Args:
        stored: The run.
        said: Its items and answers.
        table: Its table, with the labels that may be read.
        constitution: The constitution as it is now: its texts, tiers and declared conflicts.
        others: Runs of the same cases, with prompts that put it in other words; read for opinions alone.
        whole: What people say of whole replies.

    Raises:
        MeasureError: An answer is not on its scale.
    """
    replies = find_replies(said.items)
    columns = _Columns(table.principles, replies)
    pairwise = stored.manifest.mode == "pairwise"
    human = columns.fill(_human_of)
    overall, notes = _overall(columns, human, replies, whole)
    rated = {each.principle: said.categories[each.principle].has_rate for each in table.principles}
    return RunEvidence(
        runs=tuple(each.run.id for each in (stored, *others)),
        judges=len(table.judges),
        principles=facts_of(constitution, [each.principle for each in table.principles], rated),
        tiers=constitution.tiers,
        names=replies.names,
        case=replies.case,
        cluster=columns.clusters,
        verdict=columns.fill(_verdict_of),
        preference=columns.fill(_preference_of) if pairwise else None,
        human=human,
        overall=overall,
        whole_labels=whole is not None,
        opinions=tuple(_opinions(stored, others, said, table.principles)),
        people=tuple(map(_people, table.principles)),
        notes=(*table.notes, *notes),
    )


class _Columns:
    """The principles of a run side by side, by reply."""

    def __init__(self, principles: Sequence[PrincipleAnswers], replies: Replies) -> None:
        self._principles = principles
        self._rows = [replies.of_item[each.seq] for each in principles]
        self._n = replies.n
        self.clusters = np.zeros(replies.n, dtype=np.int64)
        self.optimise = np.zeros(replies.n, dtype=np.bool_)
        for each, rows in zip(principles, self._rows, strict=True):
            self.clusters[rows] = each.clusters
            self.optimise[rows] = each.split == Split.OPTIMISE

    def fill(self, value: Callable[[PrincipleAnswers], NDArray[np.int8]]) -> Verdicts:
        """Return a value of every item, shape (R, P); where nobody was asked, that."""
        found = np.full((self._n, len(self._principles)), Said.NOT_ASKED, dtype=np.int8)
        for column, (each, rows) in enumerate(zip(self._principles, self._rows, strict=True)):
            found[rows, column] = value(each)
        return found


def _read(codes: Codes, answers: PrincipleAnswers) -> NDArray[np.int8]:
    """Return what codes of categories mean; -1 is undecided."""
    meanings = [*(_SAID[reading] for reading in answers.readings), Said.UNDECIDED]
    return np.array(meanings, dtype=np.int8)[codes]


def _verdict_of(answers: PrincipleAnswers) -> NDArray[np.int8]:
    return _read(answers.verdict, answers)


def _human_of(answers: PrincipleAnswers) -> NDArray[np.int8]:
    labels = np.where(answers.split == Split.OPTIMISE, answers.reference.label, NONE)
    return _read(labels.astype(np.int16), answers)


def _preference_of(answers: PrincipleAnswers) -> NDArray[np.int8]:
    sides = [*(_PREFERRED.get(label, Said.UNDECIDED) for label in answers.categories), Said.UNDECIDED]
    return np.array(sides, dtype=np.int8)[answers.verdict]


# -- People ----------------------------------------------------------------------------------------


def _overall(
    columns: _Columns,
    human: Verdicts,
    replies: Replies,
    whole: WholeReplies | None,
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Return what people say of whole replies, and what readers have to know of it."""
    if whole is None:
        asked = human > Said.NOT_ASKED
        complete = asked.any(axis=1) & ((human >= Said.NEUTRAL) | ~asked).all(axis=1)
        failed, passed = (human == Said.FAIL).any(axis=1), (human == Said.PASS).any(axis=1)
        said = np.where(failed, Said.FAIL, np.where(passed, Said.PASS, Said.UNDECIDED))
        return np.where(complete, said, Said.UNDECIDED).astype(np.int8), ()
    values = np.full(replies.n, Said.UNDECIDED, dtype=np.int8)
    met = 0
    for row, name in enumerate(replies.names):
        fails = whole.fails(name.case_id, name.candidate_id)
        met += fails is not None
        if fails is not None and columns.optimise[row]:
            values[row] = Said.FAIL if fails else Said.PASS
    used = int((values != Said.UNDECIDED).sum())
    note = (
        f"Of {met:,} replies labelled as a whole in {whole.source}, {used:,} lie in the optimise split and are read: "
        "what changes a principle is learned from labels, and those of the other splits are left to certify it."
    )
    return values, (note,)


def _people(answers: PrincipleAnswers) -> PeopleTable | None:
    labels = gather_labels(answers, answers.people.annotators, certify=())
    if not (labels.first & labels.doubly).any():
        return None
    facts = scale_facts(answers)
    order = order_of(facts)
    table = labels.by_item()
    return PeopleTable(
        labels=table if order is None else np.append(order.merge, NONE)[table],
        categories=len(facts.categories) if order is None else len(order.values),
        level=_LEVELS[facts.level] if order is not None else "nominal",
        values=None if order is None else order.values,
        clusters=labels.cluster[labels.first][np.argsort(labels.item[labels.first], kind="stable")],
    )


# -- Opinions --------------------------------------------------------------------------------------


def _opinions(
    stored: StoredRun,
    others: Sequence[StoredRun],
    said: RunAnswers,
    principles: Sequence[PrincipleAnswers],
) -> Iterator[Opinions | None]:
    """Yield the opinions on each principle, those of the other runs where they judged the same rule."""
    own = read_opinions(stored, said.items, said.categories)
    read = [_Other(stored, other, said) for other in others]
    for each in principles:
        parts = [(own, each.seq), *(other.part(each.seq) for other in read)]
        yield opinions_of(parts, each.clusters, len(each.categories))


class _Other:
    """A run of the same cases with other prompts."""

    def __init__(self, first: StoredRun, other: StoredRun, said: RunAnswers) -> None:
        theirs = read_run_answers(other)
        self._opinions = read_opinions(other, theirs.items, theirs.categories)
        known = {
            place: row
            for row, place in enumerate(
                zip(theirs.items.case_id, theirs.items.candidate_id, theirs.items.principle_id, strict=True)
            )
        }
        same = same_rules(first, other, said.categories)
        places = zip(said.items.case_id, said.items.candidate_id, said.items.principle_id, strict=True)
        self._row = np.fromiter(
            (known.get(place, NONE) if place[2] in same else NONE for place in places), np.int64, said.items.n
        )

    def part(self, seq: Integers) -> tuple[ReadOpinions, Integers]:
        """Return its opinions, and the rows of some items of the first run in it."""
        return self._opinions, self._row[seq]


def same_rules(first: StoredRun, other: StoredRun, categories: Mapping[str, Categories]) -> frozenset[str]:
    """Return the principles that two runs judged by the same text."""
    one, two = first.manifest.constitution, other.manifest.constitution
    return frozenset(
        name
        for name in categories
        if name in two.by_id and one.binding_hash(one.by_id[name]) == two.binding_hash(two.by_id[name])
    )
