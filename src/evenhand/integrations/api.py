"""Requests to one host with one token: short, tried again within bounds, and to no other address than the host's.

The token is in the headers of these requests and nowhere else: no message repeats it, and no redirect is followed.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from evenhand.catalog.addresses import refuse_address
from evenhand.errors import CallError, EvenhandError
from evenhand.providers.body import ASK_UNPACKED, read_within_bounds, unpack
from evenhand.providers.error_body import printable, read_error_body
from evenhand.providers.mask import Mask
from evenhand.providers.retry_after import retry_after_s

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Wait = Callable[[float], Awaitable[None]]
"""How to wait some seconds."""

TRIES: Final = 4
"""How often a request is made at most."""
LONGEST_WAIT_S: Final = 30.0
"""A host that asks for a longer wait is not waited for."""
TIMEOUT_S: Final = 20.0
"""Seconds one answer may take."""

_PASSING: Final = frozenset({429, 500, 502, 503, 504})
_TOKEN = re.compile(r"[\x21-\x7e]+")


class HostError(EvenhandError):
    """A host did not do what it was asked.

    Attributes:
        status: HTTP status of its answer; 0 where there was none.
    """

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class NoRequestError(HostError):
    """The job runs for no pull or merge request, as after a push: there is nothing to comment on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a host is waited for."""

    wait: Wait = asyncio.sleep
    """How to wait before a request is made again."""
    timeout_s: float = TIMEOUT_S
    """Seconds one answer may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a host answered."""

    status: int
    """HTTP status."""
    document: Any
    """Body as plain data; None where it is empty."""
    more: bool
    """Whether there is another page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where requests go, and with which token."""

    name: str
    """Name of the host, for messages."""
    base: str
    """Address of the API, without a slash at the end."""
    token: SecretStr
    """The token."""
    headers: Mapping[str, str]
    """Headers of every request, the one with the token among them."""
    proxy: str | None = None
    """Proxy to go through."""


class Api:
    """Makes requests to one host; to be used in one loop, inside `async with`."""

    def __init__(self, account: Account, patience: Patience) -> None:
        """Keep where requests go; nothing is opened before `async with`."""
        self.account = account
        self._patience = patience
        self._mask = Mask((account.token,))
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        import aiohttp  # noqa: PLC0415 - loaded on demand

        self._session = aiohttp.ClientSession(
            headers={"user-agent": "evenhand", **ASK_UNPACKED, **self.account.headers},
            timeout=aiohttp.ClientTimeout(total=self._patience.timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            proxy=self.account.proxy,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def ask(self, method: Method, address: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Make one request, again where the host says or shows that it may help later.

        Args:
            method: Method of HTTP.
            address: Path behind the base, or an address of the same origin.
            body: What to send, as JSON.

        Raises:
            HostError: There was no answer, or one that refuses.
        """
        url = address if "://" in address else self.account.base + address
        for tried in range(1, TRIES + 1):
            try:
                return await self._ask_once(method, url, body)
            except _PassingError as error:
                pause = 2.0 ** (tried - 1) if error.pause_s is None else error.pause_s
                if tried == TRIES or pause > LONGEST_WAIT_S:
                    raise HostError(_gave_up(error, tried, pause), status=error.status) from None
                await self._patience.wait(pause)
        raise AssertionError("the last try returns or raises")

    async def _ask_once(self, method: Method, url: str, body: Mapping[str, Any] | None) -> Answer:
        import aiohttp  # noqa: PLC0415 - loaded on demand

        assert self._session is not None
        name = self.account.name
        try:
            async with self._session.request(method, url, json=body, allow_redirects=False) as response:
                content = await self._body(response)
        except CallError as error:
            failure: HostError = HostError(f"{name} sent an answer that {self._clean(str(error))}")
        except TimeoutError:
            failure = _PassingError(f"{name} gave no answer within {self._patience.timeout_s:g} seconds")
        except (aiohttp.ClientError, OSError) as error:
            failure = _PassingError(f"{name} could not be reached ({type(error).__name__})")
        else:
            return self._read(response, content)
        # Raised out here, the failure has no context: aiohttp's exceptions may carry the request with its token.
        raise failure

    async def _body(self, response: "ClientResponse") -> bytes:
        body = await read_within_bounds(response.content.iter_any(), self.account.name)
        return unpack(body, response.headers.get("content-encoding", ""), self.account.name)

    def _read(self, response: "ClientResponse", content: bytes) -> Answer:
        if not 200 <= response.status < 300:
            raise self._refused(response, content)
        try:
            document = json.loads(content) if content.strip() else None
        except (ValueError, RecursionError):
            raise HostError(
                f"{self.account.name} answered with something that is no JSON", status=response.status
            ) from None
        return Answer(
            status=response.status, document=document, more='rel="next"' in response.headers.get("link", "")
        )

    def _refused(self, response: "ClientResponse", content: bytes) -> HostError:
        status, name = response.status, self.account.name
        if 300 <= status < 400:
            return HostError(
                f"{name} sends on to another address ({status}), and the token is not sent there",
                status=status,
            )
        headers = {key.lower(): value for key, value in response.headers.items()}
        pause = retry_after_s(headers, now=time.time())
        said = self._clean(_message(content))
        text = f"{name} answers {status}{f': {said}' if said else ''}"
        if status in _PASSING or (status == 403 and pause is not None):
            return _PassingError(text, status=status, pause_s=pause)
        return HostError(text, status=status)

    def _clean(self, text: str) -> str:
        return printable(self._mask(text))


class _PassingError(HostError):
    """The same request may succeed later."""

    def __init__(self, message: str, *, status: int = 0, pause_s: float | None = None) -> None:
        super().__init__(message, status=status)
        self.pause_s = pause_s
        """Seconds that the host asks to wait; None where it asks for nothing."""


def _gave_up(error: _PassingError, tried: int, pause: float) -> str:
    if pause > LONGEST_WAIT_S:
        return f"{error}; it asks to wait {pause:.0f} seconds, and a gate waits {LONGEST_WAIT_S:.0f} at most"
    return f"{error} ({tried} tries)"


def _message(content: bytes) -> str:
    """Return what the body of a refusal says; a page of HTML says nothing."""
    return "" if content.lstrip().startswith(b"<") else read_error_body(content).message


# -- Settings ------------------------------------------------------------------------------------------


def api_base(variable: str, url: str) -> str:
    """Return the address of an API, as long as a token may be sent there.

    Args:
        variable: Where the address came from, for the message.
        url: The address.

    Raises:
        HostError: It is no address for a token.
    """
    base = url.strip().rstrip("/")
    if reason := refuse_address(base):
        raise HostError(f"{variable} is no address of an API: {reason}")
    parts = urlsplit(base)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise HostError(f"{variable} begins with http://, over which no token is sent; it should be https://")
    return base


def token_from(environment: Mapping[str, str], variable: str, hint: str) -> SecretStr:
    """Return the token that a variable holds.

    Raises:
        HostError: There is none, or it can not be the value of a header.
    """
    value = environment.get(variable, "").strip()
    if not value:
        raise HostError(f"{variable} is not set: {hint}")
    if not _TOKEN.fullmatch(value):
        raise HostError(f"{variable} holds a blank or a character that no token has")
    return SecretStr(value)


def proxy_for(environment: Mapping[str, str], base: str) -> str | None:
    """Return the proxy that the environment names for an address, if any; this machine is reached without one."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    if parts.scheme != "https" or _is_loopback(host):
        return None
    named = {name.lower(): value for name, value in environment.items() if name.lower().endswith("_proxy")}
    proxy = named.get("https_proxy") or named.get("all_proxy")
    return proxy if proxy and not _is_passed_by(host, named.get("no_proxy", "")) else None


def _is_passed_by(host: str, no_proxy: str) -> bool:
    names = [name.strip().lower().removeprefix("*").removeprefix(".") for name in no_proxy.split(",")]
    everything = any(name.strip() == "*" for name in no_proxy.split(","))
    return everything or any(name and (host == name or host.endswith(f".{name}")) for name in names)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
