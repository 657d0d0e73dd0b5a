"""Token log-probabilities of a generated text, with a true distribution where the label is decided."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.testing.exchange import JsonObject

_TOKEN: Final = re.compile(r"\s?\w+|\s+|[^\w\s]")
_FLOOR: Final = -9999.0  # what OpenAI sends for a probability of zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One generated token."""

    text: str
    """The token's text."""
    logprob: float
    """Natural logarithm of its probability."""
    top: tuple[tuple[str, float], ...]
    """The likeliest tokens at this place with their log-probabilities, best first."""


def token_document(token: Token) -> JsonObject:
    """A token as both OpenAI protocols write it."""
    return {**_spelled(token.text, token.logprob), "top_logprobs": [_spelled(*pair) for pair in token.top]}


def _spelled(text: str, logprob: float) -> JsonObject:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode("utf-8", "surrogatepass"))}


def tokens(
    text: str,
    *,
    label: str,
    label_at: int | None,
    distribution: Mapping[str, float] | None,
    top: int,
    piece: int | None,
) -> list[Token]:
    """Cut `text` into tokens and give each its log-probability.

    Every token outside the label is certain. Where the label is decided, the alternatives are the labels of
    `distribution`; with `piece` set, labels are spelled in pieces of that many characters and each piece has its
    conditional probability, as with a real tokenizer.

    Args:
        text: The generated text.
        label: Label as it stands in the text.
        label_at: Index of the label, or None when there is no label to weigh.
        distribution: Probability per label; None puts all mass on `label`.
        top: How many alternatives to list per place.
        piece: Longest piece of a label, or None for labels of one token.
    """
    if label_at is None:
        return [_certain(part, top) for part in _TOKEN.findall(text)]
    lead = 1 if label_at > 0 and text[label_at - 1] == " " else 0
    after = _TOKEN.findall(text[label_at + len(label) :])
    decided = text[label_at - lead : label_at + len(label)]
    return [
        *(_certain(part, top) for part in _TOKEN.findall(text[: label_at - lead])),
        *_decided_tokens(
            decided, " " * lead, distribution or {label: 1.0}, top=top, piece=piece, stop=after[:1]
        ),
        *(_certain(part, top) for part in after[1:]),
    ]


def _certain(text: str, top: int) -> Token:
    return Token(text=text, logprob=0.0, top=((text, 0.0),) if top else ())


def _decided_tokens(
    decided: str,
    lead: str,
    distribution: Mapping[str, float],
    *,
    top: int,
    piece: int | None,
    stop: Sequence[str],
) -> list[Token]:
    """The tokens of the label and the one after it, which tells a label from a longer one that begins alike."""
    spelled = {name: [*_pieces(lead + name, piece), *stop] for name in distribution}
    chosen = [*_pieces(decided, piece), *stop]
    return [
        _weighed(chosen[place], _next_piece_mass(spelled, distribution, chosen[:place]), top)
        for place in range(len(chosen))
    ]


def _pieces(text: str, size: int | None) -> list[str]:
    return [text] if size is None else [text[i : i + size] for i in range(0, len(text), size)]


def _next_piece_mass(
    spelled: Mapping[str, Sequence[str]], distribution: Mapping[str, float], prefix: Sequence[str]
) -> dict[str, float]:
    """Probability of each next piece, given the pieces so far."""
    place = len(prefix)
    mass: dict[str, float] = {}
    for name, parts in spelled.items():
        if len(parts) > place and list(parts[:place]) == list(prefix):
            mass[parts[place]] = mass.get(parts[place], 0.0) + distribution[name]
    total = sum(mass.values()) if place else 1.0
    return {part: share / total for part, share in mass.items()} if total else {}


def _weighed(text: str, mass: Mapping[str, float], top: int) -> Token:
    best = sorted(mass.items(), key=lambda pair: -pair[1])[:top]
    listed = tuple((part, _log(share)) for part, share in best)
    return Token(text=text, logprob=_log(mass.get(text, 0.0)), top=listed)


def _log(share: float) -> float:
    return min(math.log(share), 0.0) if share > 0.0 else _FLOOR
