"""Errors a vendor sends instead of an answer."""

from evenhand.testing.faults.kinds import ErrorFault, Headers
from evenhand.testing.vendor_errors import ERRORS

_NO_REQUESTS_LEFT: Headers = (
    ("x-ratelimit-limit-requests", "3"),
    ("x-ratelimit-remaining-requests", "0"),
    ("x-ratelimit-reset-requests", "20s"),
    ("anthropic-ratelimit-requests-limit", "3"),
    ("anthropic-ratelimit-requests-remaining", "0"),
)


def vendor_error(kind: str, *, message: str = "", headers: Headers = (), billed: bool = False) -> ErrorFault:
    """An error of a kind of `vendor_errors.ERRORS`, in the shape of whichever vendor is asked.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in ERRORS:
        raise ValueError(f"there is no error kind {kind!r}; known: {', '.join(ERRORS)}")
    return ErrorFault(name=kind, kind=kind, message=message, headers=headers, billed=billed)


def rate_limited(
    retry_after: str | None = "1", *, retry_after_ms: str | None = None, date_in: float | None = None
) -> ErrorFault:
    """429 with the vendors' rate-limit headers.

    Args:
        retry_after: Value of `retry-after`, sent as it stands: seconds, a negative number, 10^9 or junk.
        retry_after_ms: Value of `retry-after-ms`.
        date_in: Send `retry-after` as the HTTP date this many seconds after the reply, instead.
    """
    wait = (("retry-after", retry_after),) if retry_after is not None and date_in is None else ()
    wait_ms = (("retry-after-ms", retry_after_ms),) if retry_after_ms is not None else ()
    headers = (*_NO_REQUESTS_LEFT, *wait, *wait_ms)
    return ErrorFault(name="rate_limited", kind="rate_limited", headers=headers, date_in=date_in)


def quota_exhausted() -> ErrorFault:
    """429 that no wait can mend: `insufficient_quota`, or a spend limit at Anthropic; without `retry-after`."""
    return vendor_error("quota_exhausted")
