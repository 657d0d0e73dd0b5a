"""The texts of a task as tools show them, and passages of them: where a block stands, and how places are counted.

A tool shows one text for the prompt and one for each candidate; a conversation becomes one text whose turns are
introduced by their role. Evidence names blocks (a turn, or a text as a whole), so a passage is moved from one to the
other here. Candidates are named by their side, never by their id, which may be the name of their producer.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from evenhand.records.message import Text, flatten
from evenhand.records.rating import Order
from evenhand.records.review import EvidenceSpan
from evenhand.review.exchange.records import ExchangeTask

PROMPT, OUTPUT, LEFT, RIGHT = "prompt", "output", "left", "right"
"""Names of the panes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Where a block stands in the text of a pane, in code points."""

    block: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """One text that a tool shows."""

    name: str
    text: str
    stretches: tuple[Stretch, ...]
    """Its blocks in order; between them stand the roles of a conversation."""


def panes(task: ExchangeTask) -> tuple[Pane, ...]:
    """Return the texts of a task: the prompt, then the candidate, or the left and the right one."""
    shown = [] if task.case.prompt is None else [_pane(PROMPT, PROMPT, task.case.prompt)]
    outputs = task.case.outputs
    if task.is_pair and task.order is Order.SWAPPED:
        outputs = outputs[::-1]
    names = (LEFT, RIGHT) if task.is_pair else (OUTPUT,)
    sides = zip(names, outputs, strict=True)
    return (*shown, *(_pane(name, f"output:{each.id}", each.text) for name, each in sides))


def _pane(name: str, block: str, text: Text) -> Pane:
    if isinstance(text, str):
        whole = Stretch(block=block, start=0, end=len(text))
        return Pane(name=name, text=text, stretches=(whole,))
    stretches, at = [], 0
    for number, turn in enumerate(text):
        at += len(f"[{turn.role}]\n")
        stretches.append(Stretch(block=f"{block}/{number}", start=at, end=at + len(turn.content)))
        at += len(turn.content) + len("\n\n")
    return Pane(name=name, text=flatten(text), stretches=tuple(stretches))


def place_in_pane(shown: Sequence[Pane], span: EvidenceSpan) -> tuple[str, int, int] | None:
    """Return the pane of a passage and where it starts and ends in it; None where no pane has its block."""
    for pane in shown:
        for stretch in pane.stretches:
            if stretch.block == span.block:
                return pane.name, stretch.start + span.start, stretch.start + span.end
    return None


def spans_in_blocks(pane: Pane, start: int, end: int) -> tuple[EvidenceSpan, ...]:
    """Return a passage of a pane as evidence: one span for each block it touches, none for what stands between."""
    return tuple(_cut(pane, start, end))


def _cut(pane: Pane, start: int, end: int) -> Iterator[EvidenceSpan]:
    for stretch in pane.stretches:
        first, last = max(start, stretch.start), min(end, stretch.end)
        if first < last:
            yield EvidenceSpan(
                block=stretch.block,
                start=first - stretch.start,
                end=last - stretch.start,
                quote=pane.text[first:last],
            )


# -- How places are counted ------------------------------------------------------------------------


def to_units(text: str, place: int) -> int:
    """Return how many UTF-16 code units stand before a code point: how programs in a browser count."""
    return place + sum(char > "\uffff" for char in text[:place])


def from_units(text: str, units: int) -> int | None:
    """Return the code point at a place counted in UTF-16 code units.

    None where it is past the end, or in the middle of a character.
    """
    before = [0, *accumulate(1 + (char > "\uffff") for char in text)]
    at = bisect_right(before, units) - 1
    return at if units >= 0 and before[at] == units else None
