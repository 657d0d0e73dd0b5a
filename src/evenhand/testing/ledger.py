"""The server's own account of what it was asked and what it billed: the oracle of tests and benchmarks."""

import hashlib
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Final

from evenhand.testing.exchange import JsonObject
from evenhand.testing.protocol import mask_nonce

CHARACTERS_PER_TOKEN: Final = 4
"""What this server calls a token."""
_canonical: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call the server accepted."""

    number: int
    """Order of arrival, from 1."""
    arrived: float
    """Seconds since the server started or was reset."""
    protocol: str
    """`chat`, `responses`, `messages`, `decisions` or `systemone`."""
    auth: str
    """How the key travelled: `bearer`, `x-api-key` or `none`."""
    request_hash: str
    """SHA-256 over the canonical request with the nonce masked; equal for every asking of one question, empty when the
    request was refused or reset unread."""
    attempt: int
    """How often this request had been asked, this time included; 0 when it was not read."""
    model: str
    """Model asked for."""
    status: int
    """HTTP status of the reply; 0 when there was none."""
    billed: bool
    """Whether a vendor would have charged for the call."""
    tokens_in: int
    """Prompt tokens."""
    tokens_out: int
    """Generated tokens; 0 when nothing was generated."""
    fault: str
    """Name of the scripted fault, or the empty string."""
    in_flight: int
    """Calls under way when it was read, this one included."""
    batch: str = ""
    """Id of the batch it was a row of, which halves its price; empty for a live call."""


def request_hash(document: object, nonce: str | None = None) -> str:
    """SHA-256 of a request's canonical JSON with the nonce masked."""
    return hashlib.sha256(mask_nonce(_canonical(document), nonce).encode()).hexdigest()


def count_tokens(text: str) -> int:
    """Tokens of a text as this server counts them: one per four characters, and one more."""
    return len(text) // CHARACTERS_PER_TOKEN + 1


class Ledger:
    """Calls in order of arrival. Reading it from another thread is safe; only the server writes.

    Attributes:
        in_flight: Calls under way now.
        max_in_flight: The most calls that were ever under way at once.
    """

    def __init__(self) -> None:
        self._calls: dict[int, Call] = {}
        self._asked: Counter[str] = Counter()
        self._numbers = 0
        self._started = time.monotonic()
        self.in_flight = 0
        self.max_in_flight = 0

    def reset(self) -> None:
        """Forget all calls, start numbers and clock again. For between runs: calls under way stay in flight."""
        self._calls.clear()
        self._asked.clear()
        self._numbers = 0
        self._started = time.monotonic()
        self.max_in_flight = self.in_flight

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls, by number."""
        return tuple(sorted(self._calls.copy().values(), key=lambda call: call.number))

    @property
    def billed(self) -> tuple[Call, ...]:
        """The calls a vendor would have charged for."""
        return tuple(call for call in self.calls if call.billed)

    def by_hash(self, request_hash: str) -> tuple[Call, ...]:
        """All calls of one request."""
        return tuple(call for call in self.calls if call.request_hash == request_hash)

    def billed_more_than_once(self) -> dict[str, int]:
        """How often each request was billed, for those billed more than once."""
        counts = Counter(call.request_hash for call in self.billed)
        return {digest: count for digest, count in counts.items() if count > 1}

    def elapsed(self) -> float:
        """Seconds since the start or the last reset."""
        return time.monotonic() - self._started

    def enter(self) -> int:
        """A call begins to arrive; returns its number."""
        self._numbers += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return self._numbers

    def leave(self) -> None:
        """A call is over: answered, reset or abandoned."""
        self.in_flight -= 1

    def attempt(self, request_hash: str) -> int:
        """Count one more asking of a request."""
        self._asked[request_hash] += 1
        return self._asked[request_hash]

    def record(self, call: Call) -> None:
        """Enter a call."""
        self._calls[call.number] = call

    def unbill(self, number: int) -> None:
        """Take back the charge of a call whose client went away."""
        if (call := self._calls.get(number)) is not None:
            self._calls[number] = replace(call, billed=False)

    def summary(self) -> JsonObject:
        """Totals, and the processor seconds this process has used since it began."""
        calls, billed = self.calls, self.billed
        return {
            "calls": len(calls),
            "billed": len(billed),
            "billed_in_batches": sum(bool(call.batch) for call in billed),
            "billed_tokens_in": sum(call.tokens_in for call in billed),
            "billed_tokens_out": sum(call.tokens_out for call in billed),
            "requests": len({call.request_hash for call in calls}),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "faults": dict(Counter(call.fault for call in calls if call.fault)),
            "elapsed_seconds": self.elapsed(),
            "cpu_seconds": time.process_time(),
        }

    def document(self, request_hash: str | None = None, *, with_calls: bool = True) -> JsonObject:
        """Totals, and the calls of one request or of all as JSON values."""
        if not with_calls:
            return self.summary()
        calls = self.calls if request_hash is None else self.by_hash(request_hash)
        return {**self.summary(), "ledger": [asdict(call) for call in calls]}
