"""Money: worst-case prices, and a purse that refuses a call before it is made."""

import json
from dataclasses import dataclass, field

from evenhand.errors import BudgetError
from evenhand.providers.interface import ChatRequest
from evenhand.records.judge import Price
from evenhand.records.rating import Usage

NANOUSD = 1_000_000_000
"""Billionths of a US dollar in a dollar; integers, so that sums are exact."""
_MESSAGE_OVERHEAD_TOKENS = 64


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
    return cost_nanousd(price, Usage(input_tokens=read, output_tokens=request.max_tokens))


@dataclass(slots=True)
class Purse:
    """What a run may spend: reservations and spending never pass the cap together."""

    cap_nanousd: int | None
    """The cap; None is no cap."""
    spent_nanousd: int = 0
    """Settled costs."""
    reserved_nanousd: int = 0
    """Worst-case prices of calls in flight."""
    _denied: bool = field(default=False)

    def reserve(self, amount: int) -> None:
        """Set `amount` aside.

        Raises:
            BudgetError: It does not fit under the cap. Denial is final for the run.
        """
        total = self.spent_nanousd + self.reserved_nanousd + amount
        if self.cap_nanousd is not None and (self._denied or total > self.cap_nanousd):
            self._denied = True
            raise BudgetError(
                f"the next call may cost up to {amount / NANOUSD:.4f} USD and does not fit under the cap of "
                f"{self.cap_nanousd / NANOUSD:.2f} USD ({self.spent_nanousd / NANOUSD:.4f} spent)",
                hint="raise the cap with --max-usd and resume",
            )
        self.reserved_nanousd += amount

    def settle(self, reserved: int, cost: int) -> None:
        """Replace a reservation by what the call cost."""
        self.reserved_nanousd -= reserved
        self.spent_nanousd += cost
