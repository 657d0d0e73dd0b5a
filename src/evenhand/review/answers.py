"""What a person may answer, and in which frame it is told."""

from collections.abc import Mapping
from dataclasses import replace

from evenhand.errors import UsageError, nearest_name
from evenhand.records.rating import Order
from evenhand.records.review import Draft, ShownCase, ShownPrinciple
from evenhand.records.scale import NumericScale, PairwiseScale, Scale, number_text, swap_label
from evenhand.review.evidence import checked_span


def in_frame(label: str, order: Order, scale: Scale) -> str:
    """Turn a label of a pair from the person's frame ("a" is left) into that of the case ("a" is first), or back."""
    swapped = order is Order.SWAPPED and isinstance(scale, PairwiseScale)
    return swap_label(label) if swapped else label


def spelled_as_kept(draft: Draft, principle: ShownPrinciple) -> Draft:
    """Return a draft whose numbers are spelled in the one way in which they are kept: 7.50 is 7.5.

    A label that is no answer stays as it is. Of the other labels that could be defended, the label itself is none.
    """
    label = _spelled(draft.label, principle.scale)
    others = draft.defensible
    if others is not None:
        others = tuple(sorted({_spelled(each, principle.scale) for each in others} - {label}))
    return replace(draft, label=label, defensible=others)


def check_draft(draft: Draft, principle: ShownPrinciple, case: ShownCase) -> None:
    """Make sure that a draft can be a label.

    Raises:
        UsageError: The label is no answer of the scale, or a quote is not at its place in the text.
    """
    for label in (draft.label, *(draft.defensible or ())):
        if not principle.holds(label):
            raise UsageError(_no_answer(label, principle), hint=_answers_of(label, principle))
    for span in draft.evidence:
        checked_span(span, case)


def _spelled(label: str, scale: Scale) -> str:
    number = scale.score(label) if isinstance(scale, NumericScale) else None
    return label if number is None else number_text(number)


def _no_answer(label: str, principle: ShownPrinciple) -> str:
    if not label:
        return "no answer is chosen"
    return f"{label[:80]!r} is no answer on {principle.principle.id}"


def _answers_of(label: str, principle: ShownPrinciple) -> str:
    answers: Mapping[str, str] = principle.answers
    near = nearest_name(label, answers) if label else None
    if near:
        return f'did you mean "{near}"?'
    if principle.scale.type == "numeric":
        return f"a number from {principle.scale.minimum:g} to {principle.scale.maximum:g}, or {', '.join(answers)}"
    return f"answers: {', '.join(answers)}"
