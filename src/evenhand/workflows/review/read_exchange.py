"""Read a file of labels that another tool wrote, and name everything wrong in it before anything is stored."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from evenhand.catalog.files import shown_path
from evenhand.catalog.parquet_file import parquet_records
from evenhand.catalog.raw_records import RawRecord, csv_records, json_line_records, json_list_records
from evenhand.errors import FileError, Finding, UsageError, nearest_name
from evenhand.records.review import Person, Role
from evenhand.review.exchange import argilla, label_studio, scout
from evenhand.review.exchange.checks import check
from evenhand.review.exchange.csv_cells import read_cells
from evenhand.review.exchange.formats import FACTS
from evenhand.review.exchange.known_tasks import no_such_item
from evenhand.review.exchange.parquet_columns import read_parquet_row
from evenhand.review.exchange.records import (
    Complaint,
    ExchangeAdjudication,
    Exchanged,
    Format,
    Placed,
    RecordError,
    RecordReading,
)
from evenhand.review.exchange.review_line import read_line
from evenhand.review.exchange.shapes import broken_text
from evenhand.review.exchange.task_line import is_task, read_task_line
from evenhand.workflows.review.exchange_tasks import LedgerTasks

MAX_FINDINGS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Who is who."""

    everyone: str = ""
    """Who gave the labels of a file that names nobody, or one person only."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Names here by the names of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A label or a decision that was read and found right."""

    said: Exchanged
    placed: Placed
    record: RawRecord
    """Where it stands in the file."""

    def finding(self, name: str, code: str, message: str, suggestion: str = "") -> Finding:
        """Return a finding about one of its fields."""
        return _finding(self.record, self.placed.complaint(name, code, message, suggestion))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExchange:
    """What a file holds."""

    incoming: tuple[Incoming, ...]
    left_out: Mapping[str, int]
    """Why something that is not wrong was passed over, with how often."""


def read_exchange(
    path: Path,
    format_: Format,
    tasks: LedgerTasks,
    people: Mapping[str, Person],
    names: Names,
    *,
    others_hidden: bool = False,
) -> ReadExchange:
    """Read a file.

    Args:
        path: The file.
        format_: Its format.
        tasks: The items of the review ledger.
        people: Who reviews here, by name.
        names: Who is who.
        others_hidden: Whether a tool in which people can see each other's labels hid them.

    Raises:
        FileError: It can not be read, or records are wrong; the first fifty are named, and nothing was stored.
        UsageError: The format is written only, or it is not said who somebody is.
    """
    _require_readable(path, format_)
    findings: list[Finding] = []
    read: list[Incoming] = []
    left_out: Counter[str] = Counter()
    for record in _records(path, format_):
        found = _read(record, format_, tasks, others_hidden=others_hidden)
        left_out.update(found.left_out)
        findings += [_finding(record, complaint) for complaint in found.complaints]
        read += [Incoming(said=each.said, placed=each, record=record) for each in found.placed]
        if len(findings) >= MAX_FINDINGS:
            break
    named = _named(read, names, people, format_)
    findings += _wrong(named, tasks, people)
    if findings:
        raise FileError(findings[:MAX_FINDINGS])
    return ReadExchange(incoming=tuple(named), left_out=dict(left_out))


def _require_readable(path: Path, format_: Format) -> None:
    facts = FACTS[format_]
    if not facts.comes_back:
        raise UsageError(
            f"{format_} is written only: its lines do not say which item they are about",
            hint="import the labels from jsonl, csv or parquet",
        )
    if not path.name.casefold().endswith((*facts.endings, ".gz")):
        raise UsageError(
            f"{shown_path(path)} does not look like {facts.title}: its name should end in {facts.endings[0]}",
            hint="rename the file, or name its own format with --format; archives are not opened",
        )


# -- Records ---------------------------------------------------------------------------------------


def _records(path: Path, format_: Format) -> Iterator[RawRecord]:
    if format_ in {Format.LABEL_STUDIO, Format.ARGILLA}:
        return json_list_records(path)
    if format_ is Format.PARQUET:
        return parquet_records(path)
    is_lines = format_ is Format.JSONL or not path.name.casefold().endswith(".csv")
    return json_line_records(path) if is_lines else csv_records(path)


def _read(record: RawRecord, format_: Format, tasks: LedgerTasks, *, others_hidden: bool) -> RecordReading:
    broken = broken_text(dict(record.value))
    if broken is not None:
        words = "half of a surrogate pair is no character"
        return RecordReading(complaints=(Complaint(place=broken, code="E001", message=words),))
    try:
        return _converted(record, format_, tasks, others_hidden=others_hidden)
    except RecordError as error:
        return RecordReading(complaints=(error.complaint,))


def _converted(
    record: RawRecord, format_: Format, tasks: LedgerTasks, *, others_hidden: bool
) -> RecordReading:
    value: Mapping[str, Any] = record.value
    if format_ is Format.LABEL_STUDIO:
        return label_studio.read_task(value, tasks, others_hidden=others_hidden)
    if format_ is Format.ARGILLA:
        return argilla.read_record(value, tasks)
    if format_ is Format.SCOUT:
        return scout.read_case(value, tasks, tasks.items_of)
    if format_ is Format.CSV:
        value = read_cells({name: str(cell) for name, cell in value.items()})
    elif format_ is Format.PARQUET:
        value = read_parquet_row(value)
    return read_task_line(value, tasks) if is_task(value) else RecordReading(placed=(read_line(value),))


def _finding(record: RawRecord, complaint: Complaint) -> Finding:
    return record.finding(complaint.code, complaint.message, complaint.place, complaint.suggestion)


# -- People ----------------------------------------------------------------------------------------


def _named(
    read: list[Incoming], names: Names, people: Mapping[str, Person], format_: Format
) -> list[Incoming]:
    """Return what was read under the names people have here."""
    table = dict(names.people)
    if format_ is Format.ARGILLA:
        table = {argilla.user_id(name): name for name in people} | table
    strange = {each.said.person for each in read} - table.keys() - people.keys() - {""}
    if names.everyone and len(strange) > 1:
        shown = ", ".join(sorted(repr(name[:40]) for name in strange)[:5])
        raise UsageError(
            f"the file has labels of {len(strange)} people: {shown}",
            hint="say who is who, such as --as 'anna@example.org=anna'",
        )
    if names.everyone:
        table |= dict.fromkeys((*strange, ""), names.everyone)
    return [
        replace(each, said=replace(each.said, person=table.get(each.said.person, each.said.person)))
        for each in read
    ]


def _wrong(read: list[Incoming], tasks: LedgerTasks, people: Mapping[str, Person]) -> Iterator[Finding]:
    for each in read:
        yield from _about_person(each, people)
        yield from _about_label(each, tasks)


def _about_person(each: Incoming, people: Mapping[str, Person]) -> Iterator[Finding]:
    name = each.said.person
    if name not in people:
        near = nearest_name(name, people)
        hint = f'did you mean "{near}"? ' if near else ""
        whose = f"nobody named {name[:60]!r} reviews here" if name else "it is not said who gave the label"
        yield each.finding(
            "person", "E005", whose, f"{hint}say who it is with --as{' THEIRS=OURS' * bool(name)}"
        )
    elif isinstance(each.said, ExchangeAdjudication) and not people[name].role.may(Role.ADJUDICATOR):
        yield each.finding("person", "E005", f"{name} may not settle items", "a lead can change the role")


def _about_label(each: Incoming, tasks: LedgerTasks) -> Iterator[Finding]:
    item = tasks.item(each.said.item)
    if item is None:
        yield _finding(each.record, no_such_item(each.said.item, tasks, each.placed.places.get("item", ())))
        return
    placed = replace(each.placed, said=each.said)
    for complaint in check(placed, tasks.task(item), item):
        yield _finding(each.record, complaint)
