"""What a person types in `evenhand review terminal`, read by the table of keys of the review page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.errors import UsageError, nearest_name
from evenhand.records.review import CANNOT_TELL, OpenItem
from evenhand.records.scale import NumericScale
from evenhand.review.keys import BY_ACTION, answer_keys

TEXT_ACTIONS: Final = frozenset({"comment", "skip", "flag", "evidence", "defensible"})
"""Actions that take the rest of the line."""
PLAIN_ACTIONS: Final = frozenset(
    {
        "cannot_tell",
        "unsure",
        "remove_evidence",
        "undo",
        "reveal",
        "look",
        "open_content",
        "principle",
        "help",
    }
)
WORDS: Final[Mapping[str, str]] = {
    "b": "break",
    "break": "break",
    "help": "help",
}
"""Words of the terminal's own."""
_SIDES: Final[Mapping[str, str]] = {"left": "a", "right": "b"}
"""Names of the candidates of a pair, as they are shown."""
_ACTIONS: Final[Mapping[str, str]] = {
    BY_ACTION[action].key: action for action in TEXT_ACTIONS | PLAIN_ACTIONS
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do."""

    action: str
    """Name of the action in the table of keys, or a word of the terminal's own."""
    text: str = ""
    """What belongs to it: an answer, or the rest of the line."""


def read_steps(line: str, item: OpenItem) -> tuple[Step, ...]:
    """Return what a line asks for. Nothing gives the answer; `2q` is an answer and unsure.

    Raises:
        UsageError: It means nothing.
    """
    typed = line.strip()
    if not typed:
        return (Step(action="commit"),)
    if typed.lower() in WORDS:
        return (Step(action=WORDS[typed.lower()]),)
    if answer := _named_answer(typed, item):
        return (Step(action="choose", text=answer),)
    key, _, rest = typed.partition(" ")
    if key in _ACTIONS and (not rest or _ACTIONS[key] in TEXT_ACTIONS):
        return (Step(action=_ACTIONS[key], text=rest.strip()),)
    answers = answers_by_key(item)
    if typed in answers:
        return (Step(action="choose", text=answers[typed]),)
    if typed[0] in answers and typed[1:].strip() == BY_ACTION["unsure"].key:
        return (Step(action="choose", text=answers[typed[0]]), Step(action="unsure"))
    raise UsageError(
        f"{typed[:60]!r} is neither an answer nor a key", hint=_instead(typed, item) or "? shows what is"
    )


def answers_by_key(item: OpenItem) -> Mapping[str, str]:
    """Return which digit stands for which answer."""
    labels = list(item.principle.answers)
    if isinstance(item.principle.scale, NumericScale):
        labels.remove(CANNOT_TELL)  # a digit is a number there
    return {digit: label for label, digit in answer_keys(labels).items()}


def _named_answer(typed: str, item: OpenItem) -> str:
    """Return the answer that goes by this name; of a pair, by its side."""
    if item.is_pair:
        side = _SIDES.get(typed.lower(), "")
        return side or (typed if typed not in _SIDES.values() and item.principle.holds(typed) else "")
    return typed if item.principle.holds(typed) else ""


def _instead(typed: str, item: OpenItem) -> str:
    near = nearest_name(typed, [*_SIDES] if item.is_pair else item.principle.answers)
    return f'did you mean "{near}"?' if near else ""


def read_others(text: str, item: OpenItem) -> tuple[str, ...]:
    """Return the answers that the digits, numbers or names in a text stand for, such as `1 3`.

    Raises:
        UsageError: One stands for none.
    """
    answers = answers_by_key(item)
    words = text.replace(",", " ").split()
    found = [_named_answer(word, item) or answers.get(word, "") for word in words]
    for word, answer in zip(words, found, strict=True):
        if not answer:
            raise UsageError(f"{word[:60]!r} is no answer", hint="give digits of answers, such as: m 1 3")
    return tuple(found)


def read_change(line: str, item: OpenItem) -> tuple[str, str]:
    """Return the answer and the reason of a line such as `2 I overlooked the date`."""
    first, _, reason = line.strip().partition(" ")
    return _named_answer(first, item) or answers_by_key(item).get(first, first), reason.strip()
