"""A run and its human labels as the table a calibration is computed from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.categories import Categories, categories_by_principle
from evenhand.calibration.reference import FoundReference, GivenLabels, find_reference
from evenhand.calibration.table import (
    NONE,
    CalibrationTable,
    CannotTell,
    Flags,
    Level,
    PeopleLabels,
    PrincipleAnswers,
    Slicing,
    Split,
)
from evenhand.errors import NoLabelsError
from evenhand.records.label import LabelDetail
from evenhand.records.review import CANNOT_TELL
from evenhand.records.scale import NumericScale, OrdinalScale
from evenhand.store.columns import ItemColumns, item_columns
from evenhand.workflows.calibration.answers import Answers, read_answers
from evenhand.workflows.calibration.divide import Division, divide_labels
from evenhand.workflows.calibration.earlier import read_earlier
from evenhand.workflows.calibration.given import GivenLabel, HumanLabels, gather_labels
from evenhand.workflows.calibration.groups import cluster_names, read_slices, rows_by_text
from evenhand.workflows.calibration.judges import judge_facts
from evenhand.workflows.read_run import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTable:
    """The table, and what the use of its labels is written down with."""

    table: CalibrationTable
    division: Division


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAnswers:
    """The items of a run with all that was said on them."""

    items: ItemColumns
    categories: Mapping[str, Categories]
    """What answers under each principle are counted as."""
    answers: Answers


def read_run_answers(stored: StoredRun) -> RunAnswers:
    """Read the items of a run and what judges and panel say on them.

    Raises:
        MeasureError: An answer is not on its scale.
    """
    items = item_columns(stored.ledger, stored.run)
    categories = categories_by_principle(stored.manifest)
    return RunAnswers(
        items=items, categories=categories, answers=read_answers(stored, items.principle_id, categories)
    )


def read_table(
    stored: StoredRun,
    *,
    humans: Sequence[Path] = (),
    open_sealed: bool = False,
    review: bool = True,
    said: RunAnswers | None = None,
    history: bool = True,
    needs_labels: bool = True,
) -> ReadTable:
    """Read a run and its human labels. Nothing is written.

    Args:
        stored: The run.
        humans: Files of labels beside those of the suite.
        open_sealed: Whether the labels of the sealed split are read; else they are only counted.
        review: Whether the labels that people gave in the workspace's review are read.
        said: What is said on its items, where that was read before.
        history: Whether earlier runs of the suite are read too.
        needs_labels: Whether a run without human labels is refused.

    Raises:
        FileError: A file of labels has bad lines.
        UsageError: The labels were divided in another way before, or a file of labels meets no item.
        NoLabelsError: There are none.
        MeasureError: An answer is not on its scale.
    """
    said = said or read_run_answers(stored)
    items, categories = said.items, said.categories
    labels = gather_labels(stored, items, categories, humans, review=review)
    if needs_labels and not labels.labels:
        raise NoLabelsError(
            f"run {stored.run.id} has no human labels, so there is nothing to measure its judges against",
            hint="draw items for people with `evenhand review sample`, or give labels with --humans FILE (see "
            "`evenhand schema label`), or name their file under `labels:` in the suite and run it again; answers are "
            "taken from the ledger for free",
        )
    names, source_notes = cluster_names(stored, items)
    division = divide_labels(stored.ledger, stored.manifest.suite, items, names, labels, opened=open_sealed)
    assembly = _Assembly(
        stored,
        items,
        categories,
        said.answers,
        division,
        labels.unresolved,
    )
    principles = tuple(assembly.principles(_readable(labels, division)))
    reference = _gate_reference(principles, items)
    earlier, changes = read_earlier(stored, reference, categories) if history else ((), ())
    table = CalibrationTable(
        run=stored.run.id,
        suite=stored.manifest.suite.id,
        rule=stored.manifest.panel.rule,
        quorum=1 if stored.manifest.panel.cascade else stored.manifest.panel.quorum_needed,
        judges=judge_facts(stored),
        principles=principles,
        sources=labels.sources,
        splits=division.facts,
        earlier=earlier,
        changes=changes,
        label_dates=_dates(labels),
        off_scale=assembly.off_scale,
        notes=(
            *_learned_from(stored),
            *labels.notes,
            *source_notes,
            *division.notes,
            *assembly.notes(),
            *_missed(labels, items),
        ),
    )
    return ReadTable(table=table, division=division)


def _learned_from(stored: StoredRun) -> Iterator[str]:
    """Yield what readers have to know of a panel that learned from labels which certify it here."""
    fit = stored.manifest.fit
    if fit and fit.learned_from == "gate":
        yield (
            f"The panel's rule was learned from labels of the gate split ({fit.source}), which certify it here: what "
            "is said of the panel flatters it. Learn it from an optimise split, or label new items."
        )


def _readable(labels: HumanLabels, division: Division) -> Iterator[GivenLabel]:
    """Yield the labels that may be read: those of the sealed split only where it is opened."""
    for label in labels.labels:
        if division.facts.opened or division.split[label.item] != Split.SEALED:
            yield label


def _missed(labels: HumanLabels, items: ItemColumns) -> Iterator[str]:
    """Say where labels claim that every item was certain to be labelled, and items are not."""
    certain: dict[str, bool] = {}
    for label in labels.labels:
        name = items.principle_id[label.item]
        certain[name] = certain.get(name, True) and label.detail.inclusion == 1
    labelled = {label.item for label in labels.labels}
    missed = sum(
        certain.get(name, False) and seq not in labelled for seq, name in enumerate(items.principle_id)
    )
    if missed:
        yield (
            f"{missed:,} items have no label, though the labels say that every item was certain to get one "
            "(inclusion 1): rates hold only if those are missing by chance."
        )


def _dates(labels: HumanLabels) -> tuple[str, str]:
    days = [label.detail.day for label in labels.labels if label.detail.at]
    return (min(days), max(days)) if days else ("", "")


def _gate_reference(
    principles: Sequence[PrincipleAnswers], items: ItemColumns
) -> Mapping[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for each in principles:
        rows = np.flatnonzero((each.split == Split.GATE) & (each.reference.label != NONE))
        for row in rows:
            seq = each.seq[row]
            name = (items.case_id[seq], items.candidate_id[seq], each.principle)
            found[name] = each.categories[each.reference.label[row]]
    return found


class _Assembly:
    """Puts the arrays of each principle together, and notes what was left out."""

    def __init__(
        self,
        stored: StoredRun,
        items: ItemColumns,
        categories: Mapping[str, Categories],
        answers: Answers,
        division: Division,
        unresolved: Collection[int],
    ) -> None:
        self.off_scale = 0
        self._found: list[FoundReference] = []
        self._stored = stored
        self._items = items
        self._categories = categories
        self._answers = answers
        self._division = division
        self._unresolved = unresolved
        self._slices, self._left_out = read_slices(items)

    def principles(self, labels: Iterator[GivenLabel]) -> Iterator[PrincipleAnswers]:
        """Yield the arrays of each principle that has items, in the order of the constitution."""
        rows = rows_by_text(self._items.principle_id)
        place = np.zeros(self._items.n, dtype=np.int64)
        for members in rows.values():
            place[members] = np.arange(len(members))
        given: dict[str, list[GivenLabel]] = {name: [] for name in rows}
        for label in labels:
            given[self._items.principle_id[label.item]].append(label)
        for name in self._categories:
            if name in rows:
                yield self._principle(name, rows[name], place, given[name])

    def notes(self) -> Iterator[str]:
        """Say what was left out, and what could not be known."""
        for count, words in (
            (sum(each.tied for each in self._found), "without a reference label, because people tie."),
            (
                sum(each.unresolved for each in self._found),
                "without a reference label, because reviewers differ and nobody settled it yet.",
            ),
            (
                sum(each.contradicting for each in self._found),
                "without a reference label, because their settled labels differ.",
            ),
            (
                sum(each.mixed for each in self._found),
                "labelled in several draws or with several probabilities: theirs is not known.",
            ),
        ):
            if count:
                yield f"Labelled items: {count:,} {words}"
        if self._left_out:
            yield f"Slices by {', '.join(self._left_out)} are left out: too many groups."

    def _principle(
        self, name: str, rows: NDArray[np.int64], place: NDArray[np.int64], labels: Sequence[GivenLabel]
    ) -> PrincipleAnswers:
        principle = self._stored.manifest.constitution.by_id[name]
        categories, answers, division = self._categories[name], self._answers, self._division
        codes = {label: _code(categories, label) for label in {label.label for label in labels}}
        given = _given(labels, codes, place)
        unable = np.array([label.label == CANNOT_TELL for label in labels], dtype=bool) & (
            given.label == NONE
        )
        waits = np.isin(rows, list(self._unresolved))
        found = find_reference(
            _on_scale(given), items=len(rows), categories=len(categories.labels), unresolved=waits
        )
        self._found.append(found)
        self.off_scale += int(((given.label == NONE) & ~unable).sum())
        level, values = _level(categories)
        return PrincipleAnswers(
            principle=name,
            title=principle.title or name,
            severity=principle.severity,
            categories=categories.labels,
            readings=tuple(categories.readings.values()),
            level=level,
            values=values,
            seq=rows,
            answers=answers.answers[rows],
            confidence=answers.confidence[rows],
            verdict=answers.verdict[rows],
            panel_confidence=answers.panel_confidence[rows],
            disagreement=answers.disagreement[rows],
            clusters=division.clusters[rows],
            split=division.split[rows],
            slices={
                name: Slicing(values=each.values, codes=each.codes[rows])
                for name, each in self._slices.items()
            },
            reference=found.reference,
            people=_people(labels, given, unable),
        )


def _code(categories: Categories, label: str) -> int:
    found = categories.find(label)
    return NONE if found is None else categories.labels.index(found)


def _given(labels: Sequence[GivenLabel], codes: Mapping[str, int], place: NDArray[np.int64]) -> GivenLabels:
    designs: dict[str, int] = {}
    return GivenLabels(
        item=place[np.array([label.item for label in labels], dtype=np.int64)],
        label=np.array([codes[label.label] for label in labels], dtype=np.int16),
        settled=np.array([label.settled for label in labels], dtype=bool),
        inclusion=np.array([_number(label.detail.inclusion) for label in labels], dtype=np.float64),
        design=np.array(
            [
                designs.setdefault(label.detail.design, len(designs)) if label.detail.design else NONE
                for label in labels
            ],
            dtype=np.int16,
        ),
        blind=np.array([_flag(label.detail) for label in labels], dtype=np.int16),
    )


def _on_scale(given: GivenLabels) -> GivenLabels:
    return given.take(np.asarray(given.label != NONE))


def _people(labels: Sequence[GivenLabel], given: GivenLabels, unable: Flags) -> PeopleLabels:
    """Return the labels of persons, sealed ones absent; those in `unable` are an abstention the scale does not have."""
    unable_persons = given.take(unable & ~given.settled)
    persons = [label for label in labels if not label.settled]
    chosen = given.take(~given.settled)
    names = {name: code for code, name in enumerate(dict.fromkeys(label.annotator for label in persons))}
    return PeopleLabels(
        annotators=tuple(names),
        item=chosen.item,
        annotator=np.array([names[label.annotator] for label in persons], dtype=np.int16),
        label=chosen.label,
        blind=chosen.blind,
        several_defensible=np.array([_defensible(label) for label in persons], dtype=np.int16),
        seconds=np.array([_number(label.detail.seconds) for label in persons], dtype=np.float64),
        cannot_tell=CannotTell(item=unable_persons.item, inclusion=unable_persons.inclusion),
    )


def _defensible(label: GivenLabel) -> int:
    """Return 1 where the person finds another label defensible too, 0 where it was asked and named none, else -1."""
    named = label.detail.defensible
    return NONE if named is None else int(bool(set(named) - {label.label}))


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _flag(detail: LabelDetail) -> int:
    return NONE if detail.blind is None else int(detail.blind)


def _level(categories: Categories) -> tuple[Level, tuple[float, ...]]:
    """Return the level of measurement of a scale, and the number of each category where it is ordered."""
    scale = categories.scale
    if isinstance(scale, NumericScale):
        limits = (scale.minimum, *categories.edges, scale.maximum)
        return Level.INTERVAL, tuple((low + high) / 2 for low, high in pairwise(limits))
    if isinstance(scale, OrdinalScale):
        return Level.ORDINAL, tuple(_number(scale.score(label)) for label in categories.labels)
    return Level.NOMINAL, ()
