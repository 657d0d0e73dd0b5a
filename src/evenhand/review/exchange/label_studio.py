"""Label Studio: tasks, annotations and predictions as its import takes them and its JSON export gives them.

What was seen of version 1.23: places of passages count code points, a line end counts as each of its characters, and
the passage itself comes with every line feed and carriage return spelt as a backslash and an n. Older versions counted
as browsers do, in UTF-16 code units; where only that reading fits the passage, it is taken. The members of a project
see each other's annotations, unless an edition for companies hides them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from evenhand.records.review import EvidenceSpan, ReviewLabelKind
from evenhand.records.scale import number_text
from evenhand.review.exchange.answers import NONE_OTHER, is_numeric, read_answer, to_side
from evenhand.review.exchange.known_tasks import Tasks, find_task
from evenhand.review.exchange.label_studio_config import (
    COMMENT,
    DEFENSIBLE,
    LABEL,
    NUMBER,
    SURE,
    UNSURE,
    control_of,
    pane_of,
    task_data,
)
from evenhand.review.exchange.panes import Pane, from_units, panes, place_in_pane, spans_in_blocks
from evenhand.review.exchange.records import (
    ExchangeLabel,
    ExchangeTask,
    Place,
    Placed,
    RecordError,
    RecordReading,
)
from evenhand.review.exchange.shapes import read_shape
from evenhand.review.exchange.task_line import NOT_LABELLED

SKIPPED: Final = "skipped by the annotator"


# -- Out -------------------------------------------------------------------------------------------


def as_task(
    task: ExchangeTask, labels: Sequence[ExchangeLabel] = (), users: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a task as Label Studio imports it.

    Args:
        task: The task; its judges become predictions.
        labels: Labels of people, in which case the task is not for labelling but for looking at.
        users: E-mail addresses of people, by their names here: Label Studio takes labels of its members only.
    """
    made: dict[str, Any] = {"data": task_data(task)}
    if labels:
        made["annotations"] = [_annotation(label, task, users or {}) for label in labels if _is_first(label)]
    if task.judges:
        made["predictions"] = [
            {"model_version": each.judge, "result": [_answer(each.label, task)]} for each in task.judges
        ]
    return made


def _is_first(label: ExchangeLabel) -> bool:
    return label.kind is ReviewLabelKind.FIRST and not label.withdrawn


def _annotation(label: ExchangeLabel, task: ExchangeTask, users: Mapping[str, str]) -> dict[str, Any]:
    return {
        "completed_by": {"email": users.get(label.person, label.person)},
        "was_cancelled": False,
        "created_at": label.at,
        "lead_time": label.active_ms / 1000,
        "result": [*_results(label, task)],
    }


def _results(label: ExchangeLabel, task: ExchangeTask) -> Iterator[dict[str, Any]]:
    yield _answer(label.label, task)
    if not label.sure:
        yield _choices(SURE, [UNSURE], task)
    if label.defensible is not None:
        others = [to_side(each, task) for each in label.defensible]
        yield _choices(DEFENSIBLE, others or [NONE_OTHER], task)
    if label.comment:
        yield {**_control(COMMENT, task), "type": "textarea", "value": {"text": [label.comment]}}
    shown = panes(task)
    yield from (_passage(span, shown) for span in label.evidence)


def _answer(label: str, task: ExchangeTask) -> dict[str, Any]:
    if is_numeric(task) and label not in task.principle.answers:
        return {**_control(NUMBER, task), "type": "number", "value": {"number": float(label)}}
    return _choices(LABEL, [to_side(label, task)], task)


def _choices(name: str, chosen: list[str], task: ExchangeTask) -> dict[str, Any]:
    return {**_control(name, task), "type": "choices", "value": {"choices": chosen}}


def _control(name: str, task: ExchangeTask) -> dict[str, Any]:
    return {"from_name": name, "to_name": panes(task)[-1].name}


def _passage(span: EvidenceSpan, shown: Sequence[Pane]) -> dict[str, Any]:
    found = place_in_pane(shown, span)
    assert found is not None, "evidence of the ledger is in its text"
    name, start, end = found
    return {
        "from_name": control_of(name),
        "to_name": name,
        "type": "labels",
        "value": {"start": start, "end": end, "text": _spelt(span.quote), "labels": ["evidence"]},
    }


def _spelt(quote: str) -> str:
    """Return a passage as Label Studio spells it."""
    return quote.replace("\n", "\\n").replace("\r", "\\n")


# -- In --------------------------------------------------------------------------------------------


class _Tolerant(BaseModel):
    """What Label Studio writes beside the fields named is its own business."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)


class _Result(_Tolerant):
    from_name: str = ""
    to_name: str = ""
    value: dict[str, Any] = Field(default_factory=dict)


class _Annotation(_Tolerant):
    result: list[_Result] = Field(default_factory=list)
    completed_by: int | str | dict[str, Any] | None = None
    was_cancelled: bool = False
    created_at: str = ""
    lead_time: float | None = Field(default=None, ge=0, le=1e12)
    prediction: dict[str, Any] | int | None = None
    parent_prediction: int | None = None


class _Task(_Tolerant):
    data: dict[str, Any]
    annotations: list[_Annotation] = Field(default_factory=list)
    predictions: list[Any] = Field(default_factory=list)


class _ItemOf(_Tolerant):
    item: str = Field(min_length=1)
    principle_hash: str = ""


def read_task(record: Mapping[str, Any], tasks: Tasks, *, others_hidden: bool = False) -> RecordReading:
    """Read the annotations of a task of a JSON export.

    Args:
        record: The task.
        tasks: The items of the review ledger.
        others_hidden: Whether annotators could not see each other's annotations; where they could, an annotation that
            came after another person's is not blind.

    Raises:
        RecordError: It has not the shape.
    """
    task = read_shape(_Task, record)
    said = read_shape(_ItemOf, task.data)
    if not task.annotations:
        return RecordReading(left_out=(NOT_LABELLED,))
    known = find_task(said.item, tasks, ("data", "item"))
    placed, complaints, left_out = [], [], []
    for at, annotation in enumerate(task.annotations):
        place: Place = ("annotations", at)
        if annotation.was_cancelled or not annotation.result:
            left_out.append(SKIPPED)
            continue
        unseen = others_hidden or not _came_after_another(annotation, task.annotations)
        try:
            found = _Reader(annotation, known, place).read(
                blind=unseen and not task.predictions and not _saw_a_prediction(annotation),
                principle_hash=said.principle_hash,
            )
        except RecordError as error:
            complaints.append(error.complaint)
        else:
            placed.append(found)
    return RecordReading(placed=tuple(placed), complaints=tuple(complaints), left_out=tuple(left_out))


def _saw_a_prediction(annotation: _Annotation) -> bool:
    return bool(annotation.prediction) or annotation.parent_prediction is not None


def _came_after_another(annotation: _Annotation, all_of_task: Sequence[_Annotation]) -> bool:
    mine, when = _name(annotation), _moment(annotation)
    return any(
        _name(each) != mine and not each.was_cancelled and _moment(each) < when for each in all_of_task
    )


def _moment(annotation: _Annotation) -> datetime:
    try:
        moment = datetime.fromisoformat(annotation.created_at)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _name(annotation: _Annotation) -> str:
    """Return who annotated: an e-mail where the export tells it, else the number of the user."""
    by = annotation.completed_by
    if isinstance(by, dict):
        return str(by.get("email") or by.get("id") or "")
    return "" if by is None else str(by)


class _Reader:
    """Reads one annotation."""

    def __init__(self, annotation: _Annotation, task: ExchangeTask, place: Place) -> None:
        self._annotation = annotation
        self._task = task
        self._place = place
        self._panes = {pane.name: pane for pane in panes(task)}

    def read(self, *, blind: bool, principle_hash: str) -> Placed:
        label, at = self._label()
        said = ExchangeLabel(
            item=self._task.item,
            person=_name(self._annotation),
            label=label,
            blind=blind,
            sure=self._chosen(SURE) != [UNSURE],
            defensible=self._defensible(),
            comment="\n".join(self._texts(COMMENT)),
            evidence=tuple(self._evidence()),
            order=self._task.order,
            at=self._annotation.created_at,
            active_ms=round((self._annotation.lead_time or 0) * 1000),
            principle_hash=principle_hash,
        )
        places = {
            "item": ("data", "item"),
            "principle_hash": ("data", "principle_hash"),
            "person": (*self._place, "completed_by"),
            "at": (*self._place, "created_at"),
            "label": at,
        }
        return Placed(said=said, places=places)

    def _label(self) -> tuple[str, Place]:
        found = [*self._answers()]
        if len(found) == 1:
            return read_answer(found[0][0], self._task, found[0][1]), found[0][1]
        what = "several answers" if found else "no answer"
        hint = f"the answer is the control {LABEL!r} or {NUMBER!r}, given once"
        raise RecordError(self._place, "E003", f"the annotation has {what}", hint)

    def _answers(self) -> Iterator[tuple[str, Place]]:
        for number, result in enumerate(self._annotation.result):
            place = (*self._place, "result", number, "value")
            value = result.value.get("number")
            if result.from_name == LABEL:
                for at, chosen in enumerate(_strings(result.value.get("choices"))):
                    yield chosen, (*place, "choices", at)
            elif result.from_name == NUMBER and isinstance(value, int | float):
                yield number_text(float(value)), (*place, "number")

    def _values(self, name: str, key: str) -> list[str]:
        return [
            each
            for result in self._annotation.result
            if result.from_name == name
            for each in _strings(result.value.get(key))
        ]

    def _chosen(self, name: str) -> list[str]:
        return self._values(name, "choices")

    def _texts(self, name: str) -> list[str]:
        return self._values(name, "text")

    def _defensible(self) -> tuple[str, ...] | None:
        chosen = self._chosen(DEFENSIBLE)
        if not chosen:
            return None
        place = (*self._place, "result")
        return tuple(read_answer(each, self._task, place) for each in chosen if each != NONE_OTHER)

    def _evidence(self) -> Iterator[EvidenceSpan]:
        for number, result in enumerate(self._annotation.result):
            if pane_of(result.from_name) is not None and "start" in result.value:
                yield from self._passage(result, (*self._place, "result", number, "value"))

    def _passage(self, result: _Result, place: Place) -> tuple[EvidenceSpan, ...]:
        pane = self._panes.get(result.to_name)
        start, end = result.value.get("start"), result.value.get("end")
        if pane is None or not isinstance(start, int) or not isinstance(end, int):
            raise RecordError(place, "E006", f"there is no passage of {result.to_name!r} to quote")
        quote = str(result.value.get("text", ""))
        for first, last in ((start, end), (from_units(pane.text, start), from_units(pane.text, end))):
            if first is None or last is None or not 0 <= first < last <= len(pane.text):
                continue
            spans = spans_in_blocks(pane, first, last)
            if spans and _spelt(pane.text[first:last]) == _spelt(quote):
                return spans
        message = f"the passage {quote[:60]!r} is not what {pane.name} holds from {start} to {end}"
        raise RecordError(place, "E006", message, "mark the passage again in the text as it is now")


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
