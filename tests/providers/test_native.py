"""The transport `native`: the same requests as the official SDKs send, and nothing of its own around them."""

import asyncio
import json
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from aiohttp import client_exceptions
from pydantic import SecretStr
from tests.providers.kit import PROTOCOLS, Transport, endpoint, request

from evenhand.errors import CallClass, CallError
from evenhand.providers.classify import unanswered
from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, Means
from evenhand.providers.registry import PROVIDERS, connection_of
from evenhand.records.settings import Account
from evenhand.testing import faults

KEY = "sk-sentinel-0123456789"
BOTH: tuple[Transport, ...] = ("auto", "native")
SAME_ON_EVERY_ROAD = (
    "host",
    "authorization",
    "accept",
    "content-type",
    "accept-encoding",
    "anthropic-version",
)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


@asynccontextmanager
async def listener(answer: bytes = b"{}", head: str = "200 OK") -> AsyncIterator[tuple[str, list[Sent]]]:
    """A server that keeps each request's bytes; gives its address and what it kept."""
    kept: list[Sent] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        kept.append(
            Sent(
                line=lines[0],
                headers=headers,
                body=await reader.readexactly(int(headers.get("content-length", "0"))),
            )
        )
        writer.write(f"HTTP/1.1 {head}\r\ncontent-length: {len(answer)}\r\n\r\n".encode() + answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer_once, "127.0.0.1", limit=1 << 23) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", kept


async def sent_by(protocol: str, transport: Transport, asked: ChatRequest) -> Sent:
    async with listener() as (url, kept):
        provider = PROVIDERS[protocol](
            Connection(account="acme", base_url=url, api_key=SecretStr(KEY), transport=transport)
        )
        await provider.ask(asked)
        await provider.close()
    sent = kept[0]
    return replace(sent, headers={**sent.headers, "host": sent.headers["host"].partition(":")[0]})


ASKED = {
    "plain": request(),
    "not only ASCII": replace(request(), system="Ist das gut? 好吗 \U0001f600 \x7f\x00"),
    "everything": replace(
        request("json_schema", logprobs=5), temperature=0.25, top_p=1.0, seed=7, reasoning_effort="low"
    ),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_what_leaves_is_what_the_sdk_sends(protocol: str, asked: ChatRequest) -> None:
    sdk, native = [await sent_by(protocol, transport, asked) for transport in BOTH]
    assert native.line == sdk.line
    assert native.body == sdk.body
    for name in SAME_ON_EVERY_ROAD:
        assert native.headers.get(name) == sdk.headers.get(name), name
    assert native.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("means", ["tool", "last_line"])
async def test_each_way_to_enforce_a_shape_leaves_the_same_document(protocol: str, means: Means) -> None:
    sdk, native = [await sent_by(protocol, transport, request(means)) for transport in BOTH]
    assert json.loads(native.body) == json.loads(sdk.body)


async def test_nothing_tells_the_vendor_about_the_machine() -> None:
    sent = await sent_by("openai-chat", "native", request())
    assert sent.headers.keys() == {
        "host",
        "authorization",
        "accept",
        "content-type",
        "accept-encoding",
        "user-agent",
        "content-length",
    }
    assert sent.headers["user-agent"].startswith("evenhand/")


async def test_a_body_of_megabytes_leaves_whole() -> None:
    long = replace(request(), system="x" * 3_000_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sent = await sent_by("openai-chat", "native", long)
    assert len(json.loads(sent.body)["messages"][0]["content"]) == 3_000_000


@pytest.mark.parametrize("transport", BOTH)
async def test_the_proxy_of_the_environment_is_taken(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listener() as (url, kept):
        monkeypatch.setenv("http_proxy", url.removesuffix("/v1"))
        monkeypatch.setenv("no_proxy", "")
        provider = PROVIDERS["openai-chat"](
            Connection(account="acme", base_url="http://judge.invalid/v1", transport=transport)
        )
        await provider.ask(request())
        await provider.close()
    assert kept[0].line == "POST http://judge.invalid/v1/chat/completions HTTP/1.1"


@pytest.mark.parametrize("transport", BOTH)
async def test_a_host_that_needs_no_proxy_gets_none(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert (await sent_by("openai-chat", transport, request())).line.startswith("POST /v1/")


async def test_a_provider_is_made_without_a_running_loop_and_without_a_socket() -> None:
    provider = await asyncio.to_thread(
        PROVIDERS["openai-chat"],
        Connection(account="acme", base_url="http://127.0.0.1:9", transport="native"),
    )
    assert provider.versions()["native transport"].startswith("aiohttp 3.")
    await provider.close()


async def test_connections_are_kept_and_used_again() -> None:
    async with endpoint("openai-chat", transport="native") as at:
        for _ in range(5):
            await at.provider.ask(request())
        assert len(at.server._peers) == 1


async def test_a_connection_with_half_a_body_on_it_is_not_used_again() -> None:
    large = faults.on_calls(faults.huge_body(11_000_000), [1])
    async with endpoint("openai-chat", large, transport="native") as at:
        assert (await at.refusal()).call_class is CallClass.MALFORMED
        assert (await at.provider.ask(request())).body.startswith(b'{"id"')


@pytest.mark.parametrize(
    ("answer", "call_class"),
    [
        (b"HTTP/1.1 banana\r\n\r\n", CallClass.TRANSIENT),
        (b"SSH-2.0-OpenSSH_9.2\r\n", CallClass.TRANSIENT),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", CallClass.TRANSIENT),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000 + b"\r\n", CallClass.TRANSIENT),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -4\r\n\r\n", CallClass.TRANSIENT),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{}", CallClass.MALFORMED),
        (b"", CallClass.TRANSIENT),
    ],
)
async def test_whatever_a_server_answers_is_a_failed_call_and_never_a_crash(
    answer: bytes, call_class: CallClass
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1") as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        provider = PROVIDERS["openai-chat"](Connection(account="acme", base_url=url, transport="native"))
        with pytest.raises(CallError) as caught:
            await provider.ask(request())
        await provider.close()
    assert (caught.value.call_class, caught.value.maybe_billed) == (call_class, True)


async def test_a_body_without_a_stated_length_is_read_within_bounds() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        try:
            while True:
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(endless, "127.0.0.1") as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        provider = PROVIDERS["openai-chat"](Connection(account="acme", base_url=url, transport="native"))
        with pytest.raises(CallError, match="larger than 10,000,000 bytes") as caught:
            await provider.ask(request())
        await provider.close()
    assert caught.value.call_class is CallClass.MALFORMED


def test_the_account_chooses_the_transport() -> None:
    def transport(account: Account) -> str:
        return connection_of("acme", account, {}).transport

    assert transport(Account(protocol="openai-chat", base_url="http://127.0.0.1:1")) == "auto"
    native = Account(protocol="openai-chat", base_url="http://127.0.0.1:1", transport="native")
    assert transport(native) == "native"


# -- Every exception aiohttp has -------------------------------------------------------------------

UNSENT = (CallClass.TRANSIENT, False)
LOST = (CallClass.TRANSIENT, True)
WRONG = (CallClass.CONFIG, False)
EVERY_EXCEPTION = {
    "ClientError": LOST,
    "ClientConnectionError": LOST,
    "ClientConnectionResetError": LOST,
    "ClientOSError": LOST,
    "ClientConnectorError": UNSENT,
    "ClientProxyConnectionError": UNSENT,
    "ClientSSLError": LOST,
    "ClientConnectorDNSError": UNSENT,
    "ClientConnectorSSLError": UNSENT,
    "ClientConnectorCertificateError": UNSENT,  # WRONG with the certificate's error below it
    "ConnectionTimeoutError": UNSENT,
    "SocketTimeoutError": LOST,
    "ServerConnectionError": LOST,
    "ServerTimeoutError": LOST,
    "ServerDisconnectedError": LOST,
    "ServerFingerprintMismatch": UNSENT,
    "ClientResponseError": LOST,
    "ClientHttpProxyError": UNSENT,
    "WSServerHandshakeError": LOST,
    "ContentTypeError": LOST,
    "ClientPayloadError": LOST,
    "UploadAbortedError": LOST,
    "InvalidURL": WRONG,
    "InvalidUrlClientError": WRONG,
    "RedirectClientError": LOST,
    "NonHttpUrlClientError": WRONG,
    "InvalidUrlRedirectClientError": LOST,
    "NonHttpUrlRedirectClientError": LOST,
    "WSMessageTypeError": LOST,
}


def raised(name: str) -> Exception:
    """An exception of that class, whatever its constructor wants."""
    kind: type[Exception] = getattr(client_exceptions, name)
    return kind.__new__(kind)


@pytest.mark.parametrize(("name", "expected"), EVERY_EXCEPTION.items())
def test_each_exception_of_aiohttp_is_a_failed_call(name: str, expected: tuple[CallClass, bool]) -> None:
    failed = unanswered(raised(name), 5.0, account="acme")
    assert failed is not None
    assert (failed.call_class, failed.maybe_billed) == expected


def test_no_exception_of_aiohttp_is_without_a_line() -> None:
    assert set(client_exceptions.__all__) == EVERY_EXCEPTION.keys()


def test_a_certificate_that_does_not_hold_is_a_wrong_setting() -> None:
    error = raised("ClientConnectorCertificateError")
    error.__cause__ = ssl.SSLCertVerificationError()
    failed = unanswered(error, 5.0, account="acme")
    assert failed is not None
    assert (failed.call_class, failed.maybe_billed) == WRONG


def test_a_mistake_of_ours_is_no_failed_call() -> None:
    assert unanswered(KeyError("ours"), 5.0, account="acme") is None
    assert unanswered(RuntimeError("Session is closed"), 5.0, account="acme") is None
