"""Requests per processor second of the loopback server, by route: ``python benchmarks/testing_server.py``.

The server is a process of its own with a constant judge; the client writes ready-made bytes on keep-alive connections,
so the figure is the server's alone. It is the reference against which the client side of other benchmarks is measured.
"""

import argparse
import asyncio
import contextlib
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import urlopen

from evenhand.testing import protocol

SCHEMA = {
    "type": "object",
    "properties": {
        "quotes": {"type": "array", "items": {"type": "string"}},
        "reason": {"type": "string"},
        "label": {"enum": ["complies", "violates", "not_applicable", "cannot_tell"]},
        "nonce": {"type": "string"},
    },
    "required": ["quotes", "reason", "label", "nonce"],
    "additionalProperties": False,
}


@contextlib.contextmanager
def server_process(*options: str) -> Iterator[str]:
    """A server in a process of its own; yields its address."""
    command = [sys.executable, "-m", "evenhand.testing", "--judge", "lazy", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["base_url"]
        finally:
            process.terminate()


def body(route: str, words: int) -> bytes:
    """A request of the given route with a prompt of about `words` words and a fresh nonce."""
    nonce = secrets.token_hex(16)
    reply = "This is a plain sentence of a reply that is judged. " * (words // 11)
    text = f"Judge the reply by the rule.\n{protocol.fenced('reply', reply, nonce)}\nEcho code: {nonce}"
    document: dict[str, object] = {"model": "m", "messages": [{"role": "user", "content": text}]}
    match route:
        case "chat":
            form = {"name": "verdict", "strict": True, "schema": SCHEMA}
            document["response_format"] = {"type": "json_schema", "json_schema": form}
        case "chat+logprobs":
            form = {"name": "verdict", "strict": True, "schema": SCHEMA}
            document["response_format"] = {"type": "json_schema", "json_schema": form}
            document |= {"logprobs": True, "top_logprobs": 5}
        case "responses":
            form = {"type": "json_schema", "name": "verdict", "schema": SCHEMA}
            document = {"model": "m", "input": text, "text": {"format": form}}
        case "messages":
            document |= {
                "max_tokens": 500,
                "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
            }
    return json.dumps(document).encode()


PATHS = {
    "chat": "/v1/chat/completions",
    "chat+logprobs": "/v1/chat/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
}


async def ask(url: str, route: str, count: int, words: int) -> None:
    """Send `count` requests one after the other on one connection."""
    reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
    for _ in range(count):
        payload = body(route, words)
        head = f"POST {PATHS[route]} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n"
        writer.write(f"{head}content-length: {len(payload)}\r\n\r\n".encode() + payload)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()


async def ask_many(url: str, route: str, *, requests: int, concurrency: int, words: int) -> None:
    """Send the requests over `concurrency` connections at once."""
    await asyncio.gather(*(ask(url, route, requests // concurrency, words) for _ in range(concurrency)))


def ledger(url: str) -> dict[str, float]:
    """The server's totals."""
    with urlopen(f"{url}/_ledger?calls=0") as reply:
        found: dict[str, float] = json.load(reply)
    return found


def measure(route: str, *, requests: int, concurrency: int, words: int) -> dict[str, object]:
    """Run one route on a fresh server."""
    with server_process() as url:
        asyncio.run(ask_many(url, route, requests=concurrency, concurrency=concurrency, words=words))
        before, started = ledger(url), time.perf_counter()
        asyncio.run(ask_many(url, route, requests=requests, concurrency=concurrency, words=words))
        after, elapsed = ledger(url), time.perf_counter() - started
    served = after["billed"] - before["billed"]
    return {
        "route": route,
        "requests": served,
        "concurrency": concurrency,
        "request_bytes": len(body(route, words)),
        "requests_per_server_cpu_second": round(served / (after["cpu_seconds"] - before["cpu_seconds"])),
        "requests_per_second": round(served / elapsed),
        "max_in_flight": after["max_in_flight"],
    }


def main() -> None:
    """Print one JSON line per route."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=12_800)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--words", type=int, default=220)
    parser.add_argument("--routes", nargs="*", default=list(PATHS), choices=list(PATHS))
    options = parser.parse_args()
    for route in options.routes:
        found = measure(
            route, requests=options.requests, concurrency=options.concurrency, words=options.words
        )
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
