"""Reading a reply's envelope as JSON, strictly and within bounds: hostile bytes cost no more than honest ones."""

import json
import math
import re
from typing import Any, NoReturn

from evenhand.providers.interface import UnreadableReplyError

MAX_REPLY_BYTES = 10_000_000
"""Largest body read; a longer one is not a reply."""
MAX_DEPTH = 64
"""Deepest nesting read. Replies of the protocols nest about eight deep."""
MAX_VALUE_BYTES = 48_000_000
"""Most memory that values may take, estimated before they are made. 2,300 tokens with 20 alternatives stay below."""
_OBJECT_BYTES = 450
_LIST_BYTES = 160
_VALUE_BYTES = 60

_BETWEEN_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[^\[\]{}"]++', re.DOTALL)
"""Strings, the last one perhaps open, and everything else that is no bracket; linear in the body's length."""
_OPENING = b"[{"


def read_object(body: bytes) -> dict[str, Any]:
    """Return the one JSON object that `body` is.

    Raises:
        UnreadableReplyError: It is too large, too wide or too deep, not UTF-8, not one JSON object, or holds a
            duplicate key or a number that is not finite.
    """
    if len(body) > MAX_REPLY_BYTES:
        raise UnreadableReplyError(f"the body is larger than {MAX_REPLY_BYTES:,} bytes")
    refuse_excess(body)
    value = _parse(body)
    if not isinstance(value, dict):
        raise UnreadableReplyError("the body is JSON, but not an object")
    return value


def refuse_excess(body: bytes) -> None:
    """Refuse JSON whose values would take too much memory or nest too deep, before any of them is made.

    Raises:
        UnreadableReplyError: They would.
    """
    objects, lists = body.count(b"{"), body.count(b"[")
    values = objects * _OBJECT_BYTES + lists * _LIST_BYTES + body.count(b",") * _VALUE_BYTES
    if values > MAX_VALUE_BYTES:
        raise UnreadableReplyError("the body holds too many values")
    if objects + lists > MAX_DEPTH:
        _refuse_depth(body)


def _parse(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnreadableReplyError:
        raise
    except UnicodeDecodeError as error:
        raise UnreadableReplyError("the body is not UTF-8 text") from error
    except ValueError as error:
        raise UnreadableReplyError("the body is not JSON") from error


def _refuse_depth(body: bytes) -> None:
    """Refuse nesting that a parser would recurse into; the parser's own limit depends on the caller's stack."""
    depth = 0
    for bracket in _BETWEEN_BRACKETS.sub(b"", body):
        depth += 1 if bracket in _OPENING else -1
        if depth > MAX_DEPTH:
            raise UnreadableReplyError(f"the body is nested more than {MAX_DEPTH} deep")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise UnreadableReplyError("the body holds a key twice")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise UnreadableReplyError("the body holds a number that is not finite")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableReplyError(f"the body holds {name}, which is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_duplicates, parse_float=_finite, parse_constant=_refuse_constant
)
