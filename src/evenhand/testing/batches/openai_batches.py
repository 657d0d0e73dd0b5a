"""OpenAI's files and batches: `/v1/files`, `/v1/batches`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evenhand.testing.batches.desk import AskRow, Batch, BatchDesk, NewRow, ResultRow
from evenhand.testing.exchange import JsonObject
from evenhand.testing.parameters import bad_request, mapping
from evenhand.testing.vendor_errors import Rejection

PREFIX: Final = "batch_"
ENDPOINTS: Final = ("/v1/chat/completions", "/v1/responses")
MAX_ROWS: Final = 50_000
MAX_BYTES: Final = 200_000_000
_DAY: Final = 86_400
_EXPIRED: Final[JsonObject] = {
    "code": "batch_expired",
    "message": "This request could not be executed before the completion window expired.",
}
_CANCELLED: Final[JsonObject] = {"code": "batch_cancelled", "message": "This request was cancelled."}


def file_document(name: str, content: bytes) -> JsonObject:
    """A file as the vendor describes it."""
    return {
        "id": name,
        "object": "file",
        "bytes": len(content),
        "created_at": 1_700_000_000,
        "filename": "batch.jsonl",
        "purpose": "batch",
        "status": "processed",
    }


def upload(desk: BatchDesk, form: Mapping[str, bytes]) -> JsonObject:
    """Keep an uploaded file.

    Raises:
        Rejection: The form has no file, or another purpose.
    """
    if form.get("purpose") != b"batch":
        raise bad_request("purpose", "this server keeps files of purpose 'batch' only")
    if "file" not in form:
        raise bad_request("file", "expected a file")
    return file_document(desk.add_file(form["file"]), form["file"])


def create(desk: BatchDesk, document: JsonObject, ask: AskRow) -> Batch:
    """Take a batch on; a file that is not valid gives a batch that fails.

    Raises:
        Rejection: A parameter is wrong, or there is no such file.
    """
    endpoint, name = document.get("endpoint"), document.get("input_file_id")
    if endpoint not in ENDPOINTS:
        raise bad_request("endpoint", f"expected one of {', '.join(ENDPOINTS)}")
    if document.get("completion_window") != "24h":
        raise bad_request("completion_window", "expected '24h'")
    if not isinstance(name, str) or name not in desk.files:
        raise bad_request("input_file_id", "there is no such file")
    rows, problems = read_rows(desk.files[name], str(endpoint))
    behaviour = desk.script.behaviour(len(desk.batches) + 1)
    if behaviour.ends == "failed":
        problems = [_problem("invalid_request", behaviour.problem, None)]
    metadata = mapping(document.get("metadata") or {}, "metadata")
    return desk.open(PREFIX, str(endpoint), rows, ask, metadata=metadata, input_file=name, problems=problems)


def read_rows(content: bytes, endpoint: str) -> tuple[list[NewRow], list[JsonObject]]:
    """The rows of an input file, and what is wrong with it."""
    if len(content) > MAX_BYTES:
        return [], [_problem("file_too_large", f"The file is larger than {MAX_BYTES} bytes.", None)]
    rows: list[NewRow] = []
    problems: list[JsonObject] = []
    models: set[object] = set()
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            rows.append(_read_row(line, endpoint, models))
        except ValueError as error:
            code, _, message = str(error).partition(": ")
            problems.append(_problem(code, message, number))
    return rows, problems or list(_common_problems(rows, models))


def _common_problems(rows: Sequence[NewRow], models: set[object]) -> Iterator[JsonObject]:
    if not rows:
        yield _problem("empty_file", "The batch input file is empty.", None)
    if len(rows) > MAX_ROWS:
        yield _problem("request_limit_exceeded", f"The file holds more than {MAX_ROWS} requests.", None)
    if len(models) > 1:
        yield _problem("mismatched_model", "All requests of a batch must use the same model.", None)
    if len({row.custom_id for row in rows}) < len(rows):
        yield _problem("duplicate_custom_id", "Two requests have the same custom_id.", None)


def _read_row(line: bytes, endpoint: str, models: set[object]) -> NewRow:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise ValueError("invalid_json_line: This line is not parseable as valid JSON.")  # noqa: TRY004
    name, body = row.get("custom_id"), row.get("body")
    if not isinstance(name, str) or not name or len(name) > 512 or row.get("method") != "POST":
        raise ValueError("invalid_request: custom_id and the method POST are required.")
    if row.get("url") != endpoint:
        raise ValueError("invalid_url: The URL does not match the batch endpoint.")
    if not isinstance(body, dict):
        raise ValueError("invalid_request: body must be an object.")  # noqa: TRY004 - sorted by its message
    models.add(body.get("model"))
    return NewRow(custom_id=name, body=json.dumps(body).encode())


def _problem(code: str, message: str, line: int | None) -> JsonObject:
    return {"code": code, "message": message, "param": None, "line": line}


def batch_document(batch: Batch) -> JsonObject:
    """A batch as the vendor describes it."""
    created = int(batch.created)
    status = _status(batch)
    done = batch.ended and not batch.problems
    succeeded, failed = batch.count(succeeded=True), batch.count(succeeded=False)
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "errors": {"object": "list", "data": list(batch.problems)} if status == "failed" else None,
        "input_file_id": batch.input_file,
        "completion_window": "24h",
        "status": status,
        "output_file_id": f"file-out-{batch.id}" if done and succeeded else None,
        "error_file_id": f"file-err-{batch.id}" if done and succeeded < len(batch.results) else None,
        "created_at": created,
        "in_progress_at": created,
        "expires_at": created + _DAY,
        "completed_at": created if status == "completed" else None,
        "expired_at": created if status == "expired" else None,
        "request_counts": {
            "total": 0 if batch.problems else batch.total,
            "completed": succeeded if batch.ended else 0,
            "failed": failed if batch.ended else 0,
        },
        "metadata": dict(batch.metadata) or None,
    }


def _status(batch: Batch) -> str:
    if not batch.ended:
        if batch.cancelled:
            return "cancelling"
        if batch.polls <= 1:
            return "validating"
        return "finalizing" if 1 < batch.behaviour.polls == batch.polls else "in_progress"
    if batch.problems:
        return "failed"
    return "cancelled" if batch.cancelled else batch.behaviour.ends


def list_document(desk: BatchDesk, after: str | None, limit: int) -> JsonObject:
    """A page of batches, the newest first."""
    found = desk.newest_first(PREFIX)
    names = [batch.id for batch in found]
    start = names.index(after) + 1 if after in names else 0
    page = [batch_document(batch) for batch in found[start : start + limit]]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(found) > start + limit,
    }


def result_file(desk: BatchDesk, name: str) -> bytes:
    """The content of a file: one uploaded, or the answers or errors of a batch.

    Raises:
        Rejection: There is none.
    """
    if name in desk.files:
        return desk.files[name]
    kind, _, batch_id = name.removeprefix("file-").partition("-")
    batch = desk.batches.get(batch_id)
    if batch is None or not batch.ended or kind not in {"out", "err"}:
        raise Rejection(kind="not_found", value=f"no such File object: {name}")
    chosen = [row for row in batch.results if row.succeeded is (kind == "out")]
    end = b"\n\n" if batch.behaviour.blank_lines else b"\n"
    content = b"".join(_line(row, number) + end for number, row in enumerate(chosen))
    return content[:-40] if batch.behaviour.cut and kind == "out" else content


def _line(row: ResultRow, number: int) -> bytes:
    """One line; the answer's body stands in it byte for byte."""
    if row.answer is None:
        error = _EXPIRED if row.ending == "expired" else _CANCELLED
        head: JsonObject = {"id": f"batch_req_{number:024x}", "custom_id": row.custom_id}
        return json.dumps({**head, "response": None, "error": error}).encode()
    answer = row.answer
    start = f'{{"id": "batch_req_{number:024x}", "custom_id": {json.dumps(row.custom_id)}, "response": '
    response = f'{{"status_code": {answer.status}, "request_id": "req_{answer.number:024x}", "body": '
    return (start + response).encode() + (answer.body or b"null") + b'}, "error": null}'
