"""Reads the body of OpenAI's responses protocol."""

from collections.abc import Mapping, Sequence
from typing import Any

from evenhand.providers.envelope import (
    answer_arguments,
    list_of,
    object_of,
    optional_text,
    responses_usage,
    text_of,
    tokens_of,
)
from evenhand.providers.interface import Finish, Reply, TokenChoice, UnreadableReplyError
from evenhand.providers.strict_json import read_object

_FINISH = {
    "completed": Finish.NORMAL,
    "max_output_tokens": Finish.LENGTH,
    "content_filter": Finish.FILTERED,
}

_Object = Mapping[str, Any]


def read_responses(body: bytes) -> Reply:
    """Read a response with exactly one final message or one tool call; reasoning and commentary are skipped.

    Raises:
        UnreadableReplyError: `body` is not one.
    """
    document = read_object(body)
    items = [object_of(item, "output") for item in list_of(document.get("output"), "output")]
    calls = [item for item in items if item.get("type") == "function_call"]
    parts = _parts(items)
    refusal = _joined(parts, "refusal", "refusal")
    finish_text = _finish_text(document)
    return Reply(
        text=_arguments(calls) if calls else _joined(parts, "output_text", "text"),
        finish=Finish.REFUSED if refusal else _FINISH.get(finish_text, Finish.OTHER),
        finish_text=finish_text,
        refusal=refusal,
        tokens=() if calls else _tokens(parts),
        usage=responses_usage(document.get("usage")),
        served_model=optional_text(document.get("model"), "model"),
    )


def _finish_text(document: _Object) -> str:
    """Return the reason an incomplete response names, the code of an error, else the status."""
    status = optional_text(document.get("status"), "status")
    details, error = document.get("incomplete_details"), document.get("error")
    if status == "incomplete" and isinstance(details, dict):
        return optional_text(details.get("reason"), "reason")
    if isinstance(error, dict):
        return f"{status} {optional_text(error.get('code'), 'code')}".strip()
    return status


def _parts(items: Sequence[_Object]) -> list[_Object]:
    messages = [item for item in items if item.get("type") == "message" and item.get("phase") != "commentary"]
    if len(messages) > 1:
        raise UnreadableReplyError(f"{len(messages)} messages instead of one")
    return [
        object_of(part, "content") for item in messages for part in list_of(item.get("content"), "content")
    ]


def _joined(parts: Sequence[_Object], kind: str, field: str) -> str:
    return "".join(text_of(part.get(field), field) for part in parts if part.get("type") == kind)


def _arguments(calls: Sequence[_Object]) -> str:
    arguments = answer_arguments(
        [call.get("name") for call in calls], [call.get("arguments") for call in calls]
    )
    return text_of(arguments, "arguments")


def _tokens(parts: Sequence[_Object]) -> tuple[TokenChoice, ...]:
    return tuple(token for part in parts for token in tokens_of(part.get("logprobs")))
