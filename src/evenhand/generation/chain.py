"""Chains: the texts asked of a generator for one case, each made of the ones before.

A chain is a pure function from what was written so far to the next question. So a run that was interrupted goes on by
walking its chains again over the steps the ledger holds, and nothing of it is kept anywhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from evenhand.records.constitution import Principle
from evenhand.records.generator import StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text that was written."""

    kind: StepKind
    principle_id: str
    """The principle it is about; empty where there is none."""
    text: str
    """Hostile text."""
    key: bytes
    """Digest of what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A text to be asked for."""

    kind: StepKind
    """What is to be written; decides the prompt template."""
    principle: Principle | None = None
    """The principle it is about."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Hostile texts for the template by their name without `case.`, as `STEP_FIELDS` lists them; others are empty."""
    sample: int = 0
    """Which asking of the same question it is, so that one question can be asked several times."""

    @property
    def principle_id(self) -> str:
        """Id of the principle; empty where there is none."""
        return self.principle.id if self.principle else ""


class Chain(Protocol):
    """What is asked for one case, step by step."""

    @property
    def name(self) -> str:
        """Name of the chain, unique in its run."""
        ...

    def next(self, done: Sequence[Written]) -> Ask | None:
        """Return what to ask after the texts of `done`, from nothing else; None when the chain is at its end."""
        ...
