"""Which items of a suite are judged where each case meets some of its principles only."""

from collections.abc import Iterator
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
    cases = groupby(whole.items(), key=lambda item: item.case.id)
    places = ((name, [item for item in items if item.principle_id in allowed]) for name, items in cases)
    if draw.choose == "stratified":
        kept = dict(_without_texts(name, items) for name, items in places)
        return frozenset(_dealt(kept, draw, seed))
    return frozenset(name for case, items in places for name in _drawn(case, items, draw, seed))


def _drawn(case: str, items: list[Item], draw: PrincipleDraw, seed: int) -> Iterator[bytes]:
    _, names = _without_texts(case, items)
    return _dealt({case: names}, draw, seed)


def _without_texts(case: str, items: list[Item]) -> tuple[str, dict[str, bytes]]:
    """Return the names of a case's items by principle, so that no text is kept."""
    names = {
        item.principle_id: item_name(case, item.candidate_id, item.principle_id)
        for item in items
        if item.is_pair
    }
    return case, names


def _dealt(cases: dict[str, dict[str, bytes]], draw: PrincipleDraw, seed: int) -> Iterator[bytes]:
    drawables = [Drawable(name=case, principle_ids=tuple(names)) for case, names in cases.items()]
    for case, rounds in draw_principles(draw, drawables, seed=seed).items():
        yield from (cases[case][principle] for principle in rounds[0])


__all__ = ["drawn_items"]
