"""The labels of a review beside the verdicts of its run, for the estimate so far. Sealed labels stay unread.

Which labels are sealed is decided as `calibrate` decides it. Nothing is written: this is no use of labels to certify.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.categories import Categories, categories_by_principle
from evenhand.calibration.rates import Population
from evenhand.calibration.sample import FAIL, PASS, reading_codes
from evenhand.calibration.table import NONE, Split
from evenhand.errors import MeasureError
from evenhand.records.review import ReviewItem
from evenhand.review.adjudication import answer_of, counted, settle
from evenhand.review.progress_estimate import LabelledPopulation
from evenhand.store.columns import ItemColumns, item_columns
from evenhand.store.review.reading import LabelledItem
from evenhand.workflows.calibration.answers import read_answers
from evenhand.workflows.calibration.divide import divide_labels
from evenhand.workflows.calibration.given import HumanLabels
from evenhand.workflows.calibration.groups import cluster_names, rows_by_text
from evenhand.workflows.read_run import read_run

_NO_LABELS = HumanLabels(labels=(), digests={}, sources=(), notes=())
_FAR_APART = 0.05
"""Difference of the shares labelled of two draws above which readers are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun:
    """The items of a run with their verdicts, without any label. Arrays have shape (N,)."""

    items: ItemColumns
    categories: Mapping[str, Categories]
    """By principle."""
    rows: Mapping[str, NDArray[np.int64]]
    """Positions of the items of each principle."""
    verdict: NDArray[np.int16]
    """Category of the panel's verdict; -1 without one."""
    clusters: NDArray[np.int64]
    sealed: NDArray[np.bool_]
    """Whether labels of the item are sealed."""

    @property
    def open_share(self) -> float:
        """Share of the items whose labels may be read."""
        return float((~self.sealed).mean()) if len(self.sealed) else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLabels:
    """The labels that an estimate so far may rest on, and those that it leaves out."""

    population: LabelledPopulation
    drawn: int
    """Items of the design whose labels may be read."""
    sealed: int
    """Labelled items left unread because they are sealed."""
    unsettled: int
    """Labelled items on which people differ."""
    uneven: bool
    """Whether one draw of the design is labelled much further than another."""


def read_judged_run(start: Path, name: str) -> JudgedRun:
    """Return the items of a run with their verdicts.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The labels were divided in another way when they were first used.
        MeasureError: The run can not be read, or has not ended.
    """
    stored = read_run(start, name)
    if not stored.run.finished:
        raise MeasureError(f"run {name} has not ended", hint=f"go on with: evenhand resume {name}")
    items = item_columns(stored.ledger, stored.run)
    known = categories_by_principle(stored.manifest)
    names, _ = cluster_names(stored, items)
    division = divide_labels(stored.ledger, stored.manifest.suite, items, names, _NO_LABELS, opened=False)
    return JudgedRun(
        items=items,
        categories=known,
        rows=rows_by_text(items.principle_id),
        verdict=read_answers(stored, items.principle_id, known).verdict,
        clusters=division.clusters,
        sealed=np.asarray(division.split == Split.SEALED),
    )


def read_labels(run: JudgedRun, drawn: Sequence[ReviewItem], labelled: Sequence[LabelledItem]) -> ReadLabels:
    """Return the labels that may be read beside the verdicts, without a look at the sealed ones.

    The queue is in random order, so the items labelled by now are drawn at random from those drawn: an item has a
    label that may be read with the probability of being drawn, times the share of the items drawn that are labelled,
    times the share of items that are not sealed.

    Args:
        run: The run.
        drawn: Items of the design.
        labelled: Those with a label.
    """
    open_items = [item for item in drawn if item.gold is None and not run.sealed[item.seq]]
    mine = [each for each in labelled if each.item.gold is None]
    readable = [each for each in mine if not run.sealed[each.item.seq]]
    settled = dict(_settled(run, readable))
    share = len(settled) / max(len(open_items), 1)
    inclusion = np.full(run.items.n, np.nan)
    for item in open_items:
        inclusion[item.seq] = (item.inclusion or np.nan) * share * run.open_share
    return ReadLabels(
        population=_population(run, settled, inclusion),
        drawn=len(open_items),
        sealed=len(mine) - len(readable),
        unsettled=sum(_differ(run, each) for each in readable),
        uneven=_is_uneven(open_items, settled),
    )


def _settled(run: JudgedRun, labelled: Sequence[LabelledItem]) -> Iterator[tuple[int, str]]:
    """Yield the position and the category of the labels that hold."""
    for each in labelled:
        known = run.categories[each.item.principle_id]
        reference = settle(each.labels, each.adjudication, known.scale).reference
        if reference is not None:
            yield each.item.seq, answer_of(reference, known)


def _differ(run: JudgedRun, each: LabelledItem) -> bool:
    scale = run.categories[each.item.principle_id].scale
    found = settle(each.labels, each.adjudication, scale)
    return bool(counted(each.labels)) and found.reference is None


def _is_uneven(drawn: Sequence[ReviewItem], settled: Mapping[int, str]) -> bool:
    shares: dict[str, list[bool]] = {}
    for item in drawn:
        shares.setdefault(item.draw, []).append(item.seq in settled)
    found = [sum(each) / len(each) for each in shares.values()]
    return bool(found) and max(found) - min(found) > _FAR_APART


def _population(
    run: JudgedRun, settled: Mapping[int, str], inclusion: NDArray[np.float64]
) -> LabelledPopulation:
    said = np.full(run.items.n, NONE, dtype=np.int64)
    for seq, answer in settled.items():
        labels = run.categories[run.items.principle_id[seq]].labels
        said[seq] = labels.index(answer) if answer in labels else NONE
    both = np.flatnonzero((said != NONE) & (run.verdict != NONE))
    return LabelledPopulation(
        principles=tuple(
            _of_principle(run.categories[name], rows, run, said, inclusion) for name, rows in run.rows.items()
        ),
        agreed=np.asarray(said[both] == run.verdict[both]),
        inclusion=inclusion[both],
        clusters=run.clusters[both],
        labels=int((said != NONE).sum()),
    )


def _of_principle(
    known: Categories,
    rows: NDArray[np.int64],
    run: JudgedRun,
    said: NDArray[np.int64],
    inclusion: NDArray[np.float64],
) -> Population:
    codes = reading_codes(tuple(known.readings.values()))
    return Population(
        read_answers=codes[run.verdict[rows].astype(np.int64)][:, np.newaxis],
        read_truth=codes[said[rows]],
        inclusion=inclusion[rows],
        clusters=run.clusters[rows],
        has_rate={FAIL, PASS} <= set(codes.tolist()),
    )
