"""What every proposer is given, and what it gives back."""

from dataclasses import dataclass
from typing import Protocol

from evenhand.tuning.learn import LearnItem
from evenhand.tuning.results import RefusedCandidate
from evenhand.workflows.tuning.candidates import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnView:
    """All that a proposer may know: the current judge, and labelled items of the part that is never scored."""

    current: Candidate
    items: tuple[LearnItem, ...]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a proposer came up with."""

    candidates: tuple[Candidate, ...] = ()
    refused: tuple[RefusedCandidate, ...] = ()
    """Proposals that can not be judged."""
    notes: tuple[str, ...] = ()
    nanousd: int = 0
    """What asking for them may have cost."""


class Proposer(Protocol):
    """Proposes candidates."""

    def propose(self, view: LearnView) -> Proposed:
        """Return candidates made of what `view` holds.

        Raises:
            MeasureError: A model that writes them could not be asked.
        """
        ...
