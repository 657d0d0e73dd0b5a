"""How decisions are shown to a generator, and what is read from the texts it gives back; nothing is guessed."""

import re
from collections.abc import Sequence
from typing import Final

from evenhand.constitution.inverse.decisions import Decision, Side

MOST_PROPOSALS: Final = 5
"""So many principles one text may propose."""
_LEAST_CHARS, _MOST_CHARS = 10, 400
_MARK = "- "
_SHOWN_CHARS = 2_000
_PAIR_WORDS = {
    Side.FIRST: "people preferred the FIRST reply",
    Side.SECOND: "people preferred the SECOND reply",
}
_SINGLE_WORDS = {
    Side.FIRST: "people found the reply ACCEPTABLE under the rule",
    Side.SECOND: "people found the reply NOT ACCEPTABLE under the rule",
}
_VOTES: Final = {
    "first": Side.FIRST,
    "keeps": Side.FIRST,
    "second": Side.SECOND,
    "breaks": Side.SECOND,
    "neither": Side.NEITHER,
}
_SPACE = re.compile(r"\s+")


def show_decisions(decisions: Sequence[Decision]) -> str:
    """Return decisions as one text, to be fenced: each with its number, its texts and what people decided.

    A long text is shortened in the middle and says so; what a vote rests on is never shortened.
    """
    return "\n\n".join(_show(number, each) for number, each in enumerate(decisions, start=1))


def _show(number: int, decision: Decision) -> str:
    parts = [f"Decision {number}", f"What the person wrote:\n{_shortened(decision.prompt)}"]
    if decision.second:
        parts += [
            f"First reply:\n{_shortened(decision.first)}",
            f"Second reply:\n{_shortened(decision.second)}",
        ]
        parts.append(f"Decided: {_PAIR_WORDS[decision.human]}.")
    else:
        parts += [f"Reply:\n{_shortened(decision.first)}", f"Decided: {_SINGLE_WORDS[decision.human]}."]
    return "\n".join(parts)


def _shortened(text: str) -> str:
    if len(text) <= _SHOWN_CHARS:
        return text
    half = _SHOWN_CHARS // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


def read_proposals(text: str) -> tuple[str, ...]:
    """Return the principles a text proposes: one on each line that begins with a dash.

    Lines of another form, empty, very short and very long ones are no proposals. Line ends and control characters can
    not stand in one.
    """
    found: dict[str, None] = {}
    for line in text.splitlines():
        if line.startswith(_MARK):
            words = _SPACE.sub(" ", line.removeprefix(_MARK)).strip()
            if _LEAST_CHARS <= len(words) <= _MOST_CHARS and words.isprintable():
                found[words] = None
    return tuple(found)[:MOST_PROPOSALS]


def read_vote(text: str, *, swapped: bool) -> Side | None:
    """Return the side that a text takes; None where it is not exactly one of the words asked for.

    Args:
        text: One of FIRST, SECOND and NEITHER for a pair, of KEEPS, BREAKS and NEITHER for a single reply.
        swapped: Whether the pair was shown in the other order.
    """
    side = _VOTES.get(text.strip().strip(".").lower())
    if side is None or side is Side.NEITHER or not swapped:
        return side
    return Side.SECOND if side is Side.FIRST else Side.FIRST
