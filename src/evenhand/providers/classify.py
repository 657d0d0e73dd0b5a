"""What one failed call means for the next: the only place where that is decided (faults.md 2.2)."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.errors import CallClass, CallError
from evenhand.providers.error_body import ErrorBody, printable, read_error_body
from evenhand.providers.mask import Mask
from evenhand.providers.rate_headers import raw_headers, rest_asked_s
from evenhand.providers.retry_after import retry_after_s

REQUEST_ID_HEADERS: Final = ("x-request-id", "request-id", "apim-request-id")
_MAX_ID_CHARS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedResponse:
    """An answer that is an error: a status, headers by lower-case name, and a bounded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table: it holds when the status fits and, where signs are given, one of them is there."""

    call_class: CallClass
    statuses: Collection[int]
    codes: frozenset[str] = frozenset()
    """Codes that are signs."""
    words: re.Pattern[str] | None = None
    """Words in the message that are a sign."""
    parameter: str = ""
    """Parameter whose naming is a sign."""

    def holds(self, status: int, error: ErrorBody) -> bool:
        """Whether this rule decides about an error."""
        if status not in self.statuses:
            return False
        if not (self.codes or self.words or self.parameter):
            return True
        said = self.words is not None and self.words.search(error.message) is not None
        named = self.parameter != "" and self.parameter == error.parameter
        return said or named or not self.codes.isdisjoint(error.codes)


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


_ANY: Final = range(300, 600)
_CLIENT: Final = range(400, 500)
_BAD_REQUEST: Final = frozenset({400, 415, 422})

RULES: Final[tuple[Rule, ...]] = (
    Rule(call_class=CallClass.MONEY, statuses={402}),
    Rule(
        call_class=CallClass.MONEY,
        statuses=_ANY,
        codes=frozenset(
            {
                "insufficient_quota",
                "credit_balance_exhausted",
                "billing_error",
                "billing_hard_limit_reached",
                "billing_not_active",
                "enforced_spend_limit_reached",
                "contract_spend_limit_reached",
                "linked_organization_spend_limit_reached",
                "linked_organization_billing_unavailable",
                "budget_exceeded",
            }
        ),
    ),
    Rule(
        call_class=CallClass.MONEY,
        statuses=_CLIENT,
        words=_words(
            r"spend(ing)? limit",
            r"credit balance",
            r"insufficient (balance|credits|funds)",
            r"exceeded your current quota",
            r"specified API usage limits",
            r"API usage threshold",
            r"billing hard limit",
            r"budget has been exceeded",
        ),
    ),
    Rule(
        call_class=CallClass.FILTERED,
        statuses=_CLIENT,
        codes=frozenset({"content_filter", "content_policy_violation", "responsibleaipolicyviolation"}),
        words=_words(r"content (management|filtering) policy", r"content policy violation"),
    ),
    Rule(call_class=CallClass.TOO_LONG, statuses={413}),
    Rule(
        call_class=CallClass.TOO_LONG,
        statuses={400, 422, 500},
        codes=frozenset({"context_length_exceeded", "exceed_context_size_error", "request_too_large"}),
        words=_words(
            r"maximum context length",
            r"context window of",
            r"prompt is too long",
            r"exceeds? (the )?(available |model'?s? )?context",
        ),
    ),
    Rule(call_class=CallClass.AUTH, statuses={401, 403}),
    # A LiteLLM proxy without a database looks every key but its own up there, and says that there is none.
    Rule(
        call_class=CallClass.AUTH,
        statuses={400},
        codes=frozenset({"no_db_connection"}),
        words=_words(r"api key (is )?(not valid|invalid)"),
    ),
    Rule(call_class=CallClass.CONFIG, statuses=range(300, 400)),
    Rule(call_class=CallClass.CONFIG, statuses={404, 405, 410}),
    Rule(
        call_class=CallClass.CONFIG,
        statuses=_BAD_REQUEST,
        codes=frozenset({"model_not_found", "invalid_model"}),
        words=_words(r"invalid model", r"model `?[^`]{1,200}`? (does not exist|has been deprecated)"),
        parameter="model",
    ),
    # A LiteLLM proxy rests its back end after one error and then answers 429 to unrelated calls.
    Rule(call_class=CallClass.TRANSIENT, statuses={429}, words=_words(r"no deployments available")),
    Rule(call_class=CallClass.RATE, statuses={429}),
    Rule(call_class=CallClass.UNSUPPORTED, statuses=_BAD_REQUEST),
    # llama.cpp answers 500 to an output mode it does not know: trying again cannot help.
    Rule(
        call_class=CallClass.UNSUPPORTED,
        statuses={500, 501},
        words=_words(r"validation error", r"literal_error", r"unsupported|not supported|not implemented"),
    ),
    Rule(call_class=CallClass.TRANSIENT, statuses={408, 409, 425}),
    Rule(call_class=CallClass.TRANSIENT, statuses=range(500, 600)),
    Rule(call_class=CallClass.CONFIG, statuses=range(300, 500)),
)
"""The table; the first rule that holds decides."""

HINTS: Final[Mapping[CallClass, str]] = {
    CallClass.MONEY: "top up the account or raise its limit, then `evenhand resume`",
    CallClass.AUTH: "check the account's key (api_key_env in evenhand.toml) and what it may use",
    CallClass.CONFIG: "check the judge's model name and the account's base_url",
}


def classify_response(failed: FailedResponse, *, account: str, mask: Mask, now: float) -> CallError:
    """Return the error of a call that was answered with an error status."""
    error = read_error_body(failed.body)
    call_class = next(rule.call_class for rule in RULES if rule.holds(failed.status, error))
    named = ", ".join(sorted(error.codes))
    said = printable(
        mask(f"{failed.status}{f' ({named})' if named else ''}: {error.message or 'no message'}")
    )
    return CallError(
        f"account {account!r} answered {said}",
        call_class=call_class,
        status=failed.status,
        retry_after_s=_wait_asked_s(failed, call_class, now),
        maybe_billed=call_class is CallClass.TRANSIENT and failed.status not in {409, 425, 429},
        request_id=request_id_of(failed.headers, mask),
        parameter=error.parameter if call_class is CallClass.UNSUPPORTED else "",
        hint=HINTS.get(call_class, ""),
    )


def _wait_asked_s(failed: FailedResponse, call_class: CallClass, now: float) -> float | None:
    """Return what Retry-After asks for; without one, what a rate limit's own headers say."""
    asked = retry_after_s(failed.headers, now=now)
    if asked is not None or call_class is not CallClass.RATE:
        return asked
    return rest_asked_s(raw_headers(failed.headers), now=now) or None


def request_id_of(headers: Mapping[str, str], mask: Mask) -> str:
    """Return the provider's id of a request, or an empty string."""
    found = next((headers[name] for name in REQUEST_ID_HEADERS if name in headers), "")
    return printable(mask(found))[:_MAX_ID_CHARS] if found else ""


NEVER_SENT: Final = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "ProxyError",
        "UnsupportedProtocol",
        "LocalProtocolError",
        "InvalidURL",
        "InvalidUrlClientError",
        "NonHttpUrlClientError",
        "gaierror",
        "ConnectionRefusedError",
        "ConnectionTimeoutError",
        "ClientConnectorError",
        "ClientConnectorDNSError",
        "ClientConnectorSSLError",
        "ClientConnectorCertificateError",
        "ClientProxyConnectionError",
        "ClientHttpProxyError",
        "ServerFingerprintMismatch",
    }
)
"""Exceptions, by name, after which no byte of a request can have been read by anybody."""
_LOST_IN_AIOHTTP: Final = frozenset(
    {"ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError"}
)
"""Losses after sending that the aiohttp transports report as `ConnectTimeout` or `ConnectError`."""
_WRONG_SETTINGS: Final = frozenset(
    {
        "SSLCertVerificationError",
        "UnsupportedProtocol",
        "LocalProtocolError",
        "InvalidURL",
        "InvalidUrlClientError",
        "NonHttpUrlClientError",
    }
)
_WIRE_PACKAGES: Final = frozenset(
    {
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
    }
)
"""Packages whose exceptions mean that the call failed, not that our code is wrong."""


def unanswered(error: Exception, timeout_s: float, *, account: str) -> CallError | None:
    """Return what an exception without a response means for the call, or None where it is a mistake in our code."""
    ours = next((cause for cause in causes(error) if isinstance(cause, CallError)), None)
    if ours is not None:
        return ours
    if type(error) is TimeoutError:  # that of the call; one of a package says more by its name
        return timed_out(timeout_s, account=account)
    if isinstance(error, UnicodeError):
        return _not_unicode(account)
    if isinstance(error, OSError) or type(error).__module__.partition(".")[0] in _WIRE_PACKAGES:
        return classify_lost(error, account=account)
    return None


def _not_unicode(account: str) -> CallError:
    return CallError(
        f"nothing was sent to account {account!r}: the prompt holds text that is not Unicode",
        call_class=CallClass.UNSUPPORTED,
    )


def classify_lost(error: BaseException, *, account: str) -> CallError:
    """Return the error of a call that was not answered. Only names of exceptions are used, never their content."""
    names = {type(cause).__name__ for cause in causes(error)}
    unsent = bool(names & NEVER_SENT) and not names & _LOST_IN_AIOHTTP
    wrong = bool(names & _WRONG_SETTINGS)
    state = "could not be reached" if unsent else "was lost before it answered"
    unreached = "is its server running? `evenhand doctor` shows the address" if unsent else ""
    return CallError(
        f"account {account!r} {state} ({', '.join(sorted(names))})",
        call_class=CallClass.CONFIG if wrong else CallClass.TRANSIENT,
        maybe_billed=not unsent and not wrong,
        hint="check base_url and the certificate it presents" if wrong else unreached,
    )


def timed_out(seconds: float, *, account: str) -> CallError:
    """Return the error of a call that was given up."""
    return CallError(
        f"account {account!r} did not answer within {seconds:g} s",
        call_class=CallClass.TRANSIENT,
        maybe_billed=True,
    )


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what it was raised from, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
