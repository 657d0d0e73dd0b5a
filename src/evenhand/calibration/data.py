"""What data a calibration rests on: how much, how drawn, how blind."""

from collections.abc import Mapping

import numpy as np

from evenhand.calibration.results import DataFacts
from evenhand.calibration.table import NONE, CalibrationTable, Flags, Floats, PrincipleAnswers, ReferenceBasis
from evenhand.calibration.words import count, percent

_BLIND_WORDS = {1: "blind", 0: "not blind", NONE: "not recorded"}
_EQUAL = 1e-12


def gather_facts(table: CalibrationTable) -> DataFacts:
    """Return what there was, how it was drawn, and who was missing."""
    principles = table.principles
    verdicts = sum(int((each.verdict != NONE).sum()) for each in principles)
    items = sum(each.n for each in principles)
    inclusion = _joined([each.reference.inclusion[each.reference.drawn != NONE] for each in principles])
    labelled = sum(int(_labelled(each).sum()) for each in principles)
    known = inclusion[np.isfinite(inclusion)]
    return DataFacts(
        items=items,
        verdicts=verdicts,
        undecided=items - verdicts,
        labelled=labelled,
        labels=sum(int((each.people.label != NONE).sum()) for each in principles),
        people=len(list_people(principles)),
        sources=table.sources,
        splits=table.splits,
        basis=_count_bases(principles),
        drawn=_drawn_in_words(inclusion, known) + _apart_in_words(labelled - inclusion.size),
        inclusion=(float(known.min()), float(known.max()))
        if known.size == inclusion.size and known.size
        else None,
        without_inclusion=inclusion.size - known.size,
        blind=_count_blind(principles),
        dates=table.label_dates,
        off_scale=table.off_scale,
        notes=(*table.notes, *_notes(table)),
    )


def list_people(principles: tuple[PrincipleAnswers, ...]) -> tuple[str, ...]:
    """Return the names of everyone with a label on the scale, in order."""
    return tuple(
        sorted(
            {
                each.people.annotators[code]
                for each in principles
                for code in np.unique(each.people.annotator[each.people.label != NONE])
            }
        )
    )


def _labelled(answers: PrincipleAnswers) -> Flags:
    return np.asarray(answers.reference.label != NONE)


def _joined(
    parts: list[Floats],
) -> Floats:
    return np.concatenate([np.zeros(0), *parts])


def _count_bases(principles: tuple[PrincipleAnswers, ...]) -> Mapping[str, int]:
    totals = np.zeros(len(ReferenceBasis), dtype=np.int64)
    for each in principles:
        totals += np.bincount(each.reference.basis[_labelled(each)], minlength=len(ReferenceBasis))
    return {basis.name.lower(): int(totals[basis]) for basis in ReferenceBasis if totals[basis]}


def _count_blind(principles: tuple[PrincipleAnswers, ...]) -> Mapping[str, int]:
    totals = dict.fromkeys(_BLIND_WORDS.values(), 0)
    for each in principles:
        blind = each.reference.blind[_labelled(each)]
        for code, word in _BLIND_WORDS.items():
            totals[word] += int((blind == code).sum())
    return {word: total for word, total in totals.items() if total}


def _drawn_in_words(
    inclusion: Floats,
    known: Floats,
) -> str:
    if inclusion.size == 0:
        return "No item is labelled."
    if known.size < inclusion.size:
        return (
            f"How they were drawn is not recorded for {inclusion.size - known.size:,} of "
            f"{count(inclusion.size, 'labelled item')}, so no rate is given and agreement describes these items only."
        )
    low, high = float(known.min()), float(known.max())
    if high - low < _EQUAL:
        return (
            "All items were labelled."
            if low >= 1
            else f"Each item was drawn with a probability of {percent(low)}."
        )
    return (
        f"Items were drawn with probabilities from {percent(low)} to {percent(high)}; "
        "labels are weighted by one over theirs."
    )


def _apart_in_words(apart: int) -> str:
    if not apart:
        return ""
    return (
        f" {count(apart, 'more item')} with a label belong to no draw: agreement counts them and so describes the "
        "labelled items only, and rates leave them out."
    )


def _notes(table: CalibrationTable) -> tuple[str, ...]:
    splits, uses = table.splits, len(table.splits.accesses)
    sealed = 0 if splits.opened else splits.labelled[2]
    notes = (
        (table.off_scale, f"{count(table.off_scale, 'label')} left out: not on the scale of the principle."),
        (splits.moved, f"{count(splits.moved, 'label')} to certify with changed since first used."),
        (
            uses,
            f"The labels to certify with were used {count(uses, 'time')} before; every use tells a little.",
        ),
        (sealed, f"{count(sealed, 'sealed label')} counted and not read."),
    )
    return tuple(note for number, note in notes if number)
