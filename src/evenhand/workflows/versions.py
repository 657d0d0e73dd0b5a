"""Versions of everything that has a part in a result."""

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

from evenhand.records.settings import Account

_SDK_OF_PROTOCOL = {
    "openai-chat": ("openai",),
    "openai-responses": ("openai",),
    "anthropic": ("anthropic",),
    "litellm": ("litellm", "openai"),
    "openai-decisions": ("openai",),
    "systemone": ("openai",),
}


def versions_in_use(accounts: Iterable[Account]) -> Mapping[str, str]:
    """Return the versions of evenhand, Python and what carries the calls of `accounts`; nothing is imported for it."""
    carriers = sorted({package for account in accounts for package in _carriers(account)})
    found = {"evenhand": version_of("evenhand"), "python": platform.python_version()}
    return {**found, **{package: version_of(package) for package in carriers}}


def _carriers(account: Account) -> tuple[str, ...]:
    return ("aiohttp",) if account.transport == "native" else _SDK_OF_PROTOCOL[account.protocol]


def with_version(carrier: str) -> str:
    """Return what carries calls with its version, where its name does not say it yet."""
    return carrier if " " in carrier else f"{carrier} {version_of(carrier)}"


def version_of(package: str) -> str:
    """Return the version of a package that is installed; nothing is imported for it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
