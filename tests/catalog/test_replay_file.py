"""Files of recordings are hostile data: every line is checked, and what is wrong is named with its place."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.catalog.replay_file import ReplayFile
from evenhand.errors import FileError
from evenhand.records.canonical import canonical_json
from evenhand.records.rating import Order
from evenhand.records.replay import MAX_BODY_BYTES, ReplyRecording, ReplyUsage, body_texts, digest_of

HEAD = {"schema": "recordings/v1", "suite": "small", "replies": 2}
BODY = b'{"choices": []}'


def line(**changes: Any) -> dict[str, Any]:
    """A good line, with changes; None leaves a key out."""
    good = {
        "key": "0a" * 32,
        "judge": "reader",
        "case": "case-1",
        "candidate": "1",
        "principle": "keep.secrets",
        "nonce": "1b" * 16,
        "protocol": "openai-chat",
        "model": "scripted",
        "sha256": digest_of(BODY),
        "reply": BODY.decode(),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


GOOD = [HEAD, line(), line(nonce="2c" * 16)]


def write(path: Path, lines: list[Any]) -> Path:
    text = "".join(each if isinstance(each, str) else json.dumps(each) + "\n" for each in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def findings(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(FileError) as caught:
        list(ReplayFile(path))
    return [(finding.line, finding.code) for finding in caught.value.findings]


@pytest.mark.parametrize("name", ["r.jsonl", "r.jsonl.gz"])
def test_a_good_file_is_read_whole(name: str, tmp_path: Path) -> None:
    file = ReplayFile(write(tmp_path / name, GOOD))
    assert [reply.body() for reply in file] == [BODY, BODY]
    assert (file.head.suite, file.count, file.sha256[:7]) == ("small", 2, "sha256:")


BAD_LINES: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "D003"),
    "a list": ("[]\n", "V003"),
    "a key twice": ('{"key": "a", "key": "a"}\n', "D004"),
    "not a finite number": (json.dumps(line()).replace('"reader"', "NaN") + "\n", "D007"),
    "half a character": (json.dumps(line(case="x")).replace('"x"', '"\\ud800"') + "\n", "D005"),
    "deep nesting": ('{"key": ' + "[" * 5_000 + "\n", "D006"),
    "an unknown key": (line(api_key="x"), "V001"),
    "no key": (line(key=None), "V002"),
    "a short key": (line(key="0a"), "V005"),
    "a key in capitals": (line(key="0A" * 32), "V005"),
    "another nonce": (line(nonce="x"), "V005"),
    "a repeat beyond reason": (line(repeat=10**9), "V006"),
    "a negative repeat": (line(repeat=-1), "V006"),
    "a repeat as text": (line(repeat="0"), "V003"),
    "tokens beyond reason": (line(usage={"input": 10**30, "output": 1}), "V006"),
    "an order nobody asks in": (line(order="random"), "V004"),
    "a judge that is a path": (line(judge="../x"), "V005"),
    "a name without end": (line(model="m" * 2_000), "V007"),
    "no reply": (line(reply=None), "V008"),
    "two replies": (line(reply_base64="AA=="), "V008"),
    "no base64": (line(reply=None, reply_base64="%%%"), "R002"),
    "another digest": (line(sha256=digest_of(b"other")), "R004"),
    "another reply": (line(reply='{"choices": [1]}'), "R004"),
    "a digest that is none": (line(sha256="sha256:0"), "V005"),
    "the same reply again": (line(), "R005"),
    "a reply without end": (
        line(reply="x" * (MAX_BODY_BYTES + 1), sha256=digest_of(b"x" * (MAX_BODY_BYTES + 1))),
        "R003",
    ),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_named_with_its_place(case: str, tmp_path: Path) -> None:
    bad, code = BAD_LINES[case]
    path = write(tmp_path / "r.jsonl", [HEAD, line(), bad])
    assert (3, code) in findings(path)


BAD_FILES: dict[str, tuple[list[Any], str]] = {
    "empty": ([], "R001"),
    "cut off": (GOOD[:2], "R001"),
    "longer than it says": ([*GOOD, line(nonce="3d" * 16)], "R001"),
    "without its first line": (GOOD[1:], "V001"),
    "of another kind": ([{**HEAD, "schema": "ratings/v1"}, *GOOD[1:]], "V004"),
    "with a key in its first line": ([{**HEAD, "api_key": "x"}, *GOOD[1:]], "V001"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_is_not_whole_is_refused(case: str, tmp_path: Path) -> None:
    lines, code = BAD_FILES[case]
    assert code in [found for _, found in findings(write(tmp_path / "r.jsonl", lines))]


JUDGE = {
    "schema": "judge/v1",
    "id": "reader",
    "version": "1.0.0",
    "kind": "model",
    "model": "loop/scripted",
    "template": "reader.j2",
}
ENDPOINT = {
    "judge": "reader",
    "account": "loop",
    "protocol": "openai-chat",
    "model": "scripted",
    "means": "tool",
}
HEADS: dict[str, tuple[dict[str, Any], str]] = {
    "as it should be": ({}, ""),
    "another model": ({"model": "a-dearer-one"}, "V008"),
    "another judge": ({"judge": "somebody"}, "V008"),
    "log-probabilities without end": ({"logprobs": 10**9}, "V008"),
    "too much to say": ({"notes": ["n" * 2_000]}, "V008"),
    "a way to answer that is none": ({"means": "prayer"}, "V004"),
}


@pytest.mark.parametrize("case", HEADS)
def test_a_first_line_can_not_make_a_judge_ask_somebody_else(case: str, tmp_path: Path) -> None:
    changes, code = HEADS[case]
    head = {**HEAD, "judges": [JUDGE], "endpoints": [{**ENDPOINT, **changes}]}
    path = write(tmp_path / "r.jsonl", [head, *GOOD[1:]])
    if code:
        assert findings(path) == [(1, code)]
    else:
        assert len(list(ReplayFile(path))) == 2


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    blank = b" " * 1_000_000
    with gzip.open(tmp_path / "r.jsonl.gz", "wb") as packed:
        packed.write(json.dumps(HEAD).encode() + b"\n")
        for _ in range(200):
            packed.write(blank + b"\n")
    assert findings(tmp_path / "r.jsonl.gz") == [(0, "D009")]


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.integers(0, 10**9)


@given(body=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_reply_survives_the_file(body: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    text, packed = body_texts(body)
    assert (text is None) != (packed is None)
    record = recording(body, case="c", usage=None, repeat=0)
    assert written_and_read(record, tmp_path_factory.mktemp("r") / "r.jsonl").body() == body


@given(
    case=NAMES,
    repeat=st.integers(0, 10**6),
    usage=st.none() | st.builds(ReplyUsage, input=NUMBERS, output=NUMBERS, cached=NUMBERS),
)
def test_any_place_survives_the_file(
    case: str, repeat: int, usage: ReplyUsage | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    record = recording(BODY, case=case, usage=usage, repeat=repeat)
    assert written_and_read(record, tmp_path_factory.mktemp("r") / "r.jsonl.gz") == record


def recording(body: bytes, *, case: str, usage: ReplyUsage | None, repeat: int) -> ReplyRecording:
    text, packed = body_texts(body)
    return ReplyRecording(
        key="0a" * 32,
        judge="reader",
        case=case,
        candidate=case,
        principle="keep.secrets",
        order=Order.SWAPPED,
        repeat=repeat,
        nonce="1b" * 16,
        protocol="openai-chat",
        model="scripted",
        request_id=case,
        usage=usage,
        sha256=digest_of(body),
        reply=text,
        reply_base64=packed,
    )


def written_and_read(record: ReplyRecording, path: Path) -> ReplyRecording:
    pack: Callable[[bytes], bytes] = gzip.compress if path.suffix == ".gz" else bytes
    head = canonical_json({**HEAD, "replies": 1})
    path.write_bytes(pack(head + b"\n" + canonical_json(record.canonical()) + b"\n"))
    (found,) = ReplayFile(path)
    return found
