"""Finding the item that a record of a file is about."""

from collections.abc import Mapping
from itertools import islice

from evenhand.errors import nearest_name
from evenhand.review.exchange.records import Complaint, ExchangeTask, Place, RecordError

Tasks = Mapping[str, ExchangeTask]
"""The items of the review ledger by id."""

_MOST_COMPARED = 500
"""Ids that a misspelt one is compared with."""


def find_task(item: str, tasks: Tasks, place: Place) -> ExchangeTask:
    """Return the item of that id.

    Raises:
        RecordError: There is none.
    """
    if item in tasks:
        return tasks[item]
    wrong = no_such_item(item, tasks, place)
    raise RecordError(wrong.place, wrong.code, wrong.message, wrong.suggestion)


def no_such_item(item: str, tasks: Tasks, place: Place) -> Complaint:
    """Return what is wrong with a record about an item that is not there."""
    near = nearest_name(item[:200], islice(tasks, _MOST_COMPARED))
    hint = f'did you mean "{near}"?' if near else "import into the workspace the items were exported from"
    return Complaint(
        place=place, code="E002", message=f"there is no review item {item[:80]!r}", suggestion=hint
    )
