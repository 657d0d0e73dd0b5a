"""What every request meets first and every answer passes last: same origin, headers, a line in the log."""

import time
from collections.abc import Collection
from http import HTTPStatus

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evenhand.web.app_settings import WebSettings
from evenhand.web.other_pages import notice_context
from evenhand.web.page_settings import PageSettings
from evenhand.web.rendering import render
from evenhand.web.security import ANSWER_HEADERS, refusal


class Gate:
    """Lets requests in that browsers sent for pages of ours, and puts our headers on every answer."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings, entrances: Collection[str]) -> None:
        """Stand before an application.

        Args:
            app: The application.
            settings: How it is served.
            entrances: Addresses that a link on another site may open.
        """
        self._app = app
        self._settings = settings
        self._entrances = frozenset(entrances)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        began = time.monotonic()
        try:
            await self._let_in(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person gets a page and the operator a line
            self._settings.defect(error)
            if not answer.status:
                await defect_page()(scope, receive, answer.send)
        took_ms = (time.monotonic() - began) * 1000
        self._settings.log(f"{scope['method']} {scope['path']} {answer.status} {took_ms:.0f} ms")

    async def _let_in(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        headers = _joined(Headers(scope=scope))
        is_entrance = scope["path"] in self._entrances
        reason = refusal(self._settings.site, scope["method"], headers, is_entrance=is_entrance)
        if reason:
            await _refused(reason, self._settings.site.origin)(scope, receive, answer.send)
        else:
            await self._app(scope, receive, answer.send)


class _Answer:
    """An answer on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in ANSWER_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _joined(headers: Headers) -> dict[str, str]:
    """Return headers by name; one that was sent twice is a value that fits nothing."""
    return {name: ", ".join(headers.getlist(name)) for name in headers}


def _refused(reason: str, origin: str) -> Response:
    hint = f"the pages are at {origin}; open them from there"
    context = notice_context(reason, settings=PageSettings(), hint=hint)
    return HTMLResponse(render("notice.html", **context), status_code=HTTPStatus.FORBIDDEN)


def defect_page() -> Response:
    """Return the page for an error nobody foresaw."""
    context = notice_context(
        "evenhand has a defect, and this was not done",
        settings=PageSettings(),
        hint="everything that was saved before is on disk; load the page again, and tell who runs the server",
    )
    return HTMLResponse(render("notice.html", **context), status_code=HTTPStatus.INTERNAL_SERVER_ERROR)


# -- Bodies ----------------------------------------------------------------------------------------


async def read_body(receive: Receive, *, most: int, seconds: float) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: It is too large, or took too long to arrive.
    """
    try:
        with anyio.fail_after(seconds):
            return await _read(receive, most)
    except TimeoutError as error:
        raise HTTPException(408, "the form took too long to arrive") from error


async def _read(receive: Receive, most: int) -> bytes:
    chunks: list[bytes] = []
    size, is_more = 0, True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(400, "the form did not arrive whole")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > most:
            raise HTTPException(413, f"the form is larger than {most // 1024} KiB")
        is_more = message.get("more_body", False)
    return b"".join(chunks)
