"""Result files of batches: bytes in pieces to lines within bounds, and lines to the exact bytes of what they carry."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Final

from evenhand.providers.interface import UnreadableReplyError
from evenhand.providers.strict_json import MAX_REPLY_BYTES, refuse_excess

MAX_LINE_BYTES: Final = MAX_REPLY_BYTES + 100_000
"""Longest line read: the longest reply, and what stands around it."""
_SPACE: Final = re.compile(r"[ \t\r\n]*")


async def lines_of(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes | None]:
    """Yield the lines of a file that comes in pieces, empty ones left out; None stands for a line that is too long."""
    buffer = bytearray()
    skipping = False
    async for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            buffer += part
            if skipping or len(buffer) > MAX_LINE_BYTES:
                yield None
            elif line := bytes(buffer).strip():
                yield line
            buffer.clear()
            skipping = False
        if not skipping:
            buffer += rest
        if len(buffer) > MAX_LINE_BYTES:
            buffer.clear()
            skipping = True
    if skipping:
        yield None
    elif line := bytes(buffer).strip():
        yield line


def members(line: bytes) -> Mapping[str, bytes]:
    """Return the members of the JSON object that `line` is: each value as the very bytes it was written in.

    Raises:
        UnreadableReplyError: It is not one object in UTF-8, says a key twice, or holds too much to be read.
    """
    refuse_excess(line)
    try:
        text = line.decode("utf-8")
        return _members(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableReplyError("the line is not one JSON object") from error


def _members(text: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    at = _expect(text, _skip(text, 0), "{")
    if text[at : at + 1] == "}":
        _expect_end(text, at + 1)
        return found
    while True:
        name, at = _DECODER.raw_decode(text, at)
        if not isinstance(name, str) or name in found:
            raise ValueError("a key is no text, or there twice")
        start = _expect(text, _skip(text, at), ":")
        _, end = _DECODER.raw_decode(text, start)
        found[name] = text[start:end].encode()
        at = _skip(text, end)
        if text[at : at + 1] == "}":
            _expect_end(text, at + 1)
            return found
        at = _expect(text, at, ",")


_DECODER: Final = json.JSONDecoder()


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise ValueError(f"expected {mark!r}")
    return _skip(text, at + 1)


def _expect_end(text: str, at: int) -> None:
    if _skip(text, at) != len(text):
        raise ValueError("there is more after the object")


def text_member(found: Mapping[str, bytes], name: str) -> str:
    """Return a member that is text.

    Raises:
        UnreadableReplyError: It is absent, or something else.
    """
    value = json.loads(found.get(name, b"null"))
    if not isinstance(value, str):
        raise UnreadableReplyError(f"{name} is not text")
    return value


def number_member(found: Mapping[str, bytes], name: str) -> int:
    """Return a member that is a whole number.

    Raises:
        UnreadableReplyError: It is absent, or something else.
    """
    raw = found.get(name, b"")
    if not raw.isdigit() or len(raw) > 9:
        raise UnreadableReplyError(f"{name} is not a whole number")
    return int(raw)


def is_there(found: Mapping[str, bytes], name: str) -> bool:
    """Whether a member is there and not null."""
    return found.get(name, b"null") != b"null"
