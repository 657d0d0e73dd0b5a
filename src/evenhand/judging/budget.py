"""Money: worst-case prices, and a purse that refuses a call before it is made."""

import asyncio
import json
from dataclasses import dataclass, field

from evenhand.errors import BudgetError
from evenhand.providers.interface import ChatRequest
from evenhand.records.judge import Price
from evenhand.records.rating import Usage

NANOUSD = 1_000_000_000
"""Billionths of a US dollar in a dollar; integers, so that sums are exact."""
_MESSAGE_OVERHEAD_TOKENS = 64
_SHAPE_OVERHEAD_TOKENS = 1_000
"""What vendors put before a prompt to make a model call a tool or keep to a schema, and charge for: up to 530 tokens
are documented. Without this a tiny prompt could cost more than its worst case."""


def cost_nanousd(price: Price | None, usage: Usage) -> int:
    """Return what `usage` costs; cached tokens are priced as read ones, which never says too little."""
    if price is None:
        return 0
    return round(usage.input_tokens * price.input * 1000 + usage.output_tokens * price.output * 1000)


def most_tokens_read(request: ChatRequest, *, schema_bytes: int | None = None) -> int:
    """Return an upper bound of the tokens a request is read as: no tokenizer makes more than one of a byte.

    Args:
        request: The request.
        schema_bytes: Size of its schema as JSON, where the caller knows it already.
    """
    if schema_bytes is None:
        schema_bytes = len(json.dumps(request.schema)) if request.schema else 0
    read = _size(request.system) + sum(_size(turn.content) for turn in request.turns)
    return read + schema_bytes + _MESSAGE_OVERHEAD_TOKENS


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def worst_case_nanousd(price: Price | None, request: ChatRequest, *, schema_bytes: int | None = None) -> int:
    """Return the highest price `request` can have."""
    read = most_tokens_read(request, schema_bytes=schema_bytes)
    hidden = _SHAPE_OVERHEAD_TOKENS if request.schema else 0
    return cost_nanousd(price, Usage(input_tokens=read + hidden, output_tokens=request.max_tokens))


@dataclass(slots=True)
class Purse:
    """What a run may spend: reservations and spending never pass the cap together.

    Only a provider that charges more than the most a call can cost gets over the cap, by what was in flight then: with
    the first such call the purse closes, because its worst cases are none.
    """

    cap_nanousd: int | None
    """The cap; None is no cap."""
    spent_nanousd: int = 0
    """Settled costs."""
    reserved_nanousd: int = 0
    """Worst-case prices of calls in flight."""
    _closed: tuple[str, str] | None = field(default=None)
    """Why no more calls are paid for, and what to do about it; final for the run."""
    _stopped: str = ""
    """Why nobody sets anything aside any more although there may be room; empty while the run goes on."""
    is_short: bool = False
    """Whether something did not fit under the cap."""
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    async def set_aside(self, amount: int) -> None:
        """Set `amount` aside; wait while only calls in flight stand in the way.

        Most calls cost far less than their worst case, and what they did not cost comes back.

        Raises:
            BudgetError: It can not fit under the cap any more, or the run was stopped. Denial is final for the run.
        """
        while self._must_wait(amount):
            settled = asyncio.get_running_loop().create_future()
            self._waiting.append(settled)
            await settled
        if self._stopped:
            raise BudgetError(self._stopped)
        self.reserve(amount)

    def stop(self, reason: str) -> None:
        """Let no new call be made: who waits for room, and who comes, gets a `BudgetError` that says why."""
        self._stopped = self._stopped or reason
        self._wake()

    def _must_wait(self, amount: int) -> bool:
        if self.cap_nanousd is None or self._closed is not None or self._stopped:
            return False
        room = self.cap_nanousd - self.spent_nanousd - amount
        return 0 <= room < self.reserved_nanousd

    def reserve(self, amount: int) -> None:
        """Set `amount` aside now.

        Raises:
            BudgetError: It does not fit under the cap. Denial is final for the run.
        """
        if self.cap_nanousd is not None:
            if (
                self._closed is None
                and self.spent_nanousd + self.reserved_nanousd + amount > self.cap_nanousd
            ):
                self.is_short = True
                self._close(
                    f"the next call may cost up to {usd(amount)} USD and does not fit under the cap of "
                    f"{usd(self.cap_nanousd, digits=2)} USD ({usd(self.spent_nanousd)} spent)",
                    hint="raise the cap with --max-usd and resume",
                )
            if self._closed is not None:
                why, hint = self._closed
                raise BudgetError(why, hint=hint)
        self.reserved_nanousd += amount

    def has_room(self, amount: int) -> bool:
        """Tell whether `amount` fits under the cap now; that it does not is remembered."""
        if self.cap_nanousd is None:
            return True
        total = self.spent_nanousd + self.reserved_nanousd + amount
        fits = total <= self.cap_nanousd
        self.is_short = self.is_short or not fits
        return fits and self._closed is None

    def spend_ahead(self, amount: int) -> None:
        """Count `amount` as spent before its price is known, which may take days: nobody waits for it."""
        self.spent_nanousd += amount

    def settle_ahead(self, ahead: int, cost: int) -> None:
        """Replace what was spent ahead by what the call cost."""
        self.spent_nanousd -= ahead
        self.reserved_nanousd += ahead
        self.settle(ahead, cost)

    def settle(self, reserved: int, cost: int) -> None:
        """Replace a reservation by what the call cost."""
        self.reserved_nanousd -= reserved
        self.spent_nanousd += cost
        if cost > reserved and self.cap_nanousd is not None and self._closed is None:
            self._close(
                f"a call cost {usd(cost)} USD, and {usd(reserved)} USD was the most it could cost: no cap can be kept "
                f"at these prices ({usd(self.spent_nanousd)} spent of {usd(self.cap_nanousd, digits=2)} USD)",
                hint="see in the provider's bill whether the judge's price or its max_tokens is wrong, then resume",
            )
        self._wake()

    def _close(self, why: str, *, hint: str) -> None:
        self._closed = why, hint
        self._wake()

    def _wake(self) -> None:
        """Let everybody who waits look again."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)


def usd(nanousd: int, *, digits: int = 4) -> str:
    """Return an amount in US dollars, exact, with at least so many digits: amounts that differ never look the same."""
    whole, billionths = divmod(nanousd, NANOUSD)
    return f"{whole}.{f'{billionths:09}'.rstrip('0'):0<{digits}}"
