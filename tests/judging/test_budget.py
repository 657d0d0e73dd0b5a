import json

import pytest
from tests.judging.builders import judge

from evenhand.errors import BudgetError
from evenhand.judging.answer import AnswerForm
from evenhand.judging.budget import Purse, cost_nanousd, most_tokens_read, worst_case_nanousd
from evenhand.providers.interface import ChatRequest, Turn
from evenhand.records.judge import Price
from evenhand.records.rating import Usage
from evenhand.records.scale import NominalScale

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


def test_a_purse_can_be_spent_to_the_last_bit() -> None:
    purse = Purse(cap_nanousd=100)
    purse.reserve(100)
    purse.settle(100, 100)
    assert purse.spent_nanousd == 100


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
