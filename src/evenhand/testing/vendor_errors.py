"""Error bodies in the shapes of the two vendors, by kind."""

from dataclasses import dataclass
from typing import Final

from evenhand.testing.exchange import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorKind:
    """One error as both vendors word it. Messages have the fields `{parameter}`, `{value}` and `{model}`."""

    status: int
    """HTTP status."""
    message: str
    """The message as OpenAI words it."""
    openai: tuple[str, str | None]
    """`error.type` and `error.code` in the OpenAI shape."""
    anthropic: tuple[str, str | None]
    """`error.type` and `error.details.error_code` in the Anthropic shape."""
    anthropic_message: str = ""
    """The message as Anthropic words it, where it differs."""
    names_parameter: bool = False
    """Whether `error.param` names the parameter."""


ERRORS: Final[dict[str, ErrorKind]] = {
    "bad_request": ErrorKind(
        status=400,
        message="Invalid request: {value}",
        openai=("invalid_request_error", None),
        anthropic=("invalid_request_error", None),
        names_parameter=True,
    ),
    "unsupported_parameter": ErrorKind(
        status=400,
        message="Unsupported parameter: '{parameter}' is not supported with this model.",
        anthropic_message="{parameter}: Extra inputs are not permitted",
        openai=("invalid_request_error", "unsupported_parameter"),
        anthropic=("invalid_request_error", None),
        names_parameter=True,
    ),
    "unsupported_value": ErrorKind(
        status=400,
        message="Unsupported value: '{parameter}' does not support {value} with this model.",
        anthropic_message="{parameter}: Input should be a supported value",
        openai=("invalid_request_error", "unsupported_value"),
        anthropic=("invalid_request_error", None),
        names_parameter=True,
    ),
    "context_exceeded": ErrorKind(
        status=400,
        message="This model's maximum context length is {value} tokens. Please reduce the length of the messages.",
        anthropic_message="prompt is too long: more than {value} tokens maximum",
        openai=("invalid_request_error", "context_length_exceeded"),
        anthropic=("invalid_request_error", None),
        names_parameter=True,
    ),
    "content_blocked": ErrorKind(
        status=400,
        message="The response was filtered due to the prompt triggering the content management policy.",
        anthropic_message="Output blocked by content filtering policy",
        openai=("invalid_request_error", "content_filter"),
        anthropic=("invalid_request_error", None),
        names_parameter=True,
    ),
    "spend_limit_400": ErrorKind(
        status=400,
        message="Billing hard limit has been reached",
        anthropic_message="You have reached your specified API usage limits.",
        openai=("invalid_request_error", "billing_hard_limit_reached"),
        anthropic=("invalid_request_error", None),
    ),
    "unauthorized": ErrorKind(
        status=401,
        message="Incorrect API key provided.",
        anthropic_message="invalid x-api-key",
        openai=("invalid_request_error", "invalid_api_key"),
        anthropic=("authentication_error", None),
    ),
    "payment_required": ErrorKind(
        status=402,
        message="Your credit balance is exhausted.",
        anthropic_message="Your credit balance is too low to access the API.",
        openai=("billing_error", "credit_balance_exhausted"),
        anthropic=("billing_error", None),
    ),
    "forbidden": ErrorKind(
        status=403,
        message="Project does not have access to model `{model}`",
        anthropic_message="Your API key does not have permission to use the specified resource",
        openai=("invalid_request_error", "model_not_found"),
        anthropic=("permission_error", None),
    ),
    "model_missing": ErrorKind(
        status=404,
        message="The model `{model}` does not exist or you do not have access to it.",
        anthropic_message="model: {model}",
        openai=("invalid_request_error", "model_not_found"),
        anthropic=("not_found_error", None),
    ),
    "not_found": ErrorKind(
        status=404,
        message="Invalid URL ({value})",
        anthropic_message="Not Found",
        openai=("invalid_request_error", None),
        anthropic=("not_found_error", None),
    ),
    "wrong_method": ErrorKind(
        status=405,
        message="Not allowed to {value} on this path.",
        anthropic_message="Method Not Allowed",
        openai=("invalid_request_error", "method_not_supported"),
        anthropic=("invalid_request_error", None),
    ),
    "timeout": ErrorKind(
        status=408,
        message="Request timed out.",
        openai=("timeout", "request_timeout"),
        anthropic=("timeout_error", None),
    ),
    "conflict": ErrorKind(
        status=409,
        message="The resource was changed by another request.",
        openai=("conflict_error", "conflict"),
        anthropic=("conflict_error", None),
    ),
    "rate_limited": ErrorKind(
        status=429,
        message="Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1.",
        anthropic_message="This request would exceed your organization's rate limit of 3 requests per minute",
        openai=("requests", "rate_limit_exceeded"),
        anthropic=("rate_limit_error", None),
    ),
    "quota_exhausted": ErrorKind(
        status=429,
        message="You exceeded your current quota, please check your plan and billing details.",
        anthropic_message="Your organization has reached its monthly API usage threshold.",
        openai=("insufficient_quota", "insufficient_quota"),
        anthropic=("rate_limit_error", "enforced_spend_limit_reached"),
    ),
    "server_error": ErrorKind(
        status=500,
        message="The server had an error while processing your request. Sorry about that!",
        anthropic_message="Internal server error",
        openai=("server_error", None),
        anthropic=("api_error", None),
    ),
    "validation_crash": ErrorKind(
        status=500,
        message=(
            "1 validation error:\n  {{'type': 'literal_error', 'loc': ('body', '{parameter}', 'type'), "
            "'msg': \"Input should be 'text' or 'json_object'\", 'input': '{value}'}}"
        ),
        openai=("internal_server_error", None),
        anthropic=("api_error", None),
    ),
    "unavailable": ErrorKind(
        status=503,
        message="The engine is currently overloaded, please try again later",
        anthropic_message="Service unavailable",
        openai=("service_unavailable_error", None),
        anthropic=("api_error", None),
    ),
    "overloaded": ErrorKind(
        status=529,
        message="Overloaded",
        openai=("overloaded_error", "overloaded"),
        anthropic=("overloaded_error", None),
    ),
}
"""Every error the server can speak, by kind."""


class Rejection(Exception):  # noqa: N818 - an answer to the client, not a failure of the server
    """The server answers this request with an error of a known kind.

    Attributes:
        kind: Key of `ERRORS`.
        parameter: Parameter at fault, or the empty string.
    """

    def __init__(
        self, *, kind: str, parameter: str = "", value: object = "", model: str = "", hint: str = ""
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.parameter = parameter
        self._fields = {"parameter": parameter, "value": value, "model": model}
        self._hint = f" {hint}" if hint else ""

    @property
    def status(self) -> int:
        """HTTP status of the kind."""
        return ERRORS[self.kind].status

    def message(self, template: str) -> str:
        """One of the kind's messages with its fields filled in."""
        return template.format_map(self._fields) + self._hint


def openai_error(rejection: Rejection, _request_id: str = "") -> JsonObject:
    """The error body as OpenAI and its imitators send it, without the request id."""
    kind = ERRORS[rejection.kind]
    name, code = kind.openai
    param = rejection.parameter if kind.names_parameter and rejection.parameter else None
    return {"error": {"message": rejection.message(kind.message), "type": name, "param": param, "code": code}}


def anthropic_error(rejection: Rejection, request_id: str) -> JsonObject:
    """The error body as Anthropic sends it."""
    kind = ERRORS[rejection.kind]
    name, code = kind.anthropic
    error: JsonObject = {"type": name, "message": rejection.message(kind.anthropic_message or kind.message)}
    if code is not None:
        error["details"] = {"error_code": code}
    return {"type": "error", "error": error, "request_id": request_id}
