"""The batch endpoints of both vendors: from a request to what happens on the connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from evenhand.testing.anthropic_messages import MESSAGES
from evenhand.testing.api import Api
from evenhand.testing.batches import anthropic_batches, openai_batches
from evenhand.testing.batches.desk import AskRow, Batch, BatchDesk
from evenhand.testing.batches.multipart import read_form
from evenhand.testing.batches.script import Operation
from evenhand.testing.delivery import Delivery, Hang, Reset, Send
from evenhand.testing.exchange import JsonObject
from evenhand.testing.openai_chat import CHAT
from evenhand.testing.parameters import read_document
from evenhand.testing.replying import error_response
from evenhand.testing.vendor_errors import ERRORS, Rejection
from evenhand.testing.wire import Head, json_response, response

_FILES: Final = "files"
_OPENAI: Final = "batches"
_ANTHROPIC: Final = "messages/batches"
_OPERATIONS: Final[Mapping[tuple[str, str, bool, str], Operation]] = {
    ("POST", _FILES, False, ""): "upload",
    ("GET", _FILES, True, "content"): "download",
    ("POST", _OPENAI, False, ""): "create",
    ("GET", _OPENAI, False, ""): "list",
    ("GET", _OPENAI, True, ""): "poll",
    ("POST", _OPENAI, True, "cancel"): "cancel",
    ("POST", _ANTHROPIC, False, ""): "create",
    ("GET", _ANTHROPIC, False, ""): "list",
    ("GET", _ANTHROPIC, True, ""): "poll",
    ("GET", _ANTHROPIC, True, "results"): "download",
    ("POST", _ANTHROPIC, True, "cancel"): "cancel",
}
"""What a request asks for, by method, folder, whether it names something, and what of it it wants."""
_JSONL: Final = "application/x-jsonl"
_MOST_LISTED: Final = 100

AskAt: TypeAlias = Callable[[Head, str], AskRow]
"""Binds the answering of rows to the request that brought them and the path they ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A request to a batch endpoint, recognised."""

    vendor: Api
    operation: Operation
    name: str = ""
    """Id of the file or batch."""


def find_route(head: Head) -> Route | None:
    """What a request asks of the batch endpoints, or None where it is not for them."""
    path = head.path.removeprefix("/v1").strip("/")
    for folder, vendor in ((_ANTHROPIC, MESSAGES), (_OPENAI, CHAT), (_FILES, CHAT)):
        if path == folder or path.startswith(f"{folder}/"):
            return _route(head.method, folder, vendor, path.removeprefix(folder).strip("/"))
    return None


def _route(method: str, folder: str, vendor: Api, rest: str) -> Route | None:
    name, _, verb = rest.partition("/")
    operation = _OPERATIONS.get((method, folder, bool(name), verb))
    return None if operation is None else Route(vendor=vendor, operation=operation, name=name)


def answer_route(route: Route, head: Head, body: bytes, desk: BatchDesk, ask_at: AskAt) -> Delivery:
    """Serve a request, in the way the script has trouble with it.

    Raises:
        Rejection: The request is wrong.
    """
    trouble = desk.trouble(route.operation)
    if trouble == "reset_before":
        return Reset()
    if trouble == "hang":
        return Hang()
    if trouble in ERRORS:
        return Send(data=error_response(route.vendor, 0, Rejection(kind=trouble)))
    data = _served(route, head, body, desk, ask_at)
    if trouble == "reset_after":
        return Reset()
    if trouble == "cut":
        start = data.index(b"\r\n\r\n") + 4
        return Send(data=data[: start + (len(data) - start) // 2], close=True)
    return Send(data=data)


def _served(route: Route, head: Head, body: bytes, desk: BatchDesk, ask_at: AskAt) -> bytes:
    if route.operation == "upload":
        return json_response(
            openai_batches.upload(desk, read_form(head.headers.get("content-type", ""), body))
        )
    if route.operation == "download":
        return response(200, _results(route, desk), content_type=_JSONL)
    if route.operation == "list":
        return json_response(_list(route, head, desk))
    batch = (
        _create(route, head, body, desk, ask_at) if route.operation == "create" else _batch(desk, route.name)
    )
    if route.operation == "cancel":
        desk.cancel(batch)
    elif route.operation == "poll":
        batch.polls += 1
    return json_response(_document(route, head, batch))


def _create(route: Route, head: Head, body: bytes, desk: BatchDesk, ask_at: AskAt) -> Batch:
    document = read_document(body)
    if route.vendor is MESSAGES:
        return anthropic_batches.create(desk, document, ask_at(head, anthropic_batches.ENDPOINT))
    return openai_batches.create(desk, document, ask_at(head, str(document.get("endpoint"))))


def _results(route: Route, desk: BatchDesk) -> bytes:
    if route.vendor is CHAT:
        return openai_batches.result_file(desk, route.name)
    batch = _batch(desk, route.name)
    if not batch.ended:
        raise Rejection(kind="not_found", value="the batch has no results yet")
    return anthropic_batches.result_file(batch)


def _list(route: Route, head: Head, desk: BatchDesk) -> JsonObject:
    after, limit = head.parameter("after") or head.parameter("after_id"), head.parameter("limit") or "20"
    most = min(int(limit) if limit.isdigit() else 20, _MOST_LISTED)
    if route.vendor is CHAT:
        return openai_batches.list_document(desk, after, most)
    return anthropic_batches.list_document(desk, after, most, _address(head))


def _document(route: Route, head: Head, batch: Batch) -> JsonObject:
    if route.vendor is CHAT:
        return openai_batches.batch_document(batch)
    return anthropic_batches.batch_document(batch, _address(head))


def _batch(desk: BatchDesk, name: str) -> Batch:
    if name not in desk.batches:
        raise Rejection(kind="not_found", value=f"no batch {name}")
    return desk.batches[name]


def _address(head: Head) -> str:
    return f"http://{head.headers.get('host', '')}"
