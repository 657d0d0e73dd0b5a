"""Items cut to the room a page has for them."""

from collections.abc import Callable
from dataclasses import replace

from markupsafe import escape

from evenhand.reporting.item_view import AnswerView, CaseView, Excerpt, ItemView

_FIRST, _LEAST = 2_000, 40
"""Characters of the longest excerpt tried first, and of the shortest."""
_MARKUP, _DRAWN = 60, 12
"""Bytes around an excerpt, and of a hidden character that is drawn."""


def fit(view: ItemView, most_bytes: int) -> ItemView:
    """Return an item whose texts take at most `most_bytes` on a page: all excerpts are cut to one length.

    The names in it are kept, so one with very many answers may still take more.
    """
    length = _FIRST
    cut = _cut(view, length)
    while _size(cut) > most_bytes and length > _LEAST:
        length = max(_LEAST, length // 2)
        cut = _cut(view, length)
    return cut


def _cut(view: ItemView, most: int) -> ItemView:
    def short(excerpt: Excerpt) -> Excerpt:
        left_out = max(0, len(excerpt.text) - most)
        return replace(excerpt, text=excerpt.text[:most], left_out=excerpt.left_out + left_out)

    return _with(view, short)


def _size(view: ItemView) -> int:
    """Return about how many bytes the texts take; a character that may be hidden is drawn as its number."""
    sizes: list[int] = []

    def measure(excerpt: Excerpt) -> Excerpt:
        sizes.append(_MARKUP + len(escape(excerpt.text).encode(errors="replace")))
        sizes.append(_DRAWN * sum(not char.isprintable() for char in excerpt.text))
        return excerpt

    _with(view, measure)
    return sum(sizes)


def _with(view: ItemView, change: Callable[[Excerpt], Excerpt]) -> ItemView:
    """Return an item with each of its excerpts changed."""

    def answer(each: AnswerView) -> AnswerView:
        return replace(each, detail=change(each.detail), quotes=tuple(change(quote) for quote in each.quotes))

    return replace(
        view,
        judges=tuple(
            replace(judge, answers=tuple(answer(each) for each in judge.answers)) for judge in view.judges
        ),
        labels=tuple(replace(label, note=change(label.note)) for label in view.labels),
        text=None if view.text is None else _case(view.text, change),
    )


def _case(text: CaseView, change: Callable[[Excerpt], Excerpt]) -> CaseView:
    return CaseView(
        prompt=text.prompt and change(text.prompt),
        candidates=tuple(replace(each, text=each.text and change(each.text)) for each in text.candidates),
    )
