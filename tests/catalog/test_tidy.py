import contextlib
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.catalog.tidy import HUMANS, ITEMS, VERDICTS, TidyTable, tidy_folders
from evenhand.errors import FileError, UsageError

HEADER = "item_id,judge,criterion,label,score"


def table(folder: Path, *rows: str, header: str = HEADER) -> TidyTable:
    path = folder / VERDICTS
    path.write_bytes(gzip.compress("\n".join((header, *rows, "")).encode()))
    return TidyTable(path, "judge")


def layout(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(gzip.compress(b""))
    return folder


@pytest.mark.parametrize("text", ["NA", "None", "nan", "007", "08", "N/A", " padded ", "1e5", "true", "=1+1"])
def test_the_text_of_a_cell_is_kept_exactly(tmp_path: Path, text: str) -> None:
    row = next(iter(table(tmp_path, f"{text},{text},{text},{text},")))
    assert (row.item, row.rater, row.criterion, row.label) == (text,) * 4


@given(label=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_any_text_survives_quoting(tmp_path_factory: pytest.TempPathFactory, label: str) -> None:
    quoted = '"' + label.replace('"', '""') + '"'
    rows = list(table(tmp_path_factory.mktemp("tidy"), f"i,j,c,{quoted},"))
    assert [row.label for row in rows] == [label]


@given(content=st.binary(max_size=200) | st.text(alphabet=',"\n\r\0ij', max_size=80).map(str.encode))
def test_any_bytes_give_rows_or_findings(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("tidy") / VERDICTS
    path.write_bytes(gzip.compress(HEADER.encode() + b"\n" + content))
    with contextlib.suppress(FileError):
        assert all(row.item and row.rater and row.criterion for row in TidyTable(path, "judge"))


def test_other_columns_are_kept_by_their_name(tmp_path: Path) -> None:
    found = table(tmp_path, "i,j,c,yes,1.5,swapped,3", header=HEADER + ",order,sample")
    row = next(iter(found))
    assert (row.score, dict(row.extra)) == (1.5, {"order": "swapped", "sample": "3"})
    assert found.extra_columns() == ("order", "sample")


def test_a_label_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    rows = list(table(tmp_path, 'i,j,c,"one\n  two\r\n",', "i,j,c,yes,"))
    assert [row.label for row in rows] == ["one\n  two\r\n", "yes"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("i,j,c,yes", "I003"),
        ("i,j,c,yes,,more", "I003"),
        (",j,c,yes,", "I004"),
        ("i,,c,yes,", "I004"),
        ("i,j,,yes,", "I004"),
        ("x" * 301 + ",j,c,yes,", "I004"),
        ("i,j,c,yes,high", "I005"),
        ("i,j,c,yes,nan", "I005"),
        ("i,j,c,yes,1e999", "I005"),
        ('i,j,c,"yes"no,', "I001"),
        ('i,j,c,"yes', "I001"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, code: str) -> None:
    with pytest.raises(FileError) as caught:
        list(table(tmp_path, "i,j,c,yes,", row))
    assert [(found.line, found.code) for found in caught.value.findings] == [(3, code)]


def test_all_bad_rows_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        list(table(tmp_path, "i,j,c", "i,j,c,yes,", ",,,,", "i,j,c,yes,x"))
    assert [found.line for found in caught.value.findings] == [2, 4, 5]


@pytest.mark.parametrize(
    ("header", "problem"),
    [("item_id,judge,label,score", "no column criterion"), (HEADER + ",label", "a column stands twice")],
)
def test_a_table_without_the_common_columns_is_refused(tmp_path: Path, header: str, problem: str) -> None:
    with pytest.raises(FileError, match=problem):
        list(table(tmp_path, header=header))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"plain text", "D008"),
        (gzip.compress(b"x" * 99)[:-12], "D008"),
        (gzip.compress(HEADER.encode() + b"\n\xff\xfe"), "D002"),
        (gzip.compress(b"x" * 11_000_000), "D001"),
    ],
    ids=["plain text", "cut off", "not UTF-8", "one long line"],  # gzip puts the time into the bytes
)
def test_a_file_that_is_no_gzipped_text_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / VERDICTS).write_bytes(content)
    with pytest.raises(FileError) as caught:
        list(TidyTable(tmp_path / VERDICTS, "judge"))
    assert caught.value.findings[0].code == code


def test_a_table_that_inflates_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="inflates to more than 200 times its size"):
        sum(1 for _ in table(tmp_path, *[f"i,j,c,{'x' * 120_000},"] * 900))


def test_a_missing_table_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no file"):
        list(TidyTable(tmp_path / VERDICTS, "judge"))


def test_a_folder_with_the_layout_is_read_and_not_what_lies_below_it(tmp_path: Path) -> None:
    layout(tmp_path, ITEMS, VERDICTS)
    layout(tmp_path / "below", ITEMS, HUMANS)
    assert [folder.path for folder in tidy_folders(tmp_path)] == [tmp_path]


def test_sub_folders_with_the_layout_are_found_in_order(tmp_path: Path) -> None:
    for name in ("b", "a/deep", "a/too/deep/by/far"):
        layout(tmp_path / name, ITEMS, HUMANS)
    layout(tmp_path / "c", VERDICTS)
    assert [folder.path.name for folder in tidy_folders(tmp_path)] == ["deep", "b"]


def test_a_folder_of_another_layout_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "principles.json").write_text("{}")
    with pytest.raises(UsageError, match="does not hold the tidy layout") as caught:
        tidy_folders(tmp_path)
    assert caught.value.hint == "it holds principles.json"


def test_items_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither verdicts"):
        tidy_folders(layout(tmp_path, ITEMS))


@pytest.mark.parametrize(
    "item",
    [
        {"item_id": ""},
        {"item_id": 7},
        {"item_id": "x" * 301},
        {"prompt": "no id"},
        {"item_id": "i", "meta": 3},
    ],
)
def test_a_bad_item_is_named(tmp_path: Path, item: dict[str, object]) -> None:
    layout(tmp_path, VERDICTS)
    (tmp_path / ITEMS).write_bytes(gzip.compress(f'{{"item_id": "ok"}}\n{json.dumps(item)}\n'.encode()))
    with pytest.raises(FileError) as caught:
        list(tidy_folders(tmp_path)[0].items)
    assert caught.value.findings[0].line == 2
