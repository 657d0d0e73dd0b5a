"""Every code, phrase, parameter and exception the classifier knows, one by one: none may fall out unnoticed."""

import json
from typing import Any

import pytest

from evenhand.errors import CallClass, CallError
from evenhand.providers.classify import (
    FailedResponse,
    classify_lost,
    classify_response,
    request_id_of,
    unanswered,
)
from evenhand.providers.error_body import printable, read_error_body
from evenhand.providers.mask import Mask

MONEY, AUTH, CONFIG = CallClass.MONEY, CallClass.AUTH, CallClass.CONFIG
TRANSIENT, UNSUPPORTED = CallClass.TRANSIENT, CallClass.UNSUPPORTED
FILTERED, TOO_LONG = CallClass.FILTERED, CallClass.TOO_LONG


def class_of(status: int, error: dict[str, Any] | str) -> CallClass:
    failed = FailedResponse(status=status, headers={}, body=json.dumps({"error": error}).encode())
    return classify_response(failed, account="acme", mask=Mask(()), now=0.0).call_class


CODES = {
    MONEY: (
        429,
        (
            "insufficient_quota credit_balance_exhausted billing_error billing_hard_limit_reached billing_not_active "
            "enforced_spend_limit_reached contract_spend_limit_reached linked_organization_spend_limit_reached "
            "linked_organization_billing_unavailable budget_exceeded"
        ),
    ),
    FILTERED: (403, "content_filter content_policy_violation ResponsibleAIPolicyViolation"),
    TOO_LONG: (400, "context_length_exceeded exceed_context_size_error request_too_large"),
    CONFIG: (400, "model_not_found invalid_model"),
    AUTH: (400, "no_db_connection"),
}


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(status, code, expected) for expected, (status, codes) in CODES.items() for code in codes.split()],
)
def test_each_code_decides_alone(status: int, code: str, expected: CallClass) -> None:
    assert class_of(status, {"message": "", "code": code}) is expected


PHRASES = [
    (400, "monthly spend limit", MONEY),
    (400, "your spending limit", MONEY),
    (400, "low credit balance", MONEY),
    (400, "insufficient balance", MONEY),
    (400, "Insufficient credits", MONEY),
    (400, "insufficient funds", MONEY),
    (400, "you exceeded your current quota", MONEY),
    (400, "your specified API usage limits", MONEY),
    (400, "the API usage threshold", MONEY),
    (400, "billing hard limit", MONEY),
    (400, "Budget has been exceeded", MONEY),
    (400, "content management policy", FILTERED),
    (400, "content filtering policy", FILTERED),
    (400, "content policy violation", FILTERED),
    (400, "maximum context length", TOO_LONG),
    (422, "context window of 1024", TOO_LONG),
    (500, "prompt is too long", TOO_LONG),
    (500, "exceeds the available context", TOO_LONG),
    (400, "exceed model's context", TOO_LONG),
    (400, "exceeds context", TOO_LONG),
    (400, "API key is invalid", AUTH),
    (400, "api key not valid", AUTH),
    (400, "invalid model", CONFIG),
    (400, "model `x` has been deprecated", CONFIG),
    (400, "model x does not exist", CONFIG),
    (429, "No deployments available", TRANSIENT),
    (500, "validation error", UNSUPPORTED),
    (500, "literal_error", UNSUPPORTED),
    (500, "this is unsupported", UNSUPPORTED),
    (500, "json mode is not supported", UNSUPPORTED),
    (501, "not implemented", UNSUPPORTED),
    (502, "not implemented", TRANSIENT),
    (502, "validation error", TRANSIENT),
    (503, "prompt is too long", TRANSIENT),
]


@pytest.mark.parametrize(("status", "phrase", "expected"), PHRASES)
def test_each_phrase_decides_alone(status: int, phrase: str, expected: CallClass) -> None:
    assert class_of(status, f"Sorry: {phrase}, see our docs") is expected


STATUSES = [
    *((status, CONFIG) for status in (300, 301, 307, 399, 404, 405, 406, 410, 418, 499)),
    *((status, UNSUPPORTED) for status in (400, 415, 422)),
    *((status, TRANSIENT) for status in (408, 409, 425, 500, 501, 502, 503, 529, 599)),
    *((status, AUTH) for status in (401, 403)),
    (402, MONEY),
    (413, TOO_LONG),
    (429, CallClass.RATE),
]


@pytest.mark.parametrize(("status", "expected"), STATUSES)
def test_each_status_decides_where_nothing_is_said(status: int, expected: CallClass) -> None:
    assert class_of(status, "") is expected


def raised(name: str, module: str = "httpx") -> Exception:
    error: Exception = type(name, (Exception,), {"__module__": module})()
    return error


NEVER_SENT = (
    "ConnectError ConnectTimeout PoolTimeout ProxyError gaierror ConnectionRefusedError ConnectionTimeoutError "
    "ClientConnectorError ClientConnectorDNSError ClientConnectorSSLError ClientConnectorCertificateError "
    "ClientProxyConnectionError"
)
WRONG = "UnsupportedProtocol LocalProtocolError InvalidURL InvalidUrlClientError NonHttpUrlClientError"


@pytest.mark.parametrize("name", NEVER_SENT.split())
def test_each_failure_to_connect_was_never_billed_and_may_be_tried_again(name: str) -> None:
    lost = classify_lost(raised(name), account="acme")
    assert (lost.call_class, lost.maybe_billed) == (TRANSIENT, False)


@pytest.mark.parametrize("name", [*WRONG.split(), "SSLCertVerificationError"])
def test_each_wrong_setting_stops_the_account_and_was_never_billed(name: str) -> None:
    lost = classify_lost(raised(name), account="acme")
    assert (lost.call_class, lost.maybe_billed) == (CONFIG, False)


@pytest.mark.parametrize("name", ["ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError"])
def test_each_loss_after_sending_may_have_been_billed(name: str) -> None:
    error = raised("ConnectError")
    error.__cause__ = raised(name, "aiohttp")
    assert classify_lost(error, account="acme").maybe_billed


@pytest.mark.parametrize(
    "package",
    [
        "openai",
        "anthropic",
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "h11",
        "aiohttp",
        "anyio",
        "ssl",
        "litellm",
    ],
)
def test_each_package_of_the_wire_means_a_lost_call(package: str) -> None:
    found = unanswered(raised("Strange", f"{package}.inner.module"), 5, account="acme")
    assert found is not None
    assert found.call_class is TRANSIENT


def test_a_mistake_in_our_own_code_is_no_lost_call() -> None:
    assert unanswered(raised("Strange", "evenhand.judging"), 5, account="acme") is None
    assert unanswered(KeyError("x"), 5, account="acme") is None


def test_an_error_of_ours_below_another_is_what_counts() -> None:
    ours, outer = CallError("x", call_class=MONEY), raised("Strange")
    outer.__cause__ = ours
    assert unanswered(outer, 5, account="acme") is ours


PARAMETERS = {
    "max_completion_tokens": "max_completion_tokens",
    "max_output_tokens": "max_tokens",
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "reasoning_effort": "reasoning_effort",
    "reasoning": "reasoning_effort",
    "effort": "reasoning_effort",
    "top_logprobs": "top_logprobs",
    "logprobs": "logprobs",
    "include": "logprobs",
    "response_format": "means",
    "json_schema": "means",
    "json_object": "means",
    "output_config.effort": "reasoning_effort",
    "output_config": "means",
    "output_format": "means",
    "text.format": "means",
    "tools": "means",
    "tool_choice": "means",
    "model": "model",
}


@pytest.mark.parametrize(("name", "ours"), PARAMETERS.items())
def test_each_parameter_a_vendor_states_is_known_by_our_name(name: str, ours: str) -> None:
    body = json.dumps({"error": {"message": "no", "param": name}}).encode()
    assert read_error_body(body).parameter == ours


@pytest.mark.parametrize(("name", "ours"), [pair for pair in PARAMETERS.items() if pair[0] != "model"])
def test_each_parameter_in_quotation_marks_is_found_in_a_message(name: str, ours: str) -> None:
    body = json.dumps({"error": {"message": f"I do not take '{name}' here"}}).encode()
    assert read_error_body(body).parameter == ours


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 5_000, None),
        ("a\x1b[31mb", None),
        ("id-7", "id-7"),
        ("caf\u00e9\u202e", None),
        ("two  words", "two words"),
    ],
)
def test_a_shown_text_is_short_and_inert(text: str, shown: str | None) -> None:
    found = printable(text)
    assert found == shown if shown else found != text
    assert len(found) < 1_000
    assert "\x1b" not in found
    assert "\u202e" not in found


@pytest.mark.parametrize("header", ["x-request-id", "request-id", "apim-request-id"])
def test_each_header_with_the_id_of_a_request_is_read(header: str) -> None:
    assert request_id_of({header: "req-7"}, Mask(())) == "req-7"
