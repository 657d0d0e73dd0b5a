"""Which model names float: names whose maker lets them stand for another model tomorrow.

The rule, in order; the first that applies decides:

1. A name with the word `latest` in it floats, whoever serves it: it says so. So do `newest`, `nightly`, `current` and
   `stable` at its end, and names that leave the choice to a router (`auto`, `default`, `model-router`).
2. A name that ends in a date is a snapshot and stands still.
3. A name without a date floats where its vendor documents that it moves such names: OpenAI's names of which the price
   table knows a dated form; Anthropic's before the 4.6 generation (later ones have no date and are snapshots); Google's
   stable names of the 1.x generations, and previews; the chat names of DeepSeek, the plus, max, turbo and flash names
   of Qwen; Grok's, Cohere's Command and Mistral's sizes without a date.
4. Every other name stands still as far as anyone can tell. A name on a server of one's own stands for what that server
   has loaded; nobody but its owner moves it, and no spelling would be more exact. What a server says that it served is
   in the ledger either way, and a change within a run is reported.

Sources: the vendors' pages on model ids and versions, read in November 2026.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from evenhand.catalog.prices import priced_models
from evenhand.records.model_name import is_dated, is_dated_form

_SAYS_SO: Final = re.compile(
    r"(?:.*[-:@_.])?latest(?:[-:@_.].*)?|.*[-:@_.](?:newest|nightly|current|stable)|auto|default|model-router"
)
_MOVED: Final[Mapping[str, str]] = {
    "Anthropic": r"claude-(?:opus|sonnet|haiku)-4(?:-[0-5])?|claude-3(?:-[57])?-(?:opus|sonnet|haiku)"
    r"|claude-(?:2|instant)(?:-\d)?",
    "Google": r"gemini(?:-1-[05])?-(?:pro|flash|flash-8b|pro-vision)|gemini-.*-(?:preview|exp|experimental)",
    "OpenAI": r"chatgpt-4o|gpt-.*-preview",
    "DeepSeek": r"deepseek-(?:chat|reasoner|coder)",
    "Alibaba": r"qwen\d?-?(?:plus|max|turbo|flash|long|coder-plus|coder-flash|vl-plus|vl-max)|qwq-plus",
    "xAI": r"grok-\d.*",
    "Cohere": r"command(?:-r|-r-plus|-light)?",
    "Mistral": r"mistral-(?:tiny|small|medium|large)|codestral|pixtral-large|magistral-(?:small|medium)",
}
_PATTERNS: Final = {vendor: re.compile(pattern) for vendor, pattern in _MOVED.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Why a model's name floats, and what to write instead."""

    why: str
    """In words that hold nothing of the name."""
    instead: str
    """A dated form of it that is known, as a judge writes it; empty where none is."""


def alias_of(model: str) -> Alias | None:
    """Return why the name of a model floats; None where it stands still.

    Args:
        model: ACCOUNT/MODEL, as a judge names it.
    """
    account, _, path = model.partition("/")
    makers, _, last = path.rpartition("/")
    name = _plain(last)
    why = _why(name)
    if why is None:
        return None
    prefix = f"{account}/{makers}/" if makers else f"{account}/"
    newest = _newest_dated(name)
    return Alias(why=why, instead=f"{prefix}{newest}" if newest else "")


def _why(name: str) -> str | None:
    if _SAYS_SO.fullmatch(name):
        return "its name says that it is whatever is newest or chosen for it"
    if is_dated(name):
        return None
    if _newest_dated(name) and name.startswith(("gpt", "o")):
        return "OpenAI lets a name without a date stand for the newest snapshot"
    vendor = next((vendor for vendor, words in _PATTERNS.items() if words.fullmatch(name)), "")
    return f"{vendor} moves such a name without a date to newer models" if vendor else None


def _newest_dated(name: str) -> str:
    """Return the newest dated form of a name that the price table knows; an empty string where there is none."""
    base = name.removesuffix("-latest")
    if base not in _priced_names():
        return ""
    return max((form for form in _priced_names() if is_dated_form(form, base)), default="")


@cache
def _priced_names() -> frozenset[str]:
    return frozenset(model.partition("/")[2] for model in priced_models())


def _plain(name: str) -> str:
    """Return a name in one spelling: routers write `claude-3.5-sonnet:beta` for `claude-3-5-sonnet`."""
    plain = name.strip().lower()
    plain = re.sub(r"^(?:[a-z]{2,6}\.)?anthropic\.", "", plain)
    plain = re.sub(r":(?:free|nitro|floor|online|beta|extended|thinking)$", "", plain)
    return (
        re.sub(r"(?<=claude-\d)\.|(?<=gemini-\d)\.|(?<=-\d)\.(?=\d+$)", "-", plain)
        if plain.startswith(("claude", "gemini"))
        else plain
    )
