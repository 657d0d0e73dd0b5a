"""A server per test, both SDKs once, and a client that shows the bytes."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import anthropic
import openai
import pytest

from evenhand.testing import Judge, LoopbackServer, judges, protocol, serve_in_thread

NONCE = "0123456789abcdef" * 2
LABELS = ["complies", "violates", "not_applicable", "cannot_tell"]
SCHEMA = {
    "type": "object",
    "properties": {
        "quotes": {"type": "array", "items": {"type": "string"}},
        "reason": {"type": "string"},
        "label": {"type": "string", "enum": LABELS},
        "nonce": {"type": "string"},
    },
    "required": ["quotes", "reason", "label", "nonce"],
    "additionalProperties": False,
}
PATHS = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "systemone": "/v1/systemone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """A reply as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def generated(self) -> str:
        """The generated text, wherever the protocol keeps it."""
        document = self.document
        if "choices" in document:
            return str(document["choices"][0]["message"]["content"])
        if "output" in document:
            return str(document["output"][0]["content"][0]["text"])
        return str(document["content"][0]["text"])


@pytest.fixture(scope="session")
def schema() -> dict[str, object]:
    return SCHEMA


@pytest.fixture(scope="session")
def nonce() -> str:
    return NONCE


@pytest.fixture
def serve() -> Iterator[Callable[..., LoopbackServer]]:
    """Starts servers that stop with the test."""
    with ExitStack() as stack:

        def start(judge: Judge | None = None, **options: Any) -> LoopbackServer:
            server = LoopbackServer(judge or judges.lazy("complies"), **options)
            return stack.enter_context(serve_in_thread(server))

        yield start


@pytest.fixture(scope="session")
def openai_sdk() -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url="http://127.0.0.1:9", api_key="key", max_retries=0, timeout=60.0) as client:
        yield client


@pytest.fixture(scope="session")
def anthropic_sdk() -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(
        base_url="http://127.0.0.1:9", api_key="key", max_retries=0, timeout=60.0
    ) as client:
        yield client


@pytest.fixture
def prompt() -> Callable[..., str]:
    """A judge prompt as evenhand writes them."""

    def write(candidate: str, nonce: str = NONCE) -> str:
        fence = protocol.fenced("candidate", candidate, nonce)
        return f"Judge the reply by the rule.\n{fence}\n{protocol.NONCE_LINE.format(nonce=nonce)}"

    return write


@pytest.fixture
def post() -> Callable[..., HttpReply]:
    """Posts a question over one of the protocols and shows the reply as it is."""

    def send(server: LoopbackServer, route: str, text: str = "Hello", **more: Any) -> HttpReply:
        headers = {"content-type": "application/json", **more.pop("headers", {})}
        document = {**question(route, text, structured=more.pop("structured", False)), **more}
        return request(server, "POST", PATHS[route], json.dumps(document).encode(), headers)

    return send


@pytest.fixture
def fetch() -> Callable[..., HttpReply]:
    """Any request."""
    return request


def question(route: str, text: str, *, structured: bool) -> dict[str, Any]:
    form = {"type": "json_schema", "name": "verdict", "schema": SCHEMA}
    if route == "responses":
        return {"model": "m", "input": text, **({"text": {"format": form}} if structured else {})}
    if route == "systemone":
        criteria = dict.fromkeys(LABELS)
        return {
            "model": "m",
            "state": text,
            "questions": {"q": {"type": "choice", "instructions": "Which?", "criteria": criteria}},
        }
    document: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": text}]}
    if route == "chat":
        holder = {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": SCHEMA}}
        return {**document, **({"response_format": holder} if structured else {})}
    wanted = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}} if structured else {}
    return {**document, "max_tokens": 1000, **wanted}


def request(
    server: LoopbackServer, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> HttpReply:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60.0)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        reply = connection.getresponse()
        found = {name.lower(): value for name, value in reply.getheaders()}
        return HttpReply(status=reply.status, headers=found, body=reply.read())
    finally:
        connection.close()
