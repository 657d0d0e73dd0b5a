"""Where two texts differ, word by word: for two candidates side by side, and for two versions of a principle."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

MOST_WORDS = 6_000
"""Longer texts are not compared."""
MOST_EDITS = 800
"""Texts that differ in more words are not compared: marks on almost every word tell nobody anything."""

_Kind = Literal["same", "removed", "added"]
_WORD = re.compile(r"\w+|[^\w\s]")
_TOO_MANY_CHARACTERS = 20 * MOST_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class WordDiff:
    """What stands in one of two texts only, as stretches of code points."""

    left: tuple[tuple[int, int], ...] = ()
    right: tuple[tuple[int, int], ...] = ()
    compared: bool = True
    """False where the texts are too long or too different to be compared word by word."""


def word_diff(left: str, right: str) -> WordDiff:
    """Return where two texts differ, white space aside.

    Finds the fewest words to take away and put in (Myers, "An O(ND) difference algorithm", 1986). Work is bounded by
    `MOST_WORDS` and `MOST_EDITS`, whatever the texts are.
    """
    if max(len(left), len(right)) > _TOO_MANY_CHARACTERS:
        return WordDiff(compared=False)
    ours, theirs = list(_WORD.finditer(left)), list(_WORD.finditer(right))
    if max(len(ours), len(theirs)) > MOST_WORDS:
        return WordDiff(compared=False)
    kept = _common([word[0] for word in ours], [word[0] for word in theirs])
    if kept is None:
        return WordDiff(compared=False)
    return WordDiff(left=_gaps(ours, [a for a, _ in kept]), right=_gaps(theirs, [b for _, b in kept]))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A stretch of two texts told as one."""

    kind: _Kind
    """Where it stands: in both, in the left one only, or in the right one only."""
    text: str


def told_as_one(left: str, right: str) -> tuple[TextPart, ...]:
    """Return two texts as one, in which what each has alone is marked; without the marked parts it is the other one.

    White space is the left one's in what it has alone, and else the right one's. Texts that can not be compared word by
    word are told as one removed and one added.
    """
    diff = word_diff(left, right)
    if not diff.compared:
        return tuple(_parts([("removed", left), ("added", right)]))
    return tuple(_parts(_pieces(left, right, diff)))


def _pieces(left: str, right: str, diff: WordDiff) -> Iterator[tuple[_Kind, str]]:
    """Yield word by word, each with the white space before it."""
    ours, theirs = list(_WORD.finditer(left)), list(_WORD.finditer(right))
    gone, come = _inside(ours, diff.left), _inside(theirs, diff.right)
    kept = (at for at in range(len(ours)) if at not in gone)
    done = 0
    fresh: list[tuple[_Kind, str]] = []
    for at, word in enumerate(theirs):
        text = _with_space(right, theirs, at)
        if at in come:
            fresh.append(("added", text))
            continue
        until = next(kept)
        yield from (("removed", _with_space(left, ours, place)) for place in range(done, until))
        if text == word[0]:  # else two words of the left text would stand as one
            yield "removed", _with_space(left, ours, until).removesuffix(word[0])
        yield from fresh
        yield "same", text
        done, fresh = until + 1, []
    yield from (("removed", _with_space(left, ours, place)) for place in range(done, len(ours)))
    yield from fresh
    yield "same", right[theirs[-1].end() if theirs else 0 :]


def _with_space(text: str, words: Sequence[re.Match[str]], place: int) -> str:
    return text[words[place - 1].end() if place else 0 : words[place].end()]


def _inside(words: Sequence[re.Match[str]], spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return the places of the words that lie in one of some stretches, which are in order."""
    found, span = set(), 0
    for place, word in enumerate(words):
        while span < len(spans) and spans[span][1] < word.end():
            span += 1
        if span < len(spans) and spans[span][0] <= word.start():
            found.add(place)
    return frozenset(found)


def _parts(pieces: Iterable[tuple[_Kind, str]]) -> Iterator[TextPart]:
    there = (piece for piece in pieces if piece[1])
    for kind, group in groupby(there, key=lambda piece: piece[0]):
        yield TextPart(kind=kind, text="".join(text for _, text in group))


def _gaps(words: Sequence[re.Match[str]], kept: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the stretches between the kept words; neighbours are one stretch."""
    bounds = [-1, *kept, len(words)]
    runs = [(before + 1, after - 1) for before, after in pairwise(bounds) if after - before > 1]
    return tuple((words[first].start(), words[last].end()) for first, last in runs)


def _common(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return the places of a longest common run of words, or None when the texts differ too much."""
    head = _same_start(left, right)
    tail = _same_start(left[head:][::-1], right[head:][::-1])
    ours, theirs = left[head : len(left) - tail], right[head : len(right) - tail]
    middle = _shortest_edit(ours, theirs)
    if middle is None:
        return None
    return [
        *((place, place) for place in range(head)),
        *((head + a, head + b) for a, b in middle),
        *((len(left) - tail + place, len(right) - tail + place) for place in range(tail)),
    ]


def _same_start(left: Sequence[str], right: Sequence[str]) -> int:
    pairs = zip(left, right, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


def _shortest_edit(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return the places of the words both keep, in order; None beyond the most edits.

    A path goes through a grid of both texts: right takes a word away, down puts one in, and a diagonal step keeps one.
    `reached` holds, for each diagonal x - y, how far right the paths of so many edits come.
    """
    reached = {1: 0}
    history: list[dict[int, int]] = []
    for edits in range(min(len(left) + len(right), MOST_EDITS) + 1):
        history.append(reached)
        reached = {}
        for diagonal in range(-edits, edits + 1, 2):
            x = _enter(history[-1], diagonal)
            while x < len(left) and 0 <= x - diagonal < len(right) and left[x] == right[x - diagonal]:
                x += 1
            reached[diagonal] = x
            if x >= len(left) and x - diagonal >= len(right):
                return _walk_back(history, len(left), len(right))
    return None


def _enter(before: Mapping[int, int], diagonal: int) -> int:
    """Return how far right a diagonal is entered: from above, where that gets further, or from the left."""
    return max(before.get(diagonal + 1, -1), before.get(diagonal - 1, -2) + 1)


def _walk_back(history: Sequence[Mapping[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """Return the diagonal steps of the path that ends at x, y."""
    kept = []
    for before in reversed(history):
        diagonal = x - y
        entered = _enter(before, diagonal)
        kept += [(place, place - diagonal) for place in range(x - 1, entered - 1, -1)]
        from_above = before.get(diagonal + 1, -1) == entered
        x, y = (entered, entered - diagonal - 1) if from_above else (entered - 1, entered - diagonal)
    return kept[::-1]
