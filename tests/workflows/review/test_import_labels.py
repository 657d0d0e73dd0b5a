"""What comes back: joined by item, checked, stored once, and everything wrong named before anything is stored."""

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_review import JUDGED
from tests.review.exchange.made_labels import texts
from tests.workflows.review.exchange_kit import Exchange, make_exchange

from evenhand.errors import FileError, Finding, UsageError
from evenhand.records.review import EvidenceSpan, Person, ReviewLabelKind, Role, Spent
from evenhand.review.exchange.argilla import user_id
from evenhand.review.exchange.records import Format
from evenhand.workflows.review.read_exchange import Names
from evenhand.workflows.review.verify import verify_review

ANN = Names(everyone="ann")


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return make_exchange(tmp_path, 4)


def write(exchange: Exchange, name: str, content: Any) -> str:
    """Write a file: bytes and text as they are, anything else as JSON."""
    path = exchange.folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8", newline="")
    return name


def refused(exchange: Exchange, format_: Format, name: str, names: Names = ANN) -> tuple[Finding, ...]:
    """Return what is wrong with a file, and make sure that nothing of it was stored."""
    before = exchange.stored
    with pytest.raises(FileError) as caught:
        exchange.take(format_, name, names)
    assert exchange.stored == before
    return caught.value.findings


# -- Round trips -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        (Format.JSONL, "labels.jsonl"),
        (Format.JSONL, "labels.jsonl.gz"),
        (Format.CSV, "labels.csv"),
        (Format.PARQUET, "labels.parquet"),
    ],
)
def test_a_lossless_export_makes_the_same_labels_elsewhere(
    tmp_path: Path, format_: Format, name: str
) -> None:
    here, there = make_exchange(tmp_path / "here", 12, repeats=1.0), make_exchange(tmp_path / "there", 12)
    span = EvidenceSpan(block="prompt", start=0, end=8, quote="Question")
    opened = here.review.label("ann", "violates", comment="=cmd", evidence=(span,), sure=False)
    here.review.desk.reveal("ann", opened.assignment)
    here.review.desk.change_mind("ann", opened.assignment, "complies", "oh")
    here.review.label("ann", "complies", defensible=("violates",))
    here.review.desk.undo("ann")
    here.review.label("bo", "not_applicable", defensible=())
    here.labels(format_, name)
    done = there.take(format_, here.folder / name)
    assert (done.labels, done.not_blind) == (4, 1)
    assert there.stored == [replace(each, assignment="") for each in here.stored]
    assert {each.kind for each in there.stored} == {ReviewLabelKind.FIRST, ReviewLabelKind.REVEALED}


@given(comment=texts, other=texts)
@settings(max_examples=10, deadline=None)
def test_hostile_comments_survive_every_lossless_file(
    tmp_path_factory: pytest.TempPathFactory, comment: str, other: str
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    here = make_exchange(folder / "here", 2)
    here.review.label("ann", comment=comment[:9_000])
    here.review.label("bo", comment=other[:9_000])
    for format_, name in ((Format.CSV, "l.csv"), (Format.JSONL, "l.jsonl"), (Format.PARQUET, "l.parquet")):
        there = make_exchange(folder / format_, 2)
        here.labels(format_, name)
        there.take(format_, here.folder / name)
        assert [each.comment for each in there.stored] == [each.comment for each in here.stored]


def filled(exchange: Exchange, name: str, fill: Callable[[list[dict[str, Any]]], None]) -> str:
    """Export tasks as JSON lines and fill in answers, as a tool would."""
    exchange.tasks(Format.JSONL, name)
    path = exchange.folder / name
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    fill(lines)
    return write(exchange, name, "".join(json.dumps(line) + "\n" for line in lines))


def answer(lines: list[dict[str, Any]]) -> None:
    lines[0].update(label="violates", person="ann", comment="because", seconds=3.5, at="2026-11-20T09:30:00Z")
    lines[1].update(label="complies", person="bo", sure=False, defensible=["violates"])


def test_answers_to_tasks_become_labels_and_empty_ones_are_passed_over(exchange: Exchange) -> None:
    done = exchange.take(Format.JSONL, filled(exchange, "tasks.jsonl", answer))
    assert (done.labels, done.people, done.left_out) == (2, {"ann": 1, "bo": 1}, {"not labelled yet": 2})
    first, second = exchange.stored
    assert (first.label, first.comment, first.spent) == ("violates", "because", Spent(active_ms=3_500))
    assert (first.at, first.via, first.blind) == ("2026-11-20T09:30:00.000+00:00", "jsonl", True)
    assert (second.sure, second.defensible) == (False, ("violates",))
    assert exchange.review.desk.next_item("ann") is not None


def test_reading_a_file_again_adds_nothing(exchange: Exchange) -> None:
    name = filled(exchange, "tasks.jsonl", answer)
    exchange.take(Format.JSONL, name)
    again = exchange.take(Format.JSONL, name)
    assert (again.labels, again.known) == (0, 2)
    assert len(exchange.stored) == 2


def test_what_was_imported_is_an_event_of_an_unbroken_chain(exchange: Exchange) -> None:
    exchange.take(Format.JSONL, filled(exchange, "tasks.jsonl", answer))
    with exchange.review.ledger.read() as reading:
        events = [*reading.events()]
    assert [each.kind for each in events][-1:] == ["import"]
    assert verify_review(exchange.review.ledger).problems == ()


def test_nobody_is_given_an_item_they_labelled_elsewhere(exchange: Exchange) -> None:
    exchange.take(Format.JSONL, filled(exchange, "tasks.jsonl", answer))
    met = {exchange.review.label("ann").case.case_id for _ in range(2)}
    assert exchange.review.desk.next_item("ann") is None
    assert "case-00000" not in met


def test_answers_come_back_by_side_and_are_stored_by_candidate(tmp_path: Path) -> None:
    exchange = make_exchange(tmp_path, 20, pair=True)

    def first_one(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            line.update(label="left" if line["left"].endswith("the first.") else "right", person="ann")

    exchange.take(Format.JSONL, filled(exchange, "tasks.jsonl", first_one))
    assert {each.label for each in exchange.stored} == {"a"}
    assert len({each.order for each in exchange.stored}) == 2


def test_no_label_is_blind_on_an_item_that_ever_left_with_the_judges(exchange: Exchange) -> None:
    name = filled(exchange, "tasks.jsonl", answer)
    exchange.tasks(Format.CSV, "shown.csv", judged=lambda _item: JUDGED)
    done = exchange.take(Format.JSONL, name)
    assert done.not_blind == 2
    assert not any(each.blind for each in exchange.stored)


def test_a_spreadsheet_may_write_semicolons_and_words_of_people(exchange: Exchange) -> None:
    rows = "item;label;sure;defensible;comment\r\nrv-00000;violates;No;complies;'-- see\r\nrv-00001;complies;;none;\r\n"
    exchange.take(Format.CSV, write(exchange, "t.csv", b"\xef\xbb\xbf" + rows.encode()), ANN)
    first, second = exchange.stored
    assert (first.sure, first.defensible, first.comment) == (False, ("complies",), "-- see")
    assert (second.sure, second.defensible) == (True, ())


# -- Label Studio ----------------------------------------------------------------------------------


def studio_task(*annotations: dict[str, Any], item: str = "rv-00000", **more: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"item": item}, "annotations": list(annotations), "drafts": [], **more}


def annotation(label: str = "violates", **more: Any) -> dict[str, Any]:
    result = [
        {
            "id": "a",
            "from_name": "label",
            "to_name": "output",
            "type": "choices",
            "value": {"choices": [label]},
        },
        *more.pop("result", []),
    ]
    return {
        "id": 1,
        "completed_by": 1,
        "result": result,
        "was_cancelled": False,
        "created_at": "2026-11-27T23:01:19.792291Z",
        "lead_time": 6.061,
        "prediction": {},
        "parent_prediction": None,
        **more,
    }


def test_an_export_of_label_studio_is_read(exchange: Exchange) -> None:
    passage = {"start": 0, "end": 5, "text": "Reply", "labels": ["evidence"]}
    more = [
        {"from_name": "evidence_output", "to_name": "output", "type": "labels", "value": passage},
        {"from_name": "sure", "to_name": "output", "type": "choices", "value": {"choices": ["unsure"]}},
        {"from_name": "defensible", "type": "choices", "value": {"choices": ["no other answer"]}},
        {"from_name": "comment", "type": "textarea", "value": {"text": ["a", "b"]}},
    ]
    name = write(
        exchange, "export.json", [studio_task(annotation(result=more)), studio_task(item="rv-00001")]
    )
    done = exchange.take(Format.LABEL_STUDIO, name, Names(people={"1": "ann"}))
    assert (done.labels, done.left_out) == (1, {"not labelled yet": 1})
    (label,) = exchange.stored
    assert label.evidence == (EvidenceSpan(block="output:1", start=0, end=5, quote="Reply"),)
    assert (label.sure, label.defensible, label.comment) == (False, (), "a\nb")
    assert (label.at, label.spent.active_ms) == ("2026-11-27T23:01:19.792+00:00", 6_061)


@pytest.mark.parametrize(
    "task",
    [
        studio_task(annotation(parent_prediction=4)),
        studio_task(annotation(prediction={"id": 1, "result": []})),
        studio_task(annotation(), predictions=[1]),
    ],
)
def test_an_annotation_beside_a_prediction_is_not_blind(exchange: Exchange, task: dict[str, Any]) -> None:
    exchange.take(Format.LABEL_STUDIO, write(exchange, "e.json", [task]), ANN)
    assert [each.blind for each in exchange.stored] == [False]


@pytest.mark.parametrize(("hidden", "blind"), [(False, [True, False]), (True, [True, True])])
def test_who_came_second_in_label_studio_may_have_seen_the_first(
    exchange: Exchange, *, hidden: bool, blind: list[bool]
) -> None:
    later = annotation("complies", completed_by={"id": 2, "email": "bo"}, created_at="2026-11-27T23:05:00Z")
    name = write(exchange, "e.json", [studio_task(later, annotation(completed_by={"id": 1, "email": "ann"}))])
    exchange.take(Format.LABEL_STUDIO, name, others_hidden=hidden)
    assert [each.blind for each in sorted(exchange.stored, key=lambda each: each.person)] == blind


def test_skipped_and_empty_annotations_are_passed_over(exchange: Exchange) -> None:
    task = studio_task(annotation(was_cancelled=True), {"result": [], "completed_by": 1})
    done = exchange.take(Format.LABEL_STUDIO, write(exchange, "e.json", [task]), ANN)
    assert (done.labels, done.left_out) == (0, {"skipped by the annotator": 2})


# -- Argilla and Scout -----------------------------------------------------------------------------


def argilla_record(**changes: Any) -> dict[str, Any]:
    users = {"value": "violates", "user_id": user_id("ann")}
    return {
        "id": "rv-00000",
        "fields": {"output": "x"},
        "metadata": {},
        "suggestions": {},
        "responses": {"label": [users]},
        "vectors": {},
        "status": "completed",
        "_server_id": "1c1f8b5e-0a5f-4a49-8a3e-2b6f1a0f6a11",
        **changes,
    }


def test_records_of_argilla_are_read_in_both_shapes(exchange: Exchange) -> None:
    said = {"question_name": "label", "value": "complies", "user_id": "u-2", "status": "submitted"}
    draft = {**said, "user_id": "u-3", "status": "draft"}
    records = [
        argilla_record(),
        argilla_record(id="5f1e", external_id="rv-00001", status="pending", responses=[said, draft]),
        argilla_record(id="rv-00002", status="pending"),
    ]
    name = write(exchange, "records.json", records)
    done = exchange.take(Format.ARGILLA, name, Names(people={"u-2": "bo", "u-3": "ann"}))
    assert [(each.person, each.item, each.label) for each in exchange.stored] == [
        ("ann", "rv-00000", "violates"),
        ("bo", "rv-00001", "complies"),
    ]
    assert done.left_out == {"not submitted, or of a record that is not completed": 2}


def test_a_suggestion_is_seen(exchange: Exchange) -> None:
    record = argilla_record(suggestions={"label": {"value": "violates", "score": 0.9, "agent": "j"}})
    exchange.take(Format.ARGILLA, write(exchange, "r.json", [record]))
    assert [each.blind for each in exchange.stored] == [False]


@pytest.mark.parametrize(
    "row", ["case-00002,violates,rv-00002", "case-00002,violates,", "rv-00002,violates,"]
)
def test_a_validation_set_finds_its_items_by_id_or_by_case(exchange: Exchange, row: str) -> None:
    exchange.take(Format.SCOUT, write(exchange, "gold.csv", f"id,target,item\n{row}\n"), ANN)
    assert [(each.item, each.label) for each in exchange.stored] == [("rv-00002", "violates")]


# -- What is wrong ---------------------------------------------------------------------------------

LINE = {"schema": "review/v1", "record": "label", "item": "rv-00000", "person": "ann", "label": "violates"}

WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an answer that is not on the scale": ({"label": "violets"}, "E003", 'did you mean "violates"?'),
    "an item nobody drew": ({"item": "rv-0000O"}, "E002", 'did you mean "rv-00000"?'),
    "a person nobody knows": ({"person": "anm"}, "E005", 'did you mean "ann"?'),
    "another wording": ({"principle_hash": "sha256:00"}, "E004", "wording"),
    "a misspelt field": ({"coment": "x"}, "E001", 'did you mean "comment"?'),
    "a value of another kind": ({"active_ms": "long"}, "E001", ""),
    "another case": ({"case": "case-7"}, "E002", ""),
    "no time": ({"at": "yesterday"}, "E001", "2026-11-20T09:30:00Z"),
    "a time before the calendar": ({"at": "0001-01-01T00:00:00+14:00"}, "E001", "2026-11-20T09:30:00Z"),
    "more time than a number holds": ({"active_ms": 2**54}, "E001", ""),
    "more visits than a number holds": ({"revisits": 2**54}, "E001", ""),
    "half a character": ({"comment": "\ud800"}, "E001", ""),
    "a blind label after the judges": ({"kind": "revealed"}, "E001", ""),
    "another defensible answer": ({"defensible": ["maybe"]}, "E003", "known:"),
    "a quote that is elsewhere": (
        {"evidence": [{"block": "prompt", "start": 1, "end": 9, "quote": "Question"}]},
        "E006",
        "code points",
    ),
    "a block that is not there": (
        {"evidence": [{"block": "answer", "start": 0, "end": 1, "quote": "Q"}]},
        "E006",
        "blocks: prompt, output:1",
    ),
    "a decision of a reviewer": ({"record": "adjudication", "reason": "other"}, "E005", "a lead"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_stored(exchange: Exchange, what: str) -> None:
    change, code, hint = WRONG[what]
    good = {**LINE, "item": "rv-00001"}
    lines = json.dumps(good) + "\n" + json.dumps({**LINE, **change}) + "\n"
    (finding,) = refused(exchange, Format.JSONL, write(exchange, "l.jsonl", lines), Names())
    assert (finding.code, finding.line) == (code, 2)
    assert hint in finding.suggestion
    assert finding.path.endswith("l.jsonl")
    key = next(iter(change))
    if what not in {"a blind label after the judges", "a decision of a reviewer"}:
        assert finding.excerpt[finding.column - 1 :].startswith((json.dumps(change[key])[:3], f'"{key}"'))


def test_everything_wrong_is_named_at_once(exchange: Exchange) -> None:
    rows = "item,label\n" + "".join(f"rv-0000{number},nope\n" for number in range(4))
    found = refused(exchange, Format.CSV, write(exchange, "t.csv", rows))
    assert [(each.line, each.column, each.code) for each in found] == [
        (line, 10, "E003") for line in (2, 3, 4, 5)
    ]


def test_a_place_in_a_list_of_many_lines_is_that_of_the_file(exchange: Exchange) -> None:
    text = json.dumps([studio_task(annotation("nope"))], indent=1)
    (finding,) = refused(exchange, Format.LABEL_STUDIO, write(exchange, "e.json", text))
    assert text.splitlines()[finding.line - 1][finding.column - 1 :] == '"nope"'


@pytest.mark.parametrize(("at", "text"), [((1, 6), "Reply"), ((0, 5), "reply"), ((0, 500), "Reply")])
def test_a_passage_of_label_studio_that_does_not_fit_is_refused(
    exchange: Exchange, at: tuple[int, int], text: str
) -> None:
    value = {"start": at[0], "end": at[1], "text": text, "labels": ["evidence"]}
    result = [{"from_name": "evidence_output", "to_name": "output", "value": value}]
    (finding,) = refused(
        exchange, Format.LABEL_STUDIO, write(exchange, "e.json", [studio_task(annotation(result=result))])
    )
    assert finding.code == "E006"


def test_labels_are_never_overwritten(exchange: Exchange) -> None:
    exchange.take(Format.JSONL, write(exchange, "l.jsonl", LINE))
    name = write(exchange, "m.jsonl", {**LINE, "label": "complies"})
    (finding,) = refused(exchange, Format.JSONL, name)
    assert finding.code == "E007"
    assert "'violates'" in finding.message
    done = exchange.take(Format.JSONL, name, keep_stored=True)
    assert (done.labels, done.kept) == (0, 1)
    assert [each.label for each in exchange.stored] == ["violates"]


def test_one_person_with_two_answers_in_a_file_is_a_contradiction(exchange: Exchange) -> None:
    name = write(exchange, "t.csv", "item,label\nrv-00000,violates\nrv-00000,complies\nrv-00001,violates\n")
    (finding,) = refused(exchange, Format.CSV, name)
    assert (finding.code, finding.line) == ("E007", 3)


def test_several_people_are_not_taken_for_one(exchange: Exchange) -> None:
    tasks = [studio_task(annotation(), annotation(completed_by=2))]
    with pytest.raises(UsageError, match="2 people"):
        exchange.take(Format.LABEL_STUDIO, write(exchange, "e.json", tasks), ANN)


def test_who_labelled_has_to_be_said(exchange: Exchange) -> None:
    (finding,) = refused(
        exchange, Format.CSV, write(exchange, "t.csv", "item,label\nrv-00000,violates\n"), Names()
    )
    assert (finding.code, finding.message) == ("E005", "it is not said who gave the label")


def test_a_decision_of_an_adjudicator_is_stored_once(tmp_path: Path) -> None:
    exchange = make_exchange(tmp_path, 2, people=[Person(name="ada", role=Role.ADJUDICATOR)])
    line = {
        **LINE,
        "record": "adjudication",
        "person": "ada",
        "reason": "guideline_gap",
        "comment": "unclear",
    }
    name = write(exchange, "l.jsonl", line)
    assert exchange.take(Format.JSONL, name).decisions == 1
    assert exchange.take(Format.JSONL, name).known == 1
    other = write(exchange, "m.jsonl", {**line, "label": "complies"})
    assert [each.code for each in refused(exchange, Format.JSONL, other)] == ["E007"]


HOSTILE_FILES: dict[str, tuple[Format, str, bytes]] = {
    "an archive": (Format.CSV, "labels.zip", b"PK\x03\x04"),
    "no list": (Format.LABEL_STUDIO, "e.json", b'{"data": {}}'),
    "an unfinished list": (Format.LABEL_STUDIO, "e.json", b'[{"data": {"item": "rv-00000"}}'),
    "something after the list": (Format.ARGILLA, "e.json", b"[] []"),
    "a number instead of a record": (Format.ARGILLA, "e.json", b"[1]"),
    "a key that stands twice": (Format.LABEL_STUDIO, "e.json", b'[{"data": {}, "data": {}}]'),
    "no number": (Format.LABEL_STUDIO, "e.json", b'[{"data": {"item": NaN}}]'),
    "too deep a nesting": (
        Format.LABEL_STUDIO,
        "e.json",
        b'[{"data": ' + b"[" * 5_000 + b"]" * 5_000 + b"}]",
    ),
    "bytes that are no text": (Format.CSV, "t.csv", b"item,label\nrv-00000,\xff\xfe\n"),
    "another encoding": (Format.CSV, "t.csv", "item,label\n".encode("utf-16")),
    "an empty file": (Format.CSV, "t.csv", b""),
    "a column that stands twice": (Format.CSV, "t.csv", b"item,label,label\n"),
    "a row that is too short": (Format.CSV, "t.csv", b"item,label\nrv-00000\n"),
    "a quote that never ends": (Format.CSV, "t.csv", b'item,label\nrv-00000,"x\n'),
    "a column nobody knows": (Format.CSV, "t.csv", b"item,lable\nrv-00000,violates\n"),
    "no Parquet": (Format.PARQUET, "l.parquet", b"PAR1 nothing PAR1"),
    "no gzip": (Format.JSONL, "l.jsonl.gz", b"plain"),
    "a gzip bomb": (Format.JSONL, "l.jsonl.gz", gzip.compress(b"a" * 20_000_000)),
    "a time that is no number": (
        Format.LABEL_STUDIO,
        "e.json",
        b'[{"data": {"item": "rv-00000"}, "annotations": [{"lead_time": 1e308, "result": [{"from_name": "x"}]}]}]',
    ),
    "a line that is a list": (Format.JSONL, "l.jsonl", b"[]\n"),
}


@pytest.mark.parametrize("what", HOSTILE_FILES)
def test_hostile_files_are_refused_and_nothing_is_stored(exchange: Exchange, what: str) -> None:
    format_, name, content = HOSTILE_FILES[what]
    write(exchange, name, content)
    with pytest.raises(UsageError):
        exchange.take(format_, name, ANN)
    assert exchange.stored == []


def test_a_format_that_is_written_only_is_not_read(exchange: Exchange) -> None:
    with pytest.raises(UsageError, match="written only"):
        exchange.take(Format.CALIBRATE, write(exchange, "h.jsonl", "{}"))


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode), at=st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_no_bytes_do_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, at: int
) -> None:
    names = ("e.json", "r.json", "t.csv", "l.jsonl", "l.parquet", "g.csv")
    formats = (Format.LABEL_STUDIO, Format.ARGILLA, Format.CSV, Format.JSONL, Format.PARQUET, Format.SCOUT)
    exchange = make_exchange(tmp_path_factory.mktemp("bytes"), 1)
    write(exchange, names[at], content)
    with suppress(UsageError):
        exchange.take(formats[at], names[at], ANN)
    assert exchange.stored == []
