"""Reads the body of Anthropic's messages protocol."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evenhand.providers.envelope import (
    answer_arguments,
    count_of,
    list_of,
    object_of,
    optional_text,
    text_of,
    usage_of,
)
from evenhand.providers.interface import Finish, Reply, UnreadableReplyError
from evenhand.providers.strict_json import read_object
from evenhand.records.rating import Usage

_FINISH = {
    "end_turn": Finish.NORMAL,
    "tool_use": Finish.NORMAL,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "refusal": Finish.REFUSED,
}
_SILENT_BLOCKS = frozenset({"thinking", "redacted_thinking"})

_Object = Mapping[str, Any]


def read_messages(body: bytes) -> Reply:
    """Read a message of text or of one tool call; thinking is skipped.

    Raises:
        UnreadableReplyError: `body` is not one.
    """
    document = read_object(body)
    blocks = [object_of(block, "content") for block in list_of(document.get("content"), "content")]
    calls = [block for block in blocks if block.get("type") == "tool_use"]
    finish_text = optional_text(document.get("stop_reason"), "stop_reason")
    return Reply(
        text=_arguments(calls) if calls else "".join(_text(block) for block in blocks),
        finish=_FINISH.get(finish_text, Finish.OTHER),
        finish_text=finish_text,
        refusal=_refusal(document.get("stop_details")) if finish_text == "refusal" else "",
        usage=_usage(document.get("usage")),
        served_model=optional_text(document.get("model"), "model"),
    )


def _arguments(calls: Sequence[_Object]) -> str:
    arguments = answer_arguments([call.get("name") for call in calls], [call.get("input") for call in calls])
    return text_of(json.dumps(object_of(arguments, "input"), ensure_ascii=False), "input")


def _text(block: _Object) -> str:
    kind = block.get("type")
    if kind in _SILENT_BLOCKS:
        return ""
    if kind != "text":
        raise UnreadableReplyError("the message holds a block that is not text")
    return text_of(block.get("text"), "text")


def _refusal(details: Any) -> str:
    return optional_text(details.get("explanation"), "explanation") if isinstance(details, dict) else ""


def _usage(usage: Any) -> Usage | None:
    """Return the tokens counted; the vendor counts cached input beside the rest, here it is part of it."""
    if not isinstance(usage, dict):
        return None
    plain, cached = count_of(usage, "input_tokens"), count_of(usage, "cache_read_input_tokens") or 0
    written_to_cache = count_of(usage, "cache_creation_input_tokens") or 0
    return usage_of(
        read=None if plain is None else plain + cached + written_to_cache,
        written=count_of(usage, "output_tokens"),
        cached=cached,
    )
