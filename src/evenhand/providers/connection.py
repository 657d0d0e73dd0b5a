"""How to reach one account: address, key, how many calls at once; and what posts to it."""

from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from pydantic import SecretStr

from evenhand.providers.interface import RawReply
from evenhand.providers.mask import Mask

NO_KEY: Final = SecretStr("none")
"""What is sent where an endpoint of one's own asks for no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a provider needs to open its SDK's client. Holds no key that a repr, a log or a dump would show."""

    account: str
    """Name of the account, for messages."""
    base_url: str
    """Address of the endpoint."""
    api_key: SecretStr = NO_KEY
    """Key sent with every call."""
    concurrency: int = 16
    """Most calls in flight; connections are kept for as many."""
    connect_timeout_s: float = 10.0
    """Seconds a connection may take to open."""
    transport: Literal["auto", "aiohttp", "httpx", "native"] = "auto"
    """HTTP transport of the SDK (auto takes aiohttp, the faster one, where it fits the SDK), or none: native."""
    other_secrets: tuple[SecretStr, ...] = ()
    """More values that no message may show."""

    def mask(self) -> Mask:
        """Return the mask of this connection's secrets."""
        return Mask((self.api_key, *self.other_secrets))


class Client(Protocol):
    """What posts the bodies of one account."""

    async def post(self, path: str, body: dict[str, Any], timeout_s: float) -> RawReply:
        """Send `body` once and return the answer's bytes.

        Raises:
            CallError: The call failed.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...
