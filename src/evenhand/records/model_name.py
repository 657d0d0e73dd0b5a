"""What a model's name says: its family, its date, and whether two names mean one model."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

FAMILIES: Final[Mapping[str, str]] = {
    "openai": r"gpt[-_ ]?[2-9](?:\.\d+)?(?:o|turbo)?|gpt-oss|chatgpt|o[1-9]|davinci|codex",
    "anthropic": r"claude",
    "google": r"gemini|gemma\d*|palm[-_ ]?2|bard|shieldgemma",
    "meta": r"llama[-_ ]?\d*(?:\.\d+)?|codellama|llamaguard",
    "mistral": r"mistral|mixtral|ministral|magistral|pixtral|codestral|devstral",
    "qwen": r"qwen[-_ ]?\d*(?:\.\d+)?|qwq|qvq",
    "deepseek": r"deepseek",
    "xai": r"grok",
    "cohere": r"command[-_ ](?:r|a|light|nightly)|aya",
    "microsoft": r"phi[-_ ]?\d(?:\.\d+)?",
    "nvidia": r"nemotron",
    "zhipu": r"(?:chat)?glm[-_ ]?\d*(?:\.\d+)?",
    "moonshot": r"kimi",
    "minimax": r"minimax",
    "ai21": r"jamba|jurassic",
    "amazon": r"nova[-_ ](?:micro|lite|pro|premier)|titan",
    "ai2": r"olmo[-_ ]?\d*|tulu[-_ ]?\d*",
    "tii": r"falcon[-_ ]?\d*",
    "01-ai": r"yi[-_ ]\d+b?",
    "ibm": r"granite",
}
"""Families by what their models are called, as words of a name; a name may belong to several."""

_MAKERS: Final[Mapping[str, str]] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "vertex_ai": "google",
    "meta-llama": "meta",
    "mistralai": "mistral",
    "deepseek-ai": "deepseek",
    "x-ai": "xai",
    "cohere": "cohere",
    "cohereforai": "cohere",
}
"""Families by the part of a path that names who made a model, where its own name says nothing."""

_WORDS: Final = {
    family: re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z])") for family, words in FAMILIES.items()
}
_YEAR: Final = r"20[2-4]\d"
_MONTH: Final = r"(?:0[1-9]|1[0-2])"
_DAY: Final = r"(?:0[1-9]|[12]\d|3[01])"
_DATES: Final = (
    rf"{_YEAR}-?{_MONTH}-?{_DAY}",
    rf"{_MONTH}-{_YEAR}",
    rf"{_YEAR}-{_MONTH}",
    rf"{_MONTH}-?{_DAY}",
    rf"2[3-9]{_MONTH}",
)
"""Spellings of a snapshot's date: 2024-08-06, 08-2024, 2024-08, 0806, and 2408 for a month."""
_DATED: Final = re.compile(rf"(?P<name>.+?)[-@:](?:{'|'.join(_DATES)})(?:-?v\d+(?:[:.]\d+)?|-[a-z]+)?")
_LONGEST: Final = 300
"""Names are hostile text; of a longer one only the beginning is looked at."""


@lru_cache(maxsize=4096)
def families_of(name: str) -> frozenset[str]:
    """Return the families a model's name speaks of; none where it says nothing.

    The last part of a path decides, such as `gpt-4o` of `openrouter/openai/gpt-4o`; only where that says nothing is
    the maker before it looked at. A model distilled from one family into another belongs to both.
    """
    *makers, last = _plain(name).split("/")
    found = frozenset(family for family, words in _WORDS.items() if words.search(last))
    return found or frozenset(_MAKERS[maker] for maker in makers if maker in _MAKERS)


def is_own_family(model: str, producer: str) -> bool:
    """Tell whether a judge that asks `model` would judge its own family's work in that of `producer`.

    Args:
        model: ACCOUNT/MODEL, as a judge names it.
        producer: Who or what wrote a candidate, as the cases name it.
    """
    if not producer.strip():
        return False
    return bool(families_of(model) & families_of(producer)) or is_same_model(
        producer, model.partition("/")[2]
    )


def is_dated(name: str) -> bool:
    """Tell whether a model's name ends in the date of a snapshot."""
    return _DATED.fullmatch(_bare(name)) is not None


def is_dated_form(dated: str, name: str) -> bool:
    """Tell whether `dated` is `name` with the date of a snapshot behind it, as vendors serve an alias."""
    match = _DATED.fullmatch(_bare(dated))
    return match is not None and match["name"].removesuffix("-preview") == _undecorated(name)


def is_same_model(one: str, other: str) -> bool:
    """Tell whether two names differ in nothing but case, or the path before them."""
    return _bare(one) == _bare(other)


def _undecorated(name: str) -> str:
    return _bare(name).removesuffix("-latest").removesuffix(":latest").removesuffix("-preview")


def _bare(name: str) -> str:
    """Return the last part of a path: providers write `openai/gpt-4o` for `gpt-4o`."""
    return _plain(name).rsplit("/", 1)[-1]


def _plain(name: str) -> str:
    return name[:_LONGEST].strip().lower()
