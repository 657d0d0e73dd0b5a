"""aiohttp straight onto the wire: the transport `native`, one bounded HTTP request per call and nothing around it.

What leaves is what the official SDKs send: method, path, body document and key. What comes back goes through the same
classifier. Like the SDKs, it goes through the proxy that the environment names, read once when it is opened.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from importlib.metadata import version
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from evenhand.errors import CallError
from evenhand.providers.body import ASK_UNPACKED, read_within_bounds, refuse_length, unpack
from evenhand.providers.classify import FailedResponse, classify_response, request_id_of, unanswered
from evenhand.providers.connection import Connection
from evenhand.providers.interface import RawReply
from evenhand.providers.rate_headers import rest_asked_s

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL

ANTHROPIC_VERSION: Final = "2026-10-21"
"""The version of Anthropic's API that its SDK of today asks for."""

_encode: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_IN_ONE_PIECE: Final = 1 << 20
"""Longer bodies are written in pieces, so that the loop is not held up."""


class NativeClient:
    """Posts bodies through one aiohttp session and turns every failure of the wire into a `CallError`."""

    def __init__(self, connection: Connection, vendor_url: str, headers: Mapping[str, str]) -> None:
        """Keep what is needed; the session is opened by the first call, in its loop.

        Args:
            connection: How to reach the account.
            vendor_url: Address where the account names none.
            headers: Headers of this protocol beside the usual ones.
        """
        self._account = connection.account
        self._mask = connection.mask()
        self._connection = connection
        self._base_url = (connection.base_url or vendor_url).rstrip("/")
        self._headers = headers
        self._session: ClientSession | None = None
        self._addresses: dict[str, URL] = {}

    async def post(self, path: str, body: dict[str, Any], timeout_s: float) -> RawReply:
        """Send `body` once and return the answer's bytes.

        Raises:
            CallError: The call failed.
        """
        session = self._session or self._open()
        try:
            content = _encode(body).encode()
            async with asyncio.timeout(timeout_s):
                return await self._exchange(session, path, content)
        except Exception as error:
            failure = unanswered(error, timeout_s, account=self._account)
            if failure is None:
                raise
        # Raised out here, the failure has no context: aiohttp's exceptions may carry the request with its key.
        raise failure

    async def _exchange(self, session: "ClientSession", path: str, content: bytes) -> RawReply:
        data = content if len(content) <= _IN_ONE_PIECE else BytesIO(content)
        async with session.post(self._address(path), data=data, allow_redirects=False) as response:
            body = await self._body(response)
            if 200 <= response.status < 300:
                return RawReply(
                    body=body,
                    request_id=request_id_of(response.headers, self._mask),
                    rest_s=rest_asked_s(response.raw_headers, now=time.time()),
                )
            raise self._refused(response, body)

    async def _body(self, response: "ClientResponse") -> bytes:
        length = response.content_length
        if length is None:
            body = await read_within_bounds(response.content.iter_any(), self._account)
        else:
            refuse_length(length, self._account)
            body = await response.read()
        packing = response.headers.get("content-encoding")
        return unpack(body, packing, self._account) if packing else body

    def _refused(self, response: "ClientResponse", body: bytes) -> CallError:
        headers = {name.lower(): value for name, value in response.headers.items()}
        failed = FailedResponse(status=response.status, headers=headers, body=body)
        return classify_response(failed, account=self._account, mask=self._mask, now=time.time())

    def _address(self, path: str) -> "URL":
        if path not in self._addresses:
            from yarl import URL  # noqa: PLC0415 - loaded on demand, with aiohttp

            self._addresses[path] = URL(self._base_url + path)
        return self._addresses[path]

    def _open(self) -> "ClientSession":
        import aiohttp  # noqa: PLC0415 - loaded on demand

        connection = self._connection
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connection.concurrency),
            headers={
                "authorization": f"Bearer {connection.api_key.get_secret_value()}",
                "accept": "application/json",
                "content-type": "application/json",
                "user-agent": f"evenhand/{version('evenhand')}",
                **ASK_UNPACKED,
                **self._headers,
            },
            timeout=aiohttp.ClientTimeout(sock_connect=connection.connect_timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            proxy=environment_proxy(self._base_url),
        )
        return self._session

    async def close(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()


def environment_proxy(url: str) -> str | None:
    """Return the proxy that the environment names for `url`, if any."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if proxy and not proxy_bypass(parts.netloc.rpartition("@")[2]) else None


def open_native(
    connection: Connection, vendor_url: str, headers: Mapping[str, str] | None = None
) -> tuple[NativeClient, Mapping[str, str]]:
    """Return a client of the transport `native`, and the versions in use for the manifest."""
    extra = headers or {}
    return NativeClient(connection, vendor_url, extra), {
        "native transport": f"aiohttp {version('aiohttp')}",
        **extra,
    }
