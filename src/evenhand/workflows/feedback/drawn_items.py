"""Which items of a suite are judged where each case meets some of its principles only."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from evenhand.errors import NothingSelectedError, UsageError
from evenhand.feedback.draw import Drawable, draw_principles
from evenhand.judging.narrow import item_name
from evenhand.judging.plan import Plan, selected_of
from evenhand.records.feedback import PrincipleDraw
from evenhand.records.suite import Item


def drawn_items(whole: Plan, draw: PrincipleDraw, seed: int) -> frozenset[bytes]:
    """Return the names of the items whose principle was drawn for their case; of a pair, for the pair.

    Random draws depend on the seed and the case alone and are made case by case. Stratified ones need all cases first.

    Raises:
        UsageError: It asks for violated principles, of which an unjudged pair has none.
        NothingSelectedError: No principle may be drawn.
    """
    if draw.choose == "violated":
        raise UsageError(
            "violated principles can not be drawn for pairs: they are those that the panel found a single reply to "
            "break, and a comparison finds none",
            hint="write `choose: random`, `stratified` or `all` under `prefer: principles:`; "
            "`violated` is for `revise:`",
        )
    allowed = {principle.id for principle in selected_of(draw.select, whole.principles)}
    if not allowed:
        raise NothingSelectedError(
            "the feedback selects no principle that its suite judges",
            hint="see `select:` under `prefer: principles:`",
        )
    pairs = _pairs(whole.items(), allowed)
    if draw.choose == "stratified":
        return frozenset(_drawn(list(pairs), draw, seed))
    return frozenset(name for pair in pairs for name in _drawn([pair], draw, seed))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A pair with the principles that may be drawn for it, without its texts."""

    case_id: str
    candidate_id: str
    principle_ids: tuple[str, ...]


def _pairs(items: Iterable[Item], allowed: Container[str]) -> Iterator[_Pair]:
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    compared = (item for item in items if item.is_pair)
    for (case, candidate), own in groupby(compared, key=lambda item: (item.case.id, item.candidate_id)):
        principles = tuple(item.principle_id for item in own if item.is_pair and item.principle_id in allowed)
        yield _Pair(case, candidate, known.setdefault(principles, principles))


def _drawn(pairs: Sequence[_Pair], draw: PrincipleDraw, seed: int) -> Iterator[bytes]:
    drawables = [Drawable(name=pair.case_id, principle_ids=pair.principle_ids) for pair in pairs]
    drawn = draw_principles(draw, drawables, seed=seed)
    for pair in pairs:
        for principle in drawn[pair.case_id][0]:
            yield item_name(pair.case_id, pair.candidate_id, principle)


__all__ = ["drawn_items"]
