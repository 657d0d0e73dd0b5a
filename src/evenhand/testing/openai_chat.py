"""OpenAI chat completions: `POST /v1/chat/completions`."""

from collections.abc import Mapping
from typing import Final

from evenhand.testing.api import Api, Asked, Reply, Structure, Usage
from evenhand.testing.dialect import Dialect, grants
from evenhand.testing.exchange import Finish, JsonObject
from evenhand.testing.logprobs import token_document
from evenhand.testing.parameters import (
    bad_request,
    check_sampling,
    forced_tool,
    mapping,
    read_count,
    read_format,
    read_messages,
    read_model,
    read_tools,
    read_top,
)
from evenhand.testing.vendor_errors import openai_error


def read(body: JsonObject, _headers: Mapping[str, str], dialect: Dialect) -> Asked:
    """Read a request.

    Raises:
        Rejection: A parameter is wrong, or the dialect refuses it.
    """
    model, messages = read_model(body), read_messages(body, "messages")
    check_sampling(body, dialect)
    if body.get("n") not in {None, 1}:
        raise bad_request("n", "this server gives one choice")
    wants_logprobs = bool(body.get("logprobs")) and grants(dialect.logprobs, "logprobs")
    return Asked(
        model=model,
        messages=messages,
        structure=_structure(body, dialect),
        top_logprobs=read_top(body, dialect) if wants_logprobs else None,
        token_limit=_token_limit(body, dialect),
    )


def _token_limit(body: JsonObject, dialect: Dialect) -> int | None:
    old, new = read_count(body, "max_tokens"), read_count(body, "max_completion_tokens")
    limits: list[int] = []
    if old is not None and grants(
        dialect.max_tokens, "max_tokens", hint="Use 'max_completion_tokens' instead."
    ):
        limits.append(old)
    if new is not None and grants(dialect.max_completion_tokens, "max_completion_tokens"):
        limits.append(new)
    return min(limits, default=None)


def _structure(body: JsonObject, dialect: Dialect) -> Structure:
    choice = body.get("tool_choice")
    if choice is None or choice in ("none", "auto"):
        return read_format(body.get("response_format"), "response_format", dialect)
    tools = read_tools(body, "parameters", inner="function")
    if choice == "required":
        return forced_tool(None, tools, dialect)
    function = mapping(mapping(choice, "tool_choice").get("function"), "tool_choice.function")
    return forced_tool(str(function.get("name")), tools, dialect)


def write(reply: Reply, asked: Asked, dialect: Dialect) -> JsonObject:
    """Write a chat completion."""
    document: JsonObject = {
        "id": f"chatcmpl-{reply.number:024x}",
        "object": "chat.completion",
        "created": reply.created,
        "model": reply.model,
        "choices": [_choice(reply, asked, dialect)],
        "service_tier": "default",
        "system_fingerprint": reply.fingerprint,
    }
    if reply.usage is not None:
        document["usage"] = _usage(reply.usage)
    return document


def _choice(reply: Reply, asked: Asked, dialect: Dialect) -> JsonObject:
    spoken = asked.structure.via != "tool" and reply.finish is not Finish.REFUSAL
    wanted = asked.top_logprobs if spoken else None
    return {
        "index": 0,
        "message": _message(reply, asked.structure),
        "logprobs": None
        if wanted is None
        else {"content": [token_document(t) for t in reply.tokens(wanted)], "refusal": None},
        "finish_reason": _finish(reply, asked.structure, dialect),
    }


def _message(reply: Reply, structure: Structure) -> JsonObject:
    refused = reply.finish is Finish.REFUSAL
    spoken = structure.via != "tool" and not refused
    message: JsonObject = {
        "role": "assistant",
        "content": reply.text if spoken else None,
        "refusal": reply.text if refused else None,
        "annotations": [],
    }
    if structure.via == "tool" and not refused:
        function = {"name": structure.tool, "arguments": reply.text}
        message["tool_calls"] = [
            {"id": f"call_{reply.number:024x}", "type": "function", "function": function}
        ]
    return message


def _finish(reply: Reply, structure: Structure, dialect: Dialect) -> str:
    if reply.finish is Finish.STOP and structure.via == "tool":
        return dialect.forced_tool_finish if structure.tool_by_name else "tool_calls"
    return "stop" if reply.finish is Finish.REFUSAL else str(reply.finish)


def _usage(usage: Usage) -> JsonObject:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


CHAT: Final = Api(name="chat", id_header="x-request-id", read=read, write=write, error=openai_error)
"""The protocol."""
