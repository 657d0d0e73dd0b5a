"""What leaves the workspace: items, blind, and labels with all the estimates need."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.made_review import JUDGED
from tests.workflows.review.drawn_run import drawn, label
from tests.workflows.review.exchange_kit import Exchange, make_exchange

from evenhand.catalog.labels import read_labels
from evenhand.catalog.parquet_file import parquet_records
from evenhand.catalog.raw_records import csv_records
from evenhand.errors import NothingSelectedError, UsageError
from evenhand.records.review import (
    Adjudication,
    AdjudicationReason,
    Person,
    ReviewItem,
    Role,
    Spent,
)
from evenhand.records.suite import LabelFile
from evenhand.review.exchange.formats import FACTS
from evenhand.review.exchange.records import Format
from evenhand.store.review.rows import plain
from evenhand.workflows.calibrate import calibrate_run
from evenhand.workflows.review.export_labels import Wanted, export_labels
from evenhand.workflows.review.verify import verify_review

TOOLS = [(format_, f"tasks{facts.endings[0]}") for format_, facts in FACTS.items() if facts.tasks]
LABELS = [(format_, f"labels{facts.endings[0]}") for format_, facts in FACTS.items()]


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return make_exchange(tmp_path, 4)


def all_bytes(exchange: Exchange, files: tuple[str, ...]) -> bytes:
    return b"".join(read_bytes(exchange.folder / name) for name in files)


def read_bytes(path: Path) -> bytes:
    """Return what a file says; a packed one unpacked."""
    if path.suffix == ".parquet":
        return json.dumps([dict(record.value) for record in parquet_records(path)]).encode()
    return path.read_bytes()


@pytest.mark.parametrize(("format_", "name"), TOOLS)
def test_items_go_out_blind(tmp_path: Path, format_: Format, name: str) -> None:
    exchange = make_exchange(
        tmp_path,
        6,
        required=lambda _: 2,
        gold=lambda number: "CANARY-gold" if number == 1 else None,
        people=[Person(name="CANARY-person", role=Role.REVIEWER)],
    )
    exchange.review.label("CANARY-person", "violates", comment="CANARY-comment")
    done = exchange.tasks(format_, name)
    written = all_bytes(exchange, done.files)
    assert done.blind
    assert done.items == 6
    assert b"rv-00001" in written
    for hidden in (b"CANARY", b"0.4321", b"case-0000", b"rd-1", b"made-up"):
        assert hidden not in written, hidden


@pytest.mark.parametrize(("format_", "name"), TOOLS)
def test_the_judges_go_out_only_where_it_is_asked_for(exchange: Exchange, format_: Format, name: str) -> None:
    done = exchange.tasks(format_, name, judged=lambda _item: JUDGED)
    assert not done.blind
    assert b"CANARY-judge" in all_bytes(exchange, done.files)


def test_items_with_enough_labels_stay_and_those_that_want_another_person_go(tmp_path: Path) -> None:
    exchange = make_exchange(tmp_path, 3, required=lambda number: 1 + (number == 0))
    for _ in range(3):
        exchange.review.label("ann")
    assert exchange.tasks(Format.JSONL, "tasks.jsonl").items == 1
    exchange.review.label("bo")
    with pytest.raises(NothingSelectedError, match="left to label"):
        exchange.tasks(Format.JSONL, "tasks.jsonl")


def test_what_left_with_the_judges_is_on_record(exchange: Exchange) -> None:
    exchange.tasks(Format.CSV, "tasks.csv", judged=lambda _item: JUDGED)
    with exchange.review.ledger.read() as reading:
        event = [*reading.events()][-1]
    assert event.kind == "export_with_judges"
    assert event.body["items"] == [f"rv-{number:05d}" for number in range(4)]


def test_a_record_that_was_cut_short_after_an_export_shows_by_its_checkpoint(exchange: Exchange) -> None:
    ledger = exchange.review.ledger
    exported = exchange.tasks(Format.CSV, "tasks.csv").checkpoint
    exchange.review.label("ann")
    assert verify_review(ledger, exported).is_whole
    later = replace(exported, number=exported.number + 99)
    assert not verify_review(ledger, later).is_whole


@pytest.mark.parametrize("format_", [Format.SCOUT, Format.CALIBRATE])
def test_what_holds_labels_only_takes_no_items(exchange: Exchange, format_: Format) -> None:
    with pytest.raises(UsageError, match="not items to be labelled"):
        exchange.tasks(format_, "x.jsonl")


def test_a_pair_is_shown_by_sides_and_names_no_candidate(tmp_path: Path) -> None:
    exchange = make_exchange(tmp_path, 40, pair=True)
    exchange.tasks(Format.JSONL, "tasks.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "tasks.jsonl").read_text(encoding="utf-8").splitlines()]
    firsts = [line["left"].endswith("the first.") for line in lines]
    assert 8 < sum(firsts) < 32
    assert set(lines[0]["answers"]) == {"left", "right", "tie", "both_bad", "cannot_tell"}


def test_the_configuration_of_label_studio_names_what_the_tasks_hold(exchange: Exchange) -> None:
    done = exchange.tasks(Format.LABEL_STUDIO, "tasks.json")
    config = ET.parse(exchange.folder / "tasks.config.xml").getroot()
    (first, *_) = json.loads((exchange.folder / "tasks.json").read_text(encoding="utf-8"))
    named = {node.get("value", "")[1:] for node in config.iter() if node.get("value", "").startswith("$")}
    assert named <= set(first["data"])
    controls = {node.get("name") for node in config.iter() if node.get("toName")}
    assert {"label", "sure", "defensible", "comment", "evidence_output"} <= controls
    assert len(done.files) == 2


# -- Labels ----------------------------------------------------------------------------------------


def test_calibration_reads_first_labels_with_their_probability(exchange: Exchange) -> None:
    opened = exchange.review.label("ann", "violates", comment="=cmd()", defensible=("complies",))
    exchange.review.desk.reveal("ann", opened.assignment)
    exchange.review.desk.change_mind("ann", opened.assignment, "complies", "oh")
    done = exchange.labels(Format.CALIBRATE, "humans.jsonl")
    assert (done.labels, sum(done.left_out.values())) == (1, 1)
    (found,) = read_labels(exchange.folder / "humans.jsonl", LabelFile(path="humans.jsonl"))
    assert (found.annotator, found.label, found.note) == ("ann", "violates", "=cmd()")
    assert found.detail.inclusion == 0.4321
    assert found.detail.design == "rd-1"
    assert found.detail.blind is True
    assert found.detail.seconds == 2
    assert found.detail.defensible == ("complies",)


def settle(exchange: Exchange, item: ReviewItem, label: str) -> None:
    decision = Adjudication(
        id="rj-1",
        item=item.id,
        person="ann",
        label=label,
        reason=AdjudicationReason.EDGE_CASE,
        note="note",
        at="2026-11-20T10:00:00.000+00:00",
        spent=Spent(),
        principle_hash=item.principle_hash,
    )
    with exchange.review.ledger.change() as change:
        event = change.append("ann", "adjudicate", item.id, plain(decision))
        change.add_adjudication(decision, event.number)


def differing(tmp_path: Path) -> Exchange:
    exchange = make_exchange(tmp_path, 2, required=lambda _: 2)
    for person, answer in (("ann", "violates"), ("bo", "complies")):
        for _ in range(2):
            exchange.review.label(person, answer)
    settle(exchange, exchange.review.items[1], "violates")
    return exchange


def test_a_decision_travels_beside_the_labels_it_settles(tmp_path: Path) -> None:
    exchange = differing(tmp_path)
    exchange.labels(Format.JSONL, "labels.jsonl")
    lines = [
        json.loads(line) for line in (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [(line["record"], line["provenance"]) for line in lines] == [
        ("label", "unresolved"),
        ("label", "unresolved"),
        ("label", "adjudicated"),
        ("label", "adjudicated"),
        ("adjudication", "adjudicated"),
    ]
    assert lines[-1]["reason"] == "edge_case"


def test_only_settled_items_become_references(tmp_path: Path) -> None:
    exchange = differing(tmp_path)
    done = exchange.labels(Format.SCOUT, "gold.csv")
    rows = [record.value for record in csv_records(tmp_path / "gold.csv")]
    assert [(row["id"], row["target"], row["item"]) for row in rows] == [
        ("case-00001", "violates", "rv-00001")
    ]
    assert sum(done.left_out.values()) == 1


def test_calibration_takes_a_decision_for_a_settled_label(tmp_path: Path) -> None:
    exchange = differing(tmp_path)
    exchange.labels(Format.CALIBRATE, "humans.jsonl")
    labels = [*read_labels(tmp_path / "humans.jsonl", LabelFile(path="humans.jsonl"))]
    assert [each.kind for each in labels if each.annotator == "adjudicated"] == ["resolved"]


@pytest.mark.parametrize(("format_", "name"), LABELS)
def test_every_format_takes_every_label_and_no_judge(tmp_path: Path, format_: Format, name: str) -> None:
    exchange = make_exchange(tmp_path, 3)
    exchange.review.label("ann", "violates")
    done = exchange.labels(format_, name)
    assert done.labels == 1
    assert b"CANARY-judge" not in all_bytes(exchange, done.files)


def test_no_cell_of_a_table_starts_a_formula(exchange: Exchange) -> None:
    exchange.review.label("ann", "violates", comment="=HYPERLINK(1)")
    exchange.labels(Format.CSV, "labels.csv")
    (row,) = csv_records(exchange.folder / "labels.csv")
    assert row.value["comment"] == "'=HYPERLINK(1)"
    assert not any(str(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.value.values())


def test_parquet_keeps_lists_as_lists(exchange: Exchange) -> None:
    exchange.review.label("ann", "violates", defensible=("complies",))
    exchange.labels(Format.PARQUET, "labels.parquet")
    (row,) = parquet_records(exchange.folder / "labels.parquet")
    assert row.value["defensible"] == ["complies"]
    assert row.value["evidence"] == []
    assert row.value["inclusion"] == 0.4321


def test_there_is_nothing_to_export_before_the_first_label(exchange: Exchange) -> None:
    with pytest.raises(NothingSelectedError, match="no labels yet"):
        exchange.labels(Format.JSONL, "labels.jsonl")


def test_an_export_calibrates_as_the_review_itself_does(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=40)
    label(desk, "ann", 40)
    label(desk, "bo", 10, lambda number: "violates" if number % 3 else "complies")
    export_labels(tmp_path, tmp_path / "humans.jsonl", Wanted(format=Format.CALIBRATE))
    own = calibrate_run(tmp_path, "latest", formats=("json",)).calibration
    given = calibrate_run(
        tmp_path, "latest", humans=[tmp_path / "humans.jsonl"], review=False, formats=("json",)
    ).calibration
    assert given.panel.rate == own.panel.rate
    assert given.trust == own.trust
    assert len(own.trust) > 0
