"""What every answer says to a browser, and which requests are taken at all. Pure rules; nothing here does anything."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from evenhand.errors import UsageError

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Content security policy: scripts and styles from files of this server alone, and nothing else from anywhere."""

ANSWER_HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""Headers of every answer; a handler may choose another `cache-control`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the pages are reached."""

    origin: str
    """Scheme, host and port as a browser names them, such as http://127.0.0.1:8765."""
    hosts: frozenset[str]
    """What the Host header may say."""

    @property
    def is_https(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.origin.startswith("https://")

    @property
    def origins(self) -> frozenset[str]:
        """What the Origin header may say."""
        scheme = self.origin.partition("://")[0]
        return frozenset(f"{scheme}://{host}" for host in self.hosts)

    def cookie_name(self, name: str) -> str:
        """Return the name of a cookie.

        Over TLS the prefix keeps other hosts and plain pages from setting it. On plain loopback there is no such
        prefix, because Safari takes no Secure cookie there; the traffic never leaves the machine, and the port in the
        name keeps two servers apart, because cookies are the same for all ports.
        """
        if self.is_https:
            return f"__Host-evenhand-{name}"
        return f"evenhand-{name}-{urlsplit(self.origin).port or 80}"


def loopback_site(host: str, port: int) -> Site:
    """Return the site of a server on this machine, under both of its usual names."""
    shown = f"[{host}]" if ":" in host else host
    return Site(origin=f"http://{shown}:{port}", hosts=frozenset({f"{shown}:{port}", f"localhost:{port}"}))


def site_of(origin: str) -> Site:
    """Return the site that browsers reach under an origin.

    Raises:
        UsageError: It is no origin, or a plain one of another machine.
    """
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError as error:
        raise _no_origin(origin) from error
    name = (parts.hostname or "").lower()
    if (
        parts.scheme not in {"http", "https"}
        or not name
        or parts.path.strip("/")
        or parts.query
        or parts.username
    ):
        raise _no_origin(origin)
    if parts.scheme == "http" and not is_loopback(name):
        raise UsageError(
            f"{origin} is not encrypted",
            hint="put a proxy that speaks TLS before it, and give its https:// origin",
        )
    host = f"[{name}]" if ":" in name else name
    usual = {"http": 80, "https": 443}[parts.scheme]
    if port is None or port == usual:
        return Site(origin=f"{parts.scheme}://{host}", hosts=frozenset({host}))
    return Site(origin=f"{parts.scheme}://{host}:{port}", hosts=frozenset({f"{host}:{port}"}))


def _no_origin(origin: str) -> UsageError:
    return UsageError(f"{origin!r} is no origin", hint="write it as in https://review.example.org")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine and nobody else can reach it."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


# -- Requests --------------------------------------------------------------------------------------


def refusal(site: Site, method: str, headers: Mapping[str, str], *, is_entrance: bool) -> str:
    """Return why a request is not taken; empty where it is.

    Args:
        site: Where the pages are.
        method: Of the request.
        headers: Of the request, names in lower case.
        is_entrance: Whether the page may be opened by a link on another site.
    """
    if headers.get("host", "") not in site.hosts:
        return "this server has another name"
    origin, fetch_site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and not _is_own(site, origin, fetch_site):
        return "the request comes from another site"
    if fetch_site not in {None, "same-origin", "none"} and not (
        is_entrance and _is_navigation(method, headers)
    ):
        return "the request comes from another site"
    if method not in SAFE_METHODS and origin is None and fetch_site != "same-origin":
        return "the request does not say where it comes from"
    return ""


def _is_own(site: Site, origin: str, fetch_site: str | None) -> bool:
    """Tell whether an origin is ours. A form of a page without referrer sends "null"; then the browser tells."""
    return origin in site.origins or (origin == "null" and fetch_site == "same-origin")


def _is_navigation(method: str, headers: Mapping[str, str]) -> bool:
    return (
        method == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def csrf_token(secret: str) -> str:
    """Return what a form has to send back, from what the browser holds in a cookie that no page can read."""
    return hmac.new(secret.encode("utf-8", "replace"), b"evenhand form", hashlib.sha256).hexdigest()


def is_csrf_token(sent: str, secret: str) -> bool:
    """Tell whether a form was made for this browser."""
    return bool(secret) and hmac.compare_digest(sent.encode("utf-8", "replace"), csrf_token(secret).encode())
