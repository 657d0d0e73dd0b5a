"""Processor time of one call through a provider, against the bare SDK call on the same server in the same run.

    python benchmarks/provider_calls.py [--calls 1500] [--rounds 5] [--concurrency 64 256]

A scripted server runs in a process of its own. Rounds of the ways to call take turns, so that a busy machine is
unfair to all of them alike; the figure is the median over rounds of the client's processor time per call.

    create      the SDK's `create`, answer parsed by the SDK: what a plain script does
    aiohttp     a bare loop that posts the same body through aiohttp and reads the answer: the reference of `native`
    ask         the provider: bounded, unparsed
    loop        the provider under the retry loop and the account's throttle
    read        `loop`, and the reply's envelope read strictly
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from statistics import median
from typing import Any, Literal

from evenhand.errors import CallError
from evenhand.providers.anthropic_messages import messages_body
from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, RawReply, Turn
from evenhand.providers.openai_chat import chat_body
from evenhand.providers.read_reply import read_reply
from evenhand.providers.registry import PROVIDERS
from evenhand.providers.retry import RetryPolicy, ask_with_retries
from evenhand.providers.sdk_client import http_package
from evenhand.providers.throttle import Throttle

Transport = Literal["httpx", "aiohttp", "native"]
PATHS = {"openai-chat": "/chat/completions", "anthropic": "/v1/messages"}
Call = Callable[[], Awaitable[object]]
REQUEST = ChatRequest(
    model="judge-model",
    system="You judge texts by a written principle.",
    turns=(Turn(role="user", content="The principle, the scale, the text. " * 85),),
    means="json_schema",
    schema={
        "type": "object",
        "properties": {
            "quotes": {"type": "array", "items": {"type": "string"}},
            "reason": {"type": "string"},
            "label": {"type": "string", "enum": ["complies", "violates", "not_applicable", "cannot_tell"]},
            "nonce": {"type": "string"},
        },
        "required": ["quotes", "reason", "label", "nonce"],
        "additionalProperties": False,
    },
    max_tokens=1024,
)
POLICY = RetryPolicy()


class NoLog:
    """An attempt log that keeps nothing."""

    async def begin(self, number: int) -> int:
        """Begin nothing."""
        return number

    async def failed(self, _token: int, error: CallError) -> None:
        """Give up: a benchmark has no failures."""
        raise error

    async def received(self, _token: int, _raw: RawReply) -> None:
        """Keep nothing."""


@contextmanager
def server(latency_ms: float) -> Iterator[str]:
    """Run the scripted server in a process of its own; yields its address."""
    command = [sys.executable, "-m", "evenhand.testing", "--latency-ms", str(latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["base_url"]
        process.terminate()


@asynccontextmanager
async def ways(
    protocol: str, url: str, transport: Transport, concurrency: int
) -> AsyncIterator[Mapping[str, Call]]:
    """The ways to make one call, each on a client of its own with as many connections."""
    provider = PROVIDERS[protocol](
        Connection(account="bench", base_url=url, concurrency=concurrency, transport=transport)
    )
    plain = bare_aiohttp if transport == "native" else sdk
    bare, reference = plain(protocol, url, transport, concurrency)
    throttle, log = Throttle(concurrency=concurrency, slow_start=concurrency), NoLog()

    async def loop() -> RawReply:
        return await ask_with_retries(provider, REQUEST, POLICY, log, throttle=throttle)

    async def read() -> object:
        return read_reply(protocol, (await loop()).body)

    name = "aiohttp" if transport == "native" else "create"
    yield {name: reference, "ask": lambda: provider.ask(REQUEST), "loop": loop, "read": read}
    await provider.close()
    await bare.close()


def sdk(protocol: str, url: str, transport: Transport, concurrency: int) -> tuple[Any, Call]:
    """The SDK's own client as a plain script would use it, and its call."""
    package: Any = import_module("anthropic" if protocol == "anthropic" else "openai")
    http = package.DefaultAioHttpClient if transport == "aiohttp" else package.DefaultAsyncHttpxClient
    limits = http_package(package).Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    client = package.AsyncAnthropic if protocol == "anthropic" else package.AsyncOpenAI
    opened = client(base_url=url, api_key="none", max_retries=0, http_client=http(limits=limits))
    if protocol == "anthropic":
        return opened, lambda: opened.messages.create(**messages_body(REQUEST))
    return opened, lambda: opened.chat.completions.create(**chat_body(REQUEST))


def bare_aiohttp(protocol: str, url: str, _transport: Transport, concurrency: int) -> tuple[Any, Call]:
    """A session as a plain script would open it, and its call."""
    import aiohttp

    opened = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=concurrency), headers={"authorization": "Bearer none"}
    )
    body = messages_body if protocol == "anthropic" else chat_body

    async def call() -> bytes:
        async with opened.post(url + PATHS[protocol], json=body(REQUEST)) as response:
            return await response.read()

    return opened, call


async def cpu_ms(call: Call, calls: int, concurrency: int) -> float:
    """Client milliseconds of processor time per call."""
    left = iter(range(calls))

    async def worker() -> None:
        for _ in left:
            await call()

    started = time.process_time()
    await asyncio.gather(*[worker() for _ in range(concurrency)])
    return (time.process_time() - started) / calls * 1_000


async def measure(
    protocol: str, url: str, transport: Transport, concurrency: int, calls: int, rounds: int
) -> dict[str, float]:
    """Median milliseconds per call of each way."""
    async with ways(protocol, url, transport, concurrency) as by_name:
        for call in by_name.values():
            await cpu_ms(call, 2 * concurrency, concurrency)
        figures: dict[str, list[float]] = {name: [] for name in by_name}
        for _ in range(rounds):
            for name, call in by_name.items():
                figures[name].append(await cpu_ms(call, calls, concurrency))
        return {name: median(values) for name, values in figures.items()}


def main() -> None:
    """Print one line per protocol, transport and concurrency."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--transport", nargs="+", default=["httpx", "aiohttp", "native"])
    parser.add_argument("--protocol", nargs="+", default=["openai-chat", "anthropic"])
    parser.add_argument("--latency-ms", type=float, default=50.0)
    asked = parser.parse_args()
    print("ms of processor time per call; ratios are to the first way of each line")
    with server(asked.latency_ms) as url:
        for protocol in asked.protocol:
            for transport in asked.transport:
                for concurrency in asked.concurrency:
                    found = asyncio.run(
                        measure(protocol, url, transport, concurrency, asked.calls, asked.rounds)
                    )
                    columns = "  ".join(
                        f"{name} {ms:.2f} ({ms / next(iter(found.values())):.2f})"
                        for name, ms in found.items()
                    )
                    print(f"{protocol:12} {transport:8} {concurrency:4}  {columns}", flush=True)


if __name__ == "__main__":
    main()
