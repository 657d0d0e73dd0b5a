"""One keep-alive connection: a bounded buffer, one request at a time, no task per request."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final, Protocol, TypeVarTuple

from evenhand.testing.delivery import Delivery, Drip, Hang, Reset, Send
from evenhand.testing.wire import MAX_BODY, MAX_HEAD, BadHttp, Head, read_head, response

Args = TypeVarTuple("Args")
_NO_LINGER: Final = struct.pack("ii", 1, 0)
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Service(Protocol):
    """What a connection asks to decide."""

    def enter(self, head: Head) -> tuple[int, Delivery | None]:
        """A request begins: its number, and what to do at once instead of reading the body."""

    def answer(self, number: int, head: Head, body: bytes) -> Delivery:
        """A request is complete: how to end it."""

    def leave(self, number: int, *, answered: bool) -> None:
        """A request is over, answered in full or not."""


class Connection(asyncio.Protocol):
    """Reads requests, asks the service, delivers what it decides."""

    def __init__(self, service: Service, peers: set["Connection"]) -> None:
        self._service = service
        self._peers = peers
        self._buffer = bytearray()
        self._head: Head | None = None
        self._number = 0  # of the request under way, 0 between requests
        self._delivering = False
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport
        self.closed: asyncio.Future[None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.closed = asyncio.get_running_loop().create_future()
        self._peers.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        """The connection is gone; a call under way was abandoned."""
        self._peers.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._finish(answered=False)
        self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Bytes arrived."""
        self._buffer += data
        if len(self._buffer) > MAX_HEAD + max(MAX_BODY, self._head.length if self._head else 0):
            self.abort()
        elif not self._delivering:
            self._advance()

    def abort(self) -> None:
        """Drop the connection at once."""
        self._transport.abort()

    def _advance(self) -> None:
        """Serve every request that is complete."""
        try:
            while not self._delivering and not self._transport.is_closing() and self._next_request():
                pass
        except BadHttp as error:
            self._transport.write(response(error.status, str(error).encode(), content_type="text/plain"))
            self._transport.close()

    def _next_request(self) -> bool:
        """Serve the next request; False when it is not complete yet."""
        head = self._head or self._take_head()
        if head is None or self._delivering or len(self._buffer) < head.length:
            return False
        body = bytes(self._buffer[: head.length])
        del self._buffer[: head.length]
        self._head = None
        self._deliver(self._service.answer(self._number, head, body), keep_alive=head.keep_alive)
        return True

    def _take_head(self) -> Head | None:
        end = self._buffer.find(b"\r\n\r\n", 0, MAX_HEAD + 4)
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                raise BadHttp(431, "the request head is too large")
            return None
        self._head = head = read_head(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        self._number, instead = self._service.enter(head)
        if instead is not None:
            self._deliver(instead, keep_alive=False)
        elif head.headers.get("expect") == "100-continue":
            self._transport.write(_CONTINUE)
        return head

    def _deliver(self, delivery: Delivery, *, keep_alive: bool) -> None:
        self._delivering = True
        match delivery:
            case Send(delay=0.0):
                self._send(delivery.data, delivery.close or not keep_alive)
            case Send():
                self._later(delivery.delay, self._send_late, delivery.data, delivery.close or not keep_alive)
            case Drip():
                self._drip(delivery, 0)
            case Reset():
                self._reset()
            case Hang():
                pass  # connection_lost ends it

    def _send(self, data: bytes, close: bool) -> None:  # noqa: FBT001 - call_later passes positions only
        self._finish(answered=True)  # first, so that a client that has its answer finds the call settled
        self._transport.write(data)
        self._delivering = False
        if close:
            self._transport.close()

    def _send_late(self, data: bytes, close: bool) -> None:  # noqa: FBT001 - call_later passes positions only
        self._send(data, close)
        self._advance()

    def _drip(self, drip: Drip, sent: int) -> None:
        upto = sent + drip.size
        if upto >= len(drip.data):
            self._send_late(drip.data[sent:], True)  # noqa: FBT003 - see above
            return
        self._transport.write(drip.data[sent:upto])
        self._later(drip.interval, self._drip, drip, upto)

    def _reset(self) -> None:
        connected = self._transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()

    def _later(self, seconds: float, act: Callable[[*Args], object], *args: *Args) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, act, *args)

    def _finish(self, *, answered: bool) -> None:
        if self._number:
            self._service.leave(self._number, answered=answered)
            self._number = 0
