"""Checked access to the fields of a reply's envelope, shared by the readers of all protocols."""

from collections.abc import Mapping, Sequence
from typing import Any

from evenhand.providers.interface import TokenChoice, UnreadableReplyError
from evenhand.records.rating import Usage

_MOST_TOKENS = 10**9
"""No reply has so many tokens; a larger count is nonsense, and its price could not even be stored."""

ANSWER_TOOL = "answer"
"""Name of the one tool a judge is made to call, and of its JSON Schema."""


def text_of(value: Any, field: str) -> str:
    """Return `value` if it is text that can be stored.

    Raises:
        UnreadableReplyError: It is not text, or holds half a surrogate pair.
    """
    if not isinstance(value, str):
        raise UnreadableReplyError(f"{field} is not text")
    if not value.isascii():
        _refuse_half_characters(value, field)
    return value


def _refuse_half_characters(value: str, field: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise UnreadableReplyError(f"{field} is not Unicode text") from error


def optional_text(value: Any, field: str) -> str:
    """Return `value` as text, or an empty string where it is absent or null."""
    return "" if value is None else text_of(value, field)


def object_of(value: Any, field: str) -> Mapping[str, Any]:
    """Return `value` if it is an object.

    Raises:
        UnreadableReplyError: It is not.
    """
    if not isinstance(value, dict):
        raise UnreadableReplyError(f"{field} is not an object")
    return value


def list_of(value: Any, field: str) -> Sequence[Any]:
    """Return `value` if it is a list.

    Raises:
        UnreadableReplyError: It is not.
    """
    if not isinstance(value, list):
        raise UnreadableReplyError(f"{field} is not a list")
    return value


def number_of(value: Any, field: str) -> float:
    """Return `value` if it is a number that a float can hold.

    Raises:
        UnreadableReplyError: It is not one, or a whole number beyond all floats.
    """
    if type(value) not in {int, float}:
        raise UnreadableReplyError(f"{field} is not a number")
    try:
        return float(value)
    except OverflowError as error:
        raise UnreadableReplyError(f"{field} is not finite") from error


def answer_arguments(names: Sequence[Any], arguments: Sequence[Any]) -> Any:
    """Return the arguments of the one tool call there is.

    Raises:
        UnreadableReplyError: There are several calls, or one of another tool.
    """
    if len(names) != 1:
        raise UnreadableReplyError(f"{len(names)} tool calls instead of one")
    if names[0] != ANSWER_TOOL:
        raise UnreadableReplyError("a tool was called that was not offered")
    return arguments[0]


def count_of(usage: Mapping[str, Any], *path: str) -> int | None:
    """Return the count at `path` in `usage`, or None where there is no whole number that can be a count of tokens."""
    value: Any = usage
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


def usage_of(*, read: int | None, written: int | None, cached: int | None) -> Usage | None:
    """Return the tokens counted, or None where the provider's count is missing or makes no sense."""
    if not read or written is None:
        return None  # there is no reply to nothing: a count of 0 is a server that does not count
    return Usage(input_tokens=read, output_tokens=written, cached_tokens=min(cached or 0, read))


def responses_usage(usage: Any) -> Usage | None:
    """Return the tokens counted as OpenAI's newer protocols (responses, decisions) name them."""
    if not isinstance(usage, dict):
        return None
    return usage_of(
        read=count_of(usage, "input_tokens"),
        written=count_of(usage, "output_tokens"),
        cached=count_of(usage, "input_tokens_details", "cached_tokens"),
    )


def tokens_of(items: Any) -> tuple[TokenChoice, ...]:
    """Return generated tokens with their log-probabilities; an empty tuple where none came.

    Raises:
        UnreadableReplyError: There are some, but not in the form of the protocol.
    """
    if not items:
        return ()
    return tuple(_token(object_of(item, "logprobs")) for item in list_of(items, "logprobs"))


def _token(item: Mapping[str, Any]) -> TokenChoice:
    listed = item.get("top_logprobs") or ()
    alternatives = [object_of(other, "top_logprobs") for other in list_of(listed or [], "top_logprobs")]
    return TokenChoice(
        token=text_of(item.get("token"), "token"),
        logprob=number_of(item.get("logprob"), "a log-probability"),
        alternatives=tuple(
            (text_of(other.get("token"), "token"), number_of(other.get("logprob"), "a log-probability"))
            for other in alternatives
        ),
    )
