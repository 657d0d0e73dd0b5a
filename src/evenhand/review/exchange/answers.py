"""Answers as other tools show them: of a pair, the sides stand for the candidates."""

from collections.abc import Mapping

from evenhand.errors import nearest_name
from evenhand.records.rating import Order
from evenhand.records.scale import NumericScale, number_text, swap_label
from evenhand.review.exchange.panes import LEFT, RIGHT
from evenhand.review.exchange.records import ExchangeTask, Place, RecordError

NONE_OTHER = "no other answer"
"""The choice of a person who looked for another answer that could be defended and found none."""

_SIDES = {"a": LEFT, "b": RIGHT}
_LABELS = {side: label for label, side in _SIDES.items()}


def is_numeric(task: ExchangeTask) -> bool:
    """Tell whether the answer is any number of a range."""
    return isinstance(task.principle.scale, NumericScale)


def answers(task: ExchangeTask) -> Mapping[str, str]:
    """Return the answers a tool offers, in the order of the scale, with what each means."""
    return {to_side(label, task): words for label, words in task.principle.answers.items()}


def to_side(label: str, task: ExchangeTask) -> str:
    """Return a label as a tool shows it: of a pair, "left" or "right" for the candidate."""
    if not task.is_pair:
        return label
    seen = swap_label(label) if task.order is Order.SWAPPED else label
    return _SIDES.get(seen, seen)


def from_side(answer: str, task: ExchangeTask) -> str:
    """Return an answer as a label in the frame of the case; `to_side` undone."""
    if not task.is_pair:
        return answer
    seen = _LABELS.get(answer, answer)
    return swap_label(seen) if task.order is Order.SWAPPED else seen


def read_answer(answer: str, task: ExchangeTask, place: Place) -> str:
    """Return the label that an answer of a tool stands for.

    Raises:
        RecordError: No such answer was offered.
    """
    offered = answers(task)
    if answer in offered or (not task.is_pair and task.principle.holds(answer)):
        return from_side(answer, task)
    raise RecordError(place, "E003", *not_on_the_scale(answer, task))


def not_on_the_scale(answer: str, task: ExchangeTask, *, in_case: bool = False) -> tuple[str, str]:
    """Return what is wrong with an answer that is not one, and what to write instead.

    Args:
        answer: What was written.
        task: What was asked.
        in_case: Whether the sides of a pair are named as the case names them.
    """
    known = list(task.principle.answers if in_case else answers(task))
    scale = task.principle.scale
    message = f"{_cut(answer)!r} is no answer to {task.principle.principle.id}"
    near = nearest_name(answer, known)
    if near:
        return message, f'did you mean "{near}"?'
    if isinstance(scale, NumericScale):
        low, high = number_text(scale.minimum), number_text(scale.maximum)
        return message, f"write a number from {low} to {high}, or {', '.join(known)}"
    return message, f"known: {', '.join(known)}"


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
