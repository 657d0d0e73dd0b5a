"""Scales of imported criteria, inferred from the labels that were seen and from nothing else."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from evenhand.errors import UsageError
from evenhand.records.scale import NominalScale, NumericScale, OrdinalScale
from evenhand.workflows.tidy.survey import CriterionSurvey

Answer = Literal["a", "b", "tie", "both_bad"]

PAIR_WORDS: Mapping[str, Answer] = {
    **dict.fromkeys(("1", "A", "a", "A>B", "A>>B", "model_a", "first"), "a"),
    **dict.fromkeys(("2", "B", "b", "B>A", "B>>A", "model_b", "second"), "b"),
    **dict.fromkeys(("tie", "Tie", "A=B", "both_good"), "tie"),
    **dict.fromkeys(("both_bad",), "both_bad"),
}
"""What the labels of comparisons mean; a set whose labels are all here, on pairs, is pairwise."""

_MOST_POINTS = 30
_MOST_WORDS = 200
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredScale:
    """A scale, and how the labels of the tables fit on it."""

    scale: NominalScale | OrdinalScale | NumericScale
    renamed: Mapping[str, str]
    """Label of the scale for a label of the tables, where they differ."""
    by_score: Mapping[str, str]
    """Those of `renamed` that are words whose score is a label of its own."""
    unfit: tuple[str, ...]
    """Labels that can not stand on a scale: too long, or of several lines."""


def is_pairwise(criteria: Iterable[CriterionSurvey]) -> bool:
    """Tell whether every label is a word of comparison, and there is one."""
    labels = [label for criterion in criteria for label in criterion.labels()]
    return bool(labels) and all(label in PAIR_WORDS for label in labels)


def infer_scale(name: str, criterion: CriterionSurvey) -> InferredScale:
    """Return the scale of a criterion: numbers are ordered, a wide range of numbers is numeric, words have no order.

    Words whose score is itself a label (people wrote "Soft yes" beside 0.5, judges "0.5") take that label.

    Raises:
        UsageError: Fewer than two labels were seen, or so many that they are free text.
    """
    seen = criterion.labels()
    unfit = tuple(label for label in seen if not _fits(label.strip()))
    renamed = {label: label.strip() for label in seen if label not in unfit}
    by_score = _words_by_score(criterion, renamed.values())
    renamed = {label: by_score.get(text, text) for label, text in renamed.items()}
    values = list(dict.fromkeys(renamed.values()))
    scale = _scale(name, values, by_score)
    if isinstance(scale, OrdinalScale):
        renamed = {label: _point(text, scale.values) for label, text in renamed.items()}
    return InferredScale(
        scale=scale,
        renamed={label: text for label, text in renamed.items() if label != text},
        by_score=by_score,
        unfit=unfit,
    )


def _fits(label: str) -> bool:
    return 1 <= len(label) <= _LONGEST_LABEL and len(label.splitlines()) == 1 and label.isprintable()


def _scale(
    name: str, values: list[str], by_score: Mapping[str, str]
) -> NominalScale | OrdinalScale | NumericScale:
    if len(values) < 2:
        raise UsageError(
            f"criterion {name!r} shows {'only ' + repr(values[0]) if values else 'no label'}; a scale needs two",
            hint="give a constitution of your own, with a mapping for the criterion",
        )
    numbers = {value: number for value in values if (number := _number(value)) is not None}
    if len(numbers) == len(values):
        return _ordered(numbers, by_score)
    if len(values) > _MOST_WORDS:
        raise UsageError(
            f"criterion {name!r} shows {len(values)} different labels: that is free text, not a scale",
            hint="map the labels in a constitution of your own",
        )
    return NominalScale(type="nominal", values=tuple(values), neutral=tuple(values))


def _ordered(numbers: Mapping[str, float], by_score: Mapping[str, str]) -> OrdinalScale | NumericScale:
    points = sorted(set(numbers.values()))
    if len(points) > _MOST_POINTS or len(points) < 2:
        return NumericScale(type="numeric", minimum=points[0], maximum=max(points[-1], points[0] + 1))
    spelling = {number: value for value, number in reversed(list(numbers.items()))}
    values = tuple(spelling[point] for point in points)
    words = {label: word for word, label in by_score.items()}
    describe = {
        value: words.get(value, f"Point {place} of {len(values)}; the import came without a descriptor.")
        for place, value in enumerate(values, start=1)
    }
    return OrdinalScale(type="ordinal", values=values, describe=describe)


def _words_by_score(criterion: CriterionSurvey, texts: Iterable[str]) -> dict[str, str]:
    """Return the number label of each word that always has its score, if words and numbers pair up one to one."""
    numbers = {number: text for text in texts if (number := _number(text)) is not None}
    words = [label for label in criterion.labels() if _number(label) is None]
    pairs = {
        word: numbers[score]
        for word in words
        for score in criterion.scores.get(word, ())
        if len(criterion.scores[word]) == 1 and score in numbers
    }
    all_pair_up = bool(words) and len(pairs) == len(words) == len(set(pairs.values()))
    return pairs if all_pair_up else {}


def _point(text: str, values: tuple[str, ...]) -> str:
    """Return the spelling that the scale uses for a number: `1` and `1.0` are one point."""
    return next((value for value in values if _number(value) == _number(text)), text)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and text == text.strip() and "_" not in text else None
