import csv
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.catalog.parquet_file import parquet_bytes, parquet_records
from evenhand.catalog.raw_records import csv_records, json_line_records, json_list_records
from evenhand.errors import FileError, UsageError

cells = st.text(max_size=20) | st.sampled_from(
    ['"', '""', ",", ";", "\r", "\n", "\r\n", "a,b", "\u2028", "\x00"]
)


@given(
    rows=st.lists(st.tuples(cells, cells), max_size=5),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
@settings(max_examples=100, deadline=None)
def test_what_the_csv_module_writes_is_read_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], quoting: int
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=quoting).writerows([("one", "two"), *rows])  # type: ignore[arg-type]  # one of its numbers
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(stream.getvalue().encode())
    assert [tuple(record.value.values()) for record in csv_records(path)] == rows


@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=9)), max_size=4
    )
)
@settings(max_examples=60, deadline=None)
def test_a_list_and_lines_of_the_same_records_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    (folder / "l.json").write_text(json.dumps(records, indent=2), encoding="utf-8")
    (folder / "l.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    for found in (json_list_records(folder / "l.json"), json_line_records(folder / "l.jsonl")):
        assert [record.value for record in found] == records


def test_a_cell_is_found_on_the_line_it_starts_on(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n"one\ntwo",x\n', encoding="utf-8")
    (record,) = csv_records(path)
    found = record.finding("E001", "wrong", ("b",))
    assert (found.line, found.column, found.excerpt) == (3, 6, 'two",x')


def test_a_value_is_found_deep_in_a_list_of_many_lines(tmp_path: Path) -> None:
    path = tmp_path / "l.json"
    path.write_text('[\n {"a": 1},\n {"b": [\n   10, 20]}\n]', encoding="utf-8")
    (_, record) = json_list_records(path)
    found = record.finding("E001", "wrong", ("b", 1))
    assert (found.line, found.column, found.width) == (4, 8, 2)


def test_a_row_of_parquet_is_found_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(parquet_bytes({"a": "text", "b": "texts"}, [{"a": "x", "b": ["y"]}, {"a": None}]))
    first, second = parquet_records(path)
    assert first.value == {"a": "x", "b": ["y"]}
    assert second.value == {"a": None, "b": None}
    assert (second.finding("E001", "wrong", ("b",)).line, second.finding("E001", "wrong", ("b",)).column) == (
        2,
        2,
    )


def test_without_pyarrow_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match="need pyarrow") as caught:
        parquet_bytes({}, [])
    assert "evenhand[parquet]" in caught.value.hint
    with pytest.raises(UsageError, match="need pyarrow"):
        next(parquet_records(tmp_path / "t.parquet"))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.catalog.raw_records.MAX_BYTES", 10)
    (tmp_path / "t.csv").write_text("item,label\nrv-1,violates\n", encoding="utf-8")
    with pytest.raises(FileError, match="larger than"):
        next(csv_records(tmp_path / "t.csv"))
