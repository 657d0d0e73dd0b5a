"""A batch API on loopback, and batches ready to leave."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any

from pydantic import SecretStr
from tests.providers.kit import Clock, Transport, request, timing

from evenhand.errors import CallError
from evenhand.providers.batch_interface import (
    BatchLabel,
    BatchPhase,
    BatchProvider,
    BatchRow,
    BatchStatus,
    BatchUpload,
    BrokenLine,
)
from evenhand.providers.connection import Connection
from evenhand.providers.interface import Means
from evenhand.providers.registry import BATCH_PROVIDERS
from evenhand.records.attempt import RawReply
from evenhand.testing import BatchScript, LoopbackServer, judges
from evenhand.testing.batches import Behaviour, Trouble

BATCH_PROTOCOLS = ("openai-chat", "openai-responses", "anthropic")
RUN = "20261127-120000-abcde"


@dataclass
class Api:
    server: LoopbackServer
    provider: BatchProvider
    clock: Clock

    async def submit(self, rows: int = 3, number: int = 1, means: Means = "last_line") -> BatchStatus:
        with TemporaryFile() as file:
            return await self.provider.submit(self.upload(file, rows, number, means))

    def upload(self, file: Any, rows: int, number: int = 1, means: Means = "last_line") -> BatchUpload:
        form, label = self.provider.form, label_of(number, rows)
        lines = [self.provider.row(f"{label.prefix}{n}", request(means)) for n in range(rows)]
        file.write(form.head + form.between.join(lines) + form.tail)
        return BatchUpload(label=label, endpoint=self.provider.endpoint, file=file, size=file.tell())

    async def read(self, batch: str) -> "Results":
        status = await self.provider.poll(batch)
        while status.phase is BatchPhase.RUNNING:
            status = await self.provider.poll(batch)
        return await results(self.provider, status)


@dataclass
class Results:
    replies: list[tuple[str, bytes]] = field(default_factory=list)
    errors: list[tuple[str, CallError]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


async def results(provider: BatchProvider, status: BatchStatus) -> Results:
    found = Results()
    async for line in provider.results(status):
        match line:
            case BatchRow(custom_id=name, result=RawReply(body=body)):
                found.replies.append((name, body))
            case BatchRow(custom_id=name, result=CallError() as error):
                found.errors.append((name, error))
            case BrokenLine(why=why):
                found.broken.append(why)
    return found


def label_of(number: int = 1, rows: int = 3, **more: Any) -> BatchLabel:
    created = more.pop("created", time.time())
    return BatchLabel(run=RUN, number=number, rows=rows, created=created, prefix=f"{RUN}_{number}_", **more)


@asynccontextmanager
async def batch_api(
    protocol: str,
    *behaviours: Behaviour,
    troubles: Sequence[Trouble] = (),
    transport: Transport = "httpx",
    key: str = "none",
    **options: Any,
) -> AsyncIterator[Api]:
    script = BatchScript(behaviours=behaviours, troubles=troubles)
    clock = Clock()
    async with LoopbackServer(judges.lazy("complies"), batches=script, **options) as server:
        connection = Connection(
            account="acme", base_url=server.base_url, api_key=SecretStr(key), transport=transport
        )
        provider = BATCH_PROVIDERS[protocol](connection, timing=timing(clock))
        try:
            yield Api(server, provider, clock)
        finally:
            await provider.close()
