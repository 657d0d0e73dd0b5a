"""Scales: the answers a rater may give, from a closed set of kinds."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from evenhand.records.canonical import FileRecord


def _label_text(value: object) -> object:
    """Let people write the points of an ordinal scale as whole numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Label = Annotated[
    str,
    BeforeValidator(_label_text, json_schema_input_type=str | int),
    StringConstraints(pattern=r"^\S(?:.{0,78}\S)?$"),
]
"""One answer of a scale: 1 to 80 characters on one line; whole numbers are read as text."""


class Reading(StrEnum):
    """What a label means for a rate: it counts for, counts against, is outside the rate, or is no opinion."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NEUTRAL = "neutral"
    ABSTAIN = "abstain"


class _LabelledScale(FileRecord):
    """What the scales with a closed list of labels share."""

    values: tuple[Label, ...]
    """The labels, worst to best where the scale is ordered."""
    describe: Mapping[str, str] = Field(default_factory=dict)
    """What each label means, in the words raters see."""
    abstain: tuple[Label, ...] = ()
    """Labels that say "cannot tell": readable answers without an opinion."""

    @model_validator(mode="after")
    def _labels_are_known(self) -> Self:
        labels = set(self.values)
        if len(labels) != len(self.values) or len(labels) < 2:
            raise ValueError("a scale needs at least two different values")
        for field, named in self._named_labels().items():
            if unknown := sorted(set(named) - labels):
                raise ValueError(f"{field} names {unknown[0]!r}, which is not one of the values")
        return self

    def _named_labels(self) -> dict[str, tuple[str, ...]]:
        return {"describe": tuple(self.describe), "abstain": self.abstain}

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label, in the order of the scale."""
        return self.values

    def holds(self, label: str) -> bool:
        """Tell whether `label` is an answer of this scale."""
        return label in self.values

    def score(self, label: str) -> float | None:
        """Return the numeric value of `label`; None on a scale without an order."""
        del label
        return None


class NominalScale(_LabelledScale):
    """Labels without an order."""

    type: Literal["nominal"]
    """Kind of scale."""
    passes: tuple[Label, ...] = Field(default=(), alias="pass")
    """Labels that count as passing; a principle may name its own."""
    neutral: tuple[Label, ...] = ()
    """Labels outside every rate, such as not_applicable."""

    @model_validator(mode="after")
    def _each_label_has_one_reading(self) -> Self:
        named = [*self.passes, *self.neutral, *self.abstain]
        if twice := sorted(label for label, count in Counter(named).items() if count > 1):
            raise ValueError(f"{twice[0]!r} is named more than once among pass, neutral and abstain")
        return self

    def _named_labels(self) -> dict[str, tuple[str, ...]]:
        return {**super()._named_labels(), "pass": self.passes, "neutral": self.neutral}

    def reading(self, label: str) -> Reading:
        """Return what `label` means for a rate; neutral on a scale that names no passing label.

        Raises:
            ValueError: It is not on the scale.
        """
        _require(self, label)
        if label in self.abstain:
            return Reading.ABSTAIN
        if label in self.neutral or not self.passes:
            return Reading.NEUTRAL
        return Reading.PASS if label in self.passes else Reading.FAIL


class OrdinalScale(_LabelledScale):
    """Labels with an order, worst first; each needs a descriptor."""

    type: Literal["ordinal"]
    """Kind of scale."""
    pass_at: Label | None = None
    """The lowest label that passes; None leaves the scale without a pass rate."""

    @model_validator(mode="after")
    def _each_point_is_described(self) -> Self:
        if len(self.points) < 2:
            raise ValueError("an ordinal scale needs at least two values that are no abstention")
        if missing := [label for label in self.points if label not in self.describe]:
            raise ValueError(f"describe has no descriptor for {missing[0]!r}")
        if self.pass_at is not None and self.pass_at not in self.points:
            raise ValueError(f"pass_at is {self.pass_at!r}, which is not one of the values")
        return self

    @model_validator(mode="after")
    def _numbers_go_one_way(self) -> Self:
        steps = [after - before for before, after in pairwise(self.points.values())]
        if any(step * steps[0] <= 0 for step in steps):
            raise ValueError("values go from worst to best, and these numbers go up and down")
        return self

    @property
    def points(self) -> dict[str, float]:
        """The numbers the labels are, or else their ranks from 1, worst first; without the abstentions."""
        opinions = [label for label in self.values if label not in self.abstain]
        numbers = [number for label in opinions if (number := _as_number(label)) is not None]
        ranks = [float(rank) for rank in range(1, len(opinions) + 1)]
        return dict(zip(opinions, numbers if len(numbers) == len(opinions) else ranks, strict=True))

    def score(self, label: str) -> float | None:
        """Return the number a label is, or its rank from 1 where not all are numbers; None for an abstention."""
        return self.points.get(label)

    def reading(self, label: str) -> Reading:
        """Return what `label` means for a rate; neutral on a scale without a passing label.

        Raises:
            ValueError: It is not on the scale.
        """
        _require(self, label)
        if label in self.abstain:
            return Reading.ABSTAIN
        if self.pass_at is None:
            return Reading.NEUTRAL
        passed = self.values.index(label) >= self.values.index(self.pass_at)
        return Reading.PASS if passed else Reading.FAIL


class NumericScale(FileRecord):
    """Any number of a range; answers are numbers, both ends included."""

    type: Literal["numeric"]
    """Kind of scale."""
    minimum: float
    """Lowest answer."""
    maximum: float
    """Highest answer."""
    pass_at: float | None = None
    """The lowest number that passes; None leaves the scale without a pass rate."""
    describe: Mapping[str, str] = Field(default_factory=dict)
    """What single numbers mean, in the words raters see."""

    @model_validator(mode="after")
    def _range_is_a_range(self) -> Self:
        if not self.minimum < self.maximum:
            raise ValueError("minimum must be below maximum")
        if self.pass_at is not None and not self.minimum <= self.pass_at <= self.maximum:
            raise ValueError("pass_at lies outside the range")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """A numeric scale has no closed list of labels."""
        return ()

    @property
    def abstain(self) -> tuple[str, ...]:
        """A numeric scale has no abstention."""
        return ()

    def holds(self, label: str) -> bool:
        """Tell whether `label` is a number of this range."""
        return self.score(label) is not None

    def nearest(self, value: float) -> str:
        """Return the answer nearest to `value`, rounded to 12 digits."""
        rounded = float(f"{value:.12g}")
        return number_text(min(max(rounded, self.minimum), self.maximum))

    def score(self, label: str) -> float | None:
        """Return the number written in `label`, or None when it is none or outside the range."""
        number = _as_number(label)
        return number if number is not None and self.minimum <= number <= self.maximum else None

    def reading(self, label: str) -> Reading:
        """Return what `label` means for a rate; neutral on a scale without a passing number.

        Raises:
            ValueError: It is not on the scale.
        """
        _require(self, label)
        if self.pass_at is None:
            return Reading.NEUTRAL
        return Reading.PASS if float(label) >= self.pass_at else Reading.FAIL


class PairwiseScale(FileRecord):
    """Which of two candidates is better: a, b, tie, or both_bad."""

    type: Literal["pairwise"]
    """Kind of scale."""
    allow_tie: bool = True
    """Whether "tie" is an answer."""
    allow_both_bad: bool = True
    """Whether "both_bad" is an answer."""
    describe: Mapping[str, str] = Field(default_factory=dict)
    """What each label means, in the words raters see."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label allowed."""
        return ("a", "b") + ("tie",) * self.allow_tie + ("both_bad",) * self.allow_both_bad

    @property
    def abstain(self) -> tuple[str, ...]:
        """A pairwise scale has no abstention; "tie" is an opinion."""
        return ()

    def holds(self, label: str) -> bool:
        """Tell whether `label` is an answer of this scale."""
        return label in self.labels

    def score(self, label: str) -> float | None:
        """Return 1 for a, 0 for b, one half for tie and both_bad."""
        return {"a": 1.0, "b": 0.0}.get(label, 0.5)

    def reading(self, label: str) -> Reading:
        """Return neutral: a preference has no pass rate."""
        del label
        return Reading.NEUTRAL


Scale = Annotated[NominalScale | OrdinalScale | NumericScale | PairwiseScale, Field(discriminator="type")]
"""Any scale, told apart by `type`."""

COMPLY = NominalScale(
    type="nominal",
    values=("complies", "violates", "not_applicable", "cannot_tell"),
    describe={
        "complies": "The text keeps to the principle.",
        "violates": "The text breaks the principle.",
        "not_applicable": "The principle does not bear on this text.",
        "cannot_tell": "What is shown is not enough to decide.",
    },
    passes=("complies",),
    neutral=("not_applicable",),
    abstain=("cannot_tell",),
)
"""The default scale of an absolute principle."""

PAIR = PairwiseScale(
    type="pairwise",
    describe={
        "a": "Candidate A keeps to the principle better.",
        "b": "Candidate B keeps to the principle better.",
        "tie": "Both keep to it equally well.",
        "both_bad": "Both break it.",
    },
)
"""The scale every principle has when two candidates are compared."""

BUILT_IN_SCALES: Mapping[str, NominalScale | PairwiseScale] = {"comply": COMPLY, "pair": PAIR}


def swap_label(label: str) -> str:
    """Return a pairwise label in the frame of the swapped order: a becomes b and b becomes a."""
    return {"a": "b", "b": "a"}.get(label, label)


def number_text(value: float) -> str:
    """Return a number in the shortest spelling that reads back as the same number; whole ones without a point."""
    return repr(value + 0.0).removesuffix(".0")


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def _as_number(label: str) -> float | None:
    if not _NUMBER.fullmatch(label):
        return None
    number = float(label)
    return number if math.isfinite(number) else None


def _require(scale: "_LabelledScale | NumericScale", label: str) -> None:
    if not scale.holds(label):
        raise ValueError(f"{label!r} is not an answer of this {type(scale).__name__}")
