"""Anthropic's message batches: one body of requests, and one file of results."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import IO, Any, Final

from evenhand.errors import CallClass, CallError
from evenhand.providers.anthropic_messages import messages_body, open_anthropic_sdk
from evenhand.providers.batch_calls import (
    UPLOAD_SECONDS,
    BatchCalls,
    Pages,
    checked_id,
    whole,
)
from evenhand.providers.batch_interface import (
    BatchForm,
    BatchLabel,
    BatchPhase,
    BatchRow,
    BatchStatus,
    BatchUpload,
    Lookup,
    ResultLine,
)
from evenhand.providers.batch_lines import members, text_member
from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, RawReply, UnreadableReplyError
from evenhand.providers.retry import REAL_TIME, Timing

_FORM: Final = BatchForm(
    head=b'{"requests":[', between=b",", tail=b"]}", most_rows=100_000, most_bytes=256_000_000
)
_PATH: Final = "/v1/messages/batches"
_CLOCKS_APART_S: Final = 300
_PIECE: Final = 1 << 16
_STATUS: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""HTTP status a live call has with each type of error; rows of a batch have none."""
_NOT_ASKED: Final[Mapping[str, str]] = {
    "expired": "expired: not asked before the batch's 24 hours were over",
    "canceled": "canceled: the batch was cancelled before it was asked",
}


class AnthropicBatches:
    """The batch API of an account that speaks messages."""

    form = _FORM
    endpoint = "/v1/messages"

    def __init__(self, connection: Connection, *, timing: Timing = REAL_TIME) -> None:
        """Open a client of its own; nothing is sent."""
        client, _ = open_anthropic_sdk(connection)
        self._calls = BatchCalls(client, connection.account, connection.mask(), timing=timing)

    def row(self, custom_id: str, request: ChatRequest) -> bytes:
        """Return one entry of the body."""
        entry = {"custom_id": custom_id, "params": messages_body(request)}
        return json.dumps(entry, separators=(",", ":")).encode()

    async def submit(self, upload: BatchUpload) -> BatchStatus:
        """Create the batch; its body is sent as it is read from the file."""

        async def create(seconds: float) -> RawReply:
            return await self._calls.client.call(
                "post",
                _PATH,
                seconds,
                content=_pieces(upload.file),
                options={"headers": {"Content-Type": "application/json", "Content-Length": str(upload.size)}},
            )

        return await self._calls.create(
            create, lambda: self.find(upload.label), self._status, seconds=UPLOAD_SECONDS
        )

    async def find(self, label: BatchLabel) -> Lookup:
        """Look through the list for a batch of our size and time; one that has ended shows whose it is."""
        unproven: list[BatchStatus] = []
        async for entry in Pages(self._calls, _PATH, "after_id"):
            if _created(entry) < label.created - _CLOCKS_APART_S:
                break
            status = self._status(entry)
            if status.total != label.rows or status.id in label.taken:
                continue
            if status.phase is BatchPhase.RUNNING:
                unproven.append(status)
            elif await self._is_ours(status, label):
                return Lookup(status=status)
        return Lookup(status=unproven[0] if len(unproven) == 1 else None, certain=len(unproven) < 2)

    async def _is_ours(self, status: BatchStatus, label: BatchLabel) -> bool:
        async for line in self.results(status):
            if isinstance(line, BatchRow):
                return line.custom_id.startswith(label.prefix)
        return False

    async def poll(self, batch: str) -> BatchStatus:
        """Ask how a batch stands."""
        return self._status(await self._calls.get(f"{_PATH}/{checked_id(batch, 'the batch')}"))

    async def cancel(self, batch: str) -> BatchStatus:
        """Ask the provider to stop a batch."""
        return self._status(await self._calls.post(f"{_PATH}/{checked_id(batch, 'the batch')}/cancel"))

    def _status(self, document: Mapping[str, Any]) -> BatchStatus:
        word = self._calls.said(document.get("processing_status"))
        counts = document.get("request_counts")
        done = sum(whole(counts, name) for name in ("succeeded", "errored", "canceled", "expired"))
        return BatchStatus(
            id=checked_id(document.get("id"), "the batch"),
            phase=BatchPhase.ENDED if word == "ended" else BatchPhase.RUNNING,
            word=word,
            done=done,
            total=done + whole(counts, "processing"),
        )

    def results(self, status: BatchStatus) -> AsyncIterator[ResultLine]:
        """Read the results, at the address we know: the one the batch states could be anybody's."""
        return self._calls.lines(f"{_PATH}/{status.id}/results", self._read)

    def _read(self, line: bytes) -> BatchRow:
        found = members(line)
        name = text_member(found, "custom_id")
        result = members(found.get("result", b"null"))
        kind = text_member(result, "type")
        if kind == "succeeded":
            return BatchRow(custom_id=name, result=RawReply(body=result.get("message", b"null")))
        if kind == "errored":
            return BatchRow(custom_id=name, result=self._error(result.get("error", b"null")))
        if kind in _NOT_ASKED:
            error = CallError(_NOT_ASKED[kind], call_class=CallClass.TRANSIENT)
            return BatchRow(custom_id=name, result=error)
        raise UnreadableReplyError("there is no such type of result")

    def _error(self, body: bytes) -> CallError:
        kind = text_member(members(members(body).get("error", b"null")), "type")
        return self._calls.row_error(_STATUS.get(kind, 500), body)

    async def close(self) -> None:
        """Close connections."""
        await self._calls.client.close()


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def _created(entry: Mapping[str, Any]) -> float:
    """Return when a batch was created; a time that can not be read counts as now, which looks at it."""
    try:
        return datetime.fromisoformat(str(entry.get("created_at"))).timestamp()
    except ValueError:
        return float("inf")
