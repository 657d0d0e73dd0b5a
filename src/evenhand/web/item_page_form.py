"""What a reviewer sent: the form of the item page read strictly, and checked against the item it is about."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.errors import UsageError
from evenhand.records.review import Draft, EvidenceSpan, OpenItem, Spent
from evenhand.review.evidence import check_count, checked_span, find_quote
from evenhand.review.time_spent import Mark, MarkEvent, time_spent
from evenhand.web.item_page_blocks import stored_block
from evenhand.workflows.review.typed import LONGEST_TEXT

MOST_QUOTE = 2_000
MOST_MARKS = 5_000
MOST_JSON = 400_000
_LATEST_MS = 2**53
"""The largest whole number a script can send."""

Form = Mapping[str, Sequence[str]]
"""The fields of a form, each with all its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnswer:
    """The form of an item, read."""

    turn: int
    commit: bool
    """Whether the answer is final; a draft otherwise."""
    draft: Draft
    visit: str
    """Name of the visit the time is of; empty without scripts."""
    spent: Spent
    """In this visit so far."""
    choices: tuple[EvidenceSpan, ...] = ()
    """Where a pasted passage stands when it stands more than once: the person is asked, nothing is committed."""
    not_found: bool = False
    """Whether a pasted passage stands nowhere: the person is told, nothing is committed."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to ask before the answer can be committed."""
        return not self.choices and not self.not_found


def read_answer(form: Form, open_item: OpenItem) -> SentAnswer:
    """Return what was sent for an item.

    Raises:
        UsageError: A field is missing, malformed, too long or does not fit the item.
    """
    quote = "" if form.get("pick") else _text(form, "quote", MOST_QUOTE).strip()
    pasted = find_quote(open_item.case, quote)
    return SentAnswer(
        turn=_whole(_one(form, "turn"), "turn"),
        commit="commit" in form,
        draft=Draft(
            label=_label(form, open_item),
            sure="unsure" not in form,
            defensible=_defensible(form, open_item),
            comment=_text(form, "comment", LONGEST_TEXT),
            evidence=_evidence(form, open_item, pasted),
        ),
        visit=_one(form, "visit", ""),
        spent=_spent(form),
        choices=pasted if len(pasted) > 1 else (),
        not_found=bool(quote) and not pasted,
    )


def _one(form: Form, name: str, otherwise: str | None = None) -> str:
    values = form.get(name, ())
    if len(values) > 1 or (not values and otherwise is None):
        raise UsageError(
            f"the form has {len(values)} values of {name!r} where it needs one", hint="reload the page"
        )
    return values[0] if values else otherwise or ""


def _text(form: Form, name: str, most: int) -> str:
    text = _one(form, name, "").replace("\r\n", "\n")
    if len(text) > most:
        raise UsageError(f"{name} has {len(text):,} characters; at most {most:,} are kept", hint="shorten it")
    return text


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise UsageError(f"{name} is {text[:40]!r}, which is no whole number", hint="reload the page")
    return int(text)


def _label(form: Form, open_item: OpenItem) -> str:
    chosen, number = _one(form, "label", ""), _one(form, "number", "").strip()
    label = chosen or number.replace(",", ".")
    if label and not open_item.principle.holds(label):
        raise UsageError(
            f"{label[:80]!r} is no answer of this scale", hint="choose one of the answers on the page"
        )
    return label


def _defensible(form: Form, open_item: OpenItem) -> tuple[str, ...] | None:
    """Return the other answers; an empty value says that the person looked and found none."""
    sent = form.get("defensible", ())
    labels = tuple(dict.fromkeys(label for label in sent if label))
    if unknown := [label for label in labels if not open_item.principle.holds(label)]:
        raise UsageError(f"{unknown[0][:80]!r} is no answer of this scale", hint="reload the page")
    return labels if sent else None


# -- Evidence --------------------------------------------------------------------------------------


def _evidence(form: Form, open_item: OpenItem, pasted: Sequence[EvidenceSpan]) -> tuple[EvidenceSpan, ...]:
    sent = [_span(text, open_item) for name in ("evidence", "pick") for text in form.get(name, ()) if text]
    spans = tuple(dict.fromkeys([*sent, *(pasted if len(pasted) == 1 else ())]))
    check_count(spans)
    return spans


def _span(text: str, open_item: OpenItem) -> EvidenceSpan:
    sent = _json(text, "evidence")
    match sent:
        case {"block": str(block), "start": int(start), "end": int(end), "quote": str(quote)}:
            span = EvidenceSpan(block=stored_block(open_item, block), start=start, end=end, quote=quote)
            return checked_span(span, open_item.case)
        case _:
            raise UsageError("a marked passage has no block, start, end and quote", hint="mark it again")


# -- Time ------------------------------------------------------------------------------------------


def _spent(form: Form) -> Spent:
    """Return the time of a visit from its marks, `[[milliseconds, event], ...]`; none without scripts."""
    text = _one(form, "time", "")
    sent = _json(text, "time") if text else []
    if not isinstance(sent, list) or len(sent) > MOST_MARKS:
        raise UsageError("the time is no list of marks", hint="reload the page")
    return time_spent(_mark(one) for one in sent)


def _mark(sent: object) -> Mark:
    match sent:
        case [int(at_ms), str(event)] if event in set(MarkEvent) and 0 <= at_ms <= _LATEST_MS:
            return Mark(at_ms=at_ms, event=MarkEvent(event))
        case _:
            raise UsageError("a mark of time is not a whole number and what happened", hint="reload the page")


def _json(text: str, name: str) -> object:
    if len(text) > MOST_JSON:
        raise UsageError(f"{name} is too long", hint="reload the page")
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no JSON", hint="reload the page") from error
    return value
