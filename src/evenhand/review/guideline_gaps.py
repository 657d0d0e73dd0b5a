"""Guideline gaps: where a principle does not say what people needed to know, as the text of an issue against it.

Everything people typed stands inside fenced blocks with its hidden characters drawn, so that no word of it can be a
link, an image, a heading, a mention or markup wherever the issue is filed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.records.reveal import reveal
from evenhand.records.review import ShownPrinciple
from evenhand.records.scale import Reading, Scale
from evenhand.review.adjudication_queue import NamelessOpinion

_MOST_OPINIONS: Final = 50
_LONGEST_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GapItem:
    """An item on which the principle did not help."""

    item: str
    case_id: str
    candidate_id: str
    opinions: tuple[NamelessOpinion, ...]
    """In the frame of the case."""
    decision: str
    """What the adjudicator decided."""
    note: str
    """Why. Hostile text."""
    at: str
    sensitive: bool
    """Whether its text is tagged; then none of it is quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineGap:
    """The items on which one principle, as it was, did not help."""

    constitution: str
    """Name and version."""
    principle: ShownPrinciple
    items: tuple[GapItem, ...]

    @property
    def name(self) -> str:
        """A name for a file: letters, digits, dots and dashes."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", self.principle.principle.id).strip(".-")[:80]
        return f"{plain or 'principle'}-{self.principle.hash[:8]}"


def proposed_place(opinions: Sequence[NamelessOpinion], decision: str, scale: Scale) -> str:
    """Return which part of a principle probably has to say more, from what was decided against what.

    ========================================  ====================================================
    Decided                                   Place
    ========================================  ====================================================
    it passes, and somebody let it fail       the exceptions
    it fails, and somebody let it pass        the text
    it is outside the rate, others were not   where it applies (`when`, `scope`)
    two labels that read alike                the descriptors of the scale
    nobody could tell                         what reviewers are shown of a case, or the text
    ========================================  ====================================================
    """
    reading = _reading(decision, scale)
    others = {_reading(each.label, scale) for each in opinions if each.label != decision}
    if reading is Reading.PASS and Reading.FAIL in others:
        return "the exceptions: say when text like this is no breach"
    if reading is Reading.FAIL and Reading.PASS in others:
        return "the text: say that this is covered"
    if reading is Reading.NEUTRAL and others & {Reading.PASS, Reading.FAIL}:
        return "where it applies (`when` and `scope`): say that cases like this are outside"
    if reading is Reading.ABSTAIN or others == {Reading.ABSTAIN}:
        return "what reviewers are shown of a case, or the text: say what to do when that is not enough"
    return "the descriptors of the scale: say where one label ends and the next begins"


def _reading(label: str, scale: Scale) -> Reading:
    return scale.reading(label) if scale.holds(label) else Reading.ABSTAIN


# -- The text of the issue -------------------------------------------------------------------------


def render_gap(gap: GuidelineGap) -> str:
    """Return the Markdown text of an issue against a principle."""
    return "\n".join(_lines(gap)) + "\n"


def _lines(gap: GuidelineGap) -> Iterator[str]:
    principle = gap.principle.principle
    count = len(gap.items)
    yield f"# Guideline gap: {code(principle.id)}"
    yield ""
    yield f"- Constitution: {code(gap.constitution)}"
    yield f"- Principle: {code(principle.id)}, hash {code(gap.principle.hash)}"
    yield f"- Items on which it did not say enough: {count:,}"
    yield f"- Proposed place: {_place_of(gap)}"
    yield ""
    yield "The principle as reviewers saw it:"
    yield ""
    yield from fenced(principle.text)
    for title, text in (("Exceptions", principle.exceptions), ("When", principle.when)):
        if text:
            yield ""
            yield f"{title}:"
            yield ""
            yield from fenced(text)
    for item in gap.items:
        yield from _item_lines(item, gap.principle.scale)
    yield ""
    yield "To close this: reword the principle, add the case as an example, and have new items labelled. Labels"
    yield "given so far rest on the hash above, and stay labels on the earlier text."


def _place_of(gap: GuidelineGap) -> str:
    places = Counter(proposed_place(item.opinions, item.decision, gap.principle.scale) for item in gap.items)
    place, count = places.most_common(1)[0]
    return place if len(places) == 1 else f"{place} ({count} of {len(gap.items)} items)"


def _item_lines(item: GapItem, scale: Scale) -> Iterator[str]:
    yield ""
    yield f"## Item {code(item.item)}"
    yield ""
    yield f"- Case: {code(item.case_id)}, candidate {code(item.candidate_id)}"
    yield f"- Decided: {code(item.decision)} on {item.at[:10]}"
    yield f"- Proposed place: {proposed_place(item.opinions, item.decision, scale)}"
    if item.note.strip():
        yield ""
        yield "Note of the adjudicator:"
        yield ""
        yield from fenced(item.note)
    for opinion in item.opinions[:_MOST_OPINIONS]:
        yield from _opinion_lines(opinion, quotes=not item.sensitive)
    if len(item.opinions) > _MOST_OPINIONS:
        yield ""
        yield f"And {len(item.opinions) - _MOST_OPINIONS:,} reviewers more."


def _opinion_lines(opinion: NamelessOpinion, *, quotes: bool) -> Iterator[str]:
    yield ""
    unsure = "" if opinion.sure else ", not sure"
    defensible = ", ".join(code(label) for label in opinion.defensible or ())
    yield (
        f"Reviewer {opinion.number}: {code(opinion.label)}{unsure}"
        f"{f', could defend {defensible}' if defensible else ''}"
    )
    if opinion.comment.strip():
        yield ""
        yield from fenced(opinion.comment)
    for span in opinion.evidence if quotes else ():
        yield ""
        yield f"Rests on {code(span.block)}, {span.start} to {span.end}:"
        yield ""
        yield from fenced(span.quote)


# -- Hostile text ----------------------------------------------------------------------------------


def code(text: str) -> str:
    """Return text on one line as a code span of Markdown."""
    line = reveal(" ".join(text.split())) or " "
    ticks = "`" * (_longest_run(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def fenced(text: str) -> Iterator[str]:
    """Yield the lines of a fenced block of Markdown that holds the text and that the text can not end."""
    shown = reveal(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(shown) > _LONGEST_TEXT:
        shown = f"{shown[:_LONGEST_TEXT]}\n[cut: {len(shown) - _LONGEST_TEXT:,} more characters]"
    fence = "`" * max(3, _longest_run(shown) + 1)
    yield f"{fence}text"
    yield from shown.split("\n")
    yield fence


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
