import json
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from typing import Any

import pytest

from evenhand.testing import LoopbackServer, count_tokens, faults, judges, request_hash
from evenhand.testing.ledger import Ledger

Start = Callable[..., LoopbackServer]
Send = Callable[..., Any]
ROUTES = ["chat", "responses", "messages"]


@pytest.mark.parametrize("route", ROUTES)
def test_two_askings_of_one_question_have_one_hash(serve: Start, post: Send, prompt: Any, route: str) -> None:
    server = serve()
    for nonce in ("a" * 32, "b" * 32):
        post(server, route, prompt("hello", nonce))
    post(server, route, prompt("other"))
    first, again, other = server.ledger.calls
    assert first.request_hash == again.request_hash != other.request_hash
    assert [call.attempt for call in (first, again, other)] == [1, 2, 1]
    assert server.ledger.billed_more_than_once() == {first.request_hash: 2}
    assert server.ledger.by_hash(first.request_hash) == (first, again)


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert request_hash({"a": 1, "b": 2}) == request_hash({"b": 2, "a": 1}) != request_hash({"a": 1, "b": 3})


def test_the_ledger_counts_what_was_generated(serve: Start, post: Send) -> None:
    server = serve(judges.echo())
    reply = post(server, "chat", "x" * 40)
    call = server.ledger.calls[0]
    assert (call.tokens_in, call.tokens_out, count_tokens("x" * 40)) == (11, 11, 11)
    assert reply.document["usage"]["total_tokens"] == 22


BILLED = {
    "none": True,
    "server_error": False,
    "rate_limited": False,
    "reset_before_body": False,
    "reset_after_body": True,
    "short_body": True,
    "empty_body": True,
    "html_page": False,
    "redirect": False,
    "truncated": True,
    "usage_scaled": True,
}


@pytest.mark.parametrize("name", BILLED)
def test_a_call_is_billed_when_the_vendor_did_the_work(serve: Start, post: Send, name: str) -> None:
    strikes = [] if name == "none" else [faults.always(faults.NAMED[name]())]
    server = serve(strikes=strikes)
    with suppress(OSError, HTTPException):
        post(server, "chat")
    call = server.ledger.calls[0]
    assert (call.billed, call.fault) == (BILLED[name], "" if name == "none" else name)


def test_the_truth_stays_in_the_ledger_when_the_usage_lies(serve: Start, post: Send) -> None:
    server = serve(strikes=[faults.always(faults.usage_scaled(10))])
    stated = post(server, "chat").document["usage"]["completion_tokens"]
    assert stated == 10 * server.ledger.calls[0].tokens_out


@pytest.mark.parametrize(
    ("headers", "auth"),
    [({"authorization": "Bearer k"}, "bearer"), ({"x-api-key": "k"}, "x-api-key"), ({}, "none")],
)
def test_the_ledger_says_how_the_key_travelled(
    serve: Start, post: Send, headers: dict[str, str], auth: str
) -> None:
    server = serve()
    post(server, "messages", headers=headers)
    assert server.ledger.calls[0].auth == auth


def test_the_ledger_is_served_over_http_and_can_be_reset(serve: Start, post: Send, fetch: Send) -> None:
    server = serve()
    post(server, "chat", "one")
    post(server, "chat", "two")
    digest = server.ledger.calls[0].request_hash
    whole = fetch(server, "GET", "/_ledger").document
    assert (whole["calls"], whole["billed"], whole["requests"], whole["max_in_flight"]) == (2, 2, 2, 1)
    assert [
        call["number"] for call in fetch(server, "GET", f"/_ledger?hash={digest}").document["ledger"]
    ] == [1]
    assert "ledger" not in fetch(server, "GET", "/_ledger?calls=0").document
    assert fetch(server, "POST", "/_reset").document == {"reset": True}
    assert fetch(server, "GET", "/_ledger").document["calls"] == 0
    post(server, "chat")
    assert server.ledger.calls[0].number == 1


def test_the_ledger_document_is_plain_json() -> None:
    assert json.loads(json.dumps(Ledger().document()))["ledger"] == []
