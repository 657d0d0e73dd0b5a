"""Imports litellm quietly, and keeps it to what every provider here promises: one bounded request per call.

litellm has no settings for these promises, so two of its functions are replaced when it is imported. A version that
no longer has them is refused rather than trusted.
"""

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, Final, NoReturn

from evenhand.errors import UsageError
from evenhand.providers.body import bounded_body

_QUIET: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else importing it downloads a price table
    "LITELLM_MODE": "PRODUCTION",  # else importing it loads a .env file from the working folder
}
_TAMED: Final = "_evenhand_tamed"


def import_litellm() -> ModuleType:
    """Import litellm: no download, no .env file, no feedback banner, no second request, no unbounded body.

    Raises:
        UsageError: It is not installed, or is a version nobody has looked at.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        litellm = import_module("litellm")
        handler: Any = import_module("litellm.llms.custom_httpx.http_handler").AsyncHTTPHandler
    except ImportError as error:
        raise UsageError("litellm is not installed", hint="install evenhand[litellm]") from error
    settings: Any = litellm
    settings.suppress_debug_info = True
    settings.telemetry = False
    if not hasattr(handler, _TAMED):
        _tame(handler)
    return litellm


def _tame(handler: Any) -> None:
    if not (
        hasattr(handler, "single_connection_post_request") and hasattr(handler, "create_async_transport")
    ):
        raise UsageError(
            "this version of litellm may repeat requests behind evenhand's back",
            hint="use a version evenhand[litellm] allows, or a LiteLLM proxy as an openai-chat account",
        )
    create = handler.create_async_transport
    handler.single_connection_post_request = _no_second_request
    handler.create_async_transport = staticmethod(lambda *args, **kwargs: _bounded(create(*args, **kwargs)))
    setattr(handler, _TAMED, True)


async def _no_second_request(*_args: Any, **_kwargs: Any) -> NoReturn:
    """Take the place of litellm's silent repetition after a lost connection, which could be a second paid call."""
    raise sys.exception() or ConnectionError("the connection was lost")


def _bounded(transport: Any) -> Any:
    """Bound the bodies a transport returns, and end redirects at it: they would take the key to another host."""
    if transport is None:
        return None
    send = transport.handle_async_request
    take_in = bounded_body(import_module("httpx").ByteStream, "litellm")

    async def send_bounded(request: Any) -> Any:
        response = await send(request)
        await take_in(response)
        response.headers.pop("location", None)
        return response

    transport.handle_async_request = send_bounded
    return transport
