"""The reference labels of the gate split on everything that the runs of a suite ever judged, as they are today."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.calibration.categories import Categories, categories_by_principle
from evenhand.calibration.reference import GivenLabels, find_reference
from evenhand.calibration.table import NONE, Split
from evenhand.gate.monitor.history import ItemName
from evenhand.records.constitution import Constitution
from evenhand.records.run import Manifest, Run
from evenhand.store.columns import ItemColumns, item_columns
from evenhand.workflows.calibration.divide import Division, divide_labels
from evenhand.workflows.calibration.given import GivenLabel, HumanLabels, gather_labels
from evenhand.workflows.calibration.groups import cluster_names, rows_by_text
from evenhand.workflows.read_run import StoredRun, decider_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLabel:
    """What people say about an item."""

    label: str
    """Category of the label."""
    inclusion: float
    """Probability with which it was drawn; not a number where that is not known."""
    design: str
    day: str
    """The day of its last label, YYYY-MM-DD; empty where that is not recorded."""


def reference_labels(newest: StoredRun, runs: Sequence[Run]) -> Mapping[ItemName, ReferenceLabel]:
    """Return the reference label of each item of the gate split; labels of the other splits are left alone.

    Label files are read as the newest run has them, and the review as it is now, so that the whole history is held
    against the same labels. An item that several runs judged is looked up in the newest of them.

    Args:
        newest: The newest run.
        runs: The runs, oldest first.

    Raises:
        UsageError: The labels were divided in another way when they were first used.
        LedgerError: The ledger or the review ledger can not be read.
    """
    found: dict[ItemName, ReferenceLabel] = {}
    known: set[ItemName] = set()
    for run in reversed(runs):
        stored = _with_labels_of_today(newest, run)
        items = _called_now(item_columns(stored.ledger, run), stored.manifest.constitution)
        names = list(zip(items.case_id, items.candidate_id, items.principle_id, strict=True))
        new = {name for name in names if name not in known}
        if new:
            there = _labels_of(stored, items, names)
            found |= {name: label for name, label in there if name in new}
            known |= new
    return found


def _with_labels_of_today(newest: StoredRun, run: Run) -> StoredRun:
    """Return a run as if its suite had named the label files of the newest one."""
    theirs = [file for file in newest.manifest.files if file.role == "labels"]
    others = [file for file in run.manifest.files if file.role != "labels"]
    suite = run.manifest.suite.model_copy(update={"labels": newest.manifest.suite.labels})
    constitution = run.manifest.constitution.called_as_in(newest.manifest.constitution)
    manifest = run.manifest.model_copy(
        update={"files": (*others, *theirs), "suite": suite, "constitution": constitution}
    )
    return replace(newest, run=replace(run, manifest=manifest), decider=decider_of(manifest))


def _called_now(items: ItemColumns, constitution: Constitution) -> ItemColumns:
    """Return items under the names that their principles have now."""
    if not constitution.renamed:
        return items
    return replace(items, principle_id=tuple(map(constitution.current_id, items.principle_id)))


def _labels_of(
    stored: StoredRun, items: ItemColumns, names: Sequence[ItemName]
) -> Iterator[tuple[ItemName, ReferenceLabel]]:
    categories = categories_by_principle(stored.manifest)
    labels = gather_labels(stored, items, categories, ())
    division = _divide(stored, items, labels)
    gate = [label for label in labels.labels if division.split[label.item] == Split.GATE]
    by_principle: dict[str, list[GivenLabel]] = {}
    for label in gate:
        by_principle.setdefault(items.principle_id[label.item], []).append(label)
    rows = rows_by_text(items.principle_id)
    for principle, given in by_principle.items():
        for seq, found in _settled(categories[principle], rows[principle].tolist(), given, labels):
            yield names[seq], found


def _divide(stored: StoredRun, items: ItemColumns, labels: HumanLabels) -> Division:
    clusters, _ = cluster_names(stored, items)
    return divide_labels(stored.ledger, stored.manifest.suite, items, clusters, labels, opened=False)


def _settled(
    categories: Categories, rows: Sequence[int], given: Sequence[GivenLabel], labels: HumanLabels
) -> Iterator[tuple[int, ReferenceLabel]]:
    """Yield the items of a principle that have a reference label, by position."""
    place = {seq: at for at, seq in enumerate(rows)}
    on_scale = [label for label in given if categories.find(label.label) is not None]
    reference = find_reference(
        _arrays(categories, place, on_scale),
        items=len(rows),
        categories=len(categories.labels),
        unresolved=np.array([seq in labels.unresolved for seq in rows], dtype=np.bool_),
    ).reference
    behind: dict[int, list[GivenLabel]] = {}
    for label in on_scale:
        behind.setdefault(label.item, []).append(label)
    for seq, each in behind.items():
        code = int(reference.label[place[seq]])
        if code != NONE:
            drawn = reference.drawn[place[seq]] != NONE
            yield (
                seq,
                ReferenceLabel(
                    label=categories.labels[code],
                    inclusion=float(reference.inclusion[place[seq]]) if drawn else math.nan,
                    design=next((label.detail.design for label in each if label.detail.design), ""),
                    day=max(label.detail.day for label in each),
                ),
            )


def _arrays(categories: Categories, place: Mapping[int, int], given: Sequence[GivenLabel]) -> GivenLabels:
    designs = {
        name: number for number, name in enumerate(dict.fromkeys(each.detail.design for each in given))
    }
    codes = {label: categories.labels.index(found) for label, found in _found(categories, given)}
    return GivenLabels(
        item=np.array([place[each.item] for each in given], dtype=np.int64),
        label=np.array([codes[each.label] for each in given], dtype=np.int16),
        settled=np.array([each.settled for each in given], dtype=np.bool_),
        inclusion=np.array([_number(each.detail.inclusion) for each in given], dtype=np.float64),
        design=np.array(
            [designs[each.detail.design] if each.detail.design else NONE for each in given], dtype=np.int16
        ),
        blind=np.full(len(given), NONE, dtype=np.int16),
    )


def _found(categories: Categories, given: Sequence[GivenLabel]) -> Iterator[tuple[str, str]]:
    for label in {each.label for each in given}:
        category = categories.find(label)
        if category is not None:
            yield label, category


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def comparable(then: Manifest, now: Manifest) -> Mapping[str, Categories]:
    """Return what answers of an earlier run are counted as, for the principles whose answers are what they are now."""
    called, new = now.constitution.current_id, categories_by_principle(now)
    old = {called(name): each for name, each in categories_by_principle(then).items()}
    return {name: each for name, each in old.items() if name in new and new[name].labels == each.labels}
