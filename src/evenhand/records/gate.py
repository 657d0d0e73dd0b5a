"""What a suite asks of CI: which change is measured, how large a drop matters, and which rules hold besides."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from evenhand.records.canonical import FileRecord
from evenhand.records.constitution import Importance

Undecidedness = Literal["block", "warn"]


class Floors(FileRecord):
    """Least values that hold whatever was before; each is decided with confidence, on every slice too."""

    sensitivity: float | None = Field(default=None, gt=0, lt=1)
    """Least share of failing items that are found."""
    specificity: float | None = Field(default=None, gt=0, lt=1)
    """Least share of passing items that are let pass."""
    agreement: float | None = Field(default=None, gt=0, lt=1)
    """Least share of verdicts that are the reference label."""
    pass_rate: float | None = Field(default=None, gt=0, lt=1)
    """Least share of outputs that pass, where candidates are compared."""

    @property
    def by_measure(self) -> Mapping[str, float]:
        """The floors that were written, by measure."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class Flakiness(FileRecord):
    """How often an unchanged judge is asked again, to know how often it changes its mind."""

    share: float = Field(default=0.05, ge=0, le=1)
    """Share of the items that are judged several times in each run of a gate; 0 measures nothing."""
    readings: int = Field(default=5, ge=2, le=20)
    """How often those are judged."""


class GateSpec(FileRecord):
    """Rules for CI."""

    compares: Literal["judges", "candidates"]
    """judges: verdicts on the same human-labelled anchors, before and after a change of judge, prompt, panel or
    constitution. candidates: outputs before and after, under the same judges."""
    baseline: str = ""
    """The accepted baseline, as a path from the suite file; empty is baselines/SUITE.json beside it."""
    quarantine: str = ""
    """Cases that are shown and decide nothing for a while, as a path from the suite file; empty is quarantine.yaml
    beside it, where there is one."""
    anchors: tuple[str, ...] = ()
    """Tags of the cases that are anchors; empty takes every labelled case of the gate split."""
    margin: float = Field(default=0.03, gt=0, lt=1)
    """Drop that must be excluded to pass: 0.03 is 3 points."""
    margins: Mapping[Importance, float] = Field(default_factory=dict)
    """Margin of the principles of a severity, where it differs."""
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    """Chance that an unchanged judge, or an unchanged system, fails the gate; one-sided."""
    slices: tuple[str, ...] = ()
    """Dimensions of `slice` whose every group is tested too, such as "topic"."""
    slices_must_pass: bool = False
    """Whether a slice that can not be decided leaves the gate undecided; a slice that fails always fails it."""
    floors: Floors = Floors()
    """Least values, whatever was before."""
    zero_tolerance: tuple[str, ...] = ()
    """Principles, by id or pattern, of which no case that passed may now be failed by a panel of one voice. A rule, not
    statistics."""
    undecided: Mapping[Importance, Undecidedness] = Field(default_factory=dict)
    """Whether an undecided principle of a severity leaves the gate undecided (block, the default) or only warns."""
    reliability: float = Field(default=0.7, ge=0, le=1)
    """Least share of equal readings of the baseline; below it a principle is an unreliable baseline."""
    likely: float = Field(default=0.2, gt=0, lt=1)
    """Up to this p-value, a drop of the margin or more that fails nothing is worth watching."""
    least_comparable: float = Field(default=0.9, ge=0, le=1)
    """Least share of a principle's cells of the baseline that can be compared; below it the principle is undecided."""
    flakiness: Flakiness = Flakiness()
    """How often judges are asked again."""

    def margin_of(self, severity: Importance) -> float:
        """Return the margin of the principles of a severity."""
        return self.margins.get(severity, self.margin)

    def blocks(self, severity: Importance) -> bool:
        """Tell whether an undecided principle of a severity leaves the gate undecided."""
        return self.undecided.get(severity, "block") == "block"
