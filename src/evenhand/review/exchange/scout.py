"""Inspect Scout: validation sets, one settled answer for each case.

Scout takes the id for that of a transcript, so it is the case's; our own columns stand beside it, which Scout passes
over. Its CSV reader takes words such as NA for nothing and digits for numbers, which JSONL does not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from evenhand.review.exchange.answers import not_on_the_scale
from evenhand.review.exchange.known_tasks import Tasks, find_task
from evenhand.review.exchange.records import ExchangeLabel, ItemContext, Placed, RecordError, RecordReading
from evenhand.review.exchange.shapes import read_shape
from evenhand.review.exchange.spreadsheet import neutralise

FIELDS: Final = ("id", "target", "item", "principle")
"""Columns, in their order."""
UNREADABLE_IN_CSV: Final = frozenset(
    {"#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>"}
    | {"N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}
)
"""Texts that Scout's reader of CSV takes for an empty cell."""

ItemsOf = Callable[[str, str], Sequence[str]]
"""Gives the items of a case under a principle; under any where the principle is empty."""


def as_case(item: str, case: str, principle: str, label: str) -> dict[str, str]:
    """Return a settled label as a case of a validation set."""
    return {"id": case, "target": label, "item": item, "principle": principle}


def fits_csv(case: Mapping[str, str]) -> bool:
    """Tell whether Scout's reader of CSV gets a case as it is; it gets everything right from JSONL."""
    id_, target = case["id"], case["target"]
    is_list = "," in id_ or (id_.startswith("[") and id_.endswith("]"))
    is_plain = neutralise(target) == target and target not in UNREADABLE_IN_CSV
    return is_plain and not is_list and id_ not in UNREADABLE_IN_CSV


class _Case(BaseModel):
    """What Scout writes beside the fields named is its own business."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)

    id: str | int = ""
    target: str | int | float | bool | dict[str, Any] | None = None
    item: str = ""
    principle: str = ""
    split: Any = None
    labels: dict[str, Any] | None = Field(default=None)


def read_case(record: Mapping[str, Any], tasks: Tasks, items_of: ItemsOf) -> RecordReading:
    """Read the answer of a case; who gave it is not in the file.

    Raises:
        RecordError: It has not the shape, or is about no item.
    """
    case = read_shape(_Case, record)
    if isinstance(case.target, dict) or case.labels is not None:
        raise RecordError(
            ("target",), "E001", "a case with several targets is not read", "give it one target"
        )
    if case.target is None or case.target == "":
        return RecordReading(left_out=("a case without a target",))
    task = find_task(_item(case, items_of), tasks, ("item",) if case.item else ("id",))
    label = _text(case.target)
    if not task.principle.holds(label):
        raise RecordError(("target",), "E003", *not_on_the_scale(label, task, in_case=True))
    by_item = str(case.id) == task.item
    context = ItemContext(case="" if by_item else str(case.id), principle=case.principle)
    said = ExchangeLabel(item=task.item, person="", label=label, order=task.order, context=context)
    return RecordReading(
        placed=(Placed(said=said, places={"label": ("target",), "item": ("id",), "case": ("id",)}),)
    )


def _item(case: _Case, items_of: ItemsOf) -> str:
    if case.item:
        return case.item
    found = items_of(str(case.id), case.principle)
    if len(found) > 1:
        message = f"the case {str(case.id)[:60]!r} has {len(found)} items"
        raise RecordError(("id",), "E002", message, "name the item in the column `item`")
    return found[0] if found else str(case.id)


def _text(target: str | float) -> str:
    if isinstance(target, bool):
        return "true" if target else "false"
    return target if isinstance(target, str) else re.sub(r"\.0$", "", repr(target))
