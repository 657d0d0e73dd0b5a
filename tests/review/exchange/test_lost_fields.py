"""The table of lost fields is exactly true: what it does not name survives every format, what it names does not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from tests.review.exchange.made_labels import BASE, Labelled, labelled

from evenhand.records.label import LabelLine
from evenhand.records.rating import Order
from evenhand.records.review import (
    EvidenceSpan,
    Provenance,
    ReviewLabelKind,
)
from evenhand.review.exchange import argilla, label_studio, scout
from evenhand.review.exchange.calibrate_line import calibrate_lines
from evenhand.review.exchange.csv_cells import as_cells, read_cells
from evenhand.review.exchange.formats import FACTS, LOST
from evenhand.review.exchange.parquet_columns import as_parquet_row, read_parquet_row
from evenhand.review.exchange.records import (
    ExchangeLabel,
    Format,
    ItemContext,
    RecordReading,
)
from evenhand.review.exchange.review_line import FIELDS, as_line, read_line

LABEL_FIELDS = tuple(
    name
    for name in (*(each.name for each in fields(ExchangeLabel)), *(each.name for each in fields(ItemContext)))
    if name != "context"
)


def plain(value: Any) -> Any:
    """Take a value through the text of a file."""
    return json.loads(json.dumps(value))


def only(reading: RecordReading) -> ExchangeLabel | None:
    assert not reading.complaints
    said = [each.said for each in reading.placed]
    assert len(said) <= 1
    return said[0] if said and isinstance(said[0], ExchangeLabel) else None


def by_label_studio(made: Labelled) -> ExchangeLabel | None:
    return only(label_studio.read_task(plain(label_studio.as_task(made.task, [made.label])), made.known))


def by_argilla(made: Labelled) -> ExchangeLabel | None:
    found = only(argilla.read_record(plain(argilla.as_record(made.task, [made.label])), made.known))
    people = {argilla.user_id(made.label.person): made.label.person}
    return replace(found, person=people[found.person]) if found else None


def by_line(made: Labelled) -> ExchangeLabel | None:
    return only(RecordReading(placed=(read_line(plain(as_line(made.label))),)))


def by_cells(made: Labelled) -> ExchangeLabel | None:
    cells = dict(zip(FIELDS, as_cells(as_line(made.label), FIELDS), strict=True))
    return only(RecordReading(placed=(read_line(read_cells(cells)),)))


def by_parquet_row(made: Labelled) -> ExchangeLabel | None:
    row = dict.fromkeys(FIELDS) | as_parquet_row(as_line(made.label))
    return only(RecordReading(placed=(read_line(read_parquet_row(row)),)))


def by_scout(made: Labelled) -> ExchangeLabel | None:
    label = made.label
    if label.kind is not ReviewLabelKind.FIRST or label.withdrawn:
        return None  # a settled answer is made of first labels that hold
    case = scout.as_case(label.item, label.context.case, label.context.principle, label.label)
    return only(scout.read_case(plain(case), made.known, lambda _case, _principle: ()))


def by_calibration(made: Labelled) -> ExchangeLabel | None:
    for written in calibrate_lines([made.label]):
        line = LabelLine.model_validate_json(written.model_dump_json())
        context = ItemContext(
            case=line.case,
            candidate=line.candidate,
            principle=line.principle,
            design=line.design,
            stratum=line.stratum,
            inclusion=line.inclusion,
        )
        return ExchangeLabel(
            item="",
            person=line.annotator,
            label=line.label,
            comment=line.note,
            blind=bool(line.blind),
            at=line.at,
            active_ms=round((line.seconds or 0) * 1000),
            defensible=line.defensible,
            context=context,
        )
    return None


ROADS: Mapping[Format, Callable[[Labelled], ExchangeLabel | None]] = {
    Format.LABEL_STUDIO: by_label_studio,
    Format.ARGILLA: by_argilla,
    Format.CSV: by_cells,
    Format.JSONL: by_line,
    Format.PARQUET: by_parquet_row,
    Format.SCOUT: by_scout,
    Format.CALIBRATE: by_calibration,
}


def value(label: ExchangeLabel, name: str) -> Any:
    if name == "evidence":  # tools give passages back text by text
        return sorted(label.evidence, key=lambda span: (span.block, span.start, span.end))
    return getattr(label, name) if hasattr(label, name) else getattr(label.context, name)


@pytest.mark.parametrize("format_", Format)
@given(made=labelled())
@settings(max_examples=40, deadline=None)
def test_every_field_that_is_not_named_as_lost_survives(format_: Format, made: Labelled) -> None:
    if not (FACTS[format_].decisions and FACTS[format_].comes_back):
        label = replace(made.label, kind=ReviewLabelKind.FIRST, withdrawn=False)
        made = Labelled(made.task, replace(label, context=replace(label.context, gold=None)))
    back = ROADS[format_](made)
    assert back is not None
    for name in LABEL_FIELDS:
        if name not in LOST[format_]:
            assert value(back, name) == value(made.label, name), name


CHANGED: Mapping[str, Any] = {
    "id": "rl-1",
    "item": "rv-1",
    "person": "ann",
    "label": "violates",
    "kind": ReviewLabelKind.REPEAT,
    "blind": False,
    "sure": False,
    "defensible": ("complies",),
    "comment": "because",
    "evidence": (EvidenceSpan(block="output:1", start=0, end=4, quote="some"),),
    "order": Order.SWAPPED,
    "at": "2026-11-20T10:02:11.123+00:00",
    "active_ms": 1,
    "idle_ms": 2,
    "revisits": 3,
    "principle_hash": "sha256:51",
    "via": "web",
    "withdrawn": True,
    "run": "run-1",
    "constitution": "acme@1.0.0",
    "case": "case-1",
    "candidate": "1",
    "principle": "keep.secrets",
    "design": "rd-1",
    "stratum": "s",
    "inclusion": 0.5,
    "gold": "violates",
    "provenance": Provenance.UNANIMOUS,
}


def changed(name: str) -> Labelled:
    context: dict[str, Any] = {"case": "case-1", "principle": "keep.secrets"}
    if hasattr(BASE.label, name):
        label = replace(BASE.label, **{name: CHANGED[name]})
        return Labelled(BASE.task, replace(label, context=ItemContext(**context)))
    return Labelled(BASE.task, replace(BASE.label, context=ItemContext(**(context | {name: CHANGED[name]}))))


@pytest.mark.parametrize(
    ("format_", "name"), [(format_, name) for format_ in Format for name in LOST[format_]]
)
def test_no_field_that_is_named_as_lost_survives(format_: Format, name: str) -> None:
    back = ROADS[format_](changed(name))
    assert back is None or value(back, name) != CHANGED[name]


def test_the_table_knows_every_format_and_only_fields_there_are() -> None:
    assert set(LOST) == set(FACTS) == set(Format)
    assert set(CHANGED) == set(LABEL_FIELDS)
    for lost in LOST.values():
        assert set(lost) <= set(LABEL_FIELDS)
        assert all(lost.values())
