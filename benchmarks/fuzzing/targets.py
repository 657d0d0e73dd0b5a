"""What is fuzzed: each target takes bytes and may only end well or in an error it declares."""

import gzip
import json
import secrets
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, get_args

from pydantic import TypeAdapter
from tests.catalog.interchange import kit
from tests.judging import builders

from evenhand.catalog.cases import read_cases
from evenhand.catalog.constitution_markdown import parse_markdown
from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.interchange.formats import FORMATS
from evenhand.catalog.interchange.settle import Settled, settle
from evenhand.catalog.json_text import parse_json
from evenhand.catalog.labels import read_labels
from evenhand.catalog.locate import validate
from evenhand.catalog.recordings import read_ratings, read_replies
from evenhand.catalog.settings import load_settings
from evenhand.catalog.tidy import VERDICTS, TidyTable
from evenhand.catalog.toml_file import parse_toml
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import FileError, ProviderStopError
from evenhand.judging.answer import AnswerForm
from evenhand.judging.candidate_flags import candidate_flags
from evenhand.judging.parse import parse_reply
from evenhand.providers.capabilities import Wants
from evenhand.providers.classify import FailedResponse, classify_response
from evenhand.providers.interface import ChatRequest, Means, RawReply
from evenhand.providers.mask import Mask
from evenhand.providers.preflight import CODES, preflight
from evenhand.providers.rate_headers import raw_headers, rest_asked_s
from evenhand.providers.read_reply import READERS
from evenhand.providers.retry_after import LONGEST_WAIT_S, retry_after_s
from evenhand.records.constitution import Constitution
from evenhand.records.judge import RecordedRatings, RecordedReplies, ReplyFormat, ReplyPattern
from evenhand.records.rating import FailedRating
from evenhand.records.reveal import reveal
from evenhand.records.scale import COMPLY
from evenhand.records.suite import LabelFile
from evenhand.testing.attacks import PAYLOADS

ALL_MEANS: Final[tuple[Means, ...]] = get_args(Means)
_MEMORY: Final = Path("/dev/shm")
"""A folder in memory, where there is one."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_UNIT: Final = builders.unit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing that reads hostile bytes."""

    run: Callable[[bytes], None]
    """Reads them; any exception it lets out is a crash, a failed assertion too."""
    corpus: Callable[[], list[bytes]]
    """What mutation starts from."""


# -- Replies ---------------------------------------------------------------------------------------


def _replies(content: bytes) -> None:
    """Read bytes as a reply of every protocol by every means; a nonce they can not hold makes any rating a forgery."""
    nonce = secrets.token_hex(16)
    for protocol in READERS:
        for means in ALL_MEANS:
            form = AnswerForm(scale=COMPLY, means=means, confidence=True)
            found = parse_reply(
                content, protocol=protocol, form=form, nonce=nonce, unit=_UNIT, evidence_required=True
            )
            if isinstance(found.outcome, FailedRating):
                found.outcome.detail.encode()
            else:
                assert means == "decision", (
                    "a label was forged"
                )  # a decision carries no nonce: no text is written


def _preflight(content: bytes) -> None:
    """Let an endpoint answer every tiny call with the same bytes, then with a whole reply that says them."""
    for body in (content, _chat(_latin(content))):
        for protocol in READERS:
            with suppress(ProviderStopError):
                _at_once(preflight(protocol, "m", Wants(), partial(_answers, body)))


async def _answers(body: bytes, _asked: ChatRequest) -> RawReply:
    return RawReply(body=body)


def _at_once(waiting: Coroutine[object, object, object]) -> None:
    """Run what waits for nothing, without an event loop."""
    with suppress(StopIteration):
        waiting.send(None)


def _reply_corpus() -> list[bytes]:
    answer = json.dumps(
        {"quotes": [], "reason": "r", "label": "complies", "confidence": 0.5, "nonce": "0" * 32}
    )
    texts = [answer, "VERDICT " + "0" * 32 + " complies", *list(PAYLOADS.values())[::40]]
    return [*map(_chat, texts), *map(_message, texts), *map(_response, texts), *_with_number(10**400)]


def _with_number(number: int) -> Iterator[bytes]:
    """Yield replies that are in order but for one number."""
    yield _chat("good", logprob=number)
    shares = {"type": "choice", "choice": "complies", "probabilities": {"complies": number}}
    yield json.dumps({"answers": {"answer": shares}}).encode()
    listed = [{"value": "complies", "probability": number}]
    yield json.dumps({"answers": [{**shares, "probabilities": listed}]}).encode()


def _preflight_corpus() -> list[bytes]:
    return [b"[" * 19_000, json.dumps({"code": CODES[0]}).encode(), _chat("[" * 19_000), *_reply_corpus()[:5]]


def _chat(text: str, *, logprob: float = -0.1) -> bytes:
    token = {"token": text[:4], "logprob": logprob, "top_logprobs": [{"token": "a", "logprob": -1.5}]}
    choice = {"message": {"content": text}, "finish_reason": "stop", "logprobs": {"content": [token]}}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}).encode()


def _message(text: str) -> bytes:
    content = [{"type": "text", "text": text}]
    return json.dumps({"content": content, "stop_reason": "end_turn", "usage": {"input_tokens": 1}}).encode()


def _response(text: str) -> bytes:
    part = {"type": "output_text", "text": text, "logprobs": []}
    output = [{"type": "message", "role": "assistant", "content": [part]}]
    return json.dumps({"status": "completed", "output": output}).encode()


# -- Errors ----------------------------------------------------------------------------------------


def _errors(content: bytes) -> None:
    for status in (301, 400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 503, 529):
        failed = FailedResponse(status=status, headers={"retry-after": _latin(content[:40])}, body=content)
        found = classify_response(failed, account="a", mask=Mask(()), now=1e9)
        assert found.retry_after_s is None or 0 <= found.retry_after_s <= LONGEST_WAIT_S
        str(found).encode()


def _latin(content: bytes) -> str:
    return content.decode("latin-1")


def _headers(content: bytes) -> None:
    text = _latin(content)
    for name in ("retry-after", "retry-after-ms"):
        wait = retry_after_s({name: text}, now=1e9)
        assert wait is None or 0 <= wait <= LONGEST_WAIT_S
    names = ("requests", "tokens", "input-tokens")
    openai = {
        f"x-ratelimit-{kind}-{name}": text for name in names for kind in ("remaining", "reset", "limit")
    }
    anthropic = {
        f"anthropic-ratelimit-{name}-{kind}": text for name in names for kind in ("remaining", "reset")
    }
    for headers in (openai, anthropic, {**openai, "x-ratelimit-remaining-requests": "0"}):
        assert rest_asked_s(raw_headers(headers), now=1e9) >= 0


def _error_corpus() -> list[bytes]:
    error = {"error": {"message": "Rate limit", "type": "x", "code": "rate_limit_exceeded", "param": "seed"}}
    list_error = {"error": [{"msg": "x", "loc": ["body", "model"]}], "detail": [{"msg": "y"}], "message": "z"}
    return [json.dumps(error).encode(), json.dumps(list_error).encode(), b"<html>502</html>", b"", b"[[]]"]


def _header_corpus() -> list[bytes]:
    words = [
        "3",
        "3.5",
        "-1",
        "1e9",
        "Wed, 21 Oct 2026 07:28:00 GMT",
        "6m0s",
        "20ms",
        "1h2m3.5s",
        "nan",
        "inf",
        "0x1",
    ]
    return [*map(str.encode, words), b"2026-11-27T16:00:00Z", b"2026-11-27T16:00:00+25:00", b"1_000", b"\xff"]


# -- Files -----------------------------------------------------------------------------------------


def _text(parse: Callable[[str, str], object]) -> Callable[[bytes], None]:
    def run(content: bytes) -> None:
        _declared(lambda: parse(content.decode("utf-8", "surrogateescape"), "fuzz"))
        _declared(lambda: parse(content.decode("utf-8", "replace"), "fuzz"))

    return run


def _declared(read: Callable[[], object]) -> None:
    try:
        read()
    except FileError as error:
        str(error).encode("utf-8", "surrogatepass")


def _file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], None]:
    folder = Path(tempfile.mkdtemp(prefix="evenhand-fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None))
    path = folder / name

    def run(content: bytes) -> None:
        path.write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
        _declared(lambda: read(path))

    return run


def _files(pattern: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes()[:20_000] for path in sorted(_ROOT.glob(pattern))[:12]]


def _settings_corpus() -> list[bytes]:
    account = '[accounts.mine]\nprotocol = "openai-chat"\nbase_url = "https://host/v1"\n'
    return [account.encode(), f"{account}requests_per_minute = 1{'0' * 350}\n".encode()]


def _lines(*lines: Mapping[str, object]) -> Callable[[], list[bytes]]:
    return lambda: [
        "".join(json.dumps(line) + "\n" for line in lines).encode(),
        *_files("suites/**/*.jsonl")(),
    ]


_REPLIES: Final = RecordedReplies(
    path="r.jsonl",
    format=ReplyFormat(where="whole", patterns=(ReplyPattern(pattern="yes", label="complies"),)),
)
_RATING = {
    "case": "a",
    "principle": "p",
    "judge": "j",
    "label": "complies",
    "distribution": {"complies": 1.0},
}
_ENDLESS = {**_RATING, "case": "b", "score": 10**350}
_REPLY = {
    "case": "a",
    "principle": "p",
    "judge": "j",
    "text": "yes",
    "stage": "s",
    "order": "given",
    "repeat": 0,
}


# -- Candidates ------------------------------------------------------------------------------------


def _candidates(content: bytes) -> None:
    text = content.decode("utf-8", "surrogateescape")
    candidate_flags(text)
    assert reveal(reveal(text)) == reveal(text)


# -- Constitutions of others -----------------------------------------------------------------------


def _others(content: bytes) -> None:
    """Read bytes in every format; what is no finding settles, and what settles reads back as the same constitution."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    for form in FORMATS.values():
        draft = form.read(text, "x")
        done = None if draft.findings else settle(draft, name="x", path="x")
        if isinstance(done, Settled):
            for read, write in ((parse_yaml, write_yaml), (parse_markdown, write_markdown)):
                back = read(write(done.constitution), "x")
                assert not back.findings, "what would be written can not be read"
                record, _ = validate(TypeAdapter(Constitution), Constitution, back)
                assert record is not None
                assert record.hash == done.constitution.hash, "it reads back as something else"


TARGETS: Final[Mapping[str, Target]] = {
    "replies": Target(run=_replies, corpus=_reply_corpus),
    "preflight": Target(run=_preflight, corpus=_preflight_corpus),
    "errors": Target(run=_errors, corpus=_error_corpus),
    "headers": Target(run=_headers, corpus=_header_corpus),
    "yaml": Target(run=_text(parse_yaml), corpus=_files("**/*.yaml")),
    "markdown": Target(run=_text(parse_markdown), corpus=_files("constitutions/*.md")),
    "toml": Target(run=_text(parse_toml), corpus=lambda: [(_ROOT / "pyproject.toml").read_bytes()]),
    "settings": Target(run=_file("evenhand.toml", load_settings), corpus=_settings_corpus),
    "json": Target(run=_text(parse_json), corpus=_lines(_RATING)),
    "cases": Target(
        run=_file("cases.jsonl", lambda path: list(read_cases([path]))),
        corpus=_lines({"id": "a", "prompt": "p", "response": "r", "slice": {"a": "b"}, "reference": ["x"]}),
    ),
    "labels": Target(
        run=_file("labels.jsonl", lambda path: list(read_labels(path, LabelFile(path="labels.jsonl")))),
        corpus=_lines({"case": "a", "principle": "p", "annotator": "x", "label": "complies", "note": "n"}),
    ),
    "ratings": Target(
        run=_file("r.jsonl", lambda path: list(read_ratings(path, RecordedRatings(path="r.jsonl")))),
        corpus=_lines(_RATING, _ENDLESS),
    ),
    "recorded replies": Target(
        run=_file(
            "r.jsonl",
            lambda path: list(read_replies(path, _REPLIES)),
        ),
        corpus=_lines(_REPLY),
    ),
    "tidy": Target(
        run=_file(VERDICTS, lambda path: list(TidyTable(path, "judge"))),
        corpus=lambda: [
            b'item_id,judge,criterion,label,score,order\ni,j,c,"a ""b""",1.5,swapped\n',
            b"item_id\r\n",
        ],
    ),
    "constitutions of others": Target(
        run=_others, corpus=lambda: [text.encode() for text in kit.FILES.values()]
    ),
    "candidates": Target(
        run=_candidates, corpus=lambda: [text.encode() for text in list(PAYLOADS.values())[::7]]
    ),
}
"""Targets by name."""
