"""Passages that a label rests on: checked against the text, and found in it where a person pasted one."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, islice
from typing import Final, NamedTuple

from evenhand.errors import UsageError
from evenhand.records.message import Text
from evenhand.records.reveal import reveal
from evenhand.records.review import EvidenceSpan, ShownCase

MOST_SPANS: Final = 100
"""Passages one label can rest on."""
MOST_PLACES: Final = 20
"""Places of a passage that are looked for."""

_SPACE = re.compile(r"\s+")
_SPACES = re.compile(r"\s{2,}")
_DRAWN = re.compile(r"⟦U\+([0-9A-F]{4,6})⟧")


class Misquote(NamedTuple):
    """Why a passage is not one of a text."""

    message: str
    hint: str


def block_texts(case: ShownCase) -> Mapping[str, str]:
    """Return the texts a passage can be of, by the names of their blocks, in the order in which they are read."""
    shown = [("prompt", case.prompt), *((f"output:{output.id}", output.text) for output in case.outputs)]
    return {name: text for block, body in shown for name, text in _turns(block, body)}


def _turns(block: str, text: Text | None) -> Iterator[tuple[str, str]]:
    if isinstance(text, str):
        yield block, text
    elif text is not None:
        yield from ((f"{block}/{number}", turn.content) for number, turn in enumerate(text))


def check_count(evidence: Sequence[EvidenceSpan]) -> None:
    """Make sure that one label can rest on so many passages.

    Raises:
        UsageError: There are more than `MOST_SPANS`.
    """
    if len(evidence) > MOST_SPANS:
        raise UsageError(
            f"{len(evidence):,} passages are marked, and {MOST_SPANS} is the most", hint="remove some"
        )


def checked_span(span: EvidenceSpan, case: ShownCase) -> EvidenceSpan:
    """Return the passage with the words of the text itself.

    Raises:
        UsageError: There is no such block, the places lie outside it, or the words at them are others.
    """
    texts = block_texts(case)
    if wrong := misquote(span, texts):
        raise UsageError(wrong.message, hint=f"mark the passage again; {wrong.hint}")
    return replace(span, quote=texts[span.block][span.start : span.end])


def misquote(span: EvidenceSpan, texts: Mapping[str, str]) -> Misquote | None:
    """Return what is wrong with a passage of one of the texts, by the names of their blocks; None where it stands."""
    text = texts.get(span.block)
    if text is None:
        return Misquote(
            f"there is no block {span.block[:60]!r} to quote from", f"blocks: {', '.join(texts) or 'none'}"
        )
    if not 0 <= span.start < span.end <= len(text) or not _is_same(text[span.start : span.end], span.quote):
        return Misquote(
            f"the quote {span.quote[:60]!r} is not what {span.block} holds from {span.start} to {span.end}",
            "places count code points, from 0",
        )
    return None


def _is_same(words: str, quote: str) -> bool:
    return whole_characters(words) == whole_characters(quote)


def whole_characters(text: str) -> str:
    """Return text as a form can send it and a file can hold it: with U+FFFD for half a character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def find_quote(case: ShownCase, quote: str) -> tuple[EvidenceSpan, ...]:
    """Return every place where a pasted passage stands, as it is or with other white space.

    What the page draws instead of a hidden character is read as that character. At most `MOST_PLACES` are returned.
    """
    wanted = _DRAWN.sub(lambda drawn: _character(drawn[1]), quote).strip()
    if not wanted:
        return ()
    words = _SPACE.sub(" ", wanted)
    found = (
        EvidenceSpan(block=block, start=start, end=end, quote=text[start:end])
        for block, text in block_texts(case).items()
        for start, end in _places(words, text)
    )
    return tuple(islice(found, MOST_PLACES))


def _places(words: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where words stand that one space each keeps apart, whatever white space does in the text.

    The words are looked for as one string: a pattern would try every place of a text that repeats itself anew.
    """
    single = _SPACE.sub(" ", text)
    gaps = [(match.start(), len(match[0]) - 1) for match in _SPACES.finditer(text)]
    lost = [0, *accumulate(length for _, length in gaps)]
    starts = [start - before for (start, _), before in zip(gaps, lost, strict=False)]
    at = single.find(words)
    while at >= 0:
        last = at + len(words) - 1
        yield at + lost[bisect_left(starts, at)], last + lost[bisect_left(starts, last)] + 1
        at = single.find(words, at + len(words))


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if number <= 0x10FFFF else ""


def excerpt(span: EvidenceSpan, case: ShownCase, *, around: int = 40) -> tuple[str, str, str]:
    """Return the passage with what stands before and after it, hidden characters drawn."""
    text = block_texts(case)[span.block]
    before, after = text[max(span.start - around, 0) : span.start], text[span.end : span.end + around]
    return reveal(before), reveal(span.quote), reveal(after)
