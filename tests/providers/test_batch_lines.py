"""Result files: pieces to lines within bounds, and lines to the exact bytes of what they carry."""

import json
import tracemalloc
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.providers.batch_lines import (
    MAX_LINE_BYTES,
    lines_of,
    members,
    number_member,
    text_member,
)
from evenhand.providers.interface import UnreadableReplyError


async def in_pieces(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def lines(*pieces: bytes) -> list[bytes | None]:
    return [line async for line in lines_of(in_pieces(pieces))]


@given(
    st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b".")), max_size=8), st.integers(1, 7)
)
async def test_lines_do_not_depend_on_where_pieces_end(parts: list[bytes], size: int) -> None:
    text = b"\n".join(parts)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert await lines(*pieces) == [part.strip() for part in parts if part.strip()]


async def test_a_line_that_is_too_long_is_skipped_and_said_and_the_next_one_read() -> None:
    long = [b"x" * 1_000_000] * (MAX_LINE_BYTES // 1_000_000 + 2)
    assert await lines(b"a\n", *long, b"\nb\n") == [b"a", None, b"b"]
    assert await lines(*long) == [None]


async def test_a_file_without_line_ends_costs_no_more_memory_than_one_line() -> None:
    async def endless() -> AsyncIterator[bytes]:
        piece = b"x" * 1_000_000
        for _ in range(60):
            yield piece

    tracemalloc.start()
    found = [line async for line in lines_of(endless())]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found, peak < 3 * MAX_LINE_BYTES) == ([None], True)


@pytest.mark.parametrize(
    "body", [b'{"a": 1,"a":2}', b'{ "x" : NaN }', b"[1, 2 ]", b'"t\\u00e9xt"', b"1e999", b"null"]
)
def test_a_member_is_the_very_bytes_it_was_written_in(body: bytes) -> None:
    assert members(b'{"id": "r", "body" : ' + body + b' , "last":true}')["body"] == body


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_members_are_those_of_the_object(document: dict[str, object]) -> None:
    for written in (json.dumps(document), json.dumps(document, indent=1, ensure_ascii=False)):
        found = members(written.encode())
        assert {name: json.loads(raw) for name, raw in found.items()} == document


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{",
        b'{"a":1',
        b'{"a" 1}',
        b'{"a":1,}',
        b"{1:2}",
        b'{"a":1} x',
        b'{"a":1}{"a":1}',
        b'{"a":1,"a":2}',
        b'{"a":"\xff"}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b'{"b":' * 100_000,
        b"\xef\xbb\xbf{}",
        b'{"a":"\\ud800"',
    ],
)
def test_what_is_no_object_is_unreadable(line: bytes) -> None:
    with pytest.raises(UnreadableReplyError):
        members(line)


@pytest.mark.parametrize("raw", [b"1", b"null", b"[]", b"{}", b"true"])
def test_a_custom_id_that_is_no_text_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableReplyError):
        text_member({"custom_id": raw}, "custom_id")


@pytest.mark.parametrize("raw", [b'"200"', b"2e2", b"-1", b"", b"1" * 10, b"null"])
def test_a_status_that_is_no_number_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableReplyError):
        number_member({"status": raw}, "status")


@pytest.mark.parametrize(
    "value", [b"[" + b"0," * 900_000 + b"0]", b"[" * 100 + b"]" * 100], ids=["wide", "deep"]
)
def test_a_line_of_too_many_values_is_refused_before_any_is_made(value: bytes) -> None:
    line = b'{"custom_id": "x", "response": ' + value + b"}"
    tracemalloc.start()
    with pytest.raises(UnreadableReplyError, match=r"too many values|nested"):
        members(line)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
