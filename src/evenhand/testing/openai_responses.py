"""OpenAI responses: `POST /v1/responses`."""

from collections.abc import Mapping
from typing import Final

from evenhand.testing.api import Api, Asked, Reply, Structure, Usage
from evenhand.testing.dialect import Dialect, grants
from evenhand.testing.exchange import Finish, JsonObject, Message
from evenhand.testing.logprobs import token_document
from evenhand.testing.parameters import (
    check_sampling,
    forced_tool,
    mapping,
    read_count,
    read_format,
    read_messages,
    read_model,
    read_tools,
    read_top,
    text_of,
)
from evenhand.testing.vendor_errors import openai_error

_LOGPROBS: Final = "message.output_text.logprobs"
_INCOMPLETE: Final[Mapping[str, str]] = {
    Finish.LENGTH: "max_output_tokens",
    Finish.CONTENT_FILTER: "content_filter",
}


def read(body: JsonObject, _headers: Mapping[str, str], dialect: Dialect) -> Asked:
    """Read a request.

    Raises:
        Rejection: A parameter is wrong, or the dialect refuses it.
    """
    model = read_model(body)
    messages = _messages(body)
    check_sampling(body, dialect)
    include = body.get("include")
    wants_logprobs = (
        isinstance(include, list) and _LOGPROBS in include and grants(dialect.logprobs, "include")
    )
    return Asked(
        model=model,
        messages=messages,
        structure=_structure(body, dialect),
        top_logprobs=read_top(body, dialect) if wants_logprobs else None,
        token_limit=read_count(body, "max_output_tokens"),
    )


def _messages(body: JsonObject) -> tuple[Message, ...]:
    instructions = body.get("instructions")
    system = (
        () if instructions is None else (Message(role="system", text=text_of(instructions, "instructions")),)
    )
    asked = body.get("input")
    if isinstance(asked, str):
        return (*system, Message(role="user", text=asked))
    return (*system, *read_messages(body, "input"))


def _structure(body: JsonObject, dialect: Dialect) -> Structure:
    choice = body.get("tool_choice")
    if choice is None or choice in ("none", "auto"):
        text = body.get("text")
        wanted = None if text is None else mapping(text, "text").get("format")
        return read_format(wanted, "text.format", dialect)
    tools = read_tools(body, "parameters")
    name = None if choice == "required" else str(mapping(choice, "tool_choice").get("name"))
    return forced_tool(name, tools, dialect)


def write(reply: Reply, asked: Asked, _dialect: Dialect) -> JsonObject:
    """Write a response."""
    status, reason = _status(reply)
    document: JsonObject = {
        "id": f"resp_{reply.number:024x}",
        "object": "response",
        "created_at": reply.created,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None if reason is None else {"reason": reason},
        "instructions": None,
        "max_output_tokens": asked.token_limit,
        "model": reply.model,
        "output": [_output(reply, asked, status)],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "metadata": {},
        "truncation": "disabled",
    }
    if reply.usage is not None:
        document["usage"] = _usage(reply.usage)
    return document


def _status(reply: Reply) -> tuple[str, str | None]:
    """Status of the response, and the reason when it is incomplete."""
    if reply.finish in {Finish.STOP, Finish.REFUSAL}:
        return "completed", None
    reason = _INCOMPLETE.get(reply.finish)
    return ("incomplete", reason) if reason else (str(reply.finish), None)


def _output(reply: Reply, asked: Asked, status: str) -> JsonObject:
    structure = asked.structure
    if structure.via == "tool" and reply.finish is not Finish.REFUSAL:
        return {
            "type": "function_call",
            "id": f"fc_{reply.number:024x}",
            "call_id": f"call_{reply.number:024x}",
            "name": structure.tool,
            "arguments": reply.text,
            "status": status,
        }
    return {
        "type": "message",
        "id": f"msg_{reply.number:024x}",
        "status": status,
        "role": "assistant",
        "content": [_content(reply, asked.top_logprobs)],
    }


def _content(reply: Reply, top: int | None) -> JsonObject:
    if reply.finish is Finish.REFUSAL:
        return {"type": "refusal", "refusal": reply.text}
    logprobs = [] if top is None else [token_document(token) for token in reply.tokens(top)]
    return {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": logprobs}


def _usage(usage: Usage) -> JsonObject:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.total,
    }


RESPONSES: Final = Api(name="responses", id_header="x-request-id", read=read, write=write, error=openai_error)
"""The protocol."""
