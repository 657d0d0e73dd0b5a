"""Argilla: records as its `to_json` and `from_json` hold them, and the settings of a data set.

What is known of version 2: a span counts in UTF-16 code units, as browsers do, and comes without its text; responses
come without their time, and without whether they were submitted, so only those of completed records are read unless
each response says it itself (`Record.serialize()`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from evenhand.records.review import EvidenceSpan, ReviewLabelKind
from evenhand.records.scale import number_text
from evenhand.review.exchange.answers import NONE_OTHER, is_numeric, read_answer, to_side
from evenhand.review.exchange.argilla_settings import (
    COMMENT,
    DEFENSIBLE,
    EVIDENCE,
    LABEL,
    SURE,
    UNSURE,
    fields_of,
)
from evenhand.review.exchange.known_tasks import Tasks, find_task
from evenhand.review.exchange.panes import Pane, from_units, panes, place_in_pane, spans_in_blocks, to_units
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

NOT_SUBMITTED: Final = "not submitted, or of a record that is not completed"
_PEOPLE: Final = UUID("5a0f6c5c-3c0e-4b52-9f0e-6d1d7c3b8a11")
_SUBMITTED, _COMPLETED = "submitted", "completed"


def user_id(person: str) -> str:
    """Return the id that stands for a person whose id in Argilla is not known."""
    return str(uuid5(_PEOPLE, person))


# -- Out -------------------------------------------------------------------------------------------


def as_record(
    task: ExchangeTask, labels: Sequence[ExchangeLabel] = (), users: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a task as a record; its judges become suggestions, labels of people responses.

    Args:
        task: The task. Argilla keeps one suggestion for each question: that of the first judge.
        labels: Labels of people.
        users: Ids of people in Argilla, by their names here.
    """
    given = [each for each in labels if each.kind is ReviewLabelKind.FIRST and not each.withdrawn]
    answered: dict[str, list[dict[str, Any]]] = {}
    for label in given:
        user = (users or {}).get(label.person) or user_id(label.person)
        for question, value in _values(label, task):
            answered.setdefault(question, []).append({"value": value, "user_id": user})
    return {
        "id": task.item,
        "fields": fields_of(task),
        "metadata": {"principle": task.principle.principle.id, "principle_hash": task.principle.hash},
        "suggestions": _suggestions(task),
        "responses": answered,
        "vectors": {},
        "status": _COMPLETED if given else "pending",
        "_server_id": None,
    }


def _suggestions(task: ExchangeTask) -> dict[str, Any]:
    if not task.judges:
        return {}
    first = task.judges[0]
    return {LABEL: {"value": to_side(first.label, task), "score": None, "agent": first.judge}}


def _values(label: ExchangeLabel, task: ExchangeTask) -> Iterator[tuple[str, Any]]:
    yield LABEL, to_side(label.label, task)
    if not label.sure:
        yield SURE, UNSURE
    if label.defensible is not None:
        yield DEFENSIBLE, [to_side(each, task) for each in label.defensible] or [NONE_OTHER]
    if label.comment:
        yield COMMENT, label.comment
    shown = panes(task)
    for pane in shown:
        spans = [*_spans(label.evidence, pane, shown)]
        if spans:
            yield EVIDENCE + pane.name, spans


def _spans(evidence: Sequence[EvidenceSpan], pane: Pane, shown: Sequence[Pane]) -> Iterator[dict[str, Any]]:
    for span in evidence:
        found = place_in_pane(shown, span)
        if found is not None and found[0] == pane.name:
            start, end = (to_units(pane.text, place) for place in found[1:])
            yield {"start": start, "end": end, "label": "evidence"}


# -- In --------------------------------------------------------------------------------------------


class _Tolerant(BaseModel):
    """What Argilla writes beside the fields named is its own business."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)


class _Response(_Tolerant):
    value: Any = None
    user_id: str = ""
    status: str | None = None


class _NamedResponse(_Response):
    question_name: str


class _Record(_Tolerant):
    id: str | None = None
    external_id: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    suggestions: dict[str, Any] | list[Any] = Field(default_factory=dict)
    responses: dict[str, list[_Response]] | list[_NamedResponse] = Field(default_factory=dict)
    status: str = ""


def read_record(record: Mapping[str, Any], tasks: Tasks) -> RecordReading:
    """Read the responses of a record, in either shape the SDK writes.

    Raises:
        RecordError: It has not the shape.
    """
    found = read_shape(_Record, record)
    by_user, left_out = _by_user(found)
    if not by_user:
        return RecordReading(left_out=tuple(left_out) or (NOT_LABELLED,))
    named, place = _item_of(record)
    task = find_task(named, tasks, place)
    placed, complaints = [], []
    for user, given in by_user.items():
        try:
            placed.append(_read_response(user, given, found, task))
        except RecordError as error:
            complaints.append(error.complaint)
    return RecordReading(placed=tuple(placed), complaints=tuple(complaints), left_out=tuple(left_out))


def _item_of(record: Mapping[str, Any]) -> tuple[str, Place]:
    """Return the id of the item: what we gave the record as its id; the server's own id is another."""
    external = record.get("external_id")
    return (str(external), ("external_id",)) if external else (str(record.get("id") or ""), ("id",))


def _by_user(found: _Record) -> tuple[dict[str, dict[str, tuple[Any, Place]]], list[str]]:
    """Return the answers of each user by question, each with its place, and why others are passed over."""
    by_user: dict[str, dict[str, tuple[Any, Place]]] = {}
    passed: set[str] = set()
    for question, response, place in _responses(found):
        status = response.status or (_SUBMITTED if found.status in {"", _COMPLETED} else "draft")
        if status != _SUBMITTED:
            passed.add(response.user_id)
        elif response.value is not None:
            by_user.setdefault(response.user_id, {})[question] = (response.value, place)
    return by_user, [NOT_SUBMITTED] * len(passed - by_user.keys())


def _responses(found: _Record) -> Iterator[tuple[str, _Response, Place]]:
    if isinstance(found.responses, dict):
        for question, given in found.responses.items():
            for at, response in enumerate(given):
                yield question, response, ("responses", question, at, "value")
        return
    for at, named in enumerate(found.responses):
        yield named.question_name, named, ("responses", at, "value")


def _read_response(
    user: str, given: Mapping[str, tuple[Any, Place]], record: _Record, task: ExchangeTask
) -> Placed:
    if LABEL not in given:
        raise RecordError(("responses",), "E003", f"user {user[:60]!r} gave no answer to {LABEL!r}")
    answer, place = given[LABEL]
    said = ExchangeLabel(
        item=task.item,
        person=user,
        label=read_answer(_text(answer, task), task, place),
        blind=not record.suggestions,
        sure=given.get(SURE, (None, ()))[0] != UNSURE,
        defensible=_defensible(given, task),
        comment=str(given.get(COMMENT, ("", ()))[0]),
        evidence=tuple(_evidence(given, task)),
        order=task.order,
        principle_hash=str(record.metadata.get("principle_hash") or ""),
    )
    places = {"label": place, "person": (*place[:-1], "user_id"), "item": ("id",)}
    return Placed(said=said, places={**places, "principle_hash": ("metadata", "principle_hash")})


def _text(answer: Any, task: ExchangeTask) -> str:
    """Return an answer as text; a numeric scale is asked as free text or as a rating, which is a number."""
    if isinstance(answer, int | float) and not isinstance(answer, bool) and is_numeric(task):
        return number_text(float(answer))
    return str(answer).strip()


def _defensible(given: Mapping[str, tuple[Any, Place]], task: ExchangeTask) -> tuple[str, ...] | None:
    chosen, place = given.get(DEFENSIBLE, (None, ()))
    if not isinstance(chosen, list):
        return None
    return tuple(read_answer(str(each), task, place) for each in chosen if each != NONE_OTHER)


def _evidence(given: Mapping[str, tuple[Any, Place]], task: ExchangeTask) -> Iterator[EvidenceSpan]:
    for pane in panes(task):
        spans, place = given.get(EVIDENCE + pane.name, ([], ()))
        for at, span in enumerate(spans if isinstance(spans, list) else []):
            yield from _passage(pane, span, (*place, at))


def _passage(pane: Pane, span: Any, place: Place) -> tuple[EvidenceSpan, ...]:
    units = (span.get("start"), span.get("end")) if isinstance(span, Mapping) else (None, None)
    start, end = (from_units(pane.text, each) if isinstance(each, int) else None for each in units)
    found = () if start is None or end is None else spans_in_blocks(pane, start, end)
    if not found:
        message = f"there is no passage of {pane.name} from {units[0]!r} to {units[1]!r}"
        raise RecordError(place, "E006", message, "spans count UTF-16 code units from 0, the end left out")
    return found
