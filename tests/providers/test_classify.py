import json
import socket
import ssl
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from evenhand.errors import CallClass, CallError
from evenhand.providers.classify import FailedResponse, classify_lost, classify_response
from evenhand.providers.mask import Mask

NO_SECRETS = Mask(())


def classified(status: int, body: Any, headers: dict[str, str] | None = None) -> CallError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    failed = FailedResponse(status=status, headers=headers or {}, body=raw)
    return classify_response(failed, account="acme", mask=NO_SECRETS, now=0.0)


def openai(
    message: str = "", code: Any = None, kind: Any = "invalid_request_error", param: Any = None
) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def anthropic(kind: str, message: str = "", code: str | None = None) -> dict[str, Any]:
    details = {"details": {"error_code": code}} if code else {}
    return {"type": "error", "error": {"type": kind, "message": message, **details}}


MONEY, AUTH, CONFIG = CallClass.MONEY, CallClass.AUTH, CallClass.CONFIG
RATE, TRANSIENT, UNSUPPORTED = CallClass.RATE, CallClass.TRANSIENT, CallClass.UNSUPPORTED
FILTERED, TOO_LONG = CallClass.FILTERED, CallClass.TOO_LONG

TABLE: list[tuple[int, Any, CallClass]] = [
    # money: never tried again
    (429, openai("You exceeded your current quota", "insufficient_quota"), MONEY),
    (429, anthropic("rate_limit_error", "Usage threshold", "enforced_spend_limit_reached"), MONEY),
    (429, {"error": {"message": "You exceeded your current quota, please check your plan"}}, MONEY),
    (402, b"", MONEY),
    (402, openai("pay", "credit_balance_exhausted"), MONEY),
    (403, anthropic("billing_error", "Your credit balance is too low"), MONEY),
    (400, anthropic("invalid_request_error", "Your credit balance is too low to access the API."), MONEY),
    (400, anthropic("invalid_request_error", "You have reached your specified API usage limits."), MONEY),
    (400, openai("Billing hard limit has been reached", "billing_hard_limit_reached"), MONEY),
    (400, {"error": "monthly spend limit reached"}, MONEY),
    (400, openai("Budget has been exceeded! Current cost: 1", "400", "budget_exceeded"), MONEY),
    # key, rights, model, address
    (401, openai("Incorrect API key provided", "invalid_api_key"), AUTH),
    (401, b"<html>", AUTH),
    (403, anthropic("permission_error"), AUTH),
    (400, {"error": {"message": "API key not valid. Please pass a valid API key."}}, AUTH),
    (400, openai("No connected db.", "400", "no_db_connection"), AUTH),
    (404, openai("The model `x` does not exist", "model_not_found"), CONFIG),
    (404, anthropic("not_found_error", "model: claude-1"), CONFIG),
    (404, b"404 page not found", CONFIG),
    (404, {"error": "model 'x' not found, try pulling it first"}, CONFIG),
    (400, openai("invalid model ID", None, param="model"), CONFIG),
    (410, b"", CONFIG),
    (405, b"", CONFIG),
    (307, b"", CONFIG),
    (418, b"", CONFIG),
    # rate, and what only looks like it
    (429, openai("Rate limit reached for gpt-x", "rate_limit_exceeded", "requests"), RATE),
    (429, anthropic("rate_limit_error", "would exceed your rate limit"), RATE),
    (429, b"slow down", RATE),
    (429, openai("No deployments available for selected model, Try again in 5 seconds", "429"), TRANSIENT),
    # one prompt
    (400, openai("filtered", "content_filter"), FILTERED),
    (400, {"error": {"message": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, FILTERED),
    (400, anthropic("invalid_request_error", "Output blocked by content filtering policy"), FILTERED),
    (400, openai("maximum context length is 8192 tokens", "context_length_exceeded", param="messages"), TOO_LONG),
    (400, anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), TOO_LONG),
    (400, openai("the request exceeds the available context size", 400, "exceed_context_size_error"), TOO_LONG),
    (413, anthropic("request_too_large"), TOO_LONG),
    (500, openai("Requested tokens (9000) exceed context window of 1024", None, "internal_server_error"), TOO_LONG),
    # one parameter or output mode
    (400, openai("Unsupported parameter", "unsupported_parameter", param="temperature"), UNSUPPORTED),
    (400, anthropic("invalid_request_error", "something else is wrong"), UNSUPPORTED),
    (422, {"detail": [{"loc": ["body", "response_format", "type"], "msg": "unexpected value"}]}, UNSUPPORTED),
    (500, openai("1 validation error: {'type': 'literal_error'}", None, "internal_server_error"), UNSUPPORTED),
    (501, openai("not implemented"), UNSUPPORTED),
    # passing
    (408, b"", TRANSIENT),
    (409, b"", TRANSIENT),
    (500, openai("The server had an error"), TRANSIENT),
    (500, b"\xff\xfe", TRANSIENT),
    (502, b"<html>Bad Gateway</html>", TRANSIENT),
    (503, openai("The engine is currently overloaded"), TRANSIENT),
    (529, anthropic("overloaded_error", "Overloaded"), TRANSIENT),
    (599, b"", TRANSIENT),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "expected"), TABLE)
def test_each_answer_has_its_class(status: int, body: Any, expected: CallClass) -> None:
    assert classified(status, body).call_class is expected


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (openai(param="temperature"), "temperature"),
        (openai("Use 'max_completion_tokens' instead.", param="max_tokens"), "max_tokens"),
        (openai("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."), "max_tokens"),
        (openai(param="top_logprobs"), "top_logprobs"),
        (openai(param="reasoning.effort"), "reasoning_effort"),
        (openai(param="text.format"), "means"),
        (openai("Invalid schema for response_format 'answer'"), "means"),
        (
            openai("'messages' must contain the word 'json' to use 'response_format' of type 'json_object'."),
            "means",
        ),
        (openai("temperature", param="messages[0].content"), ""),
        (openai("`store` is not supported with this model"), ""),
        (anthropic("invalid_request_error", "temperature: Extra inputs are not permitted"), "temperature"),
        (anthropic("invalid_request_error", "`top_p` is deprecated for this model"), "top_p"),
        (anthropic("invalid_request_error", "output_config.format: Extra inputs are not permitted"), "means"),
        (anthropic("invalid_request_error", "output_config.effort: not supported"), "reasoning_effort"),
        (anthropic("invalid_request_error", "tools.0.input_schema: invalid"), "means"),
        ({"detail": [{"loc": ["body", "seed"], "msg": "extra fields not permitted"}]}, "seed"),
        ({"error": "the seed of this effort includes tools"}, ""),
        (b"not json", ""),
    ],
)
def test_a_refused_parameter_is_named_as_a_request_names_it(body: Any, parameter: str) -> None:
    error = classified(400, body)
    assert (error.call_class, error.parameter) == (UNSUPPORTED, parameter)


@pytest.mark.parametrize(
    ("status", "maybe"),
    [(400, False), (401, False), (402, False), (404, False), (307, False), (409, False), (429, False),
     (408, True), (500, True), (503, True), (529, True)],
)  # fmt: skip
def test_only_what_may_have_been_worked_on_may_be_billed(status: int, *, maybe: bool) -> None:
    assert classified(status, b"").maybe_billed is maybe


def test_an_error_carries_wait_request_id_and_next_step() -> None:
    error = classified(402, b"", {"retry-after": "3", "request-id": "req_1"})
    assert (error.status, error.retry_after_s, error.request_id) == (402, 3.0, "req_1")
    assert "resume" in error.hint


USED_UP = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s"}


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [
        (429, {"retry-after": "3", **USED_UP}, 3.0),
        (429, {"retry-after": "0", **USED_UP}, 0.0),
        (429, {"retry-after": "soon", **USED_UP}, 20.0),
        (429, USED_UP, 20.0),
        (429, {**USED_UP, "x-ratelimit-remaining-requests": "7"}, None),
        (429, {}, None),
        (503, USED_UP, None),
        (503, {"retry-after": "3"}, 3.0),
    ],
)
def test_a_rate_limit_without_a_wait_is_rested_until_its_headers_say_it_is_filled(
    status: int, headers: dict[str, str], wait_s: float | None
) -> None:
    assert classified(status, b"", headers).retry_after_s == wait_s


def test_a_vendors_message_is_shown_on_one_line_short_and_inert() -> None:
    message = "broken\n\x1b]52;c;aGk=\x07\u202e" + "x" * 10_000
    shown = str(classified(500, openai(message)))
    assert shown.isprintable()
    assert len(shown) < 400
    assert shown.startswith("account 'acme' answered 500 (invalid_request_error): broken \\u001b]52")


@given(st.integers(300, 599), st.binary(max_size=300), st.dictionaries(st.text(), st.text()))
def test_any_error_response_has_a_class_and_a_printable_message(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    error = classified(status, body, headers)
    assert str(error).isprintable()
    assert error.request_id.isprintable()


KEYS = ["error", "message", "type", "code", "param", "detail", "details", "error_code", "innererror"]
DOCUMENTS = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
)


@given(DOCUMENTS)
def test_any_json_error_body_has_a_class(document: object) -> None:
    assert classified(400, document).call_class in CallClass


# -- Calls that were not answered ------------------------------------------------------------------


def chained(*errors: BaseException) -> BaseException:
    """The first error, caused by the second, and so on."""
    for outer, inner in pairwise(errors):
        outer.__cause__ = inner
    return errors[0]


def named(name: str) -> BaseException:
    error: BaseException = type(name, (Exception,), {})("sk-secret")
    return error


@pytest.mark.parametrize(
    ("error", "call_class", "maybe"),
    [
        (
            chained(named("APIConnectionError"), named("ConnectError"), ConnectionRefusedError()),
            TRANSIENT,
            False,
        ),
        (chained(named("APITimeoutError"), named("ConnectTimeout")), TRANSIENT, False),
        (chained(named("APIConnectionError"), named("ConnectError"), socket.gaierror()), TRANSIENT, False),
        (chained(named("APIConnectionError"), named("ConnectError"), ssl.SSLError()), TRANSIENT, False),
        (
            chained(named("APIConnectionError"), named("ConnectError"), ssl.SSLCertVerificationError()),
            CONFIG,
            False,
        ),
        (chained(named("APIConnectionError"), named("UnsupportedProtocol")), CONFIG, False),
        (chained(named("APIConnectionError"), named("ReadError"), ConnectionResetError()), TRANSIENT, True),
        (chained(named("APIConnectionError"), named("RemoteProtocolError")), TRANSIENT, True),
        (
            chained(named("APITimeoutError"), named("ConnectTimeout"), named("ServerDisconnectedError")),
            TRANSIENT,
            True,
        ),
        (chained(named("APITimeoutError"), named("ConnectTimeout"), named("ClientOSError")), TRANSIENT, True),
        (
            chained(named("APIConnectionError"), named("ConnectError"), named("ClientOSError")),
            TRANSIENT,
            True,
        ),
        (
            chained(named("APIConnectionError"), named("ConnectError"), named("ClientConnectorError")),
            TRANSIENT,
            False,
        ),
        (named("SomethingNew"), TRANSIENT, True),
    ],
)
def test_a_lost_call_may_be_billed_unless_it_was_never_sent(
    error: BaseException, call_class: CallClass, *, maybe: bool
) -> None:
    lost = classify_lost(error, account="acme")
    assert (lost.call_class, lost.maybe_billed) == (call_class, maybe)
    assert "sk-secret" not in str(lost)


# -- Secrets ---------------------------------------------------------------------------------------


KEY_CHARACTERS = st.characters(codec="ascii", categories=("L", "N", "P"))


@given(st.text(KEY_CHARACTERS, min_size=9, max_size=60), st.integers(0, 400))
def test_a_key_that_an_endpoint_sends_back_is_masked(key: str, offset: int) -> None:
    body = json.dumps(openai("y" * offset + key)).encode()
    failed = FailedResponse(status=401, headers={"x-request-id": key}, body=body)
    error = classify_response(failed, account="acme", mask=Mask((SecretStr(key),)), now=0.0)
    assert key not in str(error)
    assert key not in error.request_id
