import json
import re
from importlib import resources

import pytest

from evenhand.catalog.prices import PRICE_TABLE_DATE, lookup_price, price_table_source
from evenhand.records.judge import Price

_TABLE = json.loads(resources.files("evenhand.catalog").joinpath("prices.json").read_text(encoding="utf-8"))
_MINE = Price(input=1.0, output=2.0)
_KNOWN = next(name for name in _TABLE["models"] if name.startswith("openai/"))
_BARE = _KNOWN.partition("/")[2]


def test_the_table_is_dated_and_says_where_it_comes_from() -> None:
    assert _TABLE["as_of"] == PRICE_TABLE_DATE
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", PRICE_TABLE_DATE)
    assert "litellm 1.106.2" in price_table_source()


def test_no_price_of_the_table_is_zero() -> None:
    assert all(side > 0 for price in _TABLE["models"].values() for side in price)


@pytest.mark.parametrize("model", [_KNOWN, f"litellm/{_KNOWN}", f"litellm/{_BARE}"])
def test_a_listed_model_has_its_price_under_its_vendor_and_behind_litellm(model: str) -> None:
    price = lookup_price(model, {})
    assert price is not None
    assert [price.input, price.output] == _TABLE["models"][_KNOWN]


@pytest.mark.parametrize(
    "model",
    [f"mine/{_BARE}", f"{_KNOWN}-x", _KNOWN[:-1], f"anthropic/{_BARE}", "openai/", "x", f"mine/{_KNOWN}"],
)
def test_no_price_is_guessed_from_a_name_that_is_only_near(model: str) -> None:
    assert lookup_price(model, {}) is None


@pytest.mark.parametrize("key", ["mine/m", "m"])
def test_prices_of_the_settings_come_first(key: str) -> None:
    assert lookup_price("mine/m", {key: _MINE}) == _MINE
    assert lookup_price(_KNOWN, {_BARE: _MINE}) == _MINE
