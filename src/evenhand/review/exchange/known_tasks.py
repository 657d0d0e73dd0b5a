"""Finding the item that a record of a file is about."""

from collections.abc import Mapping

from evenhand.errors import nearest_name
from evenhand.review.exchange.records import ExchangeTask, Place, RecordError

Tasks = Mapping[str, ExchangeTask]
"""The items of the review ledger by id."""

_MOST_COMPARED = 2_000


def find_task(item: str, tasks: Tasks, place: Place) -> ExchangeTask:
    """Return the item of that id.

    Raises:
        RecordError: There is none.
    """
    if item in tasks:
        return tasks[item]
    near = nearest_name(item[:200], list(tasks)[:_MOST_COMPARED])
    hint = f'did you mean "{near}"?' if near else "import into the workspace the items were exported from"
    raise RecordError(place, "E002", f"there is no review item {item[:80]!r}", hint)
