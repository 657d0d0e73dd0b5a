"""Records of review to rows, and back."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Row

from evenhand.records.canonical import canonical_json, content_hash
from evenhand.records.rating import Order
from evenhand.records.review import (
    Adjudication,
    Assignment,
    AssignmentKind,
    AssignmentState,
    Draft,
    Flagged,
    Person,
    ReviewDraw,
    ReviewEvent,
    ReviewItem,
    ReviewLabel,
    Role,
    ShownCase,
    ShownPrinciple,
    Visit,
)

T = TypeVar("T")


_ADAPTERS: Final[Mapping[type, TypeAdapter[Any]]] = {
    kind: TypeAdapter(kind)
    for kind in (Adjudication, Draft, Person, ReviewDraw, ReviewLabel, ShownCase, ShownPrinciple, Visit)
}


def plain(record: Any) -> Any:
    """Return a record as plain JSON values."""
    return _ADAPTERS[type(record)].dump_python(record, mode="json", exclude_defaults=True)


def text_of(record: Any) -> str:
    """Return a record as canonical JSON."""
    return canonical_json(plain(record)).decode()


def read_json(kind: type[T], text: str | bytes) -> T:
    """Return the record that a text holds."""
    record: T = _ADAPTERS[kind].validate_json(text)
    return record


def read_plain(kind: type[T], values: object) -> T:
    """Return the record that plain JSON values hold."""
    return read_json(kind, canonical_json(values))


def content_of(case: ShownCase) -> tuple[str, bytes]:
    """Return the hash of what is shown of a case, and its bytes as they are kept."""
    values = plain(case)
    return content_hash(values), zlib.compress(canonical_json(values))


def read_content(body: bytes) -> ShownCase:
    """Return what is shown of a case."""
    return read_json(ShownCase, zlib.decompress(body))


def place_of(item: ReviewItem) -> str:
    """Name what is judged, whatever the design it was drawn in."""
    return content_hash([item.content, item.candidate_id, item.principle_id])


def item_row(item: ReviewItem) -> dict[str, Any]:
    """Return the row of an item."""
    return {**asdict(item), "sensitive": json.dumps(item.sensitive), "place": place_of(item)}


def read_item(row: Row[Any]) -> ReviewItem:
    """Return the item of a row."""
    return ReviewItem(
        id=row.id,
        design=row.design,
        draw=row.draw,
        run=row.run,
        seq=row.seq,
        case_id=row.case_id,
        candidate_id=row.candidate_id,
        principle_id=row.principle_id,
        principle_hash=row.principle_hash,
        content=row.content,
        stratum=row.stratum,
        inclusion=row.inclusion,
        uncertainty=row.uncertainty,
        position=row.position,
        required=row.required,
        severity=row.severity,
        sensitive=tuple(json.loads(row.sensitive)),
        gold=row.gold,
    )


def read_assignment(row: Row[Any]) -> Assignment:
    """Return the assignment of a row."""
    return Assignment(
        id=row.id,
        item=row.item,
        person=row.person,
        kind=AssignmentKind(row.kind),
        state=AssignmentState(row.state),
        order=Order(row.order),
        opened=row.opened,
        expires=row.expires,
        turn=row.turn,
        revisits=row.revisits,
        revealed=bool(row.revealed),
    )


def read_person(row: Row[Any]) -> Person:
    """Return the person of a row."""
    return Person(
        name=row.name,
        role=Role(row.role),
        opts_out=tuple(json.loads(row.opts_out)),
        active=bool(row.active),
    )


def draw_row(draw: ReviewDraw, number: int) -> dict[str, Any]:
    """Return the row of the draw that came as the `number`th."""
    return {
        "id": draw.id,
        "design": draw.design,
        "run": draw.run,
        "number": number,
        "detail": text_of(draw),
    }


def person_row(person: Person) -> dict[str, Any]:
    """Return the row of a person, without what their password is checked against."""
    return {
        "name": person.name,
        "role": person.role.value,
        "opts_out": json.dumps(person.opts_out),
        "active": int(person.active),
    }


def assignment_row(assignment: Assignment, design: str) -> dict[str, Any]:
    """Return the row of an assignment, without its draft and its visits."""
    return {
        "id": assignment.id,
        "item": assignment.item,
        "design": design,
        "person": assignment.person,
        "kind": assignment.kind.value,
        "state": assignment.state.value,
        "order": assignment.order.value,
        "opened": assignment.opened,
        "expires": assignment.expires,
        "turn": assignment.turn,
        "revisits": assignment.revisits,
        "revealed": int(assignment.revealed),
    }


def label_row(label: ReviewLabel, number: int) -> dict[str, Any]:
    """Return the row of the label that the event with this number brought."""
    return {
        "id": label.id,
        "item": label.item,
        "assignment": label.assignment,
        "person": label.person,
        "kind": label.kind.value,
        "label": label.label,
        "at": label.at,
        "number": number,
        "detail": text_of(label),
        "withdrawn": int(label.withdrawn),
    }


def adjudication_row(adjudication: Adjudication, number: int) -> dict[str, Any]:
    """Return the row of the adjudication that the event with this number brought."""
    return {
        "id": adjudication.id,
        "item": adjudication.item,
        "person": adjudication.person,
        "label": adjudication.label,
        "reason": adjudication.reason.value,
        "number": number,
        "detail": text_of(adjudication),
    }


def flag_row(flagged: Flagged, number: int) -> dict[str, Any]:
    """Return the row of the flag that the event with this number brought."""
    return {
        "number": number,
        "item": flagged.item,
        "person": flagged.person,
        "text": flagged.text,
        "at": flagged.at,
    }


def read_label(row: Row[Any]) -> ReviewLabel:
    """Return the label of a row."""
    return replace(read_json(ReviewLabel, row.detail), withdrawn=bool(row.withdrawn))


def read_adjudication(row: Row[Any]) -> Adjudication:
    """Return the adjudication of a row."""
    return read_json(Adjudication, row.detail)


def read_event(row: Row[Any]) -> ReviewEvent:
    """Return the event of a row."""
    return ReviewEvent(
        number=row.number,
        at=row.at,
        person=row.person,
        kind=row.kind,
        subject=row.subject,
        body=read_body(row.body),
        prev=row.prev,
        hash=row.hash,
    )


def read_body(text: str) -> Mapping[str, object]:
    """Return the body of an event."""
    body: Mapping[str, object] = json.loads(text)
    return body
