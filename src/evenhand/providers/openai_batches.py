"""OpenAI's batch API: a file of requests, a batch over it, and two files of results."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from evenhand.errors import CallClass, CallError
from evenhand.providers.batch_calls import (
    CALL_SECONDS,
    UPLOAD_SECONDS,
    BatchCalls,
    Pages,
    checked_id,
    unbilled,
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
from evenhand.providers.batch_lines import is_there, members, number_member, text_member
from evenhand.providers.connection import Connection
from evenhand.providers.interface import ChatRequest, RawReply, UnreadableReplyError
from evenhand.providers.openai_chat import chat_body
from evenhand.providers.openai_responses import responses_body
from evenhand.providers.openai_sdk import open_openai_sdk
from evenhand.providers.retry import REAL_TIME, Timing

_FORM: Final = BatchForm(head=b"", between=b"\n", tail=b"\n", most_rows=50_000, most_bytes=200_000_000)
_ENDED: Final = frozenset({"completed", "expired", "cancelled"})
_MULTIPART: Final = {"Content-Type": "multipart/form-data"}
_CLOCKS_APART_S: Final = 3600
_OK: Final = 200

Body = Callable[[ChatRequest], dict[str, Any]]


class OpenAIBatches:
    """The batch API of an account that speaks chat completions or responses."""

    form = _FORM

    def __init__(
        self, connection: Connection, *, endpoint: str, body: Body, timing: Timing = REAL_TIME
    ) -> None:
        """Open a client of its own; nothing is sent."""
        client, _ = open_openai_sdk(connection)
        self._calls = BatchCalls(client, connection.account, connection.mask(), timing=timing)
        self._body = body
        self.endpoint = endpoint

    def row(self, custom_id: str, request: ChatRequest) -> bytes:
        """Return one line of the file."""
        line = {"custom_id": custom_id, "method": "POST", "url": self.endpoint, "body": self._body(request)}
        return json.dumps(line, separators=(",", ":")).encode()

    async def submit(self, upload: BatchUpload) -> BatchStatus:
        """Upload the file, then create the batch over it."""
        file = await self._upload(upload)
        document = {
            "input_file_id": file,
            "endpoint": upload.endpoint,
            "completion_window": "24h",
            "metadata": _metadata(upload.label),
        }

        async def create(seconds: float) -> RawReply:
            return await self._calls.client.call("post", "/batches", seconds, body=document)

        return await self._calls.create(
            create, lambda: self.find(upload.label), self._status, seconds=CALL_SECONDS
        )

    async def _upload(self, upload: BatchUpload) -> str:
        async def send(seconds: float) -> RawReply:
            upload.file.seek(0)
            name = f"evenhand-{upload.label.run}-{upload.label.number}.jsonl"
            return await self._calls.client.call(
                "post",
                "/files",
                seconds,
                body={"purpose": "batch"},
                files=[("file", (name, upload.file, "application/jsonl"))],
                options={"headers": _MULTIPART},
            )

        try:
            document = await self._calls.ask(send, seconds=UPLOAD_SECONDS)
        except CallError as error:
            raise unbilled(error) from None  # a file is no batch: nothing can have been asked
        return checked_id(document.get("id"), "the uploaded file")

    async def find(self, label: BatchLabel) -> Lookup:
        """Look through the list for the batch that carries our names."""
        wanted = _metadata(label)
        async for entry in Pages(self._calls, "/batches", "after"):
            if entry.get("metadata") == wanted and entry.get("id") not in label.taken:
                return Lookup(status=self._status(entry))
            if 0 < whole(entry, "created_at") < label.created - _CLOCKS_APART_S:
                break
        return Lookup()

    async def poll(self, batch: str) -> BatchStatus:
        """Ask how a batch stands."""
        return self._status(await self._calls.get(f"/batches/{checked_id(batch, 'the batch')}"))

    async def cancel(self, batch: str) -> BatchStatus:
        """Ask the provider to stop a batch."""
        return self._status(await self._calls.post(f"/batches/{checked_id(batch, 'the batch')}/cancel"))

    def _status(self, document: Mapping[str, Any]) -> BatchStatus:
        word = self._calls.said(document.get("status"))
        counts = document.get("request_counts")
        names = [document.get("output_file_id"), document.get("error_file_id")]
        return BatchStatus(
            id=checked_id(document.get("id"), "the batch"),
            phase=_phase(word),
            word=word,
            done=whole(counts, "completed") + whole(counts, "failed"),
            total=whole(counts, "total"),
            complaint=self._complaint(document.get("errors")),
            files=tuple(checked_id(name, "a result file") for name in names if name),
        )

    def _complaint(self, errors: object) -> str:
        found = errors.get("data") if isinstance(errors, Mapping) else None
        first = next((each for each in found or () if isinstance(each, Mapping)), {})
        line = whole(first, "line")
        said = self._calls.said(first.get("message")) or self._calls.said(first.get("code"))
        return f"line {line}: {said}" if line and said else said

    async def results(self, status: BatchStatus) -> AsyncIterator[ResultLine]:
        """Read the file of answers, then the file of errors."""
        for name in status.files:
            async for line in self._calls.lines(f"/files/{name}/content", self._read):
                yield line

    def _read(self, line: bytes) -> BatchRow:
        found = members(line)
        name = text_member(found, "custom_id")
        if not is_there(found, "response"):
            return BatchRow(custom_id=name, result=self._not_asked(found))
        response = members(found["response"])
        status, body = number_member(response, "status_code"), response.get("body", b"null")
        if status != _OK:
            return BatchRow(custom_id=name, result=self._calls.row_error(status, body))
        request_id = text_member(response, "request_id") if is_there(response, "request_id") else ""
        return BatchRow(custom_id=name, result=RawReply(body=body, request_id=self._calls.said(request_id)))

    def _not_asked(self, found: Mapping[str, bytes]) -> CallError:
        if not is_there(found, "error"):
            raise UnreadableReplyError("there is neither a response nor an error")
        error = members(found["error"])
        code = text_member(error, "code") if is_there(error, "code") else "error"
        said = text_member(error, "message") if is_there(error, "message") else code
        return CallError(self._calls.said(f"{code}: {said}"), call_class=CallClass.TRANSIENT)

    async def close(self) -> None:
        """Close connections."""
        await self._calls.client.close()


def _phase(word: str) -> BatchPhase:
    if word == "failed":
        return BatchPhase.REFUSED
    return BatchPhase.ENDED if word in _ENDED else BatchPhase.RUNNING


def _metadata(label: BatchLabel) -> dict[str, str]:
    return {"evenhand_run": label.run, "evenhand_batch": str(label.number)}


def chat_batches(connection: Connection, *, timing: Timing = REAL_TIME) -> OpenAIBatches:
    """Open the batch API for chat completions."""
    return OpenAIBatches(connection, endpoint="/v1/chat/completions", body=chat_body, timing=timing)


def responses_batches(connection: Connection, *, timing: Timing = REAL_TIME) -> OpenAIBatches:
    """Open the batch API for responses."""
    return OpenAIBatches(connection, endpoint="/v1/responses", body=responses_body, timing=timing)
