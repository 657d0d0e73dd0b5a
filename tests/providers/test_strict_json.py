import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.providers.interface import UnreadableReplyError
from evenhand.providers.strict_json import MAX_DEPTH, MAX_REPLY_BYTES, MAX_VALUE_BYTES, read_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_any_json_object_is_read_as_the_standard_parser_reads_it(value: dict[str, object]) -> None:
    body = json.dumps(value).encode()
    assert read_object(body) == json.loads(body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        ("﻿{}".encode(), "not JSON"),
        (b"[1]", "not an object"),
        (b"null", "not an object"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "not finite"),
        (b'{"a": -1e999}', "not finite"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"a": 01}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b'{"a": "' + b"\x00" + b'"}', "not JSON"),
    ],
)
def test_what_is_not_exactly_one_clean_object_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableReplyError, match=why):
        read_object(body)


def nested(depth: int, inner: bytes = b"1") -> bytes:
    return b'{"a":' * depth + inner + b"}" * depth


def test_nesting_is_read_up_to_the_limit_and_not_beyond() -> None:
    assert read_object(nested(MAX_DEPTH))
    with pytest.raises(UnreadableReplyError, match="nested"):
        read_object(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("text", ["[" * 500, "{" * 500, '\\"[' * 300, "\\\\" * 300, '}"]'])
def test_brackets_within_text_are_not_nesting(text: str) -> None:
    value = {"a": text, "b": [[] for _ in range(100)]}
    assert read_object(json.dumps(value).encode()) == value


HOSTILE = {
    "lists": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "open text": b'{"a":"' + b"[" * 9_000_000,
    "escapes": b'{"' + b'\\"' * 4_000_000 + b"[" * 100,
    "quotes": b'{"a":' + b'"\\' * 4_000_000 + b"[" * 100,
    "both": b"[{" * 4_000_000,
    "closed first": b"]" * 100 + b"[" * 700_000,
    "large": b"x" * (MAX_REPLY_BYTES + 1),
    "wide lists": b'{"a":[' + b"[]," * 215_000 + b"NaN]}",
    "wide text": b'{"a":[' + b'"ab",' * 790_000 + b"NaN]}",
    "wide objects": b'{"a":[' + b'{"a":1},' * 90_000 + b"NaN]}",
    "wider": b'{"a":[' + b'{"a":1},' * 1_200_000 + b"1]}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bodies_are_refused_in_bounded_time_and_memory(body: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(UnreadableReplyError):
        read_object(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64_000_000


def test_two_thousand_tokens_with_twenty_alternatives_are_read() -> None:
    alternative = {"token": " the", "logprob": -12.345678, "bytes": [32, 116, 104, 101]}
    token = {**alternative, "top_logprobs": [alternative] * 20}
    assert len(read_object(json.dumps({"content": [token] * 2_000}).encode())["content"]) == 2_000


def test_values_are_counted_by_their_commas_before_they_are_made() -> None:
    commas = MAX_VALUE_BYTES // 60
    inside = (MAX_VALUE_BYTES - 450 - 160) // 60
    assert read_object(b'{"a":[' + b"1," * inside + b"1]}")
    with pytest.raises(UnreadableReplyError, match="too many values"):
        read_object(b'{"a":[' + b"1," * commas + b"1]}")


def test_brackets_that_were_closed_do_not_hide_deeper_ones() -> None:
    siblings = b'{"a":[' + b"[]," * MAX_DEPTH + b"[]]}"
    assert read_object(siblings)
    with pytest.raises(UnreadableReplyError, match="nested"):
        read_object(b'{"a":[' + b"[]," * (2 * MAX_DEPTH) + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"]}")
