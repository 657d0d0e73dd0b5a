"""OpenAI's responses protocol."""

from collections.abc import Mapping
from typing import Any

from evenhand.providers.connection import Connection
from evenhand.providers.envelope import ANSWER_TOOL
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.providers.openai_chat import no_decisions, sampling_fields
from evenhand.providers.openai_sdk import open_openai


class OpenAIResponses:
    """One account that speaks responses."""

    protocol = "openai-responses"

    def __init__(self, connection: Connection) -> None:
        """Open a client, of the SDK unless the transport is native; nothing is sent."""
        self._client, self._versions = open_openai(connection)

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send `request` once.

        Raises:
            CallError: The call failed.
        """
        return await self._client.post("/responses", responses_body(request), request.timeout_s)

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    def versions(self) -> Mapping[str, str]:
        """Return the versions of the SDK and its transport, for the manifest."""
        return self._versions


def responses_body(request: ChatRequest) -> dict[str, Any]:
    """Return the body of a response. The vendor is asked to store nothing; the protocol has no seed."""
    body: dict[str, Any] = {
        "model": request.model,
        "input": [{"role": turn.role, "content": turn.content} for turn in request.turns],
        "max_output_tokens": request.max_tokens,
        "store": False,
        **sampling_fields(request),
        **_shape_fields(request),
    }
    if request.system:
        body["instructions"] = request.system
    if request.reasoning_effort is not None:
        body["reasoning"] = {"effort": request.reasoning_effort}
    if request.logprobs:
        body |= {"include": ["message.output_text.logprobs"], "top_logprobs": request.logprobs}
    return body


def _shape_fields(request: ChatRequest) -> dict[str, Any]:
    schema = request.schema
    match request.means:
        case "json_schema":
            return {
                "text": {
                    "format": {"type": "json_schema", "name": ANSWER_TOOL, "schema": schema, "strict": True}
                }
            }
        case "json_object":
            return {"text": {"format": {"type": "json_object", "schema": schema}}}
        case "tool":
            return {
                "tools": [{"type": "function", "name": ANSWER_TOOL, "parameters": schema, "strict": True}],
                "tool_choice": {"type": "function", "name": ANSWER_TOOL},
            }
        case "last_line":
            return {}
        case "decision":
            raise no_decisions(request)
