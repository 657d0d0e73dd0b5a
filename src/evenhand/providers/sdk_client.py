"""One SDK's client, kept to one HTTP request per call, and to bytes: what openai and anthropic have in common.

Both SDKs come from one generator. Their documented `post` takes the body as it shall be on the wire and returns the
HTTP response unparsed; it does not change with the signatures of `create`, and costs half its processor time.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

from evenhand.errors import CallError, UsageError
from evenhand.providers.body import READ_AS_IT_COMES, bounded_body, unpacked_pieces
from evenhand.providers.classify import FailedResponse, classify_response, request_id_of, unanswered
from evenhand.providers.connection import Connection
from evenhand.providers.interface import RawReply
from evenhand.providers.rate_headers import rest_asked_s


class SdkClient:
    """Posts bodies through an SDK's client and turns every failure of the wire into a `CallError`."""

    def __init__(self, client: Any, response_type: type, connection: Connection) -> None:
        """Take over `client`, whose retries are off and whose bodies are bounded.

        Args:
            client: `AsyncOpenAI` or `AsyncAnthropic`.
            response_type: `Response` of the HTTP package the SDK is built on.
            connection: What the client was opened with.
        """
        self._client = client
        self._response_type = response_type
        self._account = connection.account
        self._mask = connection.mask()

    async def post(self, path: str, body: dict[str, Any], timeout_s: float) -> RawReply:
        """Send `body` once and return the answer's bytes.

        Raises:
            CallError: The call failed.
        """
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._client.post(path, cast_to=self._response_type, body=body)
            return RawReply(
                body=response.content,
                request_id=request_id_of(response.headers, self._mask),
                rest_s=rest_asked_s(response.headers.raw, now=time.time()),
            )
        except Exception as error:
            failure = self._failure(error, timeout_s)
            if failure is None:
                raise
        # Raised out here, the failure has no context: the SDK's exception carries the key in its request headers.
        raise failure

    async def call(self, verb: Literal["get", "post"], path: str, timeout_s: float, **sent: Any) -> RawReply:
        """Make one call of another kind than a question, with the options of the SDK's own verb.

        Raises:
            CallError: The call failed.
        """
        try:
            async with asyncio.timeout(timeout_s):
                response = await getattr(self._client, verb)(path, cast_to=self._response_type, **sent)
            return RawReply(body=response.content, request_id=request_id_of(response.headers, self._mask))
        except Exception as error:
            failure = self._failure(error, timeout_s)
            if failure is None:
                raise
        raise failure

    async def pieces(self, path: str, stall_s: float) -> AsyncIterator[bytes]:
        """Yield a body in pieces, as they come; nothing is held.

        Raises:
            CallError: The call failed, or nothing came for `stall_s` seconds.
        """
        failure = None
        try:
            async with asyncio.timeout(stall_s):
                response = await self._client.get(
                    path, cast_to=self._response_type, options={"headers": READ_AS_IT_COMES}
                )
            async with aclosing(_stream(response, self._account)) as stream:
                while (piece := await _next(stream, stall_s)) is not None:
                    yield piece
        except Exception as error:
            failure = self._failure(error, stall_s)
            if failure is None:
                raise
        if failure:
            raise failure

    def _failure(self, error: Exception, timeout_s: float) -> CallError | None:
        """Return what `error` means for the call, or None where it is a mistake in our code."""
        answered = failed_response(error)
        if answered is None:
            return unanswered(error, timeout_s, account=self._account)
        return classify_response(answered, account=self._account, mask=self._mask, now=time.time())

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()


async def _stream(response: Any, account: str) -> AsyncGenerator[bytes, None]:
    """Yield the body of a response of httpx or httpx2, and close it in every case."""
    try:
        packing = response.headers.get("content-encoding", "identity").strip().lower()
        async for piece in unpacked_pieces(response.aiter_raw(), packing, account):
            yield piece
    finally:
        await response.aclose()


async def _next(stream: AsyncIterator[bytes], stall_s: float) -> bytes | None:
    async with asyncio.timeout(stall_s):
        return await anext(stream, None)


def failed_response(error: BaseException) -> FailedResponse | None:
    """Return the error response an SDK's exception carries, or None where there was no response."""
    response = getattr(error, "response", None)
    if response is None:
        return None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return FailedResponse(status=response.status_code, headers=headers, body=response.content)


def open_http_client(sdk: ModuleType, connection: Connection) -> tuple[Any, str]:
    """Open the HTTP client an SDK is to use: bounded bodies, no redirects, enough connections.

    Returns:
        The client, and the name of its transport for the manifest.

    Raises:
        UsageError: aiohttp is asked for and not installed.
    """
    http = http_package(sdk)
    options: dict[str, Any] = {
        "event_hooks": {"response": [bounded_body(http.ByteStream, connection.account)]},
        "follow_redirects": False,
        "limits": http.Limits(
            max_connections=connection.concurrency, max_keepalive_connections=connection.concurrency
        ),
        "timeout": call_timeout(sdk, connection),
    }
    if connection.transport != "httpx":
        try:
            return sdk.DefaultAioHttpClient(**options), "aiohttp"
        except RuntimeError:
            if connection.transport == "aiohttp":
                raise _no_aiohttp(sdk.__name__) from None
    return sdk.DefaultAsyncHttpxClient(**options), http.__name__


def call_timeout(sdk: ModuleType, connection: Connection) -> Any:
    """Return the SDK's time-out: only opening a connection has its own, the call's total is set around it."""
    return sdk.Timeout(None, connect=connection.connect_timeout_s)


def http_package(sdk: ModuleType) -> ModuleType:
    """Return the HTTP package an SDK is built on: httpx for openai 2, httpx2 for openai 3 and anthropic 2."""
    roots = (base.__module__.partition(".")[0] for base in sdk.DefaultAsyncHttpxClient.__mro__)
    return import_module(next(root for root in roots if root in {"httpx", "httpx2"}))


def _no_aiohttp(sdk: str) -> UsageError:
    return UsageError(
        f"the aiohttp transport of {sdk} is not installed",
        hint=f"pip install '{sdk}[aiohttp]'",
    )
