"""Every vendor litellm knows, through litellm: an extra, imported on demand, kept to one request per call.

A LiteLLM proxy is better reached as an `openai-chat` account with its address; then litellm need not be installed.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final

from evenhand.errors import CallClass, CallError
from evenhand.providers.classify import (
    FailedResponse,
    causes,
    classify_lost,
    classify_response,
    request_id_of,
    timed_out,
)
from evenhand.providers.connection import NO_KEY, Connection
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.providers.litellm_import import import_litellm
from evenhand.providers.openai_chat import chat_body
from evenhand.providers.rate_headers import raw_headers, rest_asked_s

_ONE_PLAIN_CALL: Final[Mapping[str, Any]] = {
    "num_retries": 0,
    "max_retries": 0,
    "no-log": True,
    "_skip_mcp_handler": True,  # else any tool needs a package litellm does not install
}
_CODES: Final[Mapping[str, str]] = {
    "ContextWindowExceededError": "context_length_exceeded",
    "ContentPolicyViolationError": "content_policy_violation",
    "BudgetExceededError": "budget_exceeded",
}
"""What an exception's class says beyond its status, in the vendors' words."""


class LiteLLMChat:
    """One account that is reached through litellm."""

    protocol = "litellm"

    def __init__(self, connection: Connection) -> None:
        """Import litellm; nothing is sent.

        Raises:
            UsageError: It is not installed.
        """
        self._litellm = import_litellm()
        self._account = connection.account
        self._mask = connection.mask()
        self._fixed: dict[str, Any] = {**_ONE_PLAIN_CALL}
        if connection.base_url:
            self._fixed["api_base"] = connection.base_url
        if connection.api_key != NO_KEY:
            self._fixed["api_key"] = connection.api_key.get_secret_value()

    async def ask(self, request: ChatRequest) -> RawReply:
        """Send `request` once; the body is the JSON of litellm's response object.

        Raises:
            CallError: The call failed.
        """
        try:
            async with asyncio.timeout(request.timeout_s):
                response = await self._litellm.acompletion(
                    **chat_body(request), **self._fixed, timeout=request.timeout_s
                )
            headers = _vendors_headers(response)
            return RawReply(
                body=response.model_dump_json().encode(),
                request_id=request_id_of(headers, self._mask),
                rest_s=rest_asked_s(raw_headers(headers), now=time.time()),
            )
        except Exception as error:  # noqa: BLE001 - litellm lets through whatever its many parts raise
            failure = self._failure(error, request.timeout_s)
        # Raised out here, the failure has no context: litellm's exception carries the key in its request.
        raise failure

    def _failure(self, error: Exception, timeout_s: float) -> CallError:
        ours = next((cause for cause in causes(error) if isinstance(cause, CallError)), None)
        if ours is not None:
            return ours
        if isinstance(error, TimeoutError | self._litellm.exceptions.Timeout):
            return timed_out(timeout_s, account=self._account)
        if any(isinstance(cause, json.JSONDecodeError) for cause in causes(error)):
            return _unreadable(self._account)
        if absent := next((cause for cause in causes(error) if isinstance(cause, ImportError)), None):
            return _incomplete(absent)
        answered = _failed_response(error)
        if answered is None:
            return classify_lost(error, account=self._account)
        return classify_response(answered, account=self._account, mask=self._mask, now=time.time())

    async def close(self) -> None:
        """Close connections."""
        cleanup = import_module("litellm.llms.custom_httpx.async_client_cleanup")
        await cleanup.close_litellm_async_clients()

    def versions(self) -> Mapping[str, str]:
        """Return the versions of litellm and of the SDK below it, for the manifest."""
        return {"litellm": version("litellm"), "openai": version("openai")}


def _vendors_headers(response: Any) -> dict[str, str]:
    """Return the headers of the vendor's answer, which litellm hands on under a prefix."""
    headers = getattr(response, "_hidden_params", {}).get("additional_headers") or {}
    return {name.removeprefix("llm_provider-"): str(value) for name, value in headers.items()}


def _failed_response(error: Exception) -> FailedResponse | None:
    """Return litellm's exception as the response it stands for; None where there was none."""
    status = _status(error)
    if status is None:
        return None
    stated = getattr(error, "litellm_response_headers", None) or {}
    headers = {str(name).lower(): str(value) for name, value in stated.items()}
    body = _vendors_words(str(getattr(error, "message", ""))) or _own_words(error)
    return FailedResponse(status=status, headers=headers, body=json.dumps(body, default=str).encode())


def _status(error: Exception) -> int | None:
    """Return the status answered with. litellm gives one to lost connections too; theirs is not believed."""
    holders = list(causes(error))
    if type(error).__name__ == "APIConnectionError":
        holders = [
            response for cause in holders if (response := getattr(cause, "response", None)) is not None
        ]
    found = (getattr(holder, "status_code", None) for holder in holders)
    return next((status for status in found if isinstance(status, int) and status >= 300), None)


def _unreadable(account: str) -> CallError:
    return CallError(
        f"the answer of account {account!r} is not JSON", call_class=CallClass.MALFORMED, maybe_billed=True
    )


def _incomplete(error: ImportError) -> CallError:
    return CallError(
        f"litellm cannot speak to this vendor without the package {error.name or 'it asks for'!r}",
        call_class=CallClass.CONFIG,
        hint="install that package beside evenhand[litellm]",
    )


def _vendors_words(message: str) -> dict[str, Any] | None:
    """Return the vendor's error body where litellm quotes it whole in its message."""
    start = message.find("{")
    try:
        value = json.JSONDecoder().raw_decode(message, start)[0] if start >= 0 else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and "error" in value else None


def _own_words(error: Exception) -> dict[str, Any]:
    kind = type(error).__name__
    stated = {name: getattr(error, name, None) for name in ("message", "code", "param")}
    return {"error": stated | {"type": _CODES.get(kind, kind)}}
