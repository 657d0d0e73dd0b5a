import asyncio
import json
import socket
from collections.abc import Callable
from http.client import RemoteDisconnected
from typing import Any

import anthropic
import openai
import pytest

from evenhand.testing import JudgeAnswer, LoopbackServer, judges, serve_in_thread

Start = Callable[..., LoopbackServer]
Send = Callable[..., Any]
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()
CALL = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY
QUESTION: Any = [{"role": "user", "content": "Hello"}]


def talk(server: LoopbackServer, *pieces: bytes, replies: int = 1) -> bytes:
    """Send pieces over one raw connection and read until that many replies or the end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60.0) as client:
        for piece in pieces:
            client.sendall(piece)
        heard = b""
        while heard.count(b"}}}") < replies and (more := client.recv(65536)):
            heard += more
    return heard


async def test_both_sdks_talk_to_a_server_in_their_own_loop() -> None:
    async with (
        LoopbackServer(judges.lazy("complies")) as server,
        openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as one,
        anthropic.AsyncAnthropic(base_url=server.base_url, api_key="k", max_retries=0) as other,
    ):
        await one.chat.completions.create(model="m", messages=QUESTION)
        await other.messages.create(model="m", max_tokens=99, messages=QUESTION)
    assert [call.protocol for call in server.ledger.calls] == ["chat", "messages"]


async def test_calls_overlap_while_they_wait() -> None:
    async with (
        LoopbackServer(judges.lazy("complies"), latency=0.2) as server,
        openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client,
    ):
        await asyncio.gather(
            *(client.chat.completions.create(model="m", messages=QUESTION) for _ in range(8))
        )
    assert (server.ledger.max_in_flight, server.ledger.in_flight) == (8, 0)


async def test_a_server_can_be_started_again_on_its_port() -> None:
    server = LoopbackServer(judges.lazy("complies"))
    async with server:
        first = server.base_url
    async with server:
        assert server.base_url == first


def test_a_stopped_server_refuses_connections() -> None:
    with serve_in_thread(LoopbackServer(judges.lazy("complies"))) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60.0)


def test_stopping_drops_calls_that_are_under_way() -> None:
    with serve_in_thread(LoopbackServer(judges.lazy("complies"), latency=60.0)) as server:
        client = socket.create_connection(("127.0.0.1", server.port), timeout=60.0)
        client.sendall(CALL)
        while not server.ledger.calls:
            pass
    with client:
        assert client.recv(100) == b""
    assert server.ledger.in_flight == 0


# -- Bytes -----------------------------------------------------------------------------------------------


def test_requests_may_arrive_byte_by_byte(serve: Start) -> None:
    server = serve(judges.echo())
    heard = talk(server, *(CALL[i : i + 1] for i in range(len(CALL))))
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_may_be_pipelined(serve: Start) -> None:
    server = serve(judges.echo(), latency=0.01)
    heard = talk(server, CALL * 3, replies=3)
    assert heard.count(b"HTTP/1.1 200 OK") == 3
    assert [call.number for call in server.ledger.calls] == [1, 2, 3]
    assert server.ledger.max_in_flight == 1


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST /v1/messages HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /v1/messages HTTP/1.1\r\n folded: x\r\n\r\n", 400),
        (b"POST /v1/messages HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST /v1/messages HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n", 413),
        (b"POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /" + b"x" * 40_000, 431),
    ],
)
def test_bytes_that_are_no_request_are_refused_and_the_connection_closed(
    serve: Start, request_bytes: bytes, status: int
) -> None:
    heard = talk(serve(), request_bytes)
    assert heard.startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 200_000, b'{"model": "m"}'])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses", "/v1/messages"])
def test_a_body_that_is_no_question_is_a_400_and_costs_nothing(
    serve: Start, fetch: Send, path: str, body: bytes
) -> None:
    server = serve()
    assert fetch(server, "POST", path, body).status == 400
    assert (len(server.ledger.calls), server.ledger.billed, server.ledger.in_flight) == (1, (), 0)


@pytest.mark.parametrize(
    "head", [CALL.replace(b"host: x", b"connection: close"), CALL.replace(b"1.1", b"1.0", 1)]
)
def test_a_client_may_ask_to_close_the_connection(serve: Start, head: bytes) -> None:
    assert b"200 OK" in talk(serve(), head, replies=99)


def test_a_client_may_ask_whether_to_go_on(serve: Start) -> None:
    head, _, body = CALL.partition(b"\r\n\r\n")
    with socket.create_connection(("127.0.0.1", serve().port), timeout=60.0) as client:
        client.sendall(head + b"\r\nexpect: 100-continue\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK")


# -- Routes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/_ledger", 405),
        ("POST", "/v1/embeddings", 404),
        ("GET", "/", 404),
    ],
)
def test_other_paths_and_methods_are_errors(
    serve: Start, fetch: Send, method: str, path: str, status: int
) -> None:
    server = serve()
    reply = fetch(server, method, path)
    assert (reply.status, "error" in reply.document) == (status, True)
    assert server.ledger.calls == ()


@pytest.mark.parametrize("headers", [{"authorization": "Bearer right"}, {"x-api-key": "right"}])
@pytest.mark.parametrize("route", ["chat", "messages"])
def test_the_right_key_is_let_in_by_either_header(
    serve: Start, post: Send, headers: dict[str, str], route: str
) -> None:
    assert post(serve(api_key="right"), route, headers=headers).status == 200


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic right"}])
def test_another_key_is_refused_and_never_repeated(serve: Start, post: Send, headers: dict[str, str]) -> None:
    server = serve(api_key="right")
    chat, messages = post(server, "chat", headers=headers), post(server, "messages", headers=headers)
    assert (chat.status, chat.document["error"]["code"]) == (401, "invalid_api_key")
    assert (messages.status, messages.document["error"]["type"]) == (401, "authentication_error")
    assert b"wrong" not in chat.body + messages.body
    assert server.ledger.billed == ()


def test_models_are_listed_for_both_sdks(
    serve: Start, openai_sdk: openai.OpenAI, anthropic_sdk: anthropic.Anthropic
) -> None:
    server = serve(models=("small", "large"))
    ours = openai_sdk.with_options(base_url=server.base_url).models
    theirs = anthropic_sdk.with_options(base_url=server.base_url).models
    assert [model.id for model in ours.list()] == [model.id for model in theirs.list()] == ["small", "large"]
    assert ours.retrieve("large").id == theirs.retrieve("large").id == "large"
    with pytest.raises(openai.NotFoundError):
        ours.retrieve("other")


def test_models_need_the_key_too(serve: Start, fetch: Send) -> None:
    assert fetch(serve(api_key="right"), "GET", "/v1/models").status == 401


def test_listing_models_is_not_a_call(serve: Start, fetch: Send) -> None:
    server = serve()
    assert fetch(server, "GET", "/models").document["data"][0]["id"] == "scripted-judge"
    assert server.ledger.calls == ()


def test_a_bug_in_a_judge_drops_the_connection_and_is_logged(
    serve: Start, post: Send, caplog: pytest.LogCaptureFixture
) -> None:
    def judge(_request: object) -> JudgeAnswer:
        raise ZeroDivisionError

    server = serve(judge)
    with pytest.raises(RemoteDisconnected):
        post(server, "chat")
    assert "ZeroDivisionError" in caplog.text
    assert server.ledger.in_flight == 0
