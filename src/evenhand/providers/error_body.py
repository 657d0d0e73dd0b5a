"""What a vendor's error body says: its codes, its message, the parameter it names. Lenient, bounded, never raising."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

MAX_ERROR_BYTES: Final = 65_536
"""Longer bodies of errors are not read."""
MAX_MESSAGE_CHARS: Final = 300

PARAMETERS: Final[Mapping[str, str]] = {
    "max_completion_tokens": "max_completion_tokens",
    "max_output_tokens": "max_tokens",
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "reasoning_effort": "reasoning_effort",
    "reasoning": "reasoning_effort",
    "effort": "reasoning_effort",
    "top_logprobs": "top_logprobs",
    "logprobs": "logprobs",
    "include": "logprobs",
    "response_format": "means",
    "json_schema": "means",
    "json_object": "means",
    "output_config.effort": "reasoning_effort",
    "output_config": "means",
    "output_format": "means",
    "text.format": "means",
    "tools": "means",
    "tool_choice": "means",
    "model": "model",
}
"""What vendors call a parameter -> what a request calls it; `means` is the way the answer's shape is enforced."""

_NAMES: Final = "|".join(re.escape(name) for name in sorted(PARAMETERS, key=len, reverse=True))
_UNMISTAKABLE: Final = "|".join(re.escape(n) for n in PARAMETERS if "_" in n) + "|temperature|logprobs"
_STATED = re.compile(rf"({_NAMES})(?!\w)")
_SAID = re.compile(rf"""^({_NAMES})(?!\w)[\w.]*:|['"`]({_NAMES})(?!\w)|(?<!\w)({_UNMISTAKABLE})(?!\w)""")
"""A parameter in a message: leading it as a path, in quotation marks, or with a name that is no common word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """An error body, read."""

    codes: frozenset[str]
    """Every code and type it states, in lower case."""
    message: str
    """Its message, hostile text."""
    parameter: str
    """The parameter of ours that it names first, as a request calls it; empty where it names none."""


def read_error_body(body: bytes) -> ErrorBody:
    """Read the error body of any vendor; what is not one gives its first words as the message."""
    document = _parse(body)
    if not isinstance(document, dict):
        return ErrorBody(codes=frozenset(), message=_first_words(body), parameter="")
    error = document.get("error", document)
    error = error if isinstance(error, dict) else {"message": error}
    message = _message(error, document)
    return ErrorBody(
        codes=frozenset(code.lower() for code in _codes(document, error)),
        message=message,
        parameter=_parameter(error, message),
    )


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body[:MAX_ERROR_BYTES])
    except (ValueError, RecursionError):
        return None


def _first_words(body: bytes) -> str:
    return body[: 4 * MAX_MESSAGE_CHARS].decode("utf-8", "replace")


def _codes(document: Mapping[str, Any], error: Mapping[str, Any]) -> Iterator[str]:
    inner = error.get("innererror")
    details = error.get("details")
    for holder, name in (
        (document, "code"),
        (error, "code"),
        (error, "type"),
        (details, "error_code"),
        (inner, "code"),
    ):
        value = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(value, str):
            yield value


def _message(error: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return the message, or the whole detail of a validation error as text."""
    for value in (error.get("message"), document.get("detail"), document.get("message")):
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list | dict) and value:
            return json.dumps(value)
    return ""


def _parameter(error: Mapping[str, Any], message: str) -> str:
    """Return the parameter the vendor states; where it states none, the first one its message names."""
    stated = error.get("param")
    if isinstance(stated, str) and stated:
        found = _STATED.match(stated)
        return PARAMETERS[found[1]] if found else ""
    said = _SAID.search(message[: 4 * MAX_MESSAGE_CHARS])
    name = next(filter(None, said.groups()), "") if said else ""
    return PARAMETERS.get(name, "") if name != "model" else ""


def printable(text: str) -> str:
    """Return hostile text on one line, cut to a few words, with nothing a terminal would obey."""
    if len(text) <= MAX_MESSAGE_CHARS and text.isascii() and text.isprintable() and " " not in text:
        return text  # an id, the usual case
    cut = " ".join(text[: 4 * MAX_MESSAGE_CHARS].split())
    cut = cut if len(cut) <= MAX_MESSAGE_CHARS else cut[: MAX_MESSAGE_CHARS - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)
