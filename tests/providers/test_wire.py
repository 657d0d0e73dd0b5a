"""Every provider against real HTTP on loopback: what is answered, what is refused, and how often it was sent."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from tests.providers.kit import FAST, PROTOCOLS, TRANSPORTS, Endpoint, MemoryLog, Transport, endpoint, request

from evenhand.errors import CallClass, CallError
from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, Finish, Means, RawReply, UnreadableReplyError
from evenhand.providers.read_reply import read_reply
from evenhand.providers.registry import PROVIDERS
from evenhand.providers.retry import RetryPolicy, ask_with_retries
from evenhand.providers.strict_json import MAX_REPLY_BYTES
from evenhand.providers.throttle import Throttle
from evenhand.testing import faults

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)
each_transport = pytest.mark.parametrize("transport", TRANSPORTS)


async def retried(at: Endpoint, policy: RetryPolicy = FAST, asked: ChatRequest | None = None) -> RawReply:
    return await ask_with_retries(
        at.provider, asked or request(), policy, MemoryLog(), throttle=Throttle(concurrency=4)
    )


@each_protocol
@each_transport
@pytest.mark.parametrize("means", ["json_schema", "tool", "last_line"])
async def test_a_reply_comes_as_bytes_and_is_read(protocol: str, transport: Transport, means: Means) -> None:
    async with endpoint(protocol, transport=transport) as at:
        raw = await at.provider.ask(request(means))
        reply = read_reply(protocol, raw.body)
    assert reply.finish is Finish.NORMAL
    assert '"complies"' in reply.text or reply.text.endswith("complies")
    assert (reply.served_model, at.calls) == ("gpt-x", 1)
    assert raw.request_id.startswith("req_")
    assert reply.usage is not None
    assert not reply.usage.estimated


@pytest.mark.parametrize("protocol", ["openai-chat", "openai-responses"])
@each_transport
async def test_log_probabilities_come_with_the_reply_and_spell_it(
    protocol: str, transport: Transport
) -> None:
    async with endpoint(protocol, transport=transport) as at:
        reply = read_reply(protocol, (await at.provider.ask(request("json_schema", logprobs=5))).body)
    assert "".join(token.token for token in reply.tokens) == reply.text
    assert all(token.logprob <= 0 for token in reply.tokens)


# -- B05: requests on the wire are the attempts configured -----------------------------------------

PASSING = ["server_error", "unavailable", "reset_before_body", "reset_after_body", "short_body"]


@each_protocol
@each_transport
@pytest.mark.parametrize("fault", PASSING)
async def test_a_passing_failure_is_asked_exactly_as_often_as_configured(
    protocol: str, transport: Transport, fault: str
) -> None:
    async with endpoint(protocol, faults.always(faults.NAMED[fault]()), transport=transport) as at:
        with pytest.raises(CallError) as caught:
            await retried(at, FAST)
        assert at.calls == FAST.attempts
    assert caught.value.call_class is CallClass.TRANSIENT
    assert caught.value.maybe_billed


@each_protocol
@each_transport
async def test_a_silent_server_is_asked_exactly_as_often_as_configured(
    protocol: str, transport: Transport
) -> None:
    async with endpoint(protocol, faults.after_call(faults.hang(), 1), transport=transport) as at:
        await at.provider.ask(request())  # the first call loads parts of the SDK
        with pytest.raises(CallError) as caught:
            await retried(at, FAST, request(timeout_s=0.2))
        assert at.calls - 1 == FAST.attempts
    assert (caught.value.call_class, caught.value.maybe_billed) == (CallClass.TRANSIENT, True)


ONE_REQUEST = {
    "quota_exhausted": CallClass.MONEY,
    "payment_required": CallClass.MONEY,
    "spend_limit_400": CallClass.MONEY,
    "unauthorized": CallClass.AUTH,
    "forbidden": CallClass.AUTH,
    "model_missing": CallClass.CONFIG,
    "redirect": CallClass.CONFIG,
    "unsupported_parameter": CallClass.UNSUPPORTED,
    "validation_crash": CallClass.UNSUPPORTED,
    "context_exceeded": CallClass.TOO_LONG,
    "content_blocked": CallClass.FILTERED,
    "gzip_bomb": CallClass.MALFORMED,
    "too_large": CallClass.MALFORMED,
}
KINDS: dict[str, Callable[[], faults.Fault]] = {
    **faults.NAMED,
    "too_large": partial(faults.huge_body, MAX_REPLY_BYTES + 1),
}


@each_protocol
@each_transport
@pytest.mark.parametrize(("fault", "call_class"), ONE_REQUEST.items())
async def test_what_trying_again_cannot_mend_is_one_request(
    protocol: str, transport: Transport, fault: str, call_class: CallClass
) -> None:
    async with endpoint(protocol, faults.always(KINDS[fault]()), transport=transport) as at:
        with pytest.raises(CallError) as caught:
            await retried(at, FAST)
        assert (caught.value.call_class, at.calls) == (call_class, 1)


@each_protocol
@each_transport
async def test_a_rate_limit_carries_the_wait_and_then_the_reply_comes(
    protocol: str, transport: Transport
) -> None:
    limited = faults.on_calls(faults.rate_limited(None, retry_after_ms="60"), [1])
    async with endpoint(protocol, limited, transport=transport) as at:
        started = time.monotonic()
        await retried(at)
        assert time.monotonic() - started >= 0.06
        assert [call.status for call in at.server.ledger.calls] == [429, 200]


@each_protocol
@each_transport
async def test_a_reply_says_how_long_a_used_up_limit_takes_to_fill(
    protocol: str, transport: Transport
) -> None:
    used_up = (("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "1.5s"))
    answered = faults.BodyFault(name="answered", body=lambda: b"{}", headers=used_up)
    async with endpoint(protocol, faults.on_calls(answered, [1]), transport=transport) as at:
        assert [(await at.provider.ask(request())).rest_s for _ in range(2)] == [1.5, 0.0]


@each_transport
async def test_nobody_listening_is_a_call_never_sent(transport: Transport) -> None:
    async with endpoint("openai-chat", transport=transport) as at:
        await at.server.stop()
        error = await at.refusal()
    assert (error.call_class, error.maybe_billed, error.status) == (CallClass.TRANSIENT, False, None)


async def no_tls(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer whatever comes in plain text and hang up."""
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


@pytest.mark.parametrize("protocol", ["openai-chat", "anthropic"])
@each_transport
async def test_a_failed_handshake_is_a_call_never_sent(protocol: str, transport: Transport) -> None:
    async with await asyncio.start_server(no_tls, "127.0.0.1") as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        provider = PROVIDERS[protocol](Connection(account="acme", base_url=url, transport=transport))
        with pytest.raises(CallError) as caught:
            await provider.ask(request())
        await provider.close()
    assert (caught.value.call_class, caught.value.maybe_billed) == (CallClass.TRANSIENT, False)


@each_protocol
@each_transport
async def test_a_prompt_that_is_not_unicode_is_not_sent(protocol: str, transport: Transport) -> None:
    async with endpoint(protocol, transport=transport) as at:
        error = await at.refusal(replace(request(), system="half a character: \ud83d"))
        assert (error.call_class, error.maybe_billed, at.calls) == (CallClass.UNSUPPORTED, False, 0)


# -- B07: deadlines --------------------------------------------------------------------------------


@each_protocol
@each_transport
@pytest.mark.parametrize(
    "fault", [faults.hang(), faults.dripped(), faults.delayed(60.0)], ids=lambda f: str(f.name)
)
async def test_a_unit_ends_at_its_deadline(protocol: str, transport: Transport, fault: faults.Fault) -> None:
    async with endpoint(protocol, faults.always(fault), transport=transport) as at:
        started = time.monotonic()
        async with asyncio.timeout(30):  # one call alone would take 60
            with pytest.raises(CallError):
                await retried(at, RetryPolicy(attempts=50, deadline_s=0.3, first_backoff_s=0.001))
        assert time.monotonic() - started > 0.25


# -- B09, B12: bodies ------------------------------------------------------------------------------


@each_protocol
@each_transport
@pytest.mark.parametrize("fault", ["html_page", "empty_body", "broken_json", "nested_body", "wrong_types"])
async def test_a_body_that_is_no_reply_is_handed_over_and_unreadable(
    protocol: str, transport: Transport, fault: str
) -> None:
    async with endpoint(protocol, faults.always(faults.NAMED[fault]()), transport=transport) as at:
        raw = await at.provider.ask(request())
        with pytest.raises(UnreadableReplyError):
            read_reply(protocol, raw.body)
        assert at.calls == 1


@pytest.mark.parametrize("protocol", ["openai-responses", "anthropic"])
async def test_a_reply_without_an_answer_holds_no_text(protocol: str) -> None:
    async with endpoint(protocol, faults.always(faults.no_choices())) as at:
        assert not read_reply(protocol, (await at.provider.ask(request())).body).text


@each_transport
@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, gzip", "made-up"])
async def test_a_body_packed_in_a_way_not_asked_for_is_refused(transport: Transport, packing: str) -> None:
    packed = faults.BodyFault(name="packed", body=lambda: b"xxxx", headers=(("content-encoding", packing),))
    async with endpoint("openai-chat", faults.always(packed), transport=transport) as at:
        assert (await at.refusal()).call_class is CallClass.MALFORMED


# -- Many at once ----------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["openai-chat", "anthropic"])
@each_transport
async def test_as_many_calls_are_in_flight_as_the_account_bears(protocol: str, transport: Transport) -> None:
    held = faults.always(faults.hang())
    async with endpoint(protocol, held, transport=transport, concurrency=150) as at:
        calls = asyncio.gather(*[at.provider.ask(request()) for _ in range(150)])
        while at.server.ledger.in_flight < 150:  # noqa: ASYNC110 - the ledger tells nobody
            await asyncio.sleep(0.01)
        calls.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calls
