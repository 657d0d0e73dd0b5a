"""Label probabilities from token log-probabilities, along the path the model took.

Labels may share tokens ("1" and "10", "not_applicable" and "no"). At each token of the answer the alternatives
that leave the path are credited to the one label they can still become; the chosen token leads on. What no label
can claim is missing mass (methods.md 9.1: reported, and above one tenth the log-probabilities are not used).
"""

import math
from collections.abc import Sequence

from evenhand.providers.interface import TokenChoice
from evenhand.records.rating import Distribution

MAX_MISSING_MASS = 0.10


def label_probabilities(
    tokens: Sequence[TokenChoice], *, text: str, start: int, label: str, labels: Sequence[str], closing: str
) -> tuple[Distribution, float]:
    """Return the probabilities of `labels` at `start`, renormalised, and the mass no label accounts for.

    Args:
        tokens: The generated tokens of the whole reply; they must spell `text`.
        text: The reply.
        start: Where the answer's text starts, in characters.
        label: The answer given there.
        labels: Every answer allowed.
        closing: What follows an answer's text, such as a quotation mark; empty where the reply just ends.

    Returns:
        An empty distribution and 1.0 when the tokens do not spell the reply.
    """
    index, offset = _token_at(tokens, start)
    if index < 0 or "".join(choice.token for choice in tokens) != text:
        return (), 1.0
    mass = dict.fromkeys(labels, 0.0)
    endings = {name: name + closing for name in labels}
    path, prefix = 1.0, ""
    lead = tokens[index].token[:offset]
    for choice in tokens[index:]:
        _credit_alternatives(choice, lead, prefix, path, endings, mass)
        prefix += choice.token[len(lead) :]
        path *= math.exp(min(0.0, choice.logprob))
        lead = ""
        if len(_reachable(prefix, endings)) <= 1:
            break
    mass[label] += path
    total = sum(mass.values())
    shares = tuple((name, value / total) for name, value in mass.items() if value > 0)
    return shares, max(0.0, 1.0 - total)


def _token_at(tokens: Sequence[TokenChoice], start: int) -> tuple[int, int]:
    """Return the index of the token that covers the character `start`, and where in it that character is."""
    begins = 0
    for index, choice in enumerate(tokens):
        if start < begins + len(choice.token):
            return index, start - begins
        begins += len(choice.token)
    return -1, 0


def _credit_alternatives(
    choice: TokenChoice,
    lead: str,
    prefix: str,
    path: float,
    endings: dict[str, str],
    mass: dict[str, float],
) -> None:
    for token, logprob in choice.alternatives:
        if token == choice.token or not token.startswith(lead):
            continue
        reached = _reachable(prefix + token[len(lead) :], endings)
        if len(reached) == 1:
            mass[reached[0]] += path * math.exp(min(0.0, logprob))


def _reachable(prefix: str, endings: dict[str, str]) -> list[str]:
    """Return the labels that `prefix` can still become, or already is."""
    return [
        name for name, ending in endings.items() if ending.startswith(prefix) or prefix.startswith(ending)
    ]
