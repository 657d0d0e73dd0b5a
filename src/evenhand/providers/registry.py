"""From an account of the settings to its provider: protocol, address and key."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from evenhand.errors import UsageError
from evenhand.providers.anthropic_batches import AnthropicBatches
from evenhand.providers.anthropic_messages import AnthropicMessages
from evenhand.providers.batch_interface import BatchProvider
from evenhand.providers.connection import NO_KEY, Connection
from evenhand.providers.decisions import OpenAIDecisions, SystemOne
from evenhand.providers.interface import Provider
from evenhand.providers.litellm_chat import LiteLLMChat
from evenhand.providers.openai_batches import chat_batches, responses_batches
from evenhand.providers.openai_chat import OpenAIChat
from evenhand.providers.openai_responses import OpenAIResponses
from evenhand.providers.retry import Timing
from evenhand.providers.throttle import Throttle
from evenhand.records.settings import Account


class OpenProvider(Provider, Protocol):
    """A provider that says what it is made of."""

    def versions(self) -> Mapping[str, str]:
        """Return the versions of its SDK and transport, for the manifest."""
        ...


PROVIDERS: Final[Mapping[str, Callable[[Connection], OpenProvider]]] = {
    "openai-chat": OpenAIChat,
    "openai-responses": OpenAIResponses,
    "anthropic": AnthropicMessages,
    "litellm": LiteLLMChat,
    "openai-decisions": OpenAIDecisions,
    "systemone": SystemOne,
}
"""Providers by protocol."""


class OpenBatches(Protocol):
    """Opens the batch API of an account."""

    def __call__(self, connection: Connection, *, timing: Timing = ...) -> BatchProvider:
        """Open a client of its own; nothing is sent."""
        ...


BATCH_PROVIDERS: Final[Mapping[str, OpenBatches]] = {
    "openai-chat": chat_batches,
    "openai-responses": responses_batches,
    "anthropic": AnthropicBatches,
}
"""Batch APIs by protocol; the other protocols have none."""

USUAL_KEYS: Final[Mapping[str, str]] = {
    "openai-chat": "OPENAI_API_KEY",
    "openai-responses": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "openai-decisions": "OPENAI_API_KEY",
}
"""Variables the vendors' own keys are usually in. litellm looks for one per vendor by itself."""

VENDOR_HOSTS: Final[Mapping[str, str]] = {
    "openai-chat": "openai.com",
    "openai-responses": "openai.com",
    "anthropic": "anthropic.com",
    "openai-decisions": "openai.com",
}
"""The vendor's key goes to the vendor only, never to an endpoint of one's own."""

_SECRET_WORDS: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")


def open_provider(name: str, account: Account, environ: Mapping[str, str]) -> OpenProvider:
    """Open the provider of account `name`; nothing is sent.

    Raises:
        UsageError: The key's variable is not set, or the address cannot be one. Values are never shown.
    """
    return PROVIDERS[account.protocol](connection_of(name, account, environ))


def has_batches(account: Account) -> bool:
    """Tell whether the judges of an account can be asked in batches."""
    return account.batch and account.protocol in BATCH_PROVIDERS


def open_batches(name: str, account: Account, environ: Mapping[str, str]) -> BatchProvider:
    """Open the batch API of account `name`, whose protocol has one; nothing is sent.

    Raises:
        UsageError: The key's variable is not set, or the address cannot be one. Values are never shown.
    """
    return BATCH_PROVIDERS[account.protocol](connection_of(name, account, environ))


def open_throttle(name: str, account: Account) -> Throttle:
    """Return the throttle that all judges of an account share."""
    return Throttle(
        account=name,
        concurrency=account.concurrency,
        slow_start=account.slow_start,
        requests_per_minute=account.requests_per_minute,
        patience_s=account.patience_minutes * 60,
    )


def connection_of(name: str, account: Account, environ: Mapping[str, str]) -> Connection:
    """Return how to reach an account.

    Raises:
        UsageError: The key's variable is not set, or the address cannot be one.
    """
    _check_address(name, account.base_url)
    return Connection(
        account=name,
        base_url=account.base_url,
        api_key=_key(name, account, environ),
        concurrency=account.concurrency,
        transport="native" if account.transport == "native" else "auto",
        other_secrets=_secrets(environ) if account.protocol == "litellm" else (),
    )


def _check_address(name: str, base_url: str) -> None:
    if not base_url:
        return
    parts = urlsplit(base_url)
    if parts.username or parts.password:
        raise UsageError(
            f"base_url of account {name!r} holds a user name or password",
            hint="put the key into an environment variable and name it in api_key_env",
        )
    if "?" in base_url or "#" in base_url:
        raise UsageError(
            f"base_url of account {name!r} holds a query or a fragment (? or #), and addresses are shown in reports",
            hint="end it with its path; put a key into an environment variable and name it in api_key_env",
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(
            f"base_url of account {name!r} is no address",
            hint="write http://HOST:PORT/v1 or https://...",
        )


def key_variable(account: Account) -> str:
    """Return the name of the environment variable an account's key is in; empty where it sends none of its own."""
    return account.api_key_env or _usual_variable(account)


def secret_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables that look as if they held a secret."""
    return tuple(name for name in environ if name.upper().endswith(_SECRET_WORDS))


def _key(name: str, account: Account, environ: Mapping[str, str]) -> SecretStr:
    variable = key_variable(account)
    if not variable:
        return NO_KEY
    value = environ.get(variable, "")
    if not value:
        raise UsageError(
            f"account {name!r} needs a key in the environment variable {variable}, which is not set",
            hint=f"export {variable}=..., or name another variable in accounts.{name}.api_key_env",
        )
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise UsageError(
            f"the value of {variable} cannot be a key: it holds white space or characters no key has",
            hint=f"set {variable} again, without quotes or a line end",
        )
    return SecretStr(value)


def _usual_variable(account: Account) -> str:
    """Return the vendor's usual variable where the account is the vendor's, else an empty string."""
    host = urlsplit(account.base_url).hostname or ""
    vendor = VENDOR_HOSTS.get(account.protocol, "")
    own = not account.base_url or host == vendor or host.endswith(f".{vendor}")
    return USUAL_KEYS.get(account.protocol, "") if own else ""


def _secrets(environ: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return every value litellm might send by itself, so that no message shows one."""
    return tuple(SecretStr(environ[name]) for name in secret_variables(environ))
