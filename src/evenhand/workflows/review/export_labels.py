"""Export items for people who label elsewhere, blind unless asked otherwise, and labels with all the estimates need."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.catalog.parquet_file import parquet_bytes
from evenhand.errors import NothingSelectedError, UsageError
from evenhand.records.canonical import ascii_line
from evenhand.records.review import Checkpoint, ReviewItem, ReviewLabelKind
from evenhand.review.adjudication import is_opinion, settle
from evenhand.review.exchange import argilla, argilla_settings, label_studio, label_studio_config, scout
from evenhand.review.exchange.calibrate_line import calibrate_lines
from evenhand.review.exchange.csv_cells import as_cells
from evenhand.review.exchange.formats import FACTS
from evenhand.review.exchange.parquet_columns import as_parquet_row, parquet_columns
from evenhand.review.exchange.records import Exchanged, ExchangeLabel, ExchangeTask, Format
from evenhand.review.exchange.review_line import FIELDS as LABEL_FIELDS
from evenhand.review.exchange.review_line import as_line
from evenhand.review.exchange.task_line import FIELDS as TASK_FIELDS
from evenhand.review.exchange.task_line import as_task_line, as_task_row
from evenhand.store.review.reading import LabelledItem, Reading
from evenhand.workflows.review.desk import Judged
from evenhand.workflows.review.exchange_tasks import LedgerTasks, judge_answers, travelling
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.write_lines import write_lines

_BOM = "\ufeff"
"""Spreadsheets take a table for UTF-8 only where it starts with this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be exported."""

    format: Format
    design: str | None = None
    """A draw or a run; None is the newest design."""
    principle: str = ""
    """Only items of this principle; empty takes all."""
    users: Mapping[str, str] | None = None
    """Names of people in the tool, by their names here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedReview:
    """Files that were written."""

    format: Format
    design: str
    files: tuple[str, ...]
    """The file asked for first, then what the tool needs beside it."""
    items: int
    labels: int
    """Labels of people and adjudications; 0 for items that are still to be labelled."""
    blind: bool
    """Whether the file says nothing of what judges answered."""
    left_out: Mapping[str, int]
    """Why something was left out, with how often."""
    checkpoint: Checkpoint
    """How far the review's chain of events had come: of labels when they were read, of items with their export."""


# -- Items to be labelled --------------------------------------------------------------------------


def export_tasks(start: Path, path: Path, wanted: Wanted, *, judged: Judged | None = None) -> ExportedReview:
    """Write the items of a design that still want labels.

    Args:
        start: Folder from which the workspace is looked for.
        path: File to write.
        wanted: What to write.
        judged: Reads what the judges said, where that is to go with the items; whatever comes back is then not blind.

    Raises:
        UnknownNameError: There is no such design.
        NothingSelectedError: Nothing is left to label.
        UsageError: The format holds no tasks, or the file can not be written.
        LedgerError: Nothing was drawn yet, or a ledger can not be used.
    """
    if not FACTS[wanted.format].tasks:
        raise UsageError(
            f"{FACTS[wanted.format].title} holds labels, not items to be labelled",
            hint="export the labels with --labels, or choose another --format for the items",
        )
    ledger = open_review(start)
    with ledger.read() as reading:
        design = reading.design(wanted.design).design
        known = LedgerTasks(reading)
        tasks = [
            known.task(item, judge_answers(judged(item)) if judged else ())
            for item in _to_do(reading, design, wanted.principle)
        ]
    if not tasks:
        raise NothingSelectedError(
            f"no item of {design} is left to label",
            hint="draw more with: evenhand review sample RUN --top-up",
        )
    files = _write_tasks(path, wanted.format, tasks)
    with ledger.change() as change:
        body = {"format": wanted.format.value, "items": [task.item for task in tasks]}
        change.append("", "export_with_judges" if judged else "export", design, body)
        checkpoint = change.head()
    return ExportedReview(
        format=wanted.format,
        design=design,
        files=files,
        items=len(tasks),
        labels=0,
        blind=judged is None,
        left_out={},
        checkpoint=checkpoint,
    )


def _to_do(reading: Reading, design: str, principle: str) -> Iterator[ReviewItem]:
    """Yield the items that want more people than have labelled them, in the order of the queue."""
    people = Counter(
        item
        for item, _ in {
            (label.item, label.person)
            for label in reading.labels(design)
            if label.kind is ReviewLabelKind.FIRST and not label.withdrawn
        }
    )
    for item in reading.items(design):
        if principle in {"", item.principle_id} and people[item.id] < item.required:
            yield item


def _write_tasks(path: Path, format_: Format, tasks: Sequence[ExchangeTask]) -> tuple[str, ...]:
    if format_ is Format.LABEL_STUDIO:
        config = path.with_name(f"{path.stem}.config.xml")
        _write_json(path, [label_studio.as_task(task) for task in tasks])
        write_lines(config, [label_studio_config.project_config(tasks).encode()])
        return str(path), str(config)
    if format_ is Format.ARGILLA:
        settings = path.with_name(f"{path.stem}.settings.json")
        _write_json(path, [argilla.as_record(task) for task in tasks])
        _write_json(settings, argilla_settings.settings(tasks))
        return str(path), str(settings)
    shape = as_task_line if format_ is Format.JSONL else as_task_row
    _write_table(path, format_, [shape(task) for task in tasks], TASK_FIELDS)
    return (str(path),)


# -- Labels ----------------------------------------------------------------------------------------


def export_labels(start: Path, path: Path, wanted: Wanted) -> ExportedReview:
    """Write the labels of a design, and its adjudications where the format holds them.

    Args:
        start: Folder from which the workspace is looked for.
        path: File to write.
        wanted: What to write.

    Raises:
        UnknownNameError: There is no such design.
        NothingSelectedError: There are no labels.
        UsageError: The labels do not fit the format, or the file can not be written.
        LedgerError: Nothing was drawn yet, or the ledger can not be used.
    """
    with open_review(start).read() as reading:
        draw, checkpoint = reading.design(wanted.design), reading.head()
        found = [
            each
            for each in reading.labelled_items(draw.design)
            if wanted.principle in {"", each.item.principle_id}
        ]
        if not found:
            raise NothingSelectedError(f"{draw.design} has no labels yet")
        known = LedgerTasks(reading)
        said = [
            each
            for item in found
            for each in travelling(item, draw.constitution, known.principle_of(item.item).scale)
        ]
        files, written, left_out = _write_labels(path, wanted, found, said, known)
    return ExportedReview(
        format=wanted.format,
        design=draw.design,
        files=files,
        items=len(found),
        labels=written,
        blind=True,
        left_out=left_out,
        checkpoint=checkpoint,
    )


def _write_labels(
    path: Path, wanted: Wanted, found: Sequence[LabelledItem], said: Sequence[Exchanged], tasks: LedgerTasks
) -> tuple[tuple[str, ...], int, Mapping[str, int]]:
    format_ = wanted.format
    if format_ is Format.SCOUT:
        cases, left_out = _scout_cases(found, tasks)
        _write_scout(path, cases)
        return (str(path),), len(cases), left_out
    if format_ is Format.CALIBRATE:
        lines = [each.canonical() for each in calibrate_lines(said)]
        write_lines(path, (ascii_line(line).encode() for line in lines))
        return (str(path),), len(lines), _left_out(len(said), len(lines))
    if format_ in {Format.LABEL_STUDIO, Format.ARGILLA}:
        return _write_annotated(path, wanted, found, said, tasks)
    _write_table(path, format_, [as_line(each) for each in said], LABEL_FIELDS)
    return (str(path),), len(said), {}


def _left_out(given: int, written: int) -> dict[str, int]:
    why = "repeats, changed minds, labels that were undone, gold items and decisions"
    return {why: given - written} if given > written else {}


def _write_annotated(
    path: Path, wanted: Wanted, found: Sequence[LabelledItem], said: Sequence[Exchanged], tasks: LedgerTasks
) -> tuple[tuple[str, ...], int, Mapping[str, int]]:
    """Write labels as annotations of a tool."""
    given: dict[str, list[ExchangeLabel]] = {}
    for each in said:
        if isinstance(each, ExchangeLabel):
            given.setdefault(each.item, []).append(each)
    shown = [tasks.task(each.item) for each in found]
    records = [_annotated(task, given.get(task.item, []), wanted) for task in shown]
    written = sum(
        each.kind is ReviewLabelKind.FIRST and not each.withdrawn
        for labels in given.values()
        for each in labels
    )
    if wanted.format is Format.LABEL_STUDIO:
        beside = path.with_name(f"{path.stem}.config.xml")
        write_lines(beside, [label_studio_config.project_config(shown).encode()])
    else:
        beside = path.with_name(f"{path.stem}.settings.json")
        _write_json(beside, argilla_settings.settings(shown))
    _write_json(path, records)
    return (str(path), str(beside)), written, _left_out(len(said), written)


def _annotated(task: ExchangeTask, labels: Sequence[ExchangeLabel], wanted: Wanted) -> dict[str, Any]:
    if wanted.format is Format.ARGILLA:
        return argilla.as_record(task, labels, wanted.users)
    return label_studio.as_task(task, labels, wanted.users)


def _scout_cases(
    found: Iterable[LabelledItem], tasks: LedgerTasks
) -> tuple[list[dict[str, str]], Mapping[str, int]]:
    cases, left_out = [], Counter[str]()
    for each in found:
        item, scale = each.item, tasks.principle_of(each.item).scale
        reference = settle(each.labels, each.adjudication, scale).reference
        if item.gold is not None:
            left_out["gold items"] += 1
        elif reference is None:
            left_out["items on which people differ and nobody decided yet, or without a blind label"] += 1
        elif not is_opinion(reference, scale):
            left_out["items on which people can not tell"] += 1
        else:
            cases.append(scout.as_case(item.id, item.case_id, item.principle_id, reference))
    return cases, dict(left_out)


def _write_scout(path: Path, cases: Sequence[Mapping[str, str]]) -> None:
    twice = [name for name, count in Counter(case["id"] for case in cases).items() if count > 1]
    if twice:
        raise UsageError(
            f"Inspect Scout knows a case once, and {len(twice)} cases have several items, such as {twice[0]!r}",
            hint="choose one principle with --principle",
        )
    if path.name.endswith(".jsonl"):
        write_lines(path, (ascii_line(dict(case)).encode() for case in cases))
        return
    strange = next((case for case in cases if not scout.fits_csv(case)), None)
    if strange is not None:
        raise UsageError(
            f"Inspect Scout would misread {strange['target']!r} or {strange['id']!r} in a CSV file",
            hint="name a file that ends in .jsonl, which it reads as it is",
        )
    rows = [[case[name] for name in scout.FIELDS] for case in cases]
    write_lines(path, [_csv([list(scout.FIELDS), *rows], mark="")])


# -- Files -----------------------------------------------------------------------------------------


def _write_table(
    path: Path, format_: Format, records: Sequence[Mapping[str, Any]], fields: Sequence[str]
) -> None:
    if format_ is Format.JSONL:
        write_lines(path, (ascii_line(dict(each)).encode() for each in records))
        return
    used = {name for each in records for name in each}
    columns = [name for name in fields if name in used]
    if format_ is Format.PARQUET:
        rows = [as_parquet_row(each) for each in records]
        write_lines(path, [parquet_bytes(parquet_columns(columns), rows)])
        return
    write_lines(path, [_csv([columns, *(as_cells(each, columns) for each in records)], mark=_BOM)])


def _csv(rows: Iterable[Sequence[str]], *, mark: str) -> bytes:
    stream = io.StringIO(newline="")
    stream.write(mark)
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode()


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=True, indent=1, allow_nan=False)
    write_lines(path, [text.encode(), b"\n"])
