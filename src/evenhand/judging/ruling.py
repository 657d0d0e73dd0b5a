"""What a panel's rule comes to, and how the label with the most weight is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evenhand.records.panel import Panel
from evenhand.records.rating import Distribution
from evenhand.records.scale import OrdinalScale, PairwiseScale, Reading, Scale
from evenhand.records.verdict import Undecided

_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a rule says about the opinions it was given."""

    label: str | None = None
    """The label; None is undecided."""
    score: float | None = None
    """The number behind it, for rules that average."""
    undecided: Undecided | None = None
    """Why it is undecided."""
    words: tuple[str, ...] = ()
    """The arithmetic."""
    distribution: Distribution | None = None
    """Probabilities of the rule itself; None leaves the mean of the judges'."""


def leader(weights: Mapping[str, float], panel: Panel, scale: Scale, words: Sequence[str]) -> Ruling:
    """Return the label with the most weight, or what the panel makes of a tie."""
    best = max(weights.values())
    leaders = [label for label, weight in weights.items() if weight >= best * (1 - _CLOSE)]
    if len(leaders) == 1:
        return Ruling(label=leaders[0], words=tuple(words))
    label = None if panel.on_tie == "undecided" else _tied(leaders, panel.on_tie, scale)
    if label is None:
        return Ruling(undecided=Undecided.TIE, words=tuple(words))
    return Ruling(label=label, words=(*words, f"tie between {', '.join(sorted(leaders))}: {label} holds"))


def _tied(leaders: Sequence[str], wanted: Literal["worst", "best"], scale: Scale) -> str | None:
    """Return the label that a tie comes to, or None where the tied labels read alike.

    The two sides of a pair are alike by nature: their tie is "tie", where that is an answer.
    """
    if isinstance(scale, PairwiseScale):
        return "tie" if scale.allow_tie and set(leaders) - {"tie"} == {"a", "b"} else None
    rank = {Reading.FAIL: 0, Reading.NEUTRAL: 1, Reading.ABSTAIN: 1, Reading.PASS: 2}
    ordered = isinstance(scale, OrdinalScale)
    places = {
        label: scale.labels.index(label) if ordered else rank[scale.reading(label)] for label in leaders
    }
    place = (min if wanted == "worst" else max)(places.values())
    chosen = [label for label in leaders if places[label] == place]
    return chosen[0] if len(chosen) == 1 else None
