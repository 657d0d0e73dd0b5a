"""Cascades: cheaper judges first, stronger judges where they are not sure, and people at the end."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord


class Settle(FileRecord):
    """When the verdict of a step holds. Everything that is written must be met."""

    confidence: float | None = Field(default=None, ge=0, le=1)
    """Least probability of the verdict's label, the mean over the judges who vote, after calibration where there is
    one."""
    disagreement: float | None = Field(default=None, ge=0, le=1)
    """Most disagreement of the judges who vote, from 0 (one voice) to 1."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.confidence is None and self.disagreement is None:
            raise ValueError("settle needs confidence, disagreement or both")
        return self


class CascadeStep(FileRecord):
    """Judges who are asked together, and when their verdict holds."""

    judges: tuple[str, ...] = Field(min_length=1)
    """Judges of this step, named as in the panel's `judges`."""
    settle: Settle | None = None
    """When the step settles an item. The last step may leave it out: then any verdict of the rule holds."""
    combine: Literal["step", "all"] = "step"
    """Who votes: the judges of this step, or those of the earlier steps with them. An item is here because the earlier
    judges were not sure; by default they do not outvote the judges who were asked because of that."""
    quorum: int | None = Field(default=None, ge=1)
    """Fewest judges with an opinion for a verdict of this step; by default more than half of those who vote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeFault:
    """One thing that does not fit between a panel and its cascade."""

    place: tuple[str | int, ...]
    """Where, from the top of the panel."""
    message: str
    near: tuple[str, ...] = ()
    """Names that may have been meant."""


def membership_faults(
    judges: Sequence[str], steps: Sequence[Sequence[tuple[int, str]]]
) -> Iterator[CascadeFault]:
    """Yield every judge that is not in exactly one step.

    Args:
        judges: Judges of the panel.
        steps: Judges of each step, with their positions in it.
    """
    first: dict[str, int] = {}
    for number, step in enumerate(steps, start=1):
        for position, judge in step:
            place = ("cascade", number - 1, "judges", position)
            if judge not in judges:
                message = (
                    f"step {number} of cascade names {_quoted(judge)}, which is none of the panel's judges"
                )
                yield CascadeFault(place=place, message=message, near=tuple(judges))
            elif judge in first:
                where = f"step {first[judge]}" if first[judge] != number else "this step"
                message = f"judge {_quoted(judge)} is in {where} of cascade already; each judge is asked once"
                yield CascadeFault(place=place, message=message)
            else:
                first[judge] = number
    for position, judge in enumerate(judges):
        if judge not in first:
            message = f"judge {_quoted(judge)} is in no step of cascade, so it would never be asked"
            yield CascadeFault(place=("judges", position), message=message)


def step_faults(steps: Sequence[CascadeStep], quorum: int | None) -> Iterator[CascadeFault]:
    """Yield what is wrong in the steps of a cascade; `quorum` is that of the panel."""
    if quorum is not None:
        message = "quorum belongs to each step of the cascade, not to its panel"
        yield CascadeFault(place=("quorum",), message=message)
    for number, step in enumerate(steps, start=1):
        voters = len(voters_of(steps, number))
        if step.quorum is not None and step.quorum > voters:
            message = f"cascade step {number} has quorum {step.quorum}, but {voters} judges vote in it"
            yield CascadeFault(place=("cascade", number - 1, "quorum"), message=message)
        if step.settle is None and number < len(steps):
            message = f"cascade step {number} has no settle, so nothing says when the next step is asked"
            yield CascadeFault(place=("cascade", number - 1), message=message)


def voters_of(steps: Sequence[CascadeStep], number: int) -> tuple[str, ...]:
    """Return the judges who vote in a step, counted from 1."""
    first = 1 if steps[number - 1].combine == "all" else number
    return tuple(judge for step in steps[first - 1 : number] for judge in step.judges)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
