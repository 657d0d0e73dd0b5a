"""OpenAI's chat completions, as the vendor and compatible servers (vLLM, Ollama, llama.cpp, LM Studio) speak them."""

from collections.abc import Mapping
from typing import Any

from evenhand.errors import CallClass, CallError
from evenhand.providers.connection import Connection
from evenhand.providers.envelope import ANSWER_TOOL
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.providers.openai_sdk import open_openai


class OpenAIChat:
    """One account that speaks chat completions."""

    protocol = "openai-chat"

    def __init__(self, connection: Connection) -> None:
        """Open a client, of the SDK unless the transport is native; nothing is sent."""
        self._client, self._versions = open_openai(connection)

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send `request` once.

        Raises:
            CallError: The call failed.
        """
        return await self._client.post("/chat/completions", chat_body(request), request.timeout_s)

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    def versions(self) -> Mapping[str, str]:
        """Return the versions of the SDK and its transport, for the manifest."""
        return self._versions


def chat_body(request: ChatRequest) -> dict[str, Any]:
    """Return the body of a chat completion: only the fields asked for, so that small servers take it."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": chat_messages(request),
        request.token_limit_field: request.max_tokens,
        **sampling_fields(request),
        **_shape_fields(request),
    }
    if request.reasoning_effort is not None:
        body["reasoning_effort"] = request.reasoning_effort
    if request.seed is not None:
        body["seed"] = request.seed
    if request.logprobs:
        body |= {"logprobs": True, "top_logprobs": request.logprobs}
    return body


def chat_messages(request: ChatRequest) -> list[dict[str, str]]:
    """Return the conversation, the system message first."""
    system = [{"role": "system", "content": request.system}] if request.system else []
    return system + [{"role": turn.role, "content": turn.content} for turn in request.turns]


def sampling_fields(request: ChatRequest) -> dict[str, float]:
    """Return the sampling parameters that are set; their names are the same in all protocols."""
    wanted = {"temperature": request.temperature, "top_p": request.top_p}
    return {name: value for name, value in wanted.items() if value is not None}


def no_decisions(request: ChatRequest) -> CallError:
    """Return the error of a request that only a decision endpoint understands."""
    return CallError(
        f"{request.model!r} is no decision model here: the account's protocol writes text",
        call_class=CallClass.UNSUPPORTED,
        parameter="means",
    )


def _shape_fields(request: ChatRequest) -> dict[str, Any]:
    schema = request.schema
    match request.means:
        case "json_schema":
            named = {"name": ANSWER_TOOL, "schema": schema, "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case "json_object":
            return {"response_format": {"type": "json_object", "schema": schema}}
        case "tool":
            function = {"name": ANSWER_TOOL, "parameters": schema, "strict": True}
            return {
                "tools": [{"type": "function", "function": function}],
                "tool_choice": {"type": "function", "function": {"name": ANSWER_TOOL}},
            }
        case "last_line":
            return {}
        case "decision":
            raise no_decisions(request)
