"""What the pages of adjudicators show. An item is drawn as reviewers see it; names and judges are not in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.records.review import AdjudicationReason, Draft, OpenItem, Spent
from evenhand.review.adjudication_queue import AdjudicationCase, NamelessOpinion, QueuedItem
from evenhand.web.item_page import Marked, answers_of, label_text, marked_of, range_of, shown_rationale
from evenhand.web.item_page_blocks import PageView, blocks_of, difference
from evenhand.web.page_settings import PageSettings
from evenhand.web.strings import Translate, translator
from evenhand.workflows.review.adjudicate import BehindItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOpinion:
    """An opinion in the words of the page."""

    opinion: NamelessOpinion
    label: str
    defensible: str
    marked: tuple[Marked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDecision:
    """A decision as its form sent it, to show it again."""

    label: str = ""
    number: str = ""
    reason: str = ""
    note: str = ""


NOTHING_SENT = SentDecision()


def queue_context(
    queue: tuple[QueuedItem, ...], *, settings: PageSettings, settled: bool
) -> Mapping[str, object]:
    """Return what `adjudicate.html` shows."""
    title = translator(settings.locale)("queue.title")
    return {"settings": settings, "title": title, "queue": queue, "settled": settled}


def case_context(
    found: AdjudicationCase,
    *,
    settings: PageSettings,
    view: PageView,
    sent: SentDecision = NOTHING_SENT,
    problem: str = "",
) -> Mapping[str, object]:
    """Return what `adjudicate_item.html` shows.

    Args:
        found: The item.
        settings: Of the person.
        view: How texts are shown; from the address of the page.
        sent: A decision that could not be taken.
        problem: What was wrong with it.
    """
    t = translator(settings.locale)
    item = _as_reviewers_see_it(found)
    differing = difference(item) if view.diff else None
    return {
        "settings": settings,
        "title": t("adjudicate.title"),
        "found": found,
        "item": item,
        "view": view,
        "blocks": blocks_of(item, view, t, differing=differing),
        "compared": differing is not None,
        "answers": answers_of(item, t),
        "number": range_of(item),
        "rationale": shown_rationale(item),
        "opinions": [_shown(each, item, t) for each in found.opinions],
        "reasons": list(AdjudicationReason),
        "held": "" if found.decision is None else label_text(found.decision.label, t),
        "sent": sent,
        "problem": problem,
    }


def behind_context(behind: BehindItem, *, settings: PageSettings) -> Mapping[str, object]:
    """Return what `adjudicate_behind.html` shows."""
    t = translator(settings.locale)
    return {
        "settings": settings,
        "title": t("behind.title"),
        "behind": behind,
        "held": label_text(behind.decision.label, t),
        "verdict": "" if behind.verdict is None else label_text(behind.verdict, t),
        "ratings": [(rating, label_text(rating.label or "", t)) for rating in behind.ratings],
        "people": [
            (each, label_text(each.opinion.label, t), label_text(each.changed_to, t))
            for each in behind.people
        ],
    }


def _as_reviewers_see_it(found: AdjudicationCase) -> OpenItem:
    return OpenItem(
        assignment="",
        turn=0,
        suite=found.suite,
        case=found.case,
        principle=found.principle,
        draft=Draft(),
        spent=Spent(),
        done=0,
        left=0,
    )


def _shown(opinion: NamelessOpinion, item: OpenItem, t: Translate) -> ShownOpinion:
    return ShownOpinion(
        opinion=opinion,
        label=label_text(opinion.label, t),
        defensible=", ".join(label_text(label, t) for label in opinion.defensible or ()),
        marked=marked_of(item, opinion.evidence, t),
    )
