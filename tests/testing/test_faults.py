import gzip
import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any

import anthropic
import openai
import pytest

from evenhand.testing import LoopbackServer, faults, judges
from evenhand.testing.vendor_errors import ERRORS

Start = Callable[..., LoopbackServer]
Send = Callable[..., Any]
ROUTES = ["chat", "responses", "messages"]
QUESTION: Any = [{"role": "user", "content": "Hello"}]


def struck(serve: Start, fault: faults.Fault, **options: Any) -> LoopbackServer:
    return serve(options.pop("judge", None), strikes=[faults.always(fault)], **options)


# -- Errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_has_the_shape_of_its_vendor(serve: Start, post: Send, kind: str, route: str) -> None:
    reply = post(struck(serve, faults.vendor_error(kind)), route)
    error = reply.document["error"]
    assert reply.status == ERRORS[kind].status
    if route == "messages":
        assert (reply.document["type"], error["type"]) == ("error", ERRORS[kind].anthropic[0])
        assert reply.document["request_id"] == reply.headers["request-id"]
    else:
        assert (error["type"], error["code"]) == ERRORS[kind].openai
        assert reply.headers["x-request-id"] == "req_" + "0" * 23 + "1"


OPENAI_ERRORS = {
    "unsupported_parameter": openai.BadRequestError,
    "unauthorized": openai.AuthenticationError,
    "forbidden": openai.PermissionDeniedError,
    "model_missing": openai.NotFoundError,
    "conflict": openai.ConflictError,
    "rate_limited": openai.RateLimitError,
    "quota_exhausted": openai.RateLimitError,
    "server_error": openai.InternalServerError,
    "overloaded": openai.InternalServerError,
    "payment_required": openai.APIStatusError,
    "timeout": openai.APIStatusError,
}


@pytest.mark.parametrize("kind", OPENAI_ERRORS)
def test_the_openai_sdk_knows_the_error(serve: Start, openai_sdk: openai.OpenAI, kind: str) -> None:
    server = struck(serve, faults.NAMED[kind]())
    client = openai_sdk.with_options(base_url=server.base_url)
    with pytest.raises(OPENAI_ERRORS[kind]) as caught:
        client.chat.completions.create(model="m", messages=QUESTION)
    assert caught.value.code == ERRORS[kind].openai[1]
    assert len(server.ledger.calls) == 1


ANTHROPIC_ERRORS = {
    "bad_request": anthropic.BadRequestError,
    "unauthorized": anthropic.AuthenticationError,
    "forbidden": anthropic.PermissionDeniedError,
    "model_missing": anthropic.NotFoundError,
    "conflict": anthropic.ConflictError,
    "rate_limited": anthropic.RateLimitError,
    "quota_exhausted": anthropic.RateLimitError,
    "server_error": anthropic.InternalServerError,
    "overloaded": anthropic.InternalServerError,
    "payment_required": anthropic.APIStatusError,
}


@pytest.mark.parametrize("kind", ANTHROPIC_ERRORS)
def test_the_anthropic_sdk_knows_the_error(
    serve: Start, anthropic_sdk: anthropic.Anthropic, kind: str
) -> None:
    client = anthropic_sdk.with_options(base_url=struck(serve, faults.NAMED[kind]()).base_url)
    with pytest.raises(ANTHROPIC_ERRORS[kind]) as caught:
        client.messages.create(model="m", max_tokens=9, messages=QUESTION)
    assert caught.value.type == ERRORS[kind].anthropic[0]


def test_a_spend_limit_at_anthropic_names_its_code_and_no_time_to_wait(serve: Start, post: Send) -> None:
    reply = post(struck(serve, faults.quota_exhausted()), "messages")
    assert reply.document["error"]["details"] == {"error_code": "enforced_spend_limit_reached"}
    assert "retry-after" not in reply.headers


@pytest.mark.parametrize("value", ["3", "0", "-1", "1000000000", "soon"])
def test_a_time_to_wait_is_sent_as_it_stands(serve: Start, post: Send, value: str) -> None:
    headers = post(struck(serve, faults.rate_limited(value, retry_after_ms="250")), "chat").headers
    assert (headers["retry-after"], headers["retry-after-ms"]) == (value, "250")
    assert headers["x-ratelimit-remaining-requests"] == "0"


def test_a_time_to_wait_may_be_a_date(serve: Start, post: Send) -> None:
    headers = post(struck(serve, faults.rate_limited(date_in=60.0)), "chat").headers
    wait = parsedate_to_datetime(headers["retry-after"]) - datetime.now(UTC)
    assert 57 < wait.total_seconds() < 61


def test_an_error_may_carry_another_message(serve: Start, post: Send) -> None:
    fault = faults.vendor_error("rate_limited", message="No deployments available")
    assert post(struck(serve, fault), "chat").document["error"]["message"] == "No deployments available"


def test_an_unknown_kind_of_error_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no error kind 'teapot'; known: bad_request"):
        faults.vendor_error("teapot")


# -- Sockets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [faults.reset_before_body(), faults.reset_after_body()])
def test_a_reset_is_a_real_tcp_reset(serve: Start, post: Send, fault: faults.Fault) -> None:
    server = struck(serve, fault)
    with pytest.raises(ConnectionResetError) as caught:
        post(server, "chat")
    assert not isinstance(caught.value, RemoteDisconnected)
    assert (server.ledger.calls[0].status, server.ledger.calls[0].fault) == (0, fault.name)


def test_a_reset_before_the_body_does_not_wait_for_it(serve: Start) -> None:
    server = struck(serve, faults.reset_before_body())
    with socket.create_connection(("127.0.0.1", server.port), timeout=60.0) as client:
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 1000\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_hang_ends_when_the_client_goes_away(serve: Start, openai_sdk: openai.OpenAI) -> None:
    server = struck(serve, faults.hang())
    client = openai_sdk.with_options(base_url=server.base_url, timeout=0.1)
    with pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(model="m", messages=QUESTION)
    wait_until(lambda: server.ledger.in_flight == 0)
    assert server.ledger.calls[0].billed


@pytest.mark.parametrize("billed", [True, False])
def test_an_abandoned_call_is_billed_as_the_server_is_told(serve: Start, post: Send, *, billed: bool) -> None:
    server = serve(latency=30.0, bill_abandoned=billed)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        body = json.dumps({"model": "m", "messages": QUESTION}).encode()
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        wait_until(lambda: len(server.ledger.calls) == 1)
        assert server.ledger.in_flight == 1
    wait_until(lambda: server.ledger.in_flight == 0)
    assert server.ledger.calls[0].billed is billed


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_short_body_states_more_than_it_sends(serve: Start, post: Send) -> None:
    with pytest.raises(IncompleteRead) as caught:
        post(struck(serve, faults.short_body(0.25)), "chat")
    sent, missing = len(caught.value.partial), caught.value.expected or 0
    assert sent == pytest.approx((sent + missing) / 4, abs=1)


def test_a_dripping_reply_arrives_whole_and_slowly(serve: Start, post: Send) -> None:
    started = time.monotonic()
    reply = post(struck(serve, faults.dripped(0.01, piece=100)), "chat")
    assert reply.generated.endswith("complies")
    assert time.monotonic() - started > 0.05


def test_a_delay_adds_to_the_latency(serve: Start, post: Send) -> None:
    started = time.monotonic()
    post(struck(serve, faults.delayed(0.05), latency=0.05), "chat")
    assert time.monotonic() - started >= 0.1


# -- Bodies ----------------------------------------------------------------------------------------------

BODIES: dict[str, tuple[int, Callable[[bytes], bool]]] = {
    "html_page": (200, lambda body: body.startswith(b"<!doctype html>")),
    "empty_body": (200, lambda body: body == b""),
    "broken_json": (200, lambda body: body.endswith(b"[")),
    "nested_body": (200, lambda body: body[:100_000] == b"[" * 100_000),
    "huge_body": (200, lambda body: len(body) == 10_000_000 and set(json.loads(body)) == {"id"}),
    "redirect": (307, lambda body: body == b""),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_may_be_anything(serve: Start, post: Send, name: str) -> None:
    status, is_right = BODIES[name]
    reply = post(struck(serve, faults.NAMED[name]()), "messages")
    assert reply.status == status
    assert is_right(reply.body)


def test_the_openai_sdk_takes_a_captive_portal_for_an_answer(serve: Start, openai_sdk: openai.OpenAI) -> None:
    client = openai_sdk.with_options(base_url=struck(serve, faults.html_page()).base_url)
    assert isinstance(client.chat.completions.create(model="m", messages=QUESTION), str)


def test_a_gzip_bomb_is_small_on_the_wire(serve: Start, post: Send) -> None:
    reply = post(struck(serve, faults.gzip_bomb(20 << 20)), "chat")
    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.body) < 40_000
    inflated = gzip.decompress(reply.body)
    assert (len(inflated), json.loads(inflated)) == ((20 << 20) + 2, {})


def test_a_redirect_names_another_host(serve: Start, post: Send) -> None:
    reply = post(struck(serve, faults.redirect("http://127.0.0.1:9/elsewhere")), "chat")
    assert reply.headers["location"] == "http://127.0.0.1:9/elsewhere"


# -- Answers ---------------------------------------------------------------------------------------------

VERDICT = {"quotes": [], "reason": "Decided by a scripted judge.", "label": "complies"}
ANSWERS: dict[str, tuple[faults.Fault, Callable[[str], bool]]] = {
    "wrapped": (faults.wrapped(), lambda text: text.startswith("Sure!\n```json\n{") and text.endswith("?")),
    "unclosed": (faults.unclosed(), lambda text: text.startswith("{") and not text.endswith("}")),
    "duplicate_key": (faults.duplicate_key("label", "violates"), lambda text: text.count('"label": ') == 2),
    "extra_key": (faults.extra_key("note", 1), lambda text: json.loads(text)["note"] == 1),
    "missing_key": (faults.missing_key("label"), lambda text: "label" not in json.loads(text)),
    "nan": (faults.number_as("NaN"), lambda text: '"confidence": NaN' in text),
    "infinite": (faults.number_as("1e999"), lambda text: '"confidence": 1e999' in text),
    "quoted": (faults.number_as('"0.9"'), lambda text: json.loads(text)["confidence"] == "0.9"),
    "nested": (faults.nested(50), lambda text: text == "[" * 50 + "]" * 50),
    "huge": (faults.huge(1000), lambda text: json.loads(text)["reason"] == "x" * 1000),
    "said": (faults.said("no"), lambda text: text == "no"),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_may_be_wrong_inside(serve: Start, post: Send, name: str, route: str) -> None:
    fault, is_right = ANSWERS[name]
    reply = post(struck(serve, fault), route, structured=True)
    assert reply.status == 200
    assert is_right(reply.generated)


def test_another_nonce_may_be_echoed(serve: Start, post: Send, prompt: Any, nonce: str) -> None:
    for structured in (True, False):
        text = post(struck(serve, faults.wrong_nonce()), "chat", prompt("x"), structured=structured).generated
        assert nonce not in text
        assert "f" * 32 in text


@pytest.mark.parametrize(("share", "ends"), [(0.5, False), (1.0, True)])
def test_an_answer_may_be_cut_even_after_it_looks_whole(
    serve: Start, post: Send, *, share: float, ends: bool
) -> None:
    reply = post(struck(serve, faults.truncated(share)), "chat", structured=True)
    assert reply.document["choices"][0]["finish_reason"] == "length"
    assert reply.generated.endswith("}") is ends


@pytest.mark.parametrize(
    ("route", "key"), [("chat", "choices"), ("responses", "output"), ("messages", "content")]
)
def test_the_envelope_may_be_empty_or_of_wrong_types(serve: Start, post: Send, route: str, key: str) -> None:
    assert post(struck(serve, faults.no_choices()), route).document[key] == []
    wrong = post(struck(serve, faults.wrong_types()), route).document
    assert (wrong[key], wrong["usage"]) == ({"0": None}, "much")


def test_usage_may_be_missing_or_impossible(serve: Start, post: Send) -> None:
    assert "usage" not in post(struck(serve, faults.usage_missing()), "chat").document
    used = post(struck(serve, faults.usage_inconsistent()), "responses").document["usage"]
    assert (used["input_tokens"], used["total_tokens"]) == (-1, 1)


def test_the_fingerprint_may_change(serve: Start, post: Send) -> None:
    server = serve(strikes=[faults.after_call(faults.fingerprint_changed("fp_2"), 1)])
    assert [post(server, "chat").document["system_fingerprint"] for _ in range(2)] == ["fp_scripted", "fp_2"]


def test_a_fault_that_needs_json_says_so_in_free_text(serve: Start, post: Send) -> None:
    reply = post(struck(serve, faults.extra_key()), "chat")
    assert reply.status == 400
    assert "extra_key changes a JSON answer, and this one is free text" in reply.document["error"]["message"]


def test_any_edit_can_be_a_fault(serve: Start, post: Send) -> None:
    fault = faults.document_edited(lambda document: {**document, "id": 7}, name="odd_id")
    server = struck(serve, fault, judge=judges.echo())
    assert post(server, "chat").document["id"] == 7
    assert server.ledger.summary()["faults"] == {"odd_id": 1}


def test_a_first_attempt_fails_and_the_retry_is_served(serve: Start, post: Send, prompt: Any) -> None:
    server = serve(strikes=[faults.on_attempts(faults.vendor_error("server_error"), [1])])
    statuses = [post(server, "chat", prompt("x", nonce * 32)).status for nonce in "ab"]
    assert statuses == [500, 200]


DECISIONS = {name for name in faults.NAMED if name.startswith(("label_", "probab"))}
QUIET = [
    name for name in faults.NAMED if name not in {"hang", "dripped", "delayed", "gzip_bomb", "huge_body"}
]


@pytest.mark.parametrize("name", QUIET)
def test_every_named_fault_strikes_and_is_entered(serve: Start, post: Send, name: str) -> None:
    server = struck(serve, faults.NAMED[name]())
    try:
        reply = post(server, "systemone" if name in DECISIONS else "chat", structured=True)
    except (ConnectionError, IncompleteRead):
        reply = None
    call = server.ledger.calls[0]
    assert call.fault
    assert call.status == (reply.status if reply else call.status)
