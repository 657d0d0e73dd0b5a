"""The one retry loop: every call of a run goes through it, and nothing below it tries again (faults.md 2.2).

Only the result files of batches are read again by a loop of their own (`batch_calls`), by the waits and bounds of the
same `RetryPolicy`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeVar

from tenacity import AsyncRetrying, RetryCallState

from evenhand.errors import CallClass, CallError, PutOffError
from evenhand.providers.interface import ChatRequest, Provider, RawReply
from evenhand.providers.throttle import Throttle

Token = TypeVar("Token")
Sleep = Callable[[float], Awaitable[None]]
_MOST_OUTAGES: Final = 3
"""After so many outages of its account a unit that still fails is to blame itself."""


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
    """Most calls that fail for passing reasons; waits for the account do not count."""
    deadline_s: float = 60.0
    """Seconds one unit may take in all: its calls, and its waits after a failure of its own. Waits for the account,
    which are its queue, its rate limits and its outages, are not the unit's time."""
    rate_waits: int = 20
    """Most times a rate limit is waited for."""
    first_backoff_s: float = 0.5
    """Upper end of the first random wait; it doubles each time."""
    longest_backoff_s: float = 30.0
    """Upper end of every random wait."""

    def wait_s(self, failures: int, timing: "Timing") -> float:
        """Return a random wait after so many failures, from 1; its upper end doubles with each."""
        return timing.draw() * min(self.longest_backoff_s, self.first_backoff_s * 2.0 ** (failures - 1))


@dataclass(slots=True)
class TimeLeft:
    """What is left of a unit's deadline; one for all askings of a unit.

    It is taken up by the unit's own calls and by its waits after failures of its own. Waits for the account, and calls
    answered by a rate limit, take nothing from it, and an outage of the account gives it back (three times at most); so
    by the clock a unit may take longer. What bounds that: each call its own timeout, the number of rate limits of one
    asking `RetryPolicy.rate_waits`, a rest that was asked for `throttle.LONGEST_REST_S`, and all of it the account's
    patience: an account that answers nothing but rate limits for longer than that is given up.
    """

    seconds: float
    """Seconds; none left ends the unit after the call under way."""


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
    left: TimeLeft | None = None,
) -> RawReply:
    """Ask until a reply comes, the failure is one that trying again cannot mend, or a bound of `policy` is met.

    While the account gives no answers the unit waits for it, and then has its attempts and its time again.

    Args:
        provider: Whom to ask.
        request: What to ask.
        policy: How long to try.
        log: Where attempts are written down.
        throttle: The account's limits; told what comes of each call.
        timing: Clock and dice.
        left: What earlier askings of the same unit left of its deadline; None for the whole.

    Raises:
        CallError: The last failure.
        PutOffError: The account fails too often for one more retry now; the unit is better asked later.
        ProviderStopError: The account is asked nothing more.
        BudgetError: `log` refused the next attempt.
    """
    asking = _Asking(provider, request, policy, log, throttle, timing, left or TimeLeft(policy.deadline_s))
    first = await asking.attempt()
    if isinstance(first, RawReply):
        return first  # a call that went well does not pay for the retry machinery, 50 microseconds
    retrying = AsyncRetrying(
        sleep=asking.pause,
        wait=asking.wait_s,
        retry=_may_help,
        stop=asking.gives_up,
        before_sleep=asking.charge_wait,
        reraise=True,
    )
    return await retrying(asking.starting_with(first))


def _may_help(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return isinstance(error, CallError) and error.call_class.retry_may_help


class _Asking:
    """One unit on its way: what was tried and how much time is left."""

    __slots__ = (
        "_era",
        "_left",
        "_log",
        "_made",
        "_outages",
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
        left: TimeLeft,
    ) -> None:
        self._provider = provider
        self._request = request
        self._policy = policy
        self._log = log
        self._throttle = throttle
        self._timing = timing
        self._left = left
        self._made = 0
        self._passing = 0
        self._rate = 0
        self._outages = 0
        self._era = 0

    async def attempt(self) -> RawReply | CallError:
        """Make one attempt and write it down."""
        era = await self._throttle.enter()
        try:
            if self._has_failed and (era != self._era or self._throttle.is_open):
                self._begin_again(era)
            self._era = era
            self._made += 1
            token = await self._log.begin(self._made)
            outcome = await self._timed_call()
            self._tell(outcome)
        finally:
            self._throttle.leave()
        if isinstance(outcome, CallError):
            await self._log.failed(token, outcome)
        else:
            await self._log.received(token, outcome)
        return outcome

    @property
    def _has_failed(self) -> bool:
        """Whether the unit met a failure or a rate limit, since the last outage of its account."""
        return self._passing > 0 or self._rate > 0

    def _begin_again(self, era: int) -> None:
        """Give attempts and time back in and after an outage of the account, which is not the unit's fault."""
        if self._outages < _MOST_OUTAGES:
            self._outages += era != self._era and not self._throttle.is_open
            self._passing = self._rate = 0
            self._left.seconds = self._policy.deadline_s

    def starting_with(self, first: CallError) -> Callable[[], Awaitable[RawReply]]:
        """Return a function that fails with `first`, which was an attempt already, and then makes new attempts."""
        made = [first]

        async def next_attempt() -> RawReply:
            outcome = made.pop() if made else await self.attempt()
            if isinstance(outcome, CallError):
                raise outcome
            return outcome

        return next_attempt

    async def _timed_call(self) -> RawReply | CallError:
        """Make one call in the time that is left, and take what it took from that; a rate limit takes nothing."""
        request = self._request
        if request.timeout_s > self._left.seconds:
            request = replace(request, timeout_s=self._left.seconds)
        started = self._timing.clock()
        try:
            outcome: RawReply | CallError = await self._provider.ask(request)
        except CallError as error:
            outcome = error
            if error.call_class is CallClass.RATE:
                return error
        self._left.seconds -= self._timing.clock() - started
        return outcome

    def _tell(self, outcome: RawReply | CallError) -> None:
        """Tell the account's gate what came of the call, before its place is given to another."""
        throttle = self._throttle
        if isinstance(outcome, RawReply):
            throttle.answered(self._era, clean=not self._has_failed, rest_s=outcome.rest_s)
        elif outcome.call_class is CallClass.RATE:
            self._rate += 1
            throttle.limited(outcome.retry_after_s)
        elif outcome.call_class is CallClass.TRANSIENT:
            self._passing += 1
            throttle.unanswered(self._era, outcome.retry_after_s)
        else:
            throttle.answered(self._era, clean=not self._has_failed)
            if outcome.call_class.stops_account:
                throttle.close(str(outcome), hint=outcome.hint)

    def _is_parked(self) -> bool:
        """Whether the unit waits for the end of an outage rather than for itself."""
        return self._throttle.is_open and self._outages < _MOST_OUTAGES

    def wait_s(self, state: RetryCallState) -> float:
        """Return a random wait that grows. What the provider asked for is waited for at the account's gate."""
        if self._is_parked():
            return 0.0
        rate = _error(state).call_class is CallClass.RATE
        return self._policy.wait_s(self._rate if rate else self._passing, self._timing)

    def gives_up(self, state: RetryCallState) -> bool:
        """Whether a bound is met; called with the next wait known.

        Raises:
            PutOffError: None is, but the account has no retry left.
        """
        error = _error(state)
        if self._throttle.is_closed:
            return True
        if error.call_class is CallClass.RATE:
            return self._rate > self._policy.rate_waits
        if self._is_parked():
            return False
        if self._passing >= self._policy.attempts or state.upcoming_sleep >= self._left.seconds:
            return True
        if not self._throttle.may_retry():
            raise PutOffError(f"put off, the account fails too often to try again at once: {error}")
        return False

    async def pause(self, seconds: float) -> None:
        """Wait before the next attempt; where the account is asked nothing more, that attempt is never made."""
        await self._throttle.pause(self._timing.sleep(seconds))

    def charge_wait(self, state: RetryCallState) -> None:
        """Take a wait after a failure of the unit's own from its time."""
        if _error(state).call_class is CallClass.TRANSIENT:
            self._left.seconds -= state.upcoming_sleep


def _error(state: RetryCallState) -> CallError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, CallError):
        raise TypeError("only failed calls are tried again")
    return error
