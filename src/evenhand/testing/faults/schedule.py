"""When a scripted fault strikes: by call number, by attempt, by request, by share, by time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from evenhand.testing.exchange import JudgeRequest
from evenhand.testing.faults.kinds import Fault, SocketFault
from evenhand.testing.judges import chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known about a call when its fault is chosen."""

    number: int
    """Number of the call, from 1."""
    elapsed: float
    """Seconds since the server started or was reset."""
    request: JudgeRequest | None
    """The request; None while its body has not been read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A fault and when it happens."""

    fault: Fault
    """What happens."""
    when: Callable[[Arrival], bool]
    """Whether it happens to this call."""

    @property
    def before_body(self) -> bool:
        """Whether it has to be chosen before the body is read."""
        return isinstance(self.fault, SocketFault) and self.fault.moment == "before_body"


def always(fault: Fault) -> Strike:
    """Every call."""
    return Strike(fault=fault, when=lambda _arrival: True)


def on_calls(fault: Fault, numbers: Iterable[int]) -> Strike:
    """The calls with these numbers, for instance `range(1, 4)`."""
    chosen = numbers if isinstance(numbers, range) else frozenset(numbers)
    return Strike(fault=fault, when=lambda arrival: arrival.number in chosen)


def after_call(fault: Fault, number: int) -> Strike:
    """Every call after call `number`."""
    return Strike(fault=fault, when=lambda arrival: arrival.number > number)


def on_share(fault: Fault, share: float, *, seed: int = 0) -> Strike:
    """A seeded share of the calls, chosen by number, so that a rerun in the same order meets the same faults.

    Faults of different names choose independently of each other, under one seed too.
    """
    salt = f"strike {seed} {fault.name}"
    return Strike(fault=fault, when=lambda arrival: chance(salt, str(arrival.number)) < share)


def during(fault: Fault, start: float, end: float) -> Strike:
    """Calls that arrive between `start` and `end` seconds after the start of the server."""
    return Strike(fault=fault, when=lambda arrival: start <= arrival.elapsed < end)


def on_requests(fault: Fault, matches: Callable[[JudgeRequest], bool]) -> Strike:
    """Requests that match.

    Raises:
        ValueError: The fault strikes before the request is read.
    """
    strike = Strike(
        fault=fault, when=lambda arrival: arrival.request is not None and matches(arrival.request)
    )
    if strike.before_body:
        raise ValueError(
            f"{fault.name} happens before the request is read, so it cannot depend on the request"
        )
    return strike


def on_attempts(fault: Fault, attempts: Iterable[int]) -> Strike:
    """These attempts at each request, for instance `[1]`: the first asking fails, the retry is served.

    Raises:
        ValueError: The fault strikes before the request is read.
    """
    chosen = attempts if isinstance(attempts, range) else frozenset(attempts)
    return on_requests(fault, lambda request: request.attempt in chosen)


def choose(strikes: Iterable[Strike], arrival: Arrival) -> Fault | None:
    """The fault of the first strike that applies, or None."""
    return next((strike.fault for strike in strikes if strike.when(arrival)), None)
