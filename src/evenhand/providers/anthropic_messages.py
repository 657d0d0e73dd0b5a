"""Anthropic's messages protocol."""

from collections.abc import Mapping
from typing import Any, Final

from evenhand.errors import CallClass, CallError
from evenhand.providers.body import ASK_UNPACKED
from evenhand.providers.connection import Client, Connection
from evenhand.providers.envelope import ANSWER_TOOL
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.providers.native import ANTHROPIC_VERSION, open_native
from evenhand.providers.openai_chat import no_decisions, sampling_fields
from evenhand.providers.sdk_client import SdkClient, call_timeout, http_package, open_http_client

ANTHROPIC_URL: Final = "https://api.anthropic.com"


class AnthropicMessages:
    """One account that speaks messages."""

    protocol = "anthropic"

    def __init__(self, connection: Connection) -> None:
        """Open a client, of the SDK unless the transport is native; nothing is sent."""
        self._client, self._versions = _open_anthropic(connection)

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send `request` once.

        Raises:
            CallError: The call failed.
        """
        return await self._client.post("/v1/messages", messages_body(request), request.timeout_s)

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    def versions(self) -> Mapping[str, str]:
        """Return the versions of the SDK, its transport and the API, for the manifest."""
        return self._versions


def _open_anthropic(connection: Connection) -> tuple[Client, Mapping[str, str]]:
    if connection.transport == "native":
        return open_native(connection, ANTHROPIC_URL, {"anthropic-version": ANTHROPIC_VERSION})
    return open_anthropic_sdk(connection)


def open_anthropic_sdk(connection: Connection) -> tuple[SdkClient, Mapping[str, str]]:
    """Import the SDK and open its client.

    Returns:
        The client, and the versions in use for the manifest.
    """
    import anthropic  # noqa: PLC0415 - an SDK is loaded on demand

    http_client, transport = open_http_client(anthropic, connection)
    client = anthropic.AsyncAnthropic(
        api_key=connection.api_key.get_secret_value(),
        base_url=connection.base_url or ANTHROPIC_URL,
        max_retries=0,
        timeout=call_timeout(anthropic, connection),
        default_headers=ASK_UNPACKED,
        http_client=http_client,
        open_telemetry=False,
    )
    versions = {
        "anthropic": anthropic.__version__,
        "anthropic transport": transport,
        "anthropic-version": str(client.default_headers["anthropic-version"]),
    }
    return SdkClient(client, http_package(anthropic).Response, connection), versions


def messages_body(request: ChatRequest) -> dict[str, Any]:
    """Return the body of a message. The protocol has no seed and no log-probabilities.

    Sampling parameters are sent when they are set, although the current version of the API refuses them: preflight
    finds that out and reports it.

    Raises:
        CallError: The shape of the answer is to be enforced in a way the protocol does not have.
    """
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": [{"role": turn.role, "content": turn.content} for turn in request.turns],
        **sampling_fields(request),
    }
    if request.system:
        body["system"] = request.system
    if output := _output_config(request):
        body["output_config"] = output
    if request.means == "tool":
        body |= {
            "tools": [{"name": ANSWER_TOOL, "input_schema": request.schema}],
            "tool_choice": {"type": "tool", "name": ANSWER_TOOL},
        }
    return body


def _output_config(request: ChatRequest) -> dict[str, Any]:
    if request.means == "decision":
        raise no_decisions(request)
    if request.means == "json_object":
        raise CallError(
            "the messages protocol has no json_object", call_class=CallClass.UNSUPPORTED, parameter="means"
        )
    config: dict[str, Any] = {}
    if request.means == "json_schema":
        config["format"] = {"type": "json_schema", "schema": request.schema}
    if request.reasoning_effort is not None:
        config["effort"] = request.reasoning_effort
    return config
