"""Anthropic messages: `POST /v1/messages`."""

import json
from collections.abc import Mapping
from typing import Final

from evenhand.testing.api import Api, Asked, Reply, Structure, Usage
from evenhand.testing.dialect import Dialect, Support, grants
from evenhand.testing.exchange import Finish, JsonObject, Message
from evenhand.testing.parameters import (
    bad_request,
    forced_tool,
    mapping,
    read_count,
    read_format,
    read_messages,
    read_model,
    read_tools,
    text_of,
)
from evenhand.testing.vendor_errors import anthropic_error

SAMPLING_VERSION: Final = "2023-06-01"
"""The last API version that takes sampling parameters."""
_STOP: Final[Mapping[str, str]] = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.REFUSAL: "refusal",
    Finish.CONTENT_FILTER: "refusal",
}


def read(body: JsonObject, headers: Mapping[str, str], dialect: Dialect) -> Asked:
    """Read a request.

    Raises:
        Rejection: A parameter is wrong, or the dialect or the API version refuses it.
    """
    model, messages = read_model(body), read_messages(body, "messages")
    limit = read_count(body, "max_tokens")
    if limit is None:
        raise bad_request("max_tokens", "field required")
    _check_sampling(body, headers, dialect)
    return Asked(
        model=model,
        messages=(*_system(body), *messages),
        structure=_structure(body, dialect),
        token_limit=limit,
    )


def _system(body: JsonObject) -> tuple[Message, ...]:
    system = body.get("system")
    return () if system is None else (Message(role="system", text=text_of(system, "system")),)


def _check_sampling(body: JsonObject, headers: Mapping[str, str], dialect: Dialect) -> None:
    newer = dialect.strict_version and headers.get("anthropic-version", SAMPLING_VERSION) > SAMPLING_VERSION
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            grants(Support.REFUSED if newer else dialect.temperature, name)


def _structure(body: JsonObject, dialect: Dialect) -> Structure:
    choice = body.get("tool_choice")
    kind = None if choice is None else mapping(choice, "tool_choice").get("type")
    if kind in {None, "auto", "none"}:
        config = body.get("output_config")
        wanted = None if config is None else mapping(config, "output_config").get("format")
        return read_format(wanted, "output_config.format", dialect)
    name = None if kind == "any" else str(mapping(choice, "tool_choice").get("name"))
    return forced_tool(name, read_tools(body, "input_schema"), dialect)


def write(reply: Reply, asked: Asked, _dialect: Dialect) -> JsonObject:
    """Write a message."""
    refused = reply.finish in {Finish.REFUSAL, Finish.CONTENT_FILTER}
    used_tool = asked.structure.via == "tool" and reply.finish is Finish.STOP
    document: JsonObject = {
        "id": f"msg_{reply.number:024x}",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [] if refused else [_block(reply, asked.structure)],
        "stop_reason": "tool_use" if used_tool else _STOP.get(reply.finish, str(reply.finish)),
        "stop_sequence": None,
        "stop_details": _refusal(reply) if refused else None,
    }
    if reply.usage is not None:
        document["usage"] = _usage(reply.usage)
    return document


def _block(reply: Reply, structure: Structure) -> JsonObject:
    if structure.via != "tool":
        return {"type": "text", "text": reply.text, "citations": None}
    return {
        "type": "tool_use",
        "id": f"toolu_{reply.number:024x}",
        "name": structure.tool,
        "input": _input(reply.text),
    }


def _input(arguments: str) -> object:
    """Arguments as the object the vendor sends; what is not JSON arrives as an empty object, as a cut call does."""
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return {}


def _refusal(reply: Reply) -> JsonObject:
    category = "general_harms" if reply.finish is Finish.CONTENT_FILTER else None
    return {"type": "refusal", "category": category, "explanation": reply.text or None}


def _usage(usage: Usage) -> JsonObject:
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": usage.output,
        "service_tier": "standard",
    }


MESSAGES: Final = Api(name="messages", id_header="request-id", read=read, write=write, error=anthropic_error)
"""The protocol."""
