"""What people type and pages send, made fit to be kept: no half characters, no endless texts, no invented time."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from evenhand.errors import UsageError
from evenhand.records.review import Assignment, Draft, EvidenceSpan, Spent, Visit
from evenhand.review.evidence import check_count, whole_characters

LONGEST_TEXT: Final = 10_000
"""Characters of a comment, a reason or a word to the lead."""
_LONGEST_NAME: Final = 200
"""Characters of an answer, a block, a tag or the id of a visit."""
_MOST_NAMES: Final = 100
_CLOCK_SLACK_MS: Final = 5_000
"""The clocks of a browser and a server differ by a little."""


def clean_text(text: str, what: str) -> str:
    """Return a typed text without half characters.

    Raises:
        UsageError: It is too long; `what` names it.
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(
            f"the {what} has {len(text):,} characters, and {LONGEST_TEXT:,} is the most",
            hint="shorten it, or mark the passages you mean as evidence",
        )
    return whole_characters(text)


def clean_names(names: Iterable[str], what: str) -> tuple[str, ...]:
    """Return short names, each once, in the order of the alphabet.

    Raises:
        UsageError: They are too many, or one is too long; `what` names them.
    """
    unique = sorted({_clean_name(name, what) for name in names})
    if len(unique) > _MOST_NAMES:
        raise UsageError(f"{len(unique):,} {what}s are too many; {_MOST_NAMES} is the most")
    return tuple(unique)


def clean_draft(draft: Draft) -> Draft:
    """Return a draft in the one spelling in which it is kept, whatever the order in which a form told its parts.

    Raises:
        UsageError: A part of it is too long, or it has too many passages.
    """
    check_count(draft.evidence)
    others = draft.defensible
    return replace(
        draft,
        label=_clean_name(draft.label, "answer"),
        defensible=None if others is None else clean_names(others, "answer"),
        comment=clean_text(draft.comment, "comment"),
        evidence=tuple(sorted({_clean_span(span) for span in draft.evidence}, key=_place)),
    )


def bounded(assignment: Assignment, visit: Visit, told: Mapping[str, Spent], now: float) -> Visit:
    """Return a visit that, with the others, is no longer than the item has been before the person.

    Args:
        assignment: What was visited.
        visit: What a page tells of a visit.
        told: What was told of all visits before.
        now: The time, in seconds since 1970.
    """
    name = whole_characters(visit.id)[:_LONGEST_NAME]
    opened = datetime.fromisoformat(assignment.opened).timestamp()
    others = sum(each.active_ms + each.idle_ms for other, each in told.items() if other != name)
    most = max(0, int((now - opened) * 1000) + _CLOCK_SLACK_MS - others)
    active = min(max(0, visit.spent.active_ms), most)
    idle = min(max(0, visit.spent.idle_ms), most - active)
    return Visit(id=name, spent=Spent(active_ms=active, idle_ms=idle))


def _clean_name(name: str, what: str) -> str:
    if len(name) > _LONGEST_NAME:
        raise UsageError(
            f"{name[:40]!r}... is too long for an {what}; {_LONGEST_NAME} characters is the most"
        )
    return whole_characters(name).strip()


def _clean_span(span: EvidenceSpan) -> EvidenceSpan:
    return replace(span, block=_clean_name(span.block, "name of a block"), quote=whole_characters(span.quote))


def _place(span: EvidenceSpan) -> tuple[str, int, int]:
    return (span.block, span.start, span.end)
