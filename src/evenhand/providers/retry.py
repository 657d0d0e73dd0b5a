"""The one retry loop: every call of a run goes through it, and nothing below it tries again (faults.md 2.2)."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from tenacity import AsyncRetrying, RetryCallState

from evenhand.errors import CallClass, CallError
from evenhand.providers.interface import ChatRequest, Provider, RawReply
from evenhand.providers.throttle import Sleep, Throttle

Token = TypeVar("Token")


class AttemptLog(Protocol[Token]):
    """Where the attempts of one unit are written down. Each await returns when it is on disk."""

    async def begin(self, number: int) -> Token:
        """Reserve the price of attempt `number` (from 1) and mark it sent, before a byte leaves.

        Raises:
            BudgetError: It does not fit under the cap; nothing is sent.
        """
        ...

    async def failed(self, token: Token, error: CallError) -> None:
        """Write down that no reply came."""
        ...

    async def received(self, token: Token, raw: RawReply) -> None:
        """Write down the reply's bytes, before anything is read from them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long one unit is tried."""

    attempts: int = 4
    """Most calls that fail for passing reasons; waits for a rate limit do not count."""
    deadline_s: float = 60.0
    """Seconds one unit may take in all, waits included, time in the account's queue not."""
    rate_waits: int = 20
    """Most times a rate limit is waited for."""
    longest_wait_s: float = 300.0
    """A provider that asks to wait longer is given up for now: the error is raised, with the time it asked for."""
    first_backoff_s: float = 0.5
    """Upper end of the first random wait; it doubles each time."""
    longest_backoff_s: float = 30.0
    """Upper end of every random wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The clock and the dice, so that tests bring their own."""

    clock: Callable[[], float] = time.monotonic
    sleep: Sleep = asyncio.sleep
    draw: Callable[[], float] = field(default_factory=lambda: random.SystemRandom().random)
    """A number from 0 to 1, for jitter."""


REAL_TIME = Timing()


async def ask_with_retries(
    provider: Provider,
    request: ChatRequest,
    policy: RetryPolicy,
    log: AttemptLog[Token],
    *,
    throttle: Throttle,
    timing: Timing = REAL_TIME,
) -> RawReply:
    """Ask until a reply comes, the failure is one that trying again cannot mend, or a bound of `policy` is met.

    Raises:
        CallError: The last failure. Its `retry_after_s` is above `policy.longest_wait_s` where the provider asked
            for a longer rest than this loop waits.
        BudgetError: `log` refused the next attempt.
    """
    asking = _Asking(provider, request, policy, log, throttle, timing)
    first = await asking.attempt()
    if isinstance(first, RawReply):
        return first  # a call that went well does not pay for the retry machinery, 50 microseconds
    retrying = AsyncRetrying(
        sleep=timing.sleep, wait=asking.wait_s, retry=_may_help, stop=asking.gives_up, reraise=True
    )
    return await retrying(asking.starting_with(first))


def _may_help(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return isinstance(error, CallError) and error.call_class.retry_may_help


class _Asking:
    """One unit on its way: what was tried and how much time is left."""

    __slots__ = (
        "_deadline",
        "_log",
        "_passing",
        "_policy",
        "_provider",
        "_rate",
        "_request",
        "_throttle",
        "_timing",
    )

    def __init__(
        self,
        provider: Provider,
        request: ChatRequest,
        policy: RetryPolicy,
        log: AttemptLog[Token],
        throttle: Throttle,
        timing: Timing,
    ) -> None:
        self._provider = provider
        self._request = request
        self._policy = policy
        self._log = log
        self._throttle = throttle
        self._timing = timing
        self._deadline: float = timing.clock() + policy.deadline_s
        self._passing = 0
        self._rate = 0

    async def attempt(self) -> RawReply | CallError:
        """Make one attempt and write it down."""
        queued = self._timing.clock()
        async with self._throttle.slot():
            now = self._timing.clock()
            self._deadline += now - queued
            token = await self._log.begin(self._passing + self._rate + 1)
            outcome = await self._outcome(min(self._request.timeout_s, self._deadline - now))
        if isinstance(outcome, CallError):
            await self._log.failed(token, outcome)
        else:
            await self._log.received(token, outcome)
        return outcome

    def starting_with(self, first: CallError) -> Callable[[], Awaitable[RawReply]]:
        """Return a function that fails with `first`, which was an attempt already, and then makes new attempts."""
        made = [first]

        async def next_attempt() -> RawReply:
            outcome = made.pop() if made else await self.attempt()
            if isinstance(outcome, CallError):
                raise outcome
            return outcome

        return next_attempt

    async def _outcome(self, timeout_s: float) -> RawReply | CallError:
        request = (
            self._request
            if timeout_s == self._request.timeout_s
            else replace(self._request, timeout_s=timeout_s)
        )
        try:
            return await self._provider.ask(request)
        except CallError as error:
            self._count(error)
            return error

    def _count(self, error: CallError) -> None:
        if error.call_class is not CallClass.RATE:
            self._passing += 1
            return
        self._rate += 1
        if error.retry_after_s is not None:
            self._throttle.rest(min(error.retry_after_s, self._policy.longest_wait_s))

    def wait_s(self, state: RetryCallState) -> float:
        """Return a random wait that grows, or at least what the provider asked for."""
        error = _error(state)
        earlier = (self._rate if error.call_class is CallClass.RATE else self._passing) - 1
        ceiling = min(self._policy.longest_backoff_s, self._policy.first_backoff_s * 2.0**earlier)
        jitter = self._timing.draw() * ceiling
        return jitter if error.retry_after_s is None else error.retry_after_s + jitter

    def gives_up(self, state: RetryCallState) -> bool:
        """Whether a bound is met; called with the next wait known."""
        asked = _error(state).retry_after_s or 0.0
        return (
            self._passing >= self._policy.attempts
            or self._rate > self._policy.rate_waits
            or asked > self._policy.longest_wait_s
            or self._timing.clock() + state.upcoming_sleep >= self._deadline
        )


def _error(state: RetryCallState) -> CallError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, CallError):
        raise TypeError("only failed calls are tried again")
    return error
