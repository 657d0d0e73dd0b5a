"""G-Eval metrics of deepeval: criteria or steps, what the judge may see, a rubric of score ranges, a threshold.

Scores go from 0 to 10; the threshold is a share of that, as deepeval has it.
"""

from collections.abc import Sequence

from evenhand.catalog.interchange.draft import Draft, DraftPrinciple
from evenhand.catalog.interchange.shaped import Shaped, as_note_guess, as_notes, entries, name_of, parse_data
from evenhand.catalog.source import Place
from evenhand.records.scale import NumericScale, OrdinalScale, Scale, number_text

_MARKS = ("criteria", "evaluation_steps")
_HOLDERS = ("metrics", "metric")
_KNOWN = ("id", "name", *_MARKS, "rubric", "threshold")
_HIGHEST = 10
_DEFAULT = 0.5


def read_geval(text: str, path: str) -> Draft:
    """Read one metric, a list of them, or a mapping from names to them."""
    document = parse_data(text, path)
    shaped = Shaped(document=document, findings=list(document.findings))
    draft = Draft(findings=shaped.findings)
    if document.readable:
        for place in entries(shaped, _MARKS, _HOLDERS):
            _read(shaped, place, draft)
    return draft


def _read(shaped: Shaped, place: Place, draft: Draft) -> None:
    if shaped.mapping(place) is None:
        return
    wrong = len(shaped.findings)
    text = _text(shaped, place, draft)
    scale = _scale(shaped, place, draft)
    if len(shaped.findings) > wrong or scale is None:
        return
    left = list(shaped.others(place, _KNOWN))
    if left:
        draft.guess(
            shaped.line(place), as_note_guess(left), "they say how a judge works, which its own file says"
        )
    name = name_of(shaped, place)
    draft.principles.append(
        DraftPrinciple(
            line=shaped.line(place),
            name=name,
            title=name,
            text=text,
            notes=as_notes(shaped, place, left),
            scale=scale,
        )
    )


def _text(shaped: Shaped, place: Place, draft: Draft) -> str:
    criteria = shaped.text((*place, "criteria"))
    steps = shaped.texts((*place, "evaluation_steps"))
    if not criteria and not steps:
        shaped.report("the metric has neither criteria nor evaluation_steps", place)
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
    if criteria and steps:
        draft.guess(shaped.line(place), "criteria and steps are one text", "both bind a judge")
    elif steps:
        draft.guess(shaped.line(place), "the steps are the rule", "there are no criteria")
    return "\n\n".join(part for part in (criteria, numbered) if part)


def _scale(shaped: Shaped, place: Place, draft: Draft) -> Scale | None:
    line = shaped.line(place)
    threshold = shaped.number((*place, "threshold"))
    if threshold is not None and not 0 <= threshold <= 1:
        shaped.report("a threshold lies between 0 and 1", (*place, "threshold"))
        return None
    if threshold is None:
        draft.guess(line, f"{number_text(_DEFAULT)} is the threshold", "the format's own default")
    least = round((_DEFAULT if threshold is None else threshold) * _HIGHEST, 6)
    ranges = [found for each in shaped.items((*place, "rubric")) if (found := _range(shaped, each))]
    if not ranges:
        draft.guess(
            line, f"scores from 0 to {_HIGHEST}, {number_text(least)} passes", "the format's own scale"
        )
        return NumericScale(type="numeric", minimum=0, maximum=_HIGHEST, pass_at=least)
    return _ranked(sorted(ranges), least, shaped, place, draft)


def _range(shaped: Shaped, place: Place) -> tuple[float, float, str] | None:
    """Return a range of scores with what it means."""
    means = shaped.text((*place, "expected_outcome"), required=True)
    ends = [shaped.number(each) for each in shaped.items((*place, "score_range"))]
    low, high = (ends[0], ends[-1]) if 0 < len(ends) < 3 else (None, None)
    if low is None or high is None or not 0 <= low <= high <= _HIGHEST:
        message = f"score_range is two numbers from 0 to {_HIGHEST}, the lower first"
        shaped.report(message, (*place, "score_range"))
        return None
    return low, high, means


def _ranked(
    ranges: Sequence[tuple[float, float, str]], least: float, shaped: Shaped, place: Place, draft: Draft
) -> Scale | None:
    labels = [_label(low, high) for low, high, _ in ranges]
    if len(set(labels)) != len(labels) or len(labels) == 1:
        shaped.report("a rubric has two different ranges or more", (*place, "rubric"))
        return None
    reached = (label for label, (low, _, _) in zip(labels, ranges, strict=True) if low >= least)
    passing = next(reached, labels[-1])
    what = f"ranges of scores are labels, and {passing} is the lowest that passes"
    why = f"all of it reaches the threshold of {number_text(least)}, or it is the highest"
    draft.guess(shaped.line((*place, "rubric")), what, why)
    describe = {label: means for label, (_, _, means) in zip(labels, ranges, strict=True)}
    return OrdinalScale(type="ordinal", values=tuple(labels), describe=describe, pass_at=passing)


def _label(low: float, high: float) -> str:
    return number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"
