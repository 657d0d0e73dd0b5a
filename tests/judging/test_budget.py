import asyncio
import json
import random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.judging.builders import judge

from evenhand.errors import BudgetError
from evenhand.judging.answer import AnswerForm
from evenhand.judging.budget import Purse, cost_nanousd, most_tokens_read, worst_case_nanousd
from evenhand.providers.interface import ChatRequest, Means, Turn
from evenhand.records.judge import Price
from evenhand.records.rating import Usage
from evenhand.records.scale import COMPLY, NominalScale

PRICE = Price(input=0.15, output=0.60)


def request(text: str = "Hello.", *, labels: tuple[str, ...] = (), system: str = "") -> ChatRequest:
    scale = NominalScale(type="nominal", values=labels) if labels else None
    return ChatRequest(
        model=judge().model,
        system=system,
        turns=(Turn(role="user", content=text),),
        means="json_schema" if scale else "last_line",
        schema=AnswerForm(scale=scale, means="json_schema").schema if scale else None,
        max_tokens=1000,
    )


def test_a_price_is_counted_in_billionths_without_rounding() -> None:
    assert cost_nanousd(PRICE, Usage(input_tokens=1_000_000, output_tokens=1_000_000)) == 750_000_000
    assert cost_nanousd(PRICE, Usage(input_tokens=1)) == 150


@pytest.mark.parametrize("text", ["plain", "größer", "漢字", "👩🏽\u200d🚀", "\ud800"])
def test_a_token_is_at_least_a_byte(text: str) -> None:
    assert most_tokens_read(request(text)) >= len(text.encode("utf-8", "surrogatepass"))
    assert most_tokens_read(request("", system=text)) == most_tokens_read(request(text))


def test_the_schema_is_read_too_in_its_longest_spelling() -> None:
    asked = request(labels=("真", "假"))
    assert most_tokens_read(asked) >= len("Hello.") + len(json.dumps(asked.schema).encode())


@pytest.mark.parametrize("means", get_args(Means))
def test_a_form_knows_the_size_of_the_schema_that_is_sent_with_it(means: Means) -> None:
    form = AnswerForm(scale=COMPLY, means=means)
    sent = 0 if means == "last_line" else len(json.dumps(form.schema))
    assert form.schema_bytes == sent


def test_the_worst_case_is_the_whole_prompt_and_the_longest_reply() -> None:
    asked = request()
    assert worst_case_nanousd(PRICE, asked) == cost_nanousd(
        PRICE, Usage(input_tokens=most_tokens_read(asked), output_tokens=1000)
    )


def test_a_purse_never_promises_more_than_its_cap() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(60)
    with pytest.raises(BudgetError, match="does not fit under the cap"):
        purse.reserve(41)
    assert (purse.reserved_nanousd, purse.spent_nanousd) == (60, 0)


def test_a_denial_names_the_money_in_dollars() -> None:
    purse = Purse(cap_nanousd=2_000_000_000)
    purse.reserve(1_500_000_000)
    purse.settle(1_500_000_000, 1_250_000_000)
    with pytest.raises(BudgetError, match=r"up to 0\.8000 USD .* cap of 2\.00 USD \(1\.2500 spent\)"):
        purse.reserve(800_000_000)


@pytest.mark.parametrize(
    ("cap", "spent", "amount", "words"),
    [
        (4_500_000, 4_300_000, 1_000_000, "up to 0.0010 USD .* cap of 0.0045 USD [(]0.0043 spent"),
        (5_000_000_000, 4_999_980_000, 40_000, "up to 0.00004 USD .* cap of 5.00 USD [(]4.99998 spent"),
        (1, 0, 2, "up to 0.000000002 USD .* cap of 0.000000001 USD [(]0.0000 spent"),
        (12_500_000_000, 12_500_000_000, 1, "cap of 12.50 USD [(]12.5000 spent"),
    ],
)
def test_a_denial_prints_amounts_that_can_be_told_apart(
    cap: int, spent: int, amount: int, words: str
) -> None:
    with pytest.raises(BudgetError, match=words):
        Purse(cap_nanousd=cap, spent_nanousd=spent).reserve(amount)


def test_a_purse_can_be_spent_to_the_last_bit() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(100)
    purse.settle(100, 100)
    assert purse.spent_nanousd == 100


def test_an_answer_in_a_shape_costs_what_vendors_put_before_the_prompt() -> None:
    shaped, plain = request(labels=("yes", "no")), request()
    hidden = 1_000 + len(json.dumps(shaped.schema))
    more = worst_case_nanousd(PRICE, shaped) - worst_case_nanousd(PRICE, plain)
    assert more == cost_nanousd(PRICE, Usage(input_tokens=hidden))


def test_a_denial_is_final_even_when_money_comes_back() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(60)
    with pytest.raises(BudgetError):
        purse.reserve(60)
    purse.settle(60, 1)
    with pytest.raises(BudgetError):
        purse.reserve(1)


def test_what_a_call_cost_takes_the_place_of_its_reservation() -> None:
    purse = Purse(cap_nanousd=100)
    for _ in range(5):
        purse.reserve(100 - purse.spent_nanousd)
        purse.settle(purse.reserved_nanousd, 10)
    assert (purse.spent_nanousd, purse.reserved_nanousd) == (50, 0)


def test_a_purse_without_a_cap_denies_nothing() -> None:
    purse = Purse(cap_nanousd=None)
    purse.reserve(10**18)
    assert purse.reserved_nanousd == 10**18


def test_a_call_above_its_worst_case_closes_the_purse_although_money_is_left() -> None:
    purse = Purse(cap_nanousd=1_000)
    purse.reserve(10)
    purse.settle(10, 11)
    with pytest.raises(BudgetError, match="was the most it could cost"):
        purse.reserve(1)
    assert purse.spent_nanousd == 11


def test_without_a_cap_there_is_no_wall_to_defend() -> None:
    purse = Purse(cap_nanousd=None)
    purse.reserve(10)
    purse.settle(10, 100)
    purse.reserve(10)


async def test_a_call_waits_for_those_in_flight_instead_of_ending_the_run() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(60)
    waiting = asyncio.create_task(purse.set_aside(60))
    await asyncio.sleep(0)
    assert not waiting.done()
    purse.settle(60, 10)
    await waiting
    assert (purse.spent_nanousd, purse.reserved_nanousd) == (10, 60)


async def test_who_waits_for_room_is_told_when_the_run_is_stopped_and_nothing_is_set_aside() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(60)
    waiting = asyncio.create_task(purse.set_aside(60))
    await asyncio.sleep(0)
    purse.stop("interrupted")
    for late in (waiting, purse.set_aside(1)):
        with pytest.raises(BudgetError, match=r"^interrupted$"):
            await late
    purse.settle(60, 0)
    assert (purse.reserved_nanousd, purse.spent_nanousd, purse.is_short) == (0, 0, False)


async def test_a_run_without_a_cap_can_be_stopped_too() -> None:
    purse = Purse(cap_nanousd=None)
    purse.stop("interrupted")
    with pytest.raises(BudgetError, match="interrupted"):
        await purse.set_aside(1)


async def test_a_call_that_can_never_fit_is_denied_at_once_and_so_is_everybody_who_waits() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(60)
    waiting = asyncio.create_task(purse.set_aside(60))
    await asyncio.sleep(0)
    with pytest.raises(BudgetError):
        await purse.set_aside(101)
    with pytest.raises(BudgetError):
        await waiting
    assert purse.reserved_nanousd == 60


# -- Ahead of the price, as batches are paid for -----------------------------------------------------------


@pytest.mark.parametrize(("amount", "fits"), [(0, True), (29, True), (30, True), (31, False), (500, False)])
def test_there_is_room_for_what_the_cap_leaves_over_spending_and_reservations(
    amount: int, fits: object
) -> None:
    purse = Purse(cap_nanousd=100, spent_nanousd=50)
    purse.reserve(20)
    assert purse.has_room(amount) is fits
    assert (purse.spent_nanousd, purse.reserved_nanousd) == (50, 20), "asking takes nothing"


def test_a_purse_without_a_cap_has_room_for_everything_and_a_closed_one_for_nothing() -> None:
    assert Purse(cap_nanousd=None, spent_nanousd=10**18).has_room(10**18)
    closed = Purse(cap_nanousd=100)
    with pytest.raises(BudgetError):
        closed.reserve(101)
    assert not closed.has_room(0)


def test_what_a_row_cost_takes_the_place_of_what_was_spent_ahead_and_the_rest_can_be_spent_again() -> None:
    purse = Purse(cap_nanousd=100)
    purse.spend_ahead(60)
    purse.spend_ahead(40)
    assert (purse.spent_nanousd, purse.has_room(1)) == (100, False)
    purse.settle_ahead(60, 10)
    assert (purse.spent_nanousd, purse.reserved_nanousd) == (50, 0)
    assert (purse.has_room(50), purse.has_room(51)) == (True, False)


async def test_who_waits_for_room_is_let_in_when_a_row_turns_out_cheaper() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(20)
    purse.spend_ahead(40)
    waiting = asyncio.create_task(purse.set_aside(60))
    await asyncio.sleep(0)
    assert not waiting.done()
    purse.settle_ahead(40, 20)
    await waiting
    assert (purse.spent_nanousd, purse.reserved_nanousd) == (20, 80)


def test_a_row_above_its_worst_case_closes_the_purse_too() -> None:
    purse = Purse(cap_nanousd=1_000)
    purse.spend_ahead(10)
    purse.settle_ahead(10, 11)
    assert (purse.spent_nanousd, purse.has_room(0)) == (11, False)


class PurseMachine(RuleBasedStateMachine):
    """Every interleaving of calls that begin and end, of costs within their worst case and beyond it."""

    @initialize(cap=st.integers(0, 500))
    def open(self, cap: int) -> None:
        self.purse = Purse(cap_nanousd=cap)
        self.cap = cap
        self.in_flight: list[int] = []
        self.excess = 0
        self.closed = False

    @rule(amount=st.integers(0, 200))
    def begin(self, amount: int) -> None:
        try:
            self.purse.reserve(amount)
        except BudgetError:
            self.closed = True
        else:
            assert not self.closed, "denial is final"
            self.in_flight.append(amount)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        amount = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        self.purse.settle(amount, data.draw(st.integers(0, amount)))

    @precondition(lambda self: self.in_flight)
    @rule(factor=st.integers(2, 10))
    def end_beyond_the_worst_case(self, factor: int) -> None:
        amount = self.in_flight.pop()
        self.purse.settle(amount, amount * factor)
        self.excess += amount * (factor - 1)
        self.closed |= amount > 0

    @invariant()
    def holds(self) -> None:
        assert self.purse.reserved_nanousd == sum(self.in_flight)
        assert self.purse.spent_nanousd + self.purse.reserved_nanousd <= self.cap + self.excess


TestPurse = PurseMachine.TestCase


@settings(max_examples=60, deadline=None)
@given(
    cap=st.integers(0, 400),
    calls=st.lists(st.tuples(st.integers(1, 100), st.floats(0, 1)), max_size=30),
    lanes=st.integers(1, 8),
    order=st.randoms(use_true_random=False),
)
async def test_waiting_calls_all_end_and_the_cap_holds(
    cap: int, calls: list[tuple[int, float]], lanes: int, order: random.Random
) -> None:
    purse, left, denied = Purse(cap_nanousd=cap), list(calls), 0

    async def lane() -> None:
        nonlocal denied
        while left:
            amount, share = left.pop()
            try:
                await purse.set_aside(amount)
            except BudgetError:
                denied += 1
                return
            assert purse.spent_nanousd + purse.reserved_nanousd <= cap
            for _ in range(order.randint(0, 3)):
                await asyncio.sleep(0)
            purse.settle(amount, int(amount * share))

    await asyncio.wait_for(asyncio.gather(*(lane() for _ in range(lanes))), timeout=60)
    assert purse.reserved_nanousd == 0
    assert purse.spent_nanousd <= cap
    assert bool(left) <= bool(denied), "calls are left out only where one was denied"
