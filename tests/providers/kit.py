"""What the provider tests share: an endpoint on loopback, a log in memory, a clock that obeys."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Literal

from benchmarks.virtual_time import now
from pydantic import SecretStr

from evenhand.errors import CallClass, CallError
from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, Means, RawReply, Turn
from evenhand.providers.registry import PROVIDERS, OpenProvider
from evenhand.providers.retry import RetryPolicy, Timing
from evenhand.testing import Dialect, Judge, LoopbackServer, dialects, judges
from evenhand.testing.faults import Strike

PROTOCOLS = ("openai-chat", "openai-responses", "anthropic")
DECIDING = ("openai-decisions", "systemone")
"""Protocols without text; what leaves and comes is told in test_decisions."""
Transport = Literal["auto", "aiohttp", "httpx", "native"]
_AIOHTTP_PARTS = ("aiohttp",) if find_spec("openai._vendor") else ("aiohttp", "httpx_aiohttp")
TRANSPORTS: tuple[Transport, ...] = (
    ("httpx", "aiohttp", "native") if all(map(find_spec, _AIOHTTP_PARTS)) else ("httpx", "native")
)
SCHEMA = {
    "type": "object",
    "properties": {"label": {"type": "string", "enum": ["complies", "violates"]}},
    "required": ["label"],
    "additionalProperties": False,
}


CHOICES = {
    "oneOf": [
        {"const": "complies", "description": "It keeps to the principle."},
        {"const": "violates", "description": ""},
    ]
}


def request(means: Means = "last_line", *, logprobs: int = 0, timeout_s: float = 60.0) -> ChatRequest:
    return ChatRequest(
        model="gpt-x",
        system="You judge.",
        turns=(Turn(role="user", content="Is it good?"),),
        means=means,
        schema={"last_line": None, "decision": CHOICES}.get(means, SCHEMA),
        max_tokens=200,
        logprobs=logprobs,
        timeout_s=timeout_s,
    )


@dataclass
class Endpoint:
    server: LoopbackServer
    provider: OpenProvider

    async def refusal(self, asked: ChatRequest | None = None) -> CallError:
        """The error of a call that must fail."""
        try:
            raw = await self.provider.ask(asked or request("decision" if self.decides else "last_line"))
        except CallError as error:
            return error
        raise AssertionError(f"answered: {raw.body[:200]!r}")

    @property
    def decides(self) -> bool:
        return self.provider.protocol in DECIDING

    @property
    def calls(self) -> int:
        return len(self.server.ledger.calls)


@asynccontextmanager
async def endpoint(
    protocol: str,
    *strikes: Strike,
    dialect: Dialect = dialects.EVERYTHING,
    transport: Transport = "httpx",
    key: str = "none",
    concurrency: int = 16,
    judge: Judge | None = None,
) -> AsyncIterator[Endpoint]:
    """A scripted server and the provider that speaks to it."""
    async with LoopbackServer(judge or judges.lazy("complies"), strikes=strikes, dialect=dialect) as server:
        connection = Connection(
            account="acme",
            base_url=server.base_url,
            api_key=SecretStr(key),
            transport=transport,
            concurrency=concurrency,
        )
        provider = PROVIDERS[protocol](connection)
        try:
            yield Endpoint(server, provider)
        finally:
            await provider.close()


@dataclass
class MemoryLog:
    """An attempt log that keeps what it is told, in order."""

    events: list[tuple[str, object]] = field(default_factory=list)
    refuse_at: int | None = None
    refusal: Exception | None = None

    async def begin(self, number: int) -> int:
        if number == self.refuse_at and self.refusal is not None:
            raise self.refusal
        self.events.append(("begin", number))
        return number

    async def failed(self, token: int, error: CallError) -> None:
        self.events.append(("failed", (token, error.call_class)))

    async def received(self, token: int, raw: RawReply) -> None:
        self.events.append(("received", (token, raw.body)))


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def timing(clock: Clock, draw: Callable[[], float] = lambda: 1.0) -> Timing:
    return Timing(clock=clock, sleep=clock.sleep, draw=draw)


def virtual_timing(draw: float = 1.0, sleeps: list[float] | None = None) -> Timing:
    """The clock of a virtual loop, dice that always show `draw`, and a note of every wait."""

    async def sleep(seconds: float) -> None:
        if sleeps is not None:
            sleeps.append(seconds)
        await asyncio.sleep(seconds)

    return Timing(clock=now, sleep=sleep, draw=lambda: draw)


class Scripted:
    """A provider that does what a list says: raise, return, or await and then return."""

    protocol = "openai-chat"

    def __init__(self, steps: Iterable[CallError | RawReply | Callable[[], Awaitable[RawReply]]]) -> None:
        self._steps = iter(steps)
        self.asked: list[ChatRequest] = []

    async def ask(self, asked: ChatRequest) -> RawReply:
        self.asked.append(asked)
        step = next(self._steps)
        if isinstance(step, CallError):
            raise step
        return step if isinstance(step, RawReply) else await step()

    async def close(self) -> None: ...


REPLY = RawReply(body=b"{}")
FAST = RetryPolicy(attempts=3, deadline_s=60.0, first_backoff_s=0.001, longest_backoff_s=0.001)


def failure(call_class: CallClass, retry_after_s: float | None = None) -> CallError:
    return CallError("it failed", call_class=call_class, retry_after_s=retry_after_s)


def failures(call_class: CallClass, count: int) -> Sequence[CallError]:
    return [failure(call_class) for _ in range(count)]
