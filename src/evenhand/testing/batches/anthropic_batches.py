"""Anthropic's message batches: `/v1/messages/batches`."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from evenhand.testing.batches.desk import AskRow, Batch, BatchDesk, NewRow, ResultRow
from evenhand.testing.exchange import JsonObject
from evenhand.testing.parameters import bad_request, mapping

PREFIX: Final = "msgbatch_"
ENDPOINT: Final = "/v1/messages"
MAX_ROWS: Final = 100_000
_CUSTOM_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def create(desk: BatchDesk, document: JsonObject, ask: AskRow) -> Batch:
    """Take a batch on.

    Raises:
        Rejection: The rows are not valid; this vendor refuses at once.
    """
    found = document.get("requests")
    if not isinstance(found, list) or not 0 < len(found) <= MAX_ROWS:
        raise bad_request("requests", f"expected a list of 1 to {MAX_ROWS} requests")
    rows = [_read_row(entry, f"requests.{place}") for place, entry in enumerate(found)]
    if len({row.custom_id for row in rows}) < len(rows):
        raise bad_request("requests", "custom_id must be unique")
    return desk.open(PREFIX, ENDPOINT, rows, ask)


def _read_row(entry: object, where: str) -> NewRow:
    row = mapping(entry, where)
    name = row.get("custom_id")
    if not isinstance(name, str) or not _CUSTOM_ID.fullmatch(name):
        raise bad_request(f"{where}.custom_id", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
    body = json.dumps(mapping(row.get("params"), f"{where}.params"))
    return NewRow(custom_id=name, body=body.encode())


def batch_document(batch: Batch, address: str) -> JsonObject:
    """A batch as the vendor describes it; `address` is how the client reached this server."""
    created = datetime.fromtimestamp(batch.created, UTC)
    ended = batch.ended
    status = "ended" if ended else "canceling" if batch.cancelled else "in_progress"
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": status,
        "request_counts": _counts(batch) if ended else _nothing_yet(batch),
        "created_at": created.isoformat(),
        "expires_at": (created + timedelta(days=1)).isoformat(),
        "ended_at": created.isoformat() if ended else None,
        "archived_at": None,
        "cancel_initiated_at": created.isoformat() if batch.cancelled else None,
        "results_url": f"{address}/v1/messages/batches/{batch.id}/results" if ended else None,
    }


def _nothing_yet(batch: Batch) -> JsonObject:
    return {"processing": batch.total, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}


def _counts(batch: Batch) -> JsonObject:
    kinds = Counter(_kind(row) for row in batch.results)
    return {
        "processing": 0,
        **{kind: kinds[kind] for kind in ("succeeded", "errored", "canceled", "expired")},
    }


def _kind(row: ResultRow) -> str:
    if row.answer is None:
        return "expired" if row.ending == "expired" else "canceled"
    return "succeeded" if row.succeeded else "errored"


def list_document(desk: BatchDesk, after: str | None, limit: int, address: str) -> JsonObject:
    """A page of batches, the newest first."""
    found = desk.newest_first(PREFIX)
    names = [batch.id for batch in found]
    start = names.index(after) + 1 if after in names else 0
    page = [batch_document(batch, address) for batch in found[start : start + limit]]
    return {
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(found) > start + limit,
    }


def result_file(batch: Batch) -> bytes:
    """The results, one line each."""
    end = b"\n\n" if batch.behaviour.blank_lines else b"\n"
    content = b"".join(_line(row) + end for row in batch.results)
    return content[:-40] if batch.behaviour.cut else content


def _line(row: ResultRow) -> bytes:
    """One line; the answer's body stands in it byte for byte."""
    kind = _kind(row)
    start = f'{{"custom_id": {json.dumps(row.custom_id)}, "result": {{"type": "{kind}"'
    if row.answer is None:
        return f"{start}}}}}".encode()
    field = "message" if kind == "succeeded" else "error"
    return f'{start}, "{field}": '.encode() + (row.answer.body or b"null") + b"}}"
