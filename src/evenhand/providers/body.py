"""Takes in the body of an HTTP response within bounds, before anything reads, unpacks or parses it.

A few hundred kilobytes on the wire can unpack to gigabytes, and an SDK would unpack them all. The client asks for
bodies that are not packed, reads at most `MAX_REPLY_BYTES`, and unpacks what comes packed all the same up to there.
"""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Final, Protocol

from evenhand.errors import CallClass, CallError
from evenhand.providers.strict_json import MAX_REPLY_BYTES

ASK_UNPACKED: Final = {"accept-encoding": "identity"}
"""Request headers that ask for a body as it is."""
_STREAMED: Final = "X-Stainless-Raw-Response"
READ_AS_IT_COMES: Final = {_STREAMED: "stream"}
"""Request headers by which both SDKs hand out a response before its body, for bodies too large to be held."""
_OK: Final = 200
_PIECE_BYTES: Final = 1 << 20
_ZLIB_OR_GZIP: Final = 47
"""`zlib.decompressobj` argument: largest window, kind of header found out."""


class _Stream(Protocol):
    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class _Request(Protocol):
    @property
    def headers(self) -> MutableMapping[str, str]: ...


class _Response(Protocol):
    """A response of httpx or httpx2 whose body has not been read."""

    stream: _Stream

    @property
    def status_code(self) -> int: ...

    @property
    def request(self) -> _Request: ...

    @property
    def headers(self) -> MutableMapping[str, str]: ...


def bounded_body(
    in_memory: Callable[[bytes], _Stream], account: str
) -> Callable[[_Response], Awaitable[None]]:
    """Return a response hook of httpx or httpx2 that replaces the body's stream by its bytes.

    Args:
        in_memory: `ByteStream` of the same package.
        account: Name of the account, for messages.

    Raises:
        CallError: From the hook: the body is too large or packed in a way not asked for.
    """

    async def take_in(response: _Response) -> None:
        if response.status_code == _OK and _is_streamed(response.request):
            return
        stream = response.stream
        body = await read_within_bounds(stream, account)
        await stream.aclose()
        response.stream = in_memory(unpack(body, response.headers.pop("content-encoding", ""), account))

    return take_in


def _is_streamed(request: _Request) -> bool:
    return request.headers.get(_STREAMED) == READ_AS_IT_COMES[_STREAMED]


async def read_within_bounds(pieces: AsyncIterable[bytes], account: str) -> bytes:
    """Return the pieces of a body in one, as long as they are few enough.

    Raises:
        CallError: The body is too large.
    """
    body = bytearray()
    async for piece in pieces:
        body += piece
        refuse_length(len(body), account)
    return bytes(body)


def refuse_length(length: int, account: str) -> None:
    """Refuse a body that is too large.

    Raises:
        CallError: It is.
    """
    if length > MAX_REPLY_BYTES:
        raise _malformed(account, f"is larger than {MAX_REPLY_BYTES:,} bytes")


def unpack(body: bytes, packing: str, account: str) -> bytes:
    """Return a body as it was before it was packed, as long as it is not too large.

    Args:
        body: The bytes that came.
        packing: Value of the header `content-encoding`; empty where there is none.
        account: Name of the account, for messages.

    Raises:
        CallError: The body is too large or packed in a way not asked for.
    """
    packing = packing.strip().lower()
    if packing in {"", "identity"}:
        return body
    if packing not in {"gzip", "x-gzip", "deflate"}:
        raise _malformed(account, "is packed in a way that was not asked for")
    try:
        unpacked = zlib.decompressobj(_ZLIB_OR_GZIP).decompress(body, MAX_REPLY_BYTES + 1)
    except zlib.error:
        unpacked = None
    if unpacked is None:
        raise _malformed(account, "cannot be unpacked")
    if len(unpacked) > MAX_REPLY_BYTES:
        raise _malformed(account, f"is larger than {MAX_REPLY_BYTES:,} bytes when unpacked")
    return unpacked


async def unpacked_pieces(pieces: AsyncIterator[bytes], packing: str, account: str) -> AsyncIterator[bytes]:
    """Unpack a body while it comes, in pieces of a bounded size.

    Raises:
        CallError: It is packed in a way that was not asked for, can not be unpacked, or breaks off, in which case
            asking again may help.
    """
    if packing not in {"gzip", "x-gzip", "deflate", "identity"}:
        raise _malformed(account, "is packed in a way that was not asked for")
    if packing == "identity":
        async for piece in pieces:
            yield piece
        return
    unpacker = zlib.decompressobj(_ZLIB_OR_GZIP)
    try:
        async for piece in pieces:
            left = piece
            while left:
                if unpacker.eof:  # gzip allows several parts in a row
                    unpacker = zlib.decompressobj(_ZLIB_OR_GZIP)
                yield unpacker.decompress(left, _PIECE_BYTES)
                left = unpacker.unconsumed_tail or unpacker.unused_data
        yield unpacker.flush()
    except zlib.error:
        raise _malformed(account, "cannot be unpacked") from None
    if not unpacker.eof:
        raise CallError(
            f"the answer of account {account!r} breaks off before the end of what is packed in it",
            call_class=CallClass.TRANSIENT,
            maybe_billed=True,
        )


def _malformed(account: str, why: str) -> CallError:
    return CallError(
        f"the answer of account {account!r} {why}", call_class=CallClass.MALFORMED, maybe_billed=True
    )
