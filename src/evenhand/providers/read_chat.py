"""Reads the body of a chat completion: of OpenAI, of servers that speak its protocol, and as litellm returns it."""

from collections.abc import Mapping
from typing import Any

from evenhand.providers.envelope import (
    answer_arguments,
    count_of,
    list_of,
    object_of,
    optional_text,
    text_of,
    tokens_of,
    usage_of,
)
from evenhand.providers.interface import Finish, Reply, UnreadableReplyError
from evenhand.providers.strict_json import read_object
from evenhand.records.rating import Usage

_FINISH = {
    "stop": Finish.NORMAL,
    "tool_calls": Finish.NORMAL,
    "function_call": Finish.NORMAL,
    "length": Finish.LENGTH,
    "content_filter": Finish.FILTERED,
}
_SILENT_PARTS = frozenset({"thinking", "reasoning", "redacted_thinking"})


def read_chat(body: bytes) -> Reply:
    """Read a chat completion with exactly one choice.

    Raises:
        UnreadableReplyError: `body` is not one.
    """
    document = read_object(body)
    choice = _only_choice(document)
    message = object_of(choice.get("message"), "message")
    calls = message.get("tool_calls")
    refusal = optional_text(message.get("refusal"), "refusal")
    finish_text = optional_text(choice.get("finish_reason"), "finish_reason")
    return Reply(
        text=_arguments(calls) if calls else _content(message.get("content")),
        finish=Finish.REFUSED if refusal else _FINISH.get(finish_text, Finish.OTHER),
        finish_text=finish_text,
        refusal=refusal,
        tokens=() if calls else _tokens(choice.get("logprobs")),
        usage=_usage(document.get("usage")),
        served_model=optional_text(document.get("model"), "model"),
        fingerprint=optional_text(document.get("system_fingerprint"), "system_fingerprint"),
    )


def _only_choice(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "choices" not in document:
        raise UnreadableReplyError("the body has no choices, so it is not a chat completion")
    choices = list_of(document["choices"], "choices")
    if len(choices) != 1:
        raise UnreadableReplyError(f"{len(choices)} choices instead of one")
    return object_of(choices[0], "choice")


def _arguments(calls: Any) -> str:
    functions = [
        object_of(object_of(call, "tool call").get("function"), "function")
        for call in list_of(calls, "tool_calls")
    ]
    arguments = [function.get("arguments") for function in functions]
    return text_of(answer_arguments([function.get("name") for function in functions], arguments), "arguments")


def _content(content: Any) -> str:
    if isinstance(content, list):
        return "".join(_part(object_of(part, "content")) for part in content)
    return optional_text(content, "content")


def _part(part: Mapping[str, Any]) -> str:
    kind = part.get("type")
    if kind in _SILENT_PARTS:
        return ""
    if kind != "text":
        raise UnreadableReplyError("the message holds a part that is not text")
    return text_of(part.get("text"), "text")


def _tokens(logprobs: Any) -> Any:
    return tokens_of(logprobs.get("content")) if isinstance(logprobs, dict) else ()


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    return usage_of(
        read=count_of(usage, "prompt_tokens"),
        written=count_of(usage, "completion_tokens"),
        cached=count_of(usage, "prompt_tokens_details", "cached_tokens"),
    )
