"""Starting and stopping the server: in the running loop, or in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from evenhand.testing.batches.script import GOOD_BATCHES, BatchScript
from evenhand.testing.connection import Connection
from evenhand.testing.dialect import EVERYTHING, Dialect
from evenhand.testing.exchange import Judge
from evenhand.testing.faults.schedule import Strike
from evenhand.testing.ledger import Ledger
from evenhand.testing.script import Script
from evenhand.testing.service import JudgeService

HOST: Final = "127.0.0.1"
"""The server listens on loopback only."""
_BACKLOG: Final = 1024


class LoopbackServer:
    """A server on 127.0.0.1 that speaks the vendors' protocols and is answered by a scripted judge.

    ::

        async with LoopbackServer(judges.rule("password")) as server:
            client = AsyncOpenAI(base_url=server.base_url, api_key="any", max_retries=0)

    Both vendors' SDKs take `base_url` as it is. A server can be started once more after it was stopped; its ledger
    then goes on.

    Attributes:
        script: How it behaves.
        ledger: What it was asked and what it billed.
    """

    def __init__(
        self,
        judge: Judge,
        *,
        dialect: Dialect = EVERYTHING,
        strikes: Sequence[Strike] = (),
        latency: float = 0.0,
        api_key: str | None = None,
        models: tuple[str, ...] = (),
        bill_abandoned: bool = True,
        batches: BatchScript = GOOD_BATCHES,
        port: int = 0,
    ) -> None:
        """Describe a server; nothing is opened before it is entered.

        Args:
            judge: Who answers.
            dialect: What the server can do.
            strikes: Scripted faults; the first that applies to a call decides.
            latency: Seconds every answer takes.
            api_key: The only key let in, by either header; None lets everybody in.
            models: The models there are; empty serves any name.
            bill_abandoned: Whether a call is billed whose client went away before the answer.
            batches: How the batch endpoints behave; by default every batch ends at its first poll.
            port: Port to listen on; 0 takes a free one.
        """
        self.script = Script(
            judge=judge,
            dialect=dialect,
            strikes=strikes,
            latency=latency,
            api_key=api_key,
            models=models,
            bill_abandoned=bill_abandoned,
            batches=batches,
        )
        self.ledger = Ledger()
        self._port = port
        self._peers: set[Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on; 0 while a free one has not been chosen yet."""
        return self._port

    @property
    def base_url(self) -> str:
        """Address for both vendors' SDKs, without a trailing slash."""
        return f"http://{HOST}:{self._port}"

    async def start(self) -> Self:
        """Listen in the running loop.

        Raises:
            OSError: The port is taken.
        """
        service = JudgeService(self.script, self.ledger)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(service, self._peers), HOST, self._port, backlog=_BACKLOG
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Stop listening and drop all connections; calls under way are abandoned."""
        if self._server is None:
            return
        self._server.close()
        peers = tuple(self._peers)
        for peer in peers:
            peer.abort()
        await asyncio.gather(*(peer.closed for peer in peers))
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


@contextmanager
def serve_in_thread(server: LoopbackServer) -> Iterator[LoopbackServer]:
    """Run the server in a thread with a loop of its own, for code that is not asynchronous.

    The body of a pytest fixture needs no more than ``with serve_in_thread(LoopbackServer(judge)) as server: yield
    server``. The ledger may be read from any thread.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="evenhand-loopback", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result()
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
