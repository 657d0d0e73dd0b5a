"""The HTTP server under the pages: where it listens, how long it waits for slow browsers, and how it ends."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from evenhand.errors import UsageError

_KEEP_SECONDS: Final = 30
_DRAIN_SECONDS: Final = 3
_MOST_AT_ONCE: Final = 400


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        UsageError: The address can not be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise UsageError(
            f"can not listen on {host}, port {port}: {error.strerror or error}",
            hint="another server may run there; take a free port with --port 0",
        ) from error


def serve(app: ASGIApp, listening: socket.socket, *, behind_proxy: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM; everything that was answered is on disk, so the end loses nothing.

    Args:
        app: The application.
        listening: Where.
        behind_proxy: Whether a proxy on this machine tells whom it asks for.
    """
    asyncio.run(EndableServer(config_of(app, behind_proxy=behind_proxy)).serve([listening]))


def config_of(app: ASGIApp, *, behind_proxy: bool = False) -> uvicorn.Config:
    """Return how uvicorn is run."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # the application tells of its own errors
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_keep_alive=_KEEP_SECONDS,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )


class EndableServer(uvicorn.Server):
    """A server for which a signal is an end like any other; it is not raised again afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let Ctrl-C and SIGTERM end the server."""
        loop = asyncio.get_running_loop()
        handled = []
        for each in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(each, self.handle_exit, each, None)
            except (NotImplementedError, RuntimeError, ValueError):
                continue  # Windows, or not the main thread: the default handling stays
            handled.append(each)
        try:
            yield
        finally:
            for each in handled:
                loop.remove_signal_handler(each)


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that hangs up on browsers that do not finish the head of a request."""

    head_seconds = 15.0
    """How long the head of a request may take to arrive."""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on waiting while the head is not whole."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait()
        elif self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self.transport.abort)
