"""Mistakes worth reading, from the labels for learning only."""

from collections.abc import Iterator

import numpy as np

from evenhand.calibration.results import ErrorGallery, ErrorItem
from evenhand.calibration.sample import Ints, Purpose
from evenhand.calibration.table import NONE, CalibrationTable, Flags, PrincipleAnswers, Split

MOST = 20
"""Items shown of each kind."""
DIVIDED = 1e-9
"""Disagreement above which judges are divided."""


def gather_errors(table: CalibrationTable, purpose: Purpose) -> ErrorGallery:
    """Return the mistakes the panel was surest of, and the items its judges were most divided on.

    Both from the optimise split: reading a mistake on a label to certify with uses that label up, so those are only
    counted. Confident are those of the highest confidence; where the judges give none, of the least disagreement.
    """
    confident = [item for each in table.principles for item in _most_confident(each)]
    divided = [item for each in table.principles for item in _most_divided(each)]
    return ErrorGallery(
        confident=tuple(sorted(confident, key=_by_confidence)[:MOST]),
        split=tuple(sorted(divided, key=lambda item: (-item.disagreement, item.principle, item.seq))[:MOST]),
        held_back=sum(int(_mistaken(each, purpose.certify).sum()) for each in table.principles),
    )


def surest_mistakes(answers: PrincipleAnswers) -> Ints:
    """Return the rows of the panel's mistakes on labels for learning, surest first."""
    rows = np.flatnonzero(_mistaken(answers, (Split.OPTIMISE,)))
    sure = np.nan_to_num(answers.panel_confidence[rows], nan=-1.0)
    return rows[np.lexsort((answers.seq[rows], answers.disagreement[rows], -sure))]


def _most_confident(answers: PrincipleAnswers) -> Iterator[ErrorItem]:
    return (_item(answers, int(row)) for row in surest_mistakes(answers)[:MOST])


def _most_divided(answers: PrincipleAnswers) -> Iterator[ErrorItem]:
    rows = np.flatnonzero(_labelled(answers, (Split.OPTIMISE,)) & (answers.disagreement > DIVIDED))
    order = np.lexsort((answers.seq[rows], -answers.disagreement[rows]))
    return (_item(answers, int(row)) for row in rows[order][:MOST])


def _labelled(answers: PrincipleAnswers, splits: tuple[Split, ...]) -> Flags:
    return np.asarray((answers.reference.label != NONE) & np.isin(answers.split, splits))


def _mistaken(answers: PrincipleAnswers, splits: tuple[Split, ...]) -> Flags:
    decided = answers.verdict != NONE
    return np.asarray(_labelled(answers, splits) & decided & (answers.verdict != answers.reference.label))


def _item(answers: PrincipleAnswers, row: int) -> ErrorItem:
    verdict, confidence = int(answers.verdict[row]), float(answers.panel_confidence[row])
    return ErrorItem(
        seq=int(answers.seq[row]),
        principle=answers.principle,
        verdict="" if verdict == NONE else answers.categories[verdict],
        reference=answers.categories[answers.reference.label[row]],
        confidence=None if np.isnan(confidence) else confidence,
        disagreement=float(answers.disagreement[row]),
    )


def _by_confidence(item: ErrorItem) -> tuple[float, float, str, int]:
    return (
        -1.0 if item.confidence is None else -1 - item.confidence,
        item.disagreement,
        item.principle,
        item.seq,
    )
