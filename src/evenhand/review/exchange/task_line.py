"""The shape of items still to be labelled, the same in JSONL, CSV and Parquet: what is shown, with room to answer."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from evenhand.records.canonical import FileRecord
from evenhand.records.message import Text
from evenhand.review.exchange.answers import answers, is_numeric, read_answer
from evenhand.review.exchange.known_tasks import Tasks, find_task
from evenhand.review.exchange.panes import panes
from evenhand.review.exchange.records import (
    ExchangeLabel,
    ExchangeTask,
    Placed,
    RecordReading,
)
from evenhand.review.exchange.review_line import MOST_COMMENT
from evenhand.review.exchange.shapes import read_shape

SCHEMA: Final = "review-task/v1"
NOT_LABELLED: Final = "not labelled yet"


class JudgeLine(FileRecord):
    """What a judge said."""

    judge: str
    label: str
    reason: str = ""


class TaskLine(FileRecord):
    """An item to be labelled. People fill in `label` and what follows it; what stands before is shown to them."""

    schema_: Literal["review-task/v1"] = Field(default="review-task/v1", alias="schema")
    """Kind and version of the line."""
    item: str = Field(min_length=1)
    """Id of the review item; the only thing the answer is joined by."""
    principle: str = ""
    """The principle."""
    title: str = ""
    """Its short name."""
    rule: str = ""
    """Its text."""
    exceptions: str = ""
    """Where it does not hold."""
    applies: str = ""
    """Where it applies."""
    rationale: str = ""
    """Why it exists, where reviewers are shown it."""
    answers: Mapping[str, str] | str = ""
    """The answers there are, with what each means; in tables as text."""
    minimum: float | None = None
    """Lowest answer of a numeric scale."""
    maximum: float | None = None
    """Highest answer of a numeric scale."""
    prompt: str | None = None
    """What was asked; the turns of a conversation are introduced by their role."""
    output: str | None = None
    """The candidate."""
    left: str | None = None
    """The candidate on the left, of a pair."""
    right: str | None = None
    """The candidate on the right, of a pair."""
    reference: str | tuple[str, ...] | None = None
    """A right answer, or several."""
    sensitive: tuple[str, ...] = ()
    """Content tags."""
    principle_hash: str = ""
    """Hash over what a label on the principle rests on; an answer to another wording is refused."""
    judges: tuple[JudgeLine, ...] = ()
    """What the judges said. Where this is filled, answers are not blind."""
    person: str = ""
    """Who answers."""
    label: str = ""
    """The answer; of a pair, "left" or "right"."""
    sure: bool = True
    """Whether the person is sure."""
    defensible: tuple[str, ...] | None = None
    """Other answers that could be defended; empty where there are none."""
    comment: str = Field(default="", max_length=MOST_COMMENT)
    """A comment."""
    at: str = ""
    """When the answer was given, ISO 8601."""
    seconds: float | None = Field(default=None, ge=0, le=1e7)
    """Active time it took."""


FIELDS: Final = tuple(field.alias or name for name, field in TaskLine.model_fields.items())
"""Names of the fields, as they are written."""


def as_task_line(task: ExchangeTask) -> dict[str, Any]:
    """Return a task as plain JSON values, with room for the answer."""
    shown = task.principle
    line = TaskLine(
        item=task.item,
        **principle_texts(task),
        answers=dict(answers(task)),
        **(_range(task) if is_numeric(task) else {}),
        **_texts(task),
        reference=reference_text(task.case.reference),
        sensitive=task.case.sensitive,
        principle_hash=shown.hash,
        judges=tuple(
            JudgeLine(judge=each.judge, label=each.label, reason=each.reason) for each in task.judges
        ),
    )
    return line.canonical() | {"schema": SCHEMA, "person": "", "label": "", "sure": True, "comment": ""}


def as_task_row(task: ExchangeTask) -> dict[str, Any]:
    """Return a task for a table that people read, where answers and references are text."""
    line = as_task_line(task)
    offered = "\n".join(f"{answer}: {words}" if words else answer for answer, words in answers(task).items())
    reference = reference_text(task.case.reference)
    several = {} if reference is None or isinstance(reference, str) else {"reference": "\n\n".join(reference)}
    return {**line, "answers": offered, **several}


def principle_texts(task: ExchangeTask) -> dict[str, Any]:
    """Return the texts of a task's principle that reviewers are shown."""
    principle = task.principle.principle
    return {
        "principle": principle.id,
        "title": principle.title,
        "rule": principle.text,
        "exceptions": principle.exceptions,
        "applies": principle.when,
        "rationale": principle.rationale if "reviewers" in principle.show_rationale_to else "",
    }


def reference_text(reference: Text | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
    """Return a right answer as plain text, or several as a list of them."""
    if reference is None or isinstance(reference, str):
        return reference
    return tuple(each if isinstance(each, str) else f"[{each.role}]\n{each.content}" for each in reference)


def _texts(task: ExchangeTask) -> dict[str, Any]:
    return {pane.name: pane.text for pane in panes(task)}


def _range(task: ExchangeTask) -> dict[str, Any]:
    scale = task.principle.scale
    return {"minimum": getattr(scale, "minimum", None), "maximum": getattr(scale, "maximum", None)}


def read_task_line(record: Mapping[str, Any], tasks: Tasks) -> RecordReading:
    """Read the answer out of a task that came back.

    Raises:
        RecordError: It has not the shape, or answers what was not asked.
    """
    line = read_shape(TaskLine, {name: value for name, value in record.items() if value is not None})
    if not line.label:
        return RecordReading(left_out=(NOT_LABELLED,))
    task = find_task(line.item, tasks, ("item",))
    said = ExchangeLabel(
        item=line.item,
        person=line.person,
        label=read_answer(line.label, task, ("label",)),
        blind=not line.judges,
        sure=line.sure,
        defensible=_defensible(line, task),
        comment=line.comment,
        order=task.order,
        at=line.at,
        active_ms=round((line.seconds or 0) * 1000),
        principle_hash=line.principle_hash,
    )
    places = {name: (name,) for name in record} | {"active_ms": ("seconds",)}
    return RecordReading(placed=(Placed(said=said, places=places),))


def _defensible(line: TaskLine, task: ExchangeTask) -> tuple[str, ...] | None:
    if line.defensible is None:
        return None
    return tuple(
        read_answer(each, task, ("defensible", at)) for at, each in enumerate(line.defensible) if each
    )


def is_task(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is a task, with an answer or without, and not a label of its own."""
    return record.get("schema") == SCHEMA or ("record" not in record and "kind" not in record)
