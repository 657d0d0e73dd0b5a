"""Responses with a body of their own: captive portals, broken JSON, bombs, redirects."""

import zlib
from functools import lru_cache
from typing import Final

from evenhand.testing.faults.kinds import BodyFault

_HTML: Final = b"<!doctype html><title>Sign in</title><h1>Welcome</h1><form><button>Continue</button></form>"
_MEGABYTE: Final = 1 << 20


def html_page() -> BodyFault:
    """200 with the page of a captive portal."""
    return BodyFault(name="html_page", body=lambda: _HTML, content_type="text/html", billed=False)


def empty_body() -> BodyFault:
    """200 with nothing."""
    return BodyFault(name="empty_body", body=lambda: b"")


def broken_json() -> BodyFault:
    """200 with a JSON document that stops in the middle, its length stated rightly."""
    return BodyFault(
        name="broken_json", body=lambda: b'{"id": "chatcmpl-1", "object": "chat.completion", "choices": ['
    )


def body(
    content: bytes, *, name: str = "body", status: int = 200, content_type: str = "application/json"
) -> BodyFault:
    """Any body with any status."""
    return BodyFault(name=name, body=lambda: content, status=status, content_type=content_type)


def nested_body(depth: int = 100_000) -> BodyFault:
    """200 with that many nested brackets."""
    return BodyFault(name="nested_body", body=lambda: b"[" * depth + b"]" * depth)


def huge_body(size: int = 10_000_000) -> BodyFault:
    """200 with a JSON document of `size` bytes."""
    return BodyFault(name="huge_body", body=lambda: b'{"id": "' + b"x" * (size - 10) + b'"}')


def gzip_bomb(inflated: int = 300 * _MEGABYTE) -> BodyFault:
    """200 with a small gzip body that inflates to about `inflated` bytes of spaces around an empty object.

    It is built in pieces when it first strikes, so that this side never holds the inflated text.
    """
    return BodyFault(
        name="gzip_bomb", body=lambda: _compressed_spaces(inflated), headers=(("content-encoding", "gzip"),)
    )


@lru_cache(maxsize=2)
def _compressed_spaces(inflated: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    piece = b" " * _MEGABYTE
    pieces = [packer.compress(piece) for _ in range(inflated // _MEGABYTE)]
    return b"".join([*pieces, packer.compress(b"{}"), packer.flush()])


def redirect(location: str = "http://127.0.0.1:9/", *, status: int = 307) -> BodyFault:
    """A redirect to another host."""
    return BodyFault(
        name="redirect", body=lambda: b"", status=status, headers=(("location", location),), billed=False
    )
