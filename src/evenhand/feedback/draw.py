"""Which principles each case, or pair, meets: drawn by a seed, so that the same files always make the same draw."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evenhand.records.canonical import ascii_line
from evenhand.records.feedback import PrincipleDraw

Rounds = tuple[tuple[str, ...], ...]
"""The principles of each round, in the order in which they are met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawable:
    """What principles are drawn for: a case, a reply or a pair."""

    name: str
    """Its name, unique among those drawn for."""
    principle_ids: tuple[str, ...]
    """Principles that may be drawn, each once: those that apply and are selected, and, where the draw takes violated
    ones, those the panel found violated."""


def draw_principles(
    draw: PrincipleDraw, cases: Sequence[Drawable], *, seed: int, rounds: int = 1
) -> Mapping[str, Rounds]:
    """Return the principles of every case for each of its rounds, by the name of the case.

    A round has `draw.count` different principles, or all there are where those are fewer; none where there is none.
    Rounds are drawn anew, so that a principle may come again.

    random, violated: the draw of a round is a function of seed, name, round and the principles of the case alone. Which
    other cases there are, and in which order, changes nothing; nor does a further principle that is not drawn.
    all: every principle of the case, in the order given.
    stratified: principles come up equally often over all cases and rounds, as far as they apply; the order of the cases
    changes nothing, but a further case may change the draws of others.

    Raises:
        ValueError: Two cases have the same name.
    """
    if len({case.name for case in cases}) < len(cases):
        raise ValueError("two cases have the same name")
    if draw.choose == "stratified":
        return _stratified(draw.count, cases, seed, rounds)
    if draw.choose == "all":
        return {case.name: (case.principle_ids,) * rounds for case in cases}
    return {
        case.name: tuple(
            _shuffled(case.principle_ids, seed, case.name, each)[: draw.count]
            for each in range(1, rounds + 1)
        )
        for case in cases
    }


def draw_names(names: Iterable[str], most: int | None, *, seed: int) -> frozenset[str]:
    """Return at most `most` of some names, drawn by the seed; all of them where there is no limit.

    A further name takes the place of at most one that was drawn before.
    """
    ranked = sorted(names, key=lambda name: _rank(seed, "case", name))
    return frozenset(ranked[:most])


def _stratified(count: int, cases: Sequence[Drawable], seed: int, rounds: int) -> dict[str, Rounds]:
    """Deal principles: each draw takes the one that came up least so far, by lot among equals."""
    used: Counter[str] = Counter()
    dealt: dict[str, list[tuple[str, ...]]] = {case.name: [] for case in cases}
    turns = sorted(cases, key=lambda case: _rank(seed, "turn", case.name))
    for each in range(1, rounds + 1):
        for case in turns:
            lots = _shuffled(case.principle_ids, seed, case.name, each)
            chosen = tuple(sorted(lots, key=used.__getitem__)[:count])
            used.update(chosen)
            dealt[case.name].append(chosen)
    return {case.name: tuple(dealt[case.name]) for case in cases}


def _shuffled(principle_ids: Sequence[str], seed: int, name: str, each: int) -> tuple[str, ...]:
    return tuple(sorted(principle_ids, key=lambda principle: _rank(seed, "principle", name, each, principle)))


def _rank(seed: int, *place: str | int) -> bytes:
    return hashlib.sha256(ascii_line([seed, *place]).encode()).digest()


__all__ = ["Drawable", "Rounds", "draw_names", "draw_principles"]
