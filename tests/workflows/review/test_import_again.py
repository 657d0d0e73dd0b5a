"""What an id or a table of another tool can say twice, and must not: each label once, nothing passed over unseen."""

import datetime as dt
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.made_review import JUDGED
from tests.workflows.review.exchange_kit import Exchange, make_exchange

from evenhand.catalog.parquet_file import parquet_records
from evenhand.errors import FileError
from evenhand.records.review import Person, Role
from evenhand.review.exchange.records import Format
from evenhand.workflows.review.adjudicate import AdjudicationDesk

LINE = {"record": "label", "item": "rv-00000", "person": "ann", "label": "violates", "id": "rl-1"}


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    people = [Person(name=name, role=Role.ADJUDICATOR) for name in ("ann", "bo")]
    return make_exchange(tmp_path, 4, people=people)


def take(exchange: Exchange, *lines: Mapping[str, Any], keep_stored: bool = False) -> tuple[int, int, int]:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (exchange.folder / "l.jsonl").write_text(text, encoding="utf-8")
    done = exchange.take(Format.JSONL, "l.jsonl", keep_stored=keep_stored)
    return done.labels + done.decisions, done.known, done.kept


@pytest.mark.parametrize("record", ["label", "adjudication"])
@pytest.mark.parametrize("change", [{"label": "complies"}, {"person": "bo"}, {"item": "rv-00001"}])
def test_an_id_that_comes_back_with_another_answer_is_a_contradiction(
    exchange: Exchange, record: str, change: dict[str, str]
) -> None:
    line = {**LINE, "record": record}
    assert take(exchange, line) == (1, 0, 0)
    assert take(exchange, line) == (0, 1, 0)
    with pytest.raises(FileError, match="E007"):
        take(exchange, {**line, **change})
    assert take(exchange, {**line, **change}, keep_stored=True) == (0, 0, 1)


def test_an_id_that_stands_on_two_items_of_a_file_is_a_contradiction(exchange: Exchange) -> None:
    with pytest.raises(FileError, match="E007"):
        take(exchange, LINE, {**LINE, "item": "rv-00001"})
    assert exchange.stored == []


def test_who_was_shown_here_what_others_said_gives_no_blind_label_elsewhere(exchange: Exchange) -> None:
    take(exchange, LINE)
    AdjudicationDesk(exchange.review.ledger, lambda _: JUDGED).open("bo", LINE["item"])
    take(
        exchange,
        {**LINE, "person": "bo", "id": "rl-2"},
        {**LINE, "person": "bo", "id": "", "item": "rv-00001"},
    )
    assert [(each.id == "rl-2", each.blind) for each in exchange.stored if each.person == "bo"] == [
        (True, False),
        (False, True),
    ]


# -- Parquet ---------------------------------------------------------------------------------------


def table(folder: Path, **columns: "pa.Array[Any]") -> str:
    plain = {name: pa.array([value]) for name, value in LINE.items()}
    pq.write_table(pa.table({**plain, **columns}), folder / "l.parquet")
    return "l.parquet"


def test_a_column_of_times_is_read_as_times(exchange: Exchange) -> None:
    at = pa.array([dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)])
    exchange.take(Format.PARQUET, table(exchange.folder, at=at))
    assert [each.at for each in exchange.stored] == ["2026-11-20T09:30:00.000+00:00"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([b"\xff"]),
        pa.array([dt.timedelta(1)]),
        pa.array([{"a": b"x"}]),
        pa.array([[(1, b"a")]], pa.map_(pa.int64(), pa.binary())),
    ],
)
def test_a_column_of_what_no_label_holds_is_refused(exchange: Exchange, column: "pa.Array[Any]") -> None:
    with pytest.raises(FileError, match="E001"):
        exchange.take(Format.PARQUET, table(exchange.folder, comment=column))


def test_a_text_that_is_stored_once_for_many_rows_is_unpacked_for_a_few(tmp_path: Path) -> None:
    rows, text = 2_000, "a" * 1_000_000
    packed = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))
    stream = io.BytesIO()
    pq.write_table(pa.table({"comment": packed}), stream, compression="zstd")
    (tmp_path / "bomb.parquet").write_bytes(stream.getvalue())
    before = pa.total_allocated_bytes()
    next(parquet_records(tmp_path / "bomb.parquet"))
    assert len(stream.getvalue()) < 2_000
    assert pa.total_allocated_bytes() - before < rows * len(text) / 4
