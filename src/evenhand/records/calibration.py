"""Calibration maps: what a judge's own probability is worth, as measured against people."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier, Prose
from evenhand.records.patterns import fits


class JudgeMap(FileRecord):
    """How one judge's probability of its own answer is read, for the principles it was measured on."""

    judge: Identifier
    """The judge."""
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    """Version of the judge it was measured on; it says nothing about another one."""
    principles: str = Field(default="*", min_length=1, max_length=200)
    """Principle it holds for, or a pattern such as "privacy.*"."""
    knots: tuple[tuple[float, float], ...] = Field(min_length=2, max_length=1000)
    """Pairs of the judge's own and the calibrated probability, the smallest first. Straight lines lie between them, and
    beyond the ends the value of the end holds."""
    labels: int | None = Field(default=None, ge=0)
    """How many human labels it rests on."""

    @model_validator(mode="after")
    def _never_falls(self) -> Self:
        if any(not 0 <= number <= 1 for knot in self.knots for number in knot):
            raise ValueError("knots are pairs of probabilities, from 0 to 1")
        if any(left[0] >= right[0] for left, right in pairwise(self.knots)):
            raise ValueError("knots need their first numbers in rising order, each once")
        if any(left[1] > right[1] for left, right in pairwise(self.knots)):
            raise ValueError("knots may not fall: a surer judge can not be worth less")
        return self

    def calibrate(self, probability: float) -> float:
        """Return what a probability is worth."""
        if probability <= self.knots[0][0]:
            return self.knots[0][1]
        for (low, low_worth), (high, high_worth) in pairwise(self.knots):
            if probability <= high:
                return low_worth + (high_worth - low_worth) * (probability - low) / (high - low)
        return self.knots[-1][1]


class CalibrationMap(FileRecord):
    """What the probabilities of judges are worth, measured against human labels."""

    schema_: Literal["calibration-map/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    made: str = Field(default="", pattern=r"^(?:\d{4}-\d{2}-\d{2})?$")
    """When it was measured, YYYY-MM-DD."""
    source: Prose = ""
    """What it was measured on, for people."""
    maps: tuple[JudgeMap, ...] = Field(min_length=1)
    """One for each judge and group of principles; the first that fits holds."""

    def find(self, judge: str, principle: str) -> JudgeMap | None:
        """Return the map for a judge under a principle; None where nothing was measured."""
        fitting = (each for each in self.maps if each.judge == judge and fits(principle, [each.principles]))
        return next(fitting, None)

    def called(self, renamed: Mapping[str, str]) -> Self:
        """Return it with what was measured for principles under the names they have now.

        Args:
            renamed: Ids of principles by their earlier names.
        """
        if not any(each.principles in renamed for each in self.maps):
            return self
        now = (
            each.model_copy(update={"principles": renamed.get(each.principles, each.principles)})
            for each in self.maps
        )
        return self.model_copy(update={"maps": tuple(now)})
