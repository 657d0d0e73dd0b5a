"""The texts of an item as blocks of the page: prompt, candidates, references, turn by turn and part by part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from urllib.parse import urlencode

from markupsafe import Markup

from evenhand.records.message import Message, Text
from evenhand.records.reveal import hidden_characters
from evenhand.records.review import OpenItem, ShownCase
from evenhand.records.word_diff import word_diff
from evenhand.review.evidence import block_texts
from evenhand.web.rendering_markdown import MOST_FORMATTED, formatted, looks_like_json
from evenhand.web.rendering_text import Layer, draw_text, fenced, part_bounds, pieces
from evenhand.web.strings import Translate

LONG_PROMPT = 240
"""Characters from which a prompt starts folded, so that the candidate is in view."""
LONG_PROMPT_LINES = 3
MOST_PARTS = 1_000

Differing = Mapping[str, Sequence[tuple[int, int]]]
"""Stretches of each block that the other side does not have."""


class Look(StrEnum):
    """How texts are shown."""

    TEXT = "text"
    """As they are, hidden characters drawn."""
    FORMATTED = "formatted"
    """Markdown rendered, JSON laid out."""
    SOURCE = "source"
    """As they are, in a typewriter face, spaces and line ends drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """How a page shows texts; all of it is in its address, so that it works without scripts."""

    look: Look = Look.TEXT
    wrap: bool = True
    """Whether long lines are broken."""
    diff: bool = False
    """Whether words are marked that one side has alone."""
    opened: bool = False
    """Whether tagged content starts open, because the reviewer opened it just before."""
    parts: Mapping[str, int] | None = None
    """Parts shown of a long block, by its name; one where it is not named."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "PageView":
        """Return the view of an address; what is unknown in it is as if not there."""
        look = query.get("look", "")
        return cls(
            look=Look(look) if look in set(Look) else Look.TEXT,
            wrap=query.get("wrap") != "0",
            diff=query.get("diff") == "1",
            opened=query.get("open") == "1",
            parts=_parts(query.get("parts", "")),
        )

    def query(self, **changes: object) -> str:
        """Return the view, with changes, as the end of an address."""
        values = {"look": self.look, "wrap": self.wrap, "diff": self.diff, "opened": self.opened, **changes}
        words = {
            "look": "" if values["look"] == Look.TEXT else str(values["look"]),
            "wrap": "" if values["wrap"] else "0",
            "diff": "1" if values["diff"] else "",
            "open": "1" if values["opened"] else "",
            "parts": " ".join(f"{name}:{count}" for name, count in (self.parts or {}).items()),
        }
        return "?" + urlencode({name: word for name, word in words.items() if word})

    def shown_parts(self, block: str) -> int:
        """Return how many parts of a block are shown."""
        return (self.parts or {}).get(block, 1)

    def with_part(self, block: str) -> "PageView":
        """Return the view with one more part of a block."""
        return replace(self, opened=True, parts={**(self.parts or {}), block: self.shown_parts(block) + 1})


def _parts(text: str) -> Mapping[str, int]:
    named = (word.rpartition(":") for word in text.split(" ")[:100])
    return {
        name: min(int(count), MOST_PARTS)
        for name, _, count in named
        if name and count.isascii() and count.isdigit() and 0 < len(count) <= 4 and int(count) > 0
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """A text before it is drawn."""

    name: str
    heading: str
    text: str
    role: str = ""
    """Who speaks, of a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a block."""

    start: int
    """Place of its first code point in the text as it is."""
    html: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One text on the page: a turn, or a whole prompt, candidate or reference."""

    name: str
    """Neutral: prompt, candidate, left or right, with a slash and the turn after it. Never the name of a candidate."""
    group: str
    """What it belongs to: prompt, candidate, left, right or reference."""
    heading: str
    parts: tuple[Part, ...]
    left: int
    """Characters not shown yet."""
    characters: int
    hidden: int = 0
    """Hidden characters in what is shown."""
    code: bool = False
    """Whether it is shown in a typewriter face."""
    scrolls: bool = False
    """Whether its lines are not broken, so that people reach the rest of them by scrolling."""
    markable: bool = True
    """Whether passages of it can be marked here."""
    cut: int = 0
    """Characters of its beginning, where only that is formatted."""
    folded: bool = False
    """Whether it starts folded, because it is a long prompt."""
    more: str = ""
    """Address with one more part."""


def shown_block(open_item: OpenItem, block: str) -> str:
    """Return the name a block has on the page. Names of candidates can tell who wrote them, so none is shown."""
    for shown, stored in _block_names(open_item).items():
        if block == stored or block.startswith(f"{stored}/"):
            return shown + block[len(stored) :]
    return block


def stored_block(open_item: OpenItem, block: str) -> str:
    """Return the name under which a block of the page is stored; an unknown one stays as it is."""
    kind, slash, turn = block.partition("/")
    return _block_names(open_item).get(kind, kind) + slash + turn


def _block_names(open_item: OpenItem) -> Mapping[str, str]:
    outputs = (f"output:{output.id}" for output in open_item.case.outputs)
    return {"prompt": "prompt", **dict(zip(sides_of(open_item), outputs, strict=False))}


def sides_of(open_item: OpenItem) -> tuple[str, ...]:
    """Return the names of the candidates on the page."""
    return ("left", "right") if open_item.is_pair else ("candidate",)


def blocks_of(
    open_item: OpenItem, view: PageView, t: Translate, *, differing: Differing | None = None
) -> tuple[Block, ...]:
    """Return the blocks of an item in the order in which they are read.

    Args:
        open_item: The item.
        view: How they are shown.
        t: Gives the sentences.
        differing: Where each block says what the other side does not, to be marked.
    """
    differing = differing or {}
    return tuple(
        _block(text, view, _layers(open_item, text, differing.get(text.name, ())))
        for text in texts_of(open_item, t)
    )


def _block(shown: ShownText, view: PageView, layers: Sequence[Layer]) -> Block:
    bounds = part_bounds(shown.text)
    count = min(view.shown_parts(shown.name), len(bounds) - 1)
    is_formatted = view.look is Look.FORMATTED
    parts = (
        (Part(start=0, html=formatted(shown.text)),)
        if is_formatted
        else _parts_of(shown, view, bounds, count, layers)
    )
    left = 0 if is_formatted else len(shown.text) - bounds[count]
    return Block(
        name=shown.name,
        group=shown.name.partition("/")[0],
        heading=shown.heading,
        parts=parts,
        left=left,
        characters=len(shown.text),
        hidden=hidden_characters(shown.text[: bounds[count]]),
        code=view.look is Look.SOURCE or looks_like_json(shown.text),
        scrolls=not view.wrap,
        markable=not is_formatted and not shown.name.startswith("reference"),
        cut=MOST_FORMATTED if is_formatted and len(shown.text) > MOST_FORMATTED else 0,
        folded=shown.name == "prompt" and _is_long(shown.text),
        more=view.with_part(shown.name).query() if left else "",
    )


def _parts_of(
    shown: ShownText, view: PageView, bounds: Sequence[int], count: int, layers: Sequence[Layer]
) -> tuple[Part, ...]:
    whole = list(pieces(shown.text[: bounds[count]]))
    source = view.look is Look.SOURCE
    return tuple(
        Part(start=first, html=draw_text(whole, start=first, end=last, layers=layers, source=source))
        for first, last in pairwise(bounds[: count + 1])
    )


def _is_long(text: str) -> bool:
    return len(text) > LONG_PROMPT or text.count("\n") >= LONG_PROMPT_LINES


def _layers(open_item: OpenItem, shown: ShownText, differing: Sequence[tuple[int, int]]) -> tuple[Layer, ...]:
    return (
        Layer(tag="span", look="fenced", spans=fenced(shown.text)),
        Layer(tag="mark", look="only", spans=differing),
        Layer(tag="mark", look="evidence", spans=_marks(open_item, shown.name)),
    )


def texts_of(open_item: OpenItem, t: Translate) -> tuple[ShownText, ...]:
    """Return the texts of an item in the order in which they are read."""
    case = open_item.case
    outputs = zip(sides_of(open_item), case.outputs, strict=False)
    return (
        *_turns("prompt", t("block.prompt"), case.prompt, t),
        *(text for side, output in outputs for text in _turns(side, t(f"block.{side}"), output.text, t)),
        *_references(case.reference, t),
    )


def _turns(name: str, heading: str, text: Text | None, t: Translate) -> Iterator[ShownText]:
    if isinstance(text, str):
        yield ShownText(name=name, heading=heading, text=text)
    elif text is not None:
        for number, turn in enumerate(text):
            role = t("block.turn", role=t(f"block.role.{turn.role}"), number=number + 1)
            yield ShownText(name=f"{name}/{number}", heading=role, text=turn.content, role=turn.role)


def _references(reference: Text | tuple[str, ...] | None, t: Translate) -> Iterator[ShownText]:
    several: tuple[str | Message, ...] = (reference,) if isinstance(reference, str) else reference or ()
    for number, one in enumerate(several):
        role, text = ("", one) if isinstance(one, str) else (one.role, one.content)
        heading = t(f"block.role.{role}") if role else t("block.reference")
        yield ShownText(name=f"reference/{number}", heading=heading, text=text)


def difference(open_item: OpenItem) -> Differing | None:
    """Return where each block of a pair says what the other side does not; None where they can not be compared."""
    if not open_item.is_pair:
        return None
    found: dict[str, Sequence[tuple[int, int]]] = {}
    left, right = (
        [*block_texts(ShownCase(case_id="", prompt=None, outputs=(output,))).items()]
        for output in open_item.case.outputs
    )
    for (ours, our_text), (theirs, their_text) in zip(left, right, strict=False):
        diff = word_diff(our_text, their_text)
        if not diff.compared:
            return None
        found |= {shown_block(open_item, ours): diff.left, shown_block(open_item, theirs): diff.right}
    return found


def _marks(open_item: OpenItem, name: str) -> Sequence[tuple[int, int]]:
    """Return the marked passages of a block, those that overlap as one."""
    spans = sorted(
        (span.start, span.end)
        for span in open_item.draft.evidence
        if shown_block(open_item, span.block) == name
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
