import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.catalog.cases import read_cases, scan_cases
from evenhand.catalog.first_seen import FirstSeen
from evenhand.catalog.line_file import MAX_LINE_BYTES
from evenhand.errors import FileError

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_lines(*lines: Any, name: str = "cases.jsonl") -> Path:
        texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        content = b"\n".join(texts) + b"\n"
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write_lines


def _case(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "response": "r", **more}


def _codes(error: FileError) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in error.findings]


_IDS = (
    *("007", "08", "7", "NA", "N/A", "None", "nan", "NaN", "null", "true", "1e3", " x "),
    *("é", "e\u0301", "日本", "\u202e", "👩\u200d👧"),
)


def test_ids_and_text_are_kept_exactly_as_they_are_written(write: Write) -> None:
    path = write(*[{"id": name, "prompt": name, "response": name, "slice": {name: name}} for name in _IDS])
    cases = list(read_cases([path]))
    assert [case.id for case in cases] == list(_IDS)
    assert [case.response for case in cases] == list(_IDS)
    assert [dict(case.slice) for case in cases] == [{name: name} for name in _IDS]


def test_shuffled_rows_give_the_same_cases(write: Write) -> None:
    cases = [_case(f"c{number}") for number in range(20)]
    there = list(read_cases([write(*cases)]))
    back = list(read_cases([write(*reversed(cases), name="back.jsonl")]))
    assert there == back[::-1]


def test_blank_lines_a_byte_order_mark_and_windows_line_ends_are_passed_over(write: Write) -> None:
    path = write(b'\xef\xbb\xbf{"id": "a"}\r', b"", b"  \t\r", b'{"id": "b"}\r')
    assert [case.id for case in read_cases([path])] == ["a", "b"]


@pytest.mark.parametrize("name", ["cases.jsonl", "cases.jsonl.gz"])
def test_a_scan_counts_cases_and_hashes_the_bytes_on_disk(write: Write, name: str) -> None:
    path = write(
        *[_case(f"c{number}", scope={"lang": "en"}, principles=["p.*"]) for number in range(1000)], name=name
    )
    scan = scan_cases([path])
    assert scan.count == 1000
    assert scan.digests == {path: f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"}
    assert scan.scope_names == {"lang"}
    assert [line for _, line in scan.principle_patterns.values()] == [1]


def test_the_tag_of_a_file_is_added_to_its_cases(write: Write) -> None:
    path = write(_case("a", tags=["x"]), _case("b"))
    assert [case.tags for case in read_cases({path: "core"})] == [("x", "core"), ("core",)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"id": "a", "id": "b"}', "D004"),
        (b'{"id": "a", "slice": {"x": "1", "x": "2"}}', "D004"),
        (b'{"id": "a", "response": NaN}', "D007"),
        (b'{"id": "a", "response": Infinity}', "D007"),
        (b'{"id": "a", "response": 1e999}', "D007"),
        (b'{"id": "a", "response": "\\ud800"}', "D005"),
        (b'{"id": "a", "response": "\xff"}', "D002"),
        (b'{"id": "a"', "D003"),
        (b'{"id": "a"} {}', "D003"),
        (b'{"id": "a",}', "D003"),
        (b"{'id': 'a'}", "D003"),
        (b'{"id": "a", "response": "tab\there"}', "D003"),
        (b'{"id": "a\x00"}', "D003"),
        (b"[" * 100_000, "D006"),
        (b'{"id": ' * 100_000, "D006"),
        (b'["id"]', "V003"),
        (b"7", "V003"),
        (b'{"id": 7}', "V003"),
        (b'{"id": ""}', "V007"),
        (b'{"id": "a", "score": 1}', "V001"),
        (b'{"id": "a", "response": true}', "V003"),
        (b'{"id": "a", "response": [{"role": "judge", "content": ""}]}', "V004"),
        (b'{"id": "a", "response": "x", "candidates": [{"id": "1", "text": "y"}]}', "V008"),
        (b'{"id": "a", "candidates": [{"id": "x", "text": "y"}, {"id": "x", "text": "z"}]}', "V008"),
    ],
)
def test_a_bad_line_is_refused_by_number_and_reason(write: Write, line: bytes, code: str) -> None:
    with pytest.raises(FileError) as caught:
        list(read_cases([write(_case("first"), line)]))
    assert _codes(caught.value) == [(2, code)]


def test_all_bad_lines_are_named_and_no_case_follows_the_first(write: Write) -> None:
    cases = read_cases([write(_case("a"), {"id": 1}, _case("b"), {"id": 2})])
    assert next(cases).id == "a"
    with pytest.raises(FileError) as caught:
        next(cases)
    assert _codes(caught.value) == [(2, "V003"), (4, "V003")]


def test_at_most_fifty_bad_lines_are_named(write: Write) -> None:
    with pytest.raises(FileError) as caught:
        list(read_cases([write(*[{"id": number} for number in range(200)])]))
    assert len(caught.value.findings) == 50


def test_a_case_id_is_unique_over_all_files_and_the_first_place_is_named(write: Write) -> None:
    first, second = write(_case("x"), _case("a")), write(_case("b"), _case("a"), name="more.jsonl")
    with pytest.raises(FileError) as caught:
        scan_cases([first, second])
    assert _codes(caught.value) == [(2, "D010")]
    assert caught.value.findings[0].message.endswith(f"first in {first}:2")


def test_a_line_of_ten_megabytes_is_refused(write: Write) -> None:
    with pytest.raises(FileError) as caught:
        list(read_cases([write(_case("a"), b'{"id": "' + b"x" * MAX_LINE_BYTES + b'"}')]))
    assert _codes(caught.value) == [(2, "D001")]


def test_a_gzip_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=9) as stream:
        for _ in range(150):
            stream.write(b" " * 999_999 + b"\n")
    tracemalloc.start()
    with pytest.raises(FileError) as caught:
        list(read_cases([path]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert _codes(caught.value) == [(0, "D009")]
    assert peak < 64_000_000


_DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda whole: whole[:-9],
    lambda _: b"no gzip",
    lambda whole: whole + b"x",
]


@pytest.mark.parametrize("damage", _DAMAGE)
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "cases.jsonl.gz"
    path.write_bytes(damage(gzip.compress(b'{"id": "a"}\n' * 2)))
    with pytest.raises(FileError) as caught:
        list(read_cases([path]))
    assert "D008" in {finding.code for finding in caught.value.findings}


def test_names_seen_before_are_found_among_many_in_little_memory() -> None:
    seen = FirstSeen()
    tracemalloc.start()
    for file in range(2):
        seen.begin_file(f"f{file}")
        assert not any(seen.add(f"{file}-{number}", number) for number in range(1, 10_001))
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert seen.add("0-77", 9) == "f0:77"
    assert seen.add("1-10000", 9) == "f1:10000"
    assert size < 50 * 20_000
