"""litellm against real HTTP: one bounded request per call, whatever it would like to do. Runs where it is installed."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from pydantic import SecretStr
from tests.providers.kit import FAST, Endpoint, MemoryLog, request

from evenhand.errors import CallClass, CallError
from evenhand.providers.capabilities import Wants
from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, Finish, Means, RawReply
from evenhand.providers.litellm_chat import LiteLLMChat
from evenhand.providers.preflight import preflight
from evenhand.providers.read_reply import read_reply
from evenhand.providers.retry import RetryPolicy, ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.testing import LoopbackServer, dialects, faults, judges
from evenhand.testing.faults import Strike

pytestmark = [
    pytest.mark.litellm,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning", "ignore::UserWarning", "ignore::ResourceWarning"
    ),
]
KEY = "sk-Sentinel/+q=0123456789abcdefXYZ~"
MODELS = ("openai/gpt-x", "anthropic/claude-x")
each_model = pytest.mark.parametrize("model", MODELS)


@asynccontextmanager
async def through(
    model: str, *strikes: Strike, dialect: dialects.Dialect = dialects.EVERYTHING
) -> AsyncIterator[Endpoint]:
    """A scripted server that litellm takes for the vendor of `model`."""
    async with LoopbackServer(judges.lazy("complies"), strikes=strikes, dialect=dialect) as server:
        path = "/v1" if model.startswith("openai/") else ""
        connection = Connection(account="acme", base_url=server.base_url + path, api_key=SecretStr(KEY))
        provider = LiteLLMChat(connection)
        yield Endpoint(server, provider)
        await provider.close()


def asking(model: str, means: Means = "last_line", timeout_s: float = 5.0) -> ChatRequest:
    return replace(request(means, timeout_s=timeout_s), model=model)


@each_model
@pytest.mark.parametrize("means", ["tool", "last_line"])
async def test_a_reply_comes_as_json_and_is_read(model: str, means: Means) -> None:
    async with through(model) as at:
        raw = await at.provider.ask(asking(model, means))
        assert at.calls == 1
    reply = read_reply("litellm", raw.body)
    assert reply.finish is Finish.NORMAL
    assert "complies" in reply.text
    assert reply.usage is not None
    assert raw.request_id.startswith("req_")


@each_model
@pytest.mark.parametrize(
    ("fault", "call_class"),
    [
        ("quota_exhausted", CallClass.MONEY),
        ("payment_required", CallClass.MONEY),
        ("unauthorized", CallClass.AUTH),
        ("model_missing", CallClass.CONFIG),
        ("redirect", CallClass.CONFIG),
        ("context_exceeded", CallClass.TOO_LONG),
        ("content_blocked", CallClass.FILTERED),
        ("validation_crash", CallClass.UNSUPPORTED),
        ("rate_limited", CallClass.RATE),
        ("server_error", CallClass.TRANSIENT),
        ("unavailable", CallClass.TRANSIENT),
        ("overloaded", CallClass.TRANSIENT),
        ("short_body", CallClass.TRANSIENT),
        ("reset_before_body", CallClass.TRANSIENT),
        ("reset_after_body", CallClass.TRANSIENT),
        ("empty_body", CallClass.MALFORMED),
        ("gzip_bomb", CallClass.MALFORMED),
    ],
)
async def test_one_call_is_one_request_whatever_happens(
    model: str, fault: str, call_class: CallClass
) -> None:
    async with through(model, faults.always(faults.NAMED[fault]())) as at:
        error = await at.refusal(asking(model))
        assert (error.call_class, at.calls) == (call_class, 1)
        assert KEY not in f"{error} {error!r}"
        assert error.__context__ is None


@each_model
@pytest.mark.parametrize("fault", ["server_error", "reset_before_body", "reset_after_body", "hang"])
async def test_requests_on_the_wire_are_the_attempts_configured(model: str, fault: str) -> None:
    async with through(model, faults.after_call(faults.NAMED[fault](), 1)) as at:
        await at.provider.ask(asking(model))  # litellm's first call loads half of itself
        with pytest.raises(CallError):
            await ask_with_retries(
                at.provider,
                asking(model, timeout_s=0.3),
                FAST,
                MemoryLog(),
                throttle=Throttle(concurrency=1),
            )
        assert at.calls - 1 == FAST.attempts


@each_model
async def test_a_silent_server_is_given_up_at_the_deadline(model: str) -> None:
    async with through(model, faults.always(faults.hang())) as at:
        await at.refusal(asking(model, timeout_s=0.2))  # litellm's first call loads half of itself
        with pytest.raises(CallError):  # without a deadline this would hang
            await ask_with_retries(
                at.provider,
                asking(model),
                RetryPolicy(deadline_s=0.3),
                MemoryLog(),
                throttle=Throttle(concurrency=1),
            )


@each_model
async def test_a_rate_limit_carries_the_wait(model: str) -> None:
    async with through(model, faults.always(faults.rate_limited("7"))) as at:
        assert (await at.refusal(asking(model))).retry_after_s == 7.0


async def test_preflight_finds_out_what_litellm_can_reach() -> None:
    async with through("openai/gpt-x", dialect=dialects.LLAMA_CPP) as at:

        async def asker(asked: ChatRequest) -> RawReply:
            return await at.provider.ask(asked)

        findings = await preflight("litellm", "openai/gpt-x", Wants(), asker)
    assert (findings.means, findings.calls) == ("json_object", 2)


async def test_importing_it_downloads_no_prices_and_reads_no_env_file() -> None:
    async with through("openai/gpt-x"):
        assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
        assert os.environ["LITELLM_MODE"] == "PRODUCTION"


async def test_many_calls_share_the_client() -> None:
    async with through("openai/gpt-x", faults.always(faults.delayed(0.2))) as at:
        await asyncio.gather(*[at.provider.ask(asking("openai/gpt-x")) for _ in range(40)])
        assert at.calls == 40
