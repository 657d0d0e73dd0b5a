"""HTTP/1.1 as bytes: reading the head of a request within bounds, writing a response."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

MAX_HEAD: Final = 32 * 1024
"""Longest request head in bytes."""
MAX_BODY: Final = 16 * 1024 * 1024
"""Longest request body in bytes."""
MAX_UPLOAD: Final = 256 * 1024 * 1024
"""Longest body of the requests that bring a batch."""
_UPLOADS: Final = ("/files", "/messages/batches")
JSON_TYPE: Final = "application/json"
_REASONS: Final = {status.value: status.phrase for status in HTTPStatus} | {529: "Overloaded"}


class BadHttp(Exception):  # noqa: N818 - an answer to the client, not a failure of the server
    """The bytes are not a request this server reads.

    Attributes:
        status: HTTP status to answer with before the connection is closed.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a request."""

    method: str
    """Upper-case method."""
    path: str
    """Path without the query."""
    query: str
    """Query without the question mark."""
    headers: Mapping[str, str]
    """Values by lower-case name; the last one wins."""
    length: int
    """Length of the body in bytes."""
    keep_alive: bool
    """Whether the connection stays open after the reply."""

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter, or None."""
        return parse_qs(self.query).get(name, [None])[0]


def read_head(raw: bytes) -> Head:
    """Parse everything before the empty line.

    Raises:
        BadHttp: The head is malformed, or the body's length is missing, not a number or too large.
    """
    request_line, *lines = raw.decode("latin-1").split("\r\n")
    parts = request_line.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadHttp(400, "malformed request line")
    headers = _headers(lines)
    path, _, query = parts[1].partition("?")
    last = "close" if parts[2] == "HTTP/1.0" else "keep-alive"
    return Head(
        method=parts[0],
        path=path,
        query=query,
        headers=headers,
        length=_body_length(headers, MAX_UPLOAD if path.endswith(_UPLOADS) else MAX_BODY),
        keep_alive=headers.get("connection", last).lower() != "close",
    )


def _headers(lines: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name[-1] == " " or name[0] in " \t":
            raise BadHttp(400, "malformed header")
        found[name.lower()] = value.strip()
    return found


def _body_length(headers: Mapping[str, str], most: int) -> int:
    if "transfer-encoding" in headers:
        raise BadHttp(411, "this server reads bodies with a content-length only")
    text = headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise BadHttp(400, "malformed content-length")
    if len(text) > len(str(most)) or int(text) > most:
        raise BadHttp(413, "the body is too large")
    return int(text)


def response(
    status: int, body: bytes, *, content_type: str = JSON_TYPE, headers: Iterable[tuple[str, str]] = ()
) -> bytes:
    """One whole response."""
    extra = "".join([f"{name}: {value}\r\n" for name, value in headers])
    head = (
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}\r\n"
        f"content-type: {content_type}\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode("latin-1") + body


def json_response(document: object) -> bytes:
    """One whole response that carries JSON and went well."""
    return response(200, json.dumps(document).encode())
