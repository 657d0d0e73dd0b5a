"""How to reach one account: address, key, and how many calls at once."""

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import SecretStr

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
    transport: Literal["auto", "aiohttp", "httpx"] = "auto"
    """HTTP transport of the SDK; auto takes aiohttp, the faster one, where it is installed."""
    other_secrets: tuple[SecretStr, ...] = ()
    """More values that no message may show."""

    def mask(self) -> Mask:
        """Return the mask of this connection's secrets."""
        return Mask((self.api_key, *self.other_secrets))
