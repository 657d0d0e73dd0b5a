"""What a label that came in has to keep to: the scale, the wording of its principle, and the text it quotes."""

from collections.abc import Iterator
from datetime import UTC, datetime

from evenhand.records.review import ReviewItem, ReviewLabelKind
from evenhand.review.evidence import block_texts, misquote
from evenhand.review.exchange.answers import not_on_the_scale
from evenhand.review.exchange.records import (
    Complaint,
    Exchanged,
    ExchangeLabel,
    ExchangeTask,
    Placed,
)
from evenhand.review.exchange.review_line import MOST_COMMENT


def check(placed: Placed, task: ExchangeTask, item: ReviewItem) -> Iterator[Complaint]:
    """Yield everything wrong with a label or a decision about an item.

    Args:
        placed: What the file says.
        task: The item as people see it.
        item: The item.
    """
    said = placed.said
    if not task.principle.holds(said.label):
        yield placed.complaint("label", "E003", *not_on_the_scale(said.label, task, in_case=True))
    yield from _item(placed, item)
    yield from _time(placed)
    if isinstance(said, ExchangeLabel):
        yield from _label(placed, said, task)


def _label(placed: Placed, said: ExchangeLabel, task: ExchangeTask) -> Iterator[Complaint]:
    for each in said.defensible or ():
        if not task.principle.holds(each):
            yield placed.complaint("defensible", "E003", *not_on_the_scale(each, task, in_case=True))
    if said.kind is ReviewLabelKind.REVEALED and said.blind:
        yield placed.complaint("blind", "E001", "a label given after seeing the judges is not blind")
    if len(said.comment) > MOST_COMMENT:
        yield placed.complaint("comment", "E001", f"the comment is longer than {MOST_COMMENT:,} characters")
    yield from _evidence(placed, said, task)


def _evidence(placed: Placed, said: ExchangeLabel, task: ExchangeTask) -> Iterator[Complaint]:
    texts = block_texts(task.case)
    for span in said.evidence:
        if wrong := misquote(span, texts):
            yield placed.complaint("evidence", "E006", *wrong)


def _item(placed: Placed, item: ReviewItem) -> Iterator[Complaint]:
    said: Exchanged = placed.said
    if said.principle_hash and said.principle_hash != item.principle_hash:
        yield placed.complaint(
            "principle_hash",
            "E004",
            f"the label was given on another wording of {item.principle_id}",
            "draw the items again and have them labelled by the wording that holds now",
        )
    known = {
        "run": item.run,
        "case": item.case_id,
        "candidate": item.candidate_id,
        "principle": item.principle_id,
        "design": item.design,
    }
    for name, value in known.items():
        written = getattr(said.context, name)
        if written and written != value:
            words = f"{name} is {written[:60]!r}, and that of the item is {value[:60]!r}"
            yield placed.complaint(name, "E002", words)


def _time(placed: Placed) -> Iterator[Complaint]:
    said = placed.said
    if said.at and not _is_time(said.at):
        yield placed.complaint(
            "at", "E001", f"{said.at[:40]!r} is no time", "write it as 2026-11-20T09:30:00Z"
        )


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of the calendar are not there everywhere
        return False
    return True
