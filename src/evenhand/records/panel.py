"""Panels: judges who rate the same items, with the rule that combines them."""

from collections.abc import Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier
from evenhand.records.cascade import CascadeFault, CascadeStep, membership_faults, step_faults, voters_of

Rule = Literal["majority", "unanimous", "mean", "median", "weighted", "dawid_skene", "stack"]

NEED_A_FIT = frozenset({"dawid_skene", "stack"})
"""Rules without a meaning before their numbers are learned."""
_LEARNED = NEED_A_FIT | {"weighted"}


class Panel(FileRecord):
    """Judges, the rule that combines them, and what happens when they are missing, tie or abstain."""

    schema_: Literal["panel/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    id: Identifier
    """Name of the panel."""
    title: str = ""
    """Name for people."""
    judges: tuple[str, ...] = Field(min_length=1)
    """Judges by file name without its ending, or by path from this file."""
    rule: Rule = "majority"
    """How ratings become a verdict. "stack" and "dawid_skene" are learned from human labels, and "weighted" may be;
    "dawid_skene" takes judges to err independently, which they do not."""
    weights: Mapping[str, float] = Field(default_factory=dict)
    """Weight of each judge's vote, for the rule "weighted" without a fit."""
    fit: str = ""
    """File of the panel's fit, as a path from this file: the numbers of a learned rule."""
    quorum: int | None = Field(default=None, ge=1)
    """Fewest judges with an opinion for a verdict; by default more than half."""
    on_tie: Literal["undecided", "worst", "best"] = "undecided"
    """What a tie means: a person decides, or the worst or best of the tied labels holds. The two sides of a pair are
    alike, so with worst or best their tie is "tie", where that is an answer."""
    on_abstention: Literal["drop", "undecided"] = "drop"
    """Whether "cannot tell" leaves the vote to the others or leaves the item to people."""
    on_missing: Literal["quorum", "undecided"] = "quorum"
    """Whether a failed rating leaves the vote to a quorum of the others or leaves the item to people. With either, a
    pass, or a win in a pair, stands only if it would also stand with every judge against it that refused the item, was
    filtered or found it too long."""

    cascade: tuple[CascadeStep, ...] = ()
    """Steps of judges: each is asked only about items that no step before it settled. What no step settles is undecided
    and goes to people. Without it all judges are asked about everything."""
    calibration: str = ""
    """File of the calibration map, as a path from this file: what the judges' probabilities are worth, for the
    confidence that a step of the cascade asks for."""

    @model_validator(mode="after")
    def _weights_fit_the_judges(self) -> Self:
        if len(set(self.judges)) != len(self.judges):
            raise ValueError("judges names a judge twice")
        if self.quorum is not None and self.quorum > len(self.judges):
            raise ValueError(f"quorum is {self.quorum}, but there are {len(self.judges)} judges")
        if self.rule != "weighted" and self.weights:
            raise ValueError('weights belong to the rule "weighted"')
        if self.rule == "weighted" and not self.fit and set(self.weights) != set(self.judges):
            raise ValueError("weights needs exactly one weight for each judge")
        if any(not weight > 0 for weight in self.weights.values()):
            raise ValueError("weights must be above zero")
        return self

    @model_validator(mode="after")
    def _learned_rules_have_a_fit(self) -> Self:
        if self.rule in NEED_A_FIT and not self.fit:
            raise ValueError(
                f'the rule "{self.rule}" needs fit: the file that `evenhand calibrate --learn` writes'
            )
        if self.fit and self.rule not in _LEARNED:
            raise ValueError(
                f'fit belongs to the rules "weighted", "dawid_skene" and "stack", not to "{self.rule}"'
            )
        if self.fit and self.weights:
            raise ValueError("weights and fit both weigh the judges; leave one out")
        if self.rule in NEED_A_FIT and self.cascade:
            raise ValueError(
                f'the rule "{self.rule}" was learned from all judges together, and a cascade spares some'
            )
        return self

    @model_validator(mode="after")
    def _cascade_fits_the_judges(self) -> Self:
        for fault in self._cascade_faults():
            raise ValueError(fault.message)
        return self

    def _cascade_faults(self) -> Iterator[CascadeFault]:
        if self.cascade:
            steps = [list(enumerate(step.judges)) for step in self.cascade]
            yield from membership_faults(self.judges, steps)
            yield from step_faults(self.cascade, self.quorum)
        if self.calibration and not self.asks_for_confidence:
            message = "calibration is for a cascade, and no step of one asks for a confidence"
            yield CascadeFault(place=("calibration",), message=message)

    @property
    def asks_for_confidence(self) -> bool:
        """Whether a step of the cascade settles by confidence."""
        return any(step.settle and step.settle.confidence is not None for step in self.cascade)

    def at_step(self, number: int) -> "Panel":
        """Return the panel that votes in a step of the cascade, counted from 1: the same rule for its voters."""
        voters = voters_of(self.cascade, number)
        weights = {judge: self.weights[judge] for judge in voters} if self.weights else {}
        return self.model_copy(
            update={
                "judges": voters,
                "weights": weights,
                "quorum": self.cascade[number - 1].quorum,
                "cascade": (),
                "calibration": "",
            }
        )

    @property
    def quorum_needed(self) -> int:
        """Fewest judges with an opinion for a verdict."""
        return self.quorum if self.quorum is not None else len(self.judges) // 2 + 1
