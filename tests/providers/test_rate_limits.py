"""Row B01: what a provider asks to wait, in every spelling, over real HTTP: waited for, never early, no busy loop."""

import pytest
from tests.providers.kit import PROTOCOLS, MemoryLog, endpoint, request

from evenhand.errors import CallError
from evenhand.providers.retry import RetryPolicy, ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.testing import faults

BACKOFF_S = 0.15
POLICY = RetryPolicy(first_backoff_s=BACKOFF_S, longest_backoff_s=BACKOFF_S)


def limited(**headers: str) -> faults.Fault:
    """A rate limit that says no more than these headers."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return faults.vendor_error("rate_limited", headers=named)


WAITS = {
    "seconds": (limited(retry_after="1"), 1.0),
    "parts of a second": (limited(retry_after="0.4"), 0.4),
    "milliseconds": (limited(retry_after_ms="400", retry_after="60"), 0.4),
    "date": (faults.rate_limited(date_in=2.0), 1.0),
    "limits in headers": (
        limited(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="400ms"),
        0.4,
    ),
    "zero": (limited(retry_after="0"), 0.0),
    "negative": (limited(retry_after="-5"), 0.0),
    "junk": (limited(retry_after="soon"), 0.0),
    "nothing": (limited(), 0.0),
}


@pytest.mark.parametrize(("fault", "wait_s"), WAITS.values(), ids=WAITS)
async def test_a_wait_is_never_cut_short_and_costs_one_more_request(
    fault: faults.Fault, wait_s: float
) -> None:
    async with endpoint("openai-chat", faults.on_calls(fault, [1])) as at:
        throttle = Throttle(concurrency=4)
        await ask_with_retries(at.provider, request(), POLICY, MemoryLog(), throttle=throttle)
        first, second = at.server.ledger.calls
    assert wait_s <= second.arrived - first.arrived < wait_s + 3.0


@pytest.mark.parametrize("asked", ["0", "-5", "soon"])
async def test_a_provider_that_asks_for_no_wait_is_not_asked_in_a_busy_loop(asked: str) -> None:
    async with endpoint("openai-chat", faults.on_calls(limited(retry_after=asked), range(1, 7))) as at:
        policy = RetryPolicy(first_backoff_s=0.1, longest_backoff_s=0.1)
        throttle = Throttle(concurrency=1)
        await ask_with_retries(at.provider, request(), policy, MemoryLog(), throttle=throttle)
        calls = at.server.ledger.calls
    assert len(calls) == 7
    assert calls[-1].arrived - calls[0].arrived > 0.05


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_provider_that_asks_for_31_years_is_asked_once_and_given_up_for_now(protocol: str) -> None:
    async with endpoint(protocol, faults.always(faults.rate_limited("1000000000"))) as at:
        throttle = Throttle(concurrency=4, account="acme")
        with pytest.raises(CallError):
            await ask_with_retries(at.provider, request(), POLICY, MemoryLog(), throttle=throttle)
        assert at.calls == 1
    assert throttle.reason == "account 'acme' asks to be left alone for 31 days"
