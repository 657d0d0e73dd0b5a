"""The anchors of a suite: which items they are, and the rounds in which each was really asked once."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evenhand.gate.monitor.history import Answer, ItemName, WatchedRun
from evenhand.stats.arrays import Floats
from evenhand.stats.monitoring.lasting_drop import Look

_REMEMBERED = 4
"""Answers on an anchor that its next one is guessed from; guesses are quarters, of which there are few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSet:
    """The items that are judged again in every whole run from some run on."""

    since: int
    """Place of that run."""
    items: frozenset[ItemName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Every anchor once: the answers of one run, or of several where each asked a part."""

    at: int
    """Place of the run that completed it."""
    answers: Mapping[ItemName, Answer]
    measured: bool
    """Whether few enough answers are missing."""


def find_anchors(runs: Sequence[WatchedRun]) -> AnchorSet:
    """Return the anchors: of all sets of items that every whole run from some run on holds, the one most was judged of.

    Only which items a run holds has a part in this, never what was said of them.
    """
    best, kept = AnchorSet(since=0, items=frozenset()), None
    most, later = 0, 0
    for place in reversed(range(len(runs))):
        if not runs[place].whole:
            continue
        later += 1
        held = frozenset(runs[place].answers)
        kept = held if kept is None else kept & held
        if len(kept) * later >= most:
            best, most = AnchorSet(since=place, items=kept), len(kept) * later
    return best


def rounds_of(runs: Sequence[WatchedRun], anchors: AnchorSet) -> list[Round]:
    """Return the rounds of the anchors in order.

    An answer that was taken from store is no new evidence, and no anchor enters a round twice: what runs ask beyond
    that waits for nobody. A missing answer is replaced where its anchor is asked again within the round.
    """
    found: list[Round] = []
    collected: dict[ItemName, Answer] = {}
    for place, run in enumerate(runs[anchors.since :], start=anchors.since):
        for item in anchors.items & run.again:
            if collected.get(item, Answer.MISSING) is Answer.MISSING:
                collected[item] = run.answers[item]
        if anchors.items and len(collected) == len(anchors.items):
            missing = sum(answer is Answer.MISSING for answer in collected.values())
            measured = missing <= run.most_missing * len(collected) and missing < len(collected)
            found.append(Round(at=place, answers=collected, measured=measured))
            collected = {}
    return found


def looks_of(rounds: Sequence[Round]) -> list[Look]:
    """Return the rounds that measured anything as outcomes to bet on, each guessed from the answers before it."""
    memory = _Memory()
    looks: list[Look] = []
    for each in rounds:
        if each.measured:
            items = sorted(each.answers)
            answers = np.array([each.answers[item] for item in items])
            looks.append(
                Look(
                    low=(answers == Answer.AGREES).astype(np.float64),
                    high=(answers != Answer.DIFFERS).astype(np.float64),
                    weight=np.ones(len(items)),
                    guess=memory.guesses(items) if looks else None,
                )
            )
            memory.keep(each.answers)
    return looks


@dataclass(slots=True)
class _Memory:
    """The last answers on each anchor."""

    last: dict[ItemName, deque[int]] = field(default_factory=dict)

    def guesses(self, items: Sequence[ItemName]) -> Floats:
        return np.array([self._guess(item) for item in items])

    def _guess(self, item: ItemName) -> float:
        seen = self.last.get(item)
        return round(_REMEMBERED * sum(seen) / len(seen)) / _REMEMBERED if seen else 0.5

    def keep(self, answers: Mapping[ItemName, Answer]) -> None:
        for item, answer in answers.items():
            if answer is not Answer.MISSING:
                self.last.setdefault(item, deque(maxlen=_REMEMBERED)).append(int(answer))
