"""The labelled cases of a suite, by what their labels may be used for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from evenhand.calibration.splits import split_clusters
from evenhand.calibration.table import Split
from evenhand.catalog.cases import read_cases
from evenhand.catalog.labels import read_labels
from evenhand.catalog.suites import LoadedSuite
from evenhand.errors import MeasureError
from evenhand.judging.plan import selected_principles
from evenhand.records.label import HumanLabel
from evenhand.records.patterns import fits
from evenhand.records.suite import Case
from evenhand.tuning.content import content_key
from evenhand.tuning.parts import shown_clusters
from evenhand.workflows.calibration.given import words_of_labels
from evenhand.workflows.tuning.review_labels import ReviewLabels


class PartName(StrEnum):
    """What the labels of a part are for."""

    LEARN = "learn"
    """Of the labels to learn from, those that proposers see."""
    CHOOSE = "choose"
    """Of the labels to learn from, those that candidates are compared on."""
    GATE = "gate"
    SEALED = "sealed"


_TO_LEARN: Final = frozenset({PartName.LEARN, PartName.CHOOSE})
_CERTIFY: Final = frozenset({PartName.GATE, PartName.SEALED})

_Row = tuple[Case, tuple[HumanLabel, ...], PartName]
"""A case with its labels and its part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialPart:
    """Cases of one part, each asked about its labelled principles alone, with their labels. No label has its note."""

    cases: tuple[Case, ...] = ()
    labels: tuple[HumanLabel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All labelled cases of a suite."""

    parts: Mapping[PartName, MaterialPart]
    twins: int
    """Cases to learn from that were left out, because the same text lies among those to certify with, or is shown."""
    held: int
    """Cases to learn from that were left out, because another suite keeps labels of their source to certify with."""
    sealed_twins: int
    """Sealed cases that were left out, because the same text lies in the gate split."""
    strangers: int
    """Labels that meet no item of the suite."""
    notes: tuple[str, ...] = ()
    """What readers have to know about the labels."""


def gather_material(
    loaded: LoadedSuite,
    humans: Sequence[Path],
    reviewed: ReviewLabels | None = None,
    *,
    held: AbstractSet[str] = frozenset(),
    shown: float,
    needs_learning: bool,
) -> Material:
    """Read cases and labels of a suite and divide them by the sources of the cases, as every calibration does.

    Args:
        loaded: The suite.
        humans: Files of labels beside those of the suite.
        reviewed: Labels of the workspace's review.
        held: Sources whose labels are kept to certify with by other suites.
        shown: Share of the sources to learn from that proposers may see.
        needs_learning: Whether there is a proposer; without one, all labels to learn from compare candidates.

    Raises:
        FileError: Lines of a file are wrong.
        MeasureError: There are no labels to compare candidates on, or none to certify with.
    """
    labels = _labels_by_case(loaded, humans, reviewed.labels if reviewed else ())
    wanted = tuple(
        principle.id for principle in selected_principles(loaded.suite.principles, loaded.constitution)
    )
    asked = [
        narrowed
        for case in read_cases(loaded.case_files)
        if (narrowed := _narrowed(case, labels.get(case.id, ()), wanted))
    ]
    suite = loaded.suite
    names = [case.source or case.id for case, _ in asked]
    splits = split_clusters(suite.id, suite.seed, suite.splits.shares, names)
    to_learn = {name for name, split in zip(names, splits, strict=True) if split == Split.OPTIMISE}
    seen = shown_clusters(suite.id, suite.seed, shown, to_learn) if needs_learning else frozenset[str]()
    rows = [
        (case, mine, _part(Split(split), shown=name in seen))
        for (case, mine), name, split in zip(asked, names, splits.tolist(), strict=True)
    ]
    free = [row for row, name in zip(rows, names, strict=True) if row[2] not in _TO_LEARN or name not in held]
    kept = _without_twins(_without_twins(free, _TO_LEARN, _CERTIFY), {PartName.CHOOSE}, {PartName.LEARN})
    clean = _without_twins(kept, {PartName.SEALED}, {PartName.GATE})
    met = sum(len(mine) for _, mine in asked)
    parts = {part: _put_together([row for row in clean if row[2] is part]) for part in PartName}
    _refuse_too_few(parts, needs_learning=needs_learning)
    total = sum(len(mine) for mine in labels.values())
    return Material(
        parts=parts,
        twins=len(free) - len(kept),
        held=len(rows) - len(free),
        sealed_twins=len(kept) - len(clean),
        strangers=total - met,
        notes=reviewed.notes if reviewed else (),
    )


def case_keys(case: Case) -> Iterator[bytes]:
    """Yield the digest of each text of a case that is judged."""
    for output in case.outputs:
        yield content_key(case.prompt, output.text)


def _labels_by_case(
    loaded: LoadedSuite, humans: Sequence[Path], reviewed: Sequence[HumanLabel]
) -> Mapping[str, list[HumanLabel]]:
    files = [(path, spec) for spec, path in loaded.labels()]
    files += [(path, words_of_labels(loaded.suite.labels, path)) for path in humans]
    given = (label for path, spec in files for label in read_labels(path, spec, loaded.constitution.renamed))
    found = {
        (label.case_id, label.candidate_id, label.principle_id, label.annotator): label
        for label in (*given, *reviewed)
    }
    by_case: dict[str, list[HumanLabel]] = {}
    for label in found.values():
        by_case.setdefault(label.case_id, []).append(label)
    return by_case


def _narrowed(
    case: Case, labels: Sequence[HumanLabel], wanted: Sequence[str]
) -> tuple[Case, tuple[HumanLabel, ...]] | None:
    """Return a case that is asked about its labelled principles alone, with its labels; None where none is left."""
    allowed = [name for name in wanted if not case.principles or fits(name, case.principles)]
    mine = tuple(label for label in labels if label.principle_id in allowed)
    if not mine:
        return None
    labelled = {label.principle_id for label in mine}
    principles = tuple(name for name in allowed if name in labelled)
    return case.model_copy(update={"principles": principles}), mine


def _without_twins(
    rows: Sequence[_Row], parts: AbstractSet[PartName], others: AbstractSet[PartName]
) -> list[_Row]:
    """Leave out cases of some parts whose text lies in others too, whatever its source is called there."""
    there = {key for case, _, part in rows if part in others for key in case_keys(case)}
    return [row for row in rows if row[2] not in parts or there.isdisjoint(case_keys(row[0]))]


def _part(split: Split, *, shown: bool) -> PartName:
    if split == Split.OPTIMISE:
        return PartName.LEARN if shown else PartName.CHOOSE
    return PartName.GATE if split == Split.GATE else PartName.SEALED


def _put_together(rows: Sequence[_Row]) -> MaterialPart:
    return MaterialPart(
        cases=tuple(case for case, _, _ in rows),
        labels=tuple(label for _, mine, _ in rows for label in mine),
    )


def _refuse_too_few(parts: Mapping[PartName, MaterialPart], *, needs_learning: bool) -> None:
    """Refuse a tuning that could not choose or not certify.

    Raises:
        MeasureError: It could not.
    """
    needed = {PartName.CHOOSE: "to compare candidates on", PartName.GATE: "to decide on"}
    if needs_learning:
        needed[PartName.LEARN] = "to show to a proposer"
    counts = Counter({part: len(each.cases) for part, each in parts.items()})
    for part, purpose in needed.items():
        if not counts[part]:
            told = ", ".join(f"{name.value}: {counts[name]:,}" for name in PartName)
            raise MeasureError(
                f"there is no labelled case {purpose} (cases by part: {told})",
                hint="label more cases, give labels with --humans FILE, or see `splits:` in the suite, which holds "
                "from the first use of its labels on",
            )
