"""What one judge is shown of a principle beside what binds: what can change how it is asked, and not what."""

from collections.abc import Mapping
from typing import Any

from evenhand.records.constitution import Example, Principle
from evenhand.records.judge import Judge, ModelJudge
from evenhand.records.message import plain


def shown_beside(principle: Principle, judge: Judge) -> Mapping[str, Any]:
    """Return all that a judge may be shown of a principle beside what binds, as plain JSON values.

    A judge that asks a model is shown what it may see, and as many shots as it shows; one that votes with the nearest
    examples votes with all shots; the others are shown nothing.
    """
    shots = [each for each in principle.examples if each.use == "shot"]
    if judge.kind == "nearest":
        return {"shots": [_shot(each) for each in shots]}
    if not isinstance(judge, ModelJudge):
        return {}
    found: dict[str, Any] = {
        "principle.id": principle.id,
        "principle.title": principle.title,
        "principle.rationale": principle.rationale if "judges" in principle.show_rationale_to else "",
        "shots": [_shot(each) for each in shots[: judge.shots.max]],
    }
    return {name: value for name, value in found.items() if name in judge.sees}


def _shot(example: Example) -> Mapping[str, Any]:
    return {
        "prompt": plain(example.prompt),
        "response": plain(example.response),
        "label": example.expect or example.kind,
        "why": example.why,
    }
