"""An open item as the page that a reviewer works on. Made of `OpenItem` alone, so that nothing hidden can reach it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.records.review import CANNOT_TELL, EvidenceSpan, OpenItem
from evenhand.records.scale import NumericScale, number_text
from evenhand.review.evidence import excerpt
from evenhand.review.keys import answer_keys
from evenhand.web.item_page_blocks import Block, PageView, blocks_of, difference, shown_block, texts_of
from evenhand.web.page_settings import PageSettings
from evenhand.web.strings import Translate, catalogue, translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer a reviewer can choose."""

    label: str
    """As it is stored; of a pair in the frame of the page, in which "a" is left."""
    shown: str
    says: str
    """What it means, in the words of the scale."""
    key: str = ""
    """Its digit; empty for one without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A passage that was marked, or that a pasted one may be."""

    value: str
    """As the form sends it."""
    block: str
    """Heading of its text."""
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """What the page says about the item before this one."""

    assignment: str
    label: str
    may_reveal: bool = False
    """Whether its reviewer may look at the judges now."""


def item_context(
    open_item: OpenItem,
    *,
    settings: PageSettings,
    visit: str = "",
    view: PageView | None = None,
    last: LastAnswer | None = None,
    choices: Sequence[EvidenceSpan] = (),
    problem: str = "",
) -> Mapping[str, object]:
    """Return what `item.html` shows.

    Args:
        open_item: The item before the person.
        settings: Of the person.
        visit: Name of this look at the item, random; time told again under it replaces what was told before.
        view: How texts are shown; from the address of the page.
        last: The answer given just before, for the line that offers to undo it.
        choices: Places of a pasted passage, of which the person has to choose.
        problem: What was wrong with the form that was sent.
    """
    t = translator(settings.locale)
    view = view or PageView()
    differing = difference(open_item) if view.diff else None
    return {
        "settings": settings,
        "title": t("item.title", done=open_item.done + 1, total=open_item.done + open_item.left),
        "item": open_item,
        "visit": visit,
        "view": view,
        "blocks": blocks_of(open_item, view, t, differing=differing),
        "compared": differing is not None,
        "answers": answers_of(open_item, t),
        "number": range_of(open_item),
        "marked": marked_of(open_item, open_item.draft.evidence, t),
        "choices": marked_of(open_item, choices, t),
        "rationale": shown_rationale(open_item),
        "last": last,
        "last_label": label_text(last.label, t) if last else "",
        "problem": problem,
        "suggest_break": suggests_break(open_item, settings),
    }


def answers_of(open_item: OpenItem, t: Translate) -> tuple[Answer, ...]:
    """Return the answers in the order of the scale, "cannot tell" among them."""
    described = open_item.principle.answers
    keys = answer_keys([label for label in described if label != CANNOT_TELL or not range_of(open_item)])
    return tuple(
        Answer(
            label=label,
            shown=label_text(label, t),
            says=_meaning(open_item, label, t),
            key=keys.get(label, ""),
        )
        for label in described
    )


def label_text(label: str, t: Translate) -> str:
    """Return a label in the words of the page where it has some, and as it is elsewhere."""
    return t(f"label.{label}") if f"label.{label}" in catalogue() else label


def _meaning(open_item: OpenItem, label: str, t: Translate) -> str:
    """Return what a label means. Of a pair it names the side, where a scale would name the candidate of the case."""
    if open_item.is_pair or label not in open_item.principle.scale.labels:
        return t(f"says.{label}")
    return open_item.principle.scale.describe.get(label, "")


def range_of(open_item: OpenItem) -> tuple[str, str] | None:
    """Return the ends of a numeric scale; None on any other."""
    scale = open_item.principle.scale
    return (
        (number_text(scale.minimum), number_text(scale.maximum)) if isinstance(scale, NumericScale) else None
    )


def shown_rationale(open_item: OpenItem) -> str:
    """Return why a principle exists, where reviewers are shown it."""
    principle = open_item.principle.principle
    return principle.rationale if "reviewers" in principle.show_rationale_to else ""


def marked_of(open_item: OpenItem, spans: Sequence[EvidenceSpan], t: Translate) -> tuple[Marked, ...]:
    """Return passages as the page lists them."""
    return tuple(_marked(open_item, span, t) for span in spans)


def _marked(open_item: OpenItem, span: EvidenceSpan, t: Translate) -> Marked:
    before, quote, after = excerpt(span, open_item.case)
    name = shown_block(open_item, span.block)
    heading = next(text.heading for text in texts_of(open_item, t) if text.name == name)
    return Marked(value=span_value(open_item, span), block=heading, before=before, quote=quote, after=after)


def span_value(open_item: OpenItem, span: EvidenceSpan) -> str:
    """Return a passage as the form carries it: JSON, with the name its block has on the page."""
    return json.dumps(
        {
            "block": shown_block(open_item, span.block),
            "start": span.start,
            "end": span.end,
            "quote": span.quote,
        }
    )


def suggests_break(open_item: OpenItem, settings: PageSettings) -> bool:
    """Tell whether it is time to suggest a break."""
    minutes, items = settings.break_minutes, settings.break_items
    return bool(
        (minutes and open_item.session_active_ms >= minutes * 60_000)
        or (items and open_item.session_done >= items)
    )


__all__ = ["Answer", "Block", "LastAnswer", "Marked", "PageView", "item_context"]
