"""Opinions in a word, and the panel that combines them."""

import re
import statistics
from collections.abc import Sequence
from typing import Any, get_args

from tests.judging.builders import panel

from evenhand.judging.panel import combine
from evenhand.records.panel import NEED_A_FIT, Panel, Rule
from evenhand.records.scale import (
    COMPLY,
    NominalScale,
    NumericScale,
    OrdinalScale,
    Scale,
    number_text,
)
from evenhand.records.verdict import Opinion, Verdict

RULES: tuple[Rule, ...] = get_args(Rule)
TOPIC = NominalScale(type="nominal", values=("red", "green", "blue"))
GERMAN = OrdinalScale(
    type="ordinal", values=tuple("654321"), describe={str(n): "g" for n in range(1, 7)}, pass_at="4"
)


def needs(rule: Rule, *judges: str) -> dict[str, Any]:
    """What a panel has to say with a rule; a learned rule without its numbers counts votes."""
    if rule == "weighted":
        return {"weights": dict.fromkeys(judges, 1)}
    return {"fit": "f.json"} if rule in NEED_A_FIT else {}


def says(label: str | None, judge: str = "j", scale: Scale = COMPLY, **fields: Any) -> Opinion:
    """A judge's opinion; None is a failed rating, "?" one that can not tell between tied repeats."""
    if label is None:
        return Opinion(judge=judge, label=None, distribution=(), ratings=0, failed=("malformed",))
    if label == "?":
        return Opinion(judge=judge, label=None, distribution=_even(scale), ratings=2, abstains=True)
    score = None if isinstance(scale, NominalScale) else scale.score(label)
    plain: dict[str, Any] = {
        "distribution": ((label, 1.0),),
        "score": score,
        "abstains": label in scale.abstain,
    }
    return Opinion(judge=judge, label=label, ratings=1, **(plain | fields))


def _even(scale: Scale) -> tuple[tuple[str, float], ...]:
    return tuple((label, 1 / len(scale.labels)) for label in scale.labels)


def verdict(*labels: str | None, scale: Scale = COMPLY, **fields: Any) -> Verdict:
    names = [f"j{number}" for number in range(len(labels))]
    opinions = [says(label, name, scale) for label, name in zip(labels, names, strict=True)]
    return combine(opinions, panel(*names, **fields), scale)


def ruling(*labels: str | None, **fields: Any) -> str | None:
    """The settled label, or why it is undecided."""
    found = verdict(*labels, **fields)
    return found.label if found.undecided is None else found.undecided.value.upper()


C, V, N, T = "complies", "violates", "not_applicable", "cannot_tell"


def rederived(steps: Sequence[str], panel: Panel, scale: Scale) -> str | None:
    """The label that the words alone lead to."""
    if panel.rule in {"mean", "median"} and not isinstance(scale, NominalScale) and scale.type != "pairwise":
        (words,) = [step for step in steps if step.startswith(f"{panel.rule} of ")]
        scores = [
            float(text) for text in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", words.partition(" is ")[0])
        ]
        value = statistics.fmean(scores) if panel.rule == "mean" else statistics.median(scores)
        if isinstance(scale, NumericScale):
            return number_text(float(f"{value:.6g}"))
        points = [(label, scale.score(label) or 0.0) for label in scale.labels if label not in scale.abstain]
        return min(points, key=lambda point: round(abs(point[1] - value), 6))[0]
    if panel.rule == "unanimous":
        return next(step.partition(": ")[2].partition(" (")[0] for step in steps if " (p = " in step)
    pairs = [re.fullmatch(r"(\w+): (?:weight|mean probability) (\S+)", step) for step in steps]
    weights = {found[1]: float(found[2]) for found in pairs if found}
    leaders = [label for label, weight in weights.items() if max(weights.values()) - weight <= 1e-9]
    told = [
        step.rpartition(": ")[2].removesuffix(" holds") for step in steps if step.startswith("tie between ")
    ]
    return (told or leaders)[0] if told or len(leaders) == 1 else None
