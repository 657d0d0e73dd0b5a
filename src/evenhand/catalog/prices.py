"""The price table that ships: exact names only, dated; a price that is not known is never zero."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from evenhand.records.judge import Price

PRICE_TABLE_DATE = "2026-10-21"
"""Day the table was made, YYYY-MM-DD."""

MOST_DAYS = 180
"""An older table is doubted: vendors change prices a few times a year."""

_VENDORS = ("openai", "anthropic")


def lookup_price(model: str, settings_prices: Mapping[str, Price]) -> Price | None:
    """Return the price of a model, or None where it is not known.

    The settings come first, by ACCOUNT/MODEL and then by MODEL. The table knows the accounts `openai` and
    `anthropic`, and behind `litellm` the names of their models with or without the vendor before them. No name is
    guessed: an account of another name may charge what it likes.

    Args:
        model: ACCOUNT/MODEL, as a judge names it.
        settings_prices: Prices of the settings.
    """
    account, _, name = model.partition("/")
    for key in (model, name):
        if key in settings_prices:
            return settings_prices[key]
    prices = _table()
    if account in _VENDORS:
        return prices.get(model)
    if account == "litellm":
        return prices.get(name) or _only(prices.get(f"{vendor}/{name}") for vendor in _VENDORS)
    return None


def is_written(model: str, settings_prices: Mapping[str, Price]) -> bool:
    """Tell whether the settings give the price of a model themselves, by ACCOUNT/MODEL or by MODEL."""
    return model in settings_prices or model.partition("/")[2] in settings_prices


def table_age_days(today: date) -> int:
    """Return how old the table is."""
    return (today - date.fromisoformat(PRICE_TABLE_DATE)).days


def priced_models() -> tuple[str, ...]:
    """Return the models the table knows, by ACCOUNT/MODEL."""
    return tuple(_table())


def price_table_source() -> str:
    """Return where the table comes from, in words."""
    return str(_content()["source"])


def _only(found: Iterable[Price | None]) -> Price | None:
    prices = [price for price in found if price is not None]
    return prices[0] if len(prices) == 1 else None


@cache
def _table() -> Mapping[str, Price]:
    models: Mapping[str, tuple[float, float]] = _content()["models"]
    return {name: Price(input=price[0], output=price[1]) for name, price in models.items()}


@cache
def _content() -> Mapping[str, Any]:
    text = resources.files("evenhand.catalog").joinpath("prices.json").read_text(encoding="utf-8")
    content: Mapping[str, Any] = json.loads(text)
    return content
