"""Versions of everything that has a part in a result."""

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

_SDK_OF_PROTOCOL = {
    "openai-chat": ("openai",),
    "openai-responses": ("openai",),
    "anthropic": ("anthropic",),
    "litellm": ("litellm", "openai"),
}


def versions_in_use(protocols: Iterable[str]) -> Mapping[str, str]:
    """Return the versions of evenhand, Python and the SDKs that `protocols` use; nothing is imported for it."""
    sdks = sorted({sdk for protocol in protocols for sdk in _SDK_OF_PROTOCOL[protocol]})
    found = {"evenhand": _version("evenhand"), "python": platform.python_version()}
    return {**found, **{sdk: _version(sdk) for sdk in sdks}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
