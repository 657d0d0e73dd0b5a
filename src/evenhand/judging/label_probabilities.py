"""Label probabilities from token log-probabilities, along the path the model took.

Labels may share tokens ("1" and "10", "not_applicable" and "no"). At each token of the answer the alternatives
that leave the path are credited to the one label they can still become; the chosen token leads on. A token that is
a whole label and also begins a longer one ("b" and "both_bad") is the whole one if the longer one is seen to have a
token of its own there ("both"). What no label can claim, or more than one, is missing mass (methods.md 9.1: reported,
and above one tenth the log-probabilities are not used).
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence

from evenhand.providers.interface import TokenChoice
from evenhand.records.rating import Distribution

MAX_MISSING_MASS = 0.10
_ROUNDING = 0.01
"""How far above 1 a probability may lie that an endpoint rounded."""
_ENDS_A_BARE_ANSWER = " \t\r\n,}"
"""What may follow an answer without a closing mark: the end of its line, or of its place in an object."""

_NOTHING: tuple[Distribution, float] = ((), 1.0)


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
        An empty distribution and 1.0 when the tokens do not spell the reply or are no probabilities.
    """
    index, offset = _token_at(tokens, start)
    if index < 0 or "".join(choice.token for choice in tokens) != text:
        return _NOTHING
    endings = {name: _spelled(name, closing) for name in labels}
    mass = dict.fromkeys(labels, 0.0)
    path, prefix, reached = 1.0, "", list(labels)
    lead = tokens[index].token[:offset]
    for choice in tokens[index:]:
        if not _is_readable(choice):
            return _NOTHING
        _credit_alternatives(choice, lead, prefix, path, endings, mass)
        prefix += choice.token[len(lead) :]
        path *= math.exp(choice.logprob)
        lead = ""
        reached = _reachable(prefix, endings)
        if len(reached) <= 1:
            break
    if len(reached) <= 1:  # else the reply ended where a longer label could still have come
        mass[label] += path
    total = math.fsum(mass.values())
    if total > 1 + _ROUNDING:
        return _NOTHING
    return tuple((name, value / total) for name, value in mass.items() if value > 0), max(0.0, 1.0 - total)


def _spelled(name: str, closing: str) -> str:
    """Return a label as it stands in the reply: inside quotation marks, JSON escapes some characters."""
    return json.dumps(name, ensure_ascii=False)[1:-1] + closing if closing else name


def _is_readable(choice: TokenChoice) -> bool:
    """Tell whether every log-probability is one; an endpoint may send NaN, or probabilities by mistake."""
    return all(
        logprob <= _ROUNDING for logprob in (choice.logprob, *(value for _, value in choice.alternatives))
    )


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
    endings: Mapping[str, str],
    mass: dict[str, float],
) -> None:
    listed = [token for token in (choice.token, *dict(choice.alternatives)) if token.startswith(lead)]
    reached_by = {token: prefix + token[len(lead) :] for token in listed}
    for token, logprob in dict.fromkeys(choice.alternatives):
        if token != choice.token and token in reached_by:
            name = _claimant(reached_by[token], endings, reached_by.values())
            if name is not None:
                mass[name] += path * math.exp(logprob)


def _claimant(text: str, endings: Mapping[str, str], listed: Collection[str]) -> str | None:
    """Return the label that `text` belongs to, given all texts the tokens listed at its place lead to."""
    reached = _reachable(text, endings)
    if len(reached) == 1:
        return reached[0]
    whole = [name for name in reached if text == name]
    longer = [endings[name] for name in reached if text != name]
    own_token = all(
        any(len(each) > len(text) and ending.startswith(each) for each in listed) for ending in longer
    )
    return whole[0] if whole and own_token else None


def _reachable(prefix: str, endings: Mapping[str, str]) -> list[str]:
    """Return the labels that `prefix` can still become, or already is."""
    return [
        name
        for name, ending in endings.items()
        if ending.startswith(prefix) or _has_ended(prefix, ending, bare=ending == name)
    ]


def _has_ended(prefix: str, ending: str, *, bare: bool) -> bool:
    return prefix.startswith(ending) and (not bare or prefix[len(ending)] in _ENDS_A_BARE_ANSWER)
