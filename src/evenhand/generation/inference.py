"""Chains that infer principles: a batch of decisions gives proposals, and a proposal takes a side on a decision."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.constitution.inverse.decisions import Decision
from evenhand.constitution.inverse.texts import show_decisions
from evenhand.generation.chain import Ask, Written
from evenhand.records.constitution import Principle


@dataclass(frozen=True, slots=True, kw_only=True)
class InferChain:
    """One question: what do these decisions follow?"""

    name: str
    principle: Principle
    """The written principle people decided under."""
    decisions: tuple[Decision, ...]

    def next(self, done: Sequence[Written]) -> Ask | None:
        """Ask once."""
        if done:
            return None
        return Ask(kind="infer", principle=self.principle, data={"decisions": show_decisions(self.decisions)})


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteChain:
    """One question: which side does this proposal take here?"""

    name: str
    proposal: str
    """The proposed principle; hostile text."""
    decision: Decision

    @property
    def is_swapped(self) -> bool:
        """Whether the pair is shown in the other order: for half of the pairs, so that no place is favoured."""
        if not self.decision.second:
            return False
        text = f"{self.proposal}\0{self.decision.principle_id}\0{self.decision.name}"
        return bool(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[0] & 1)

    def next(self, done: Sequence[Written]) -> Ask | None:
        """Ask once."""
        if done:
            return None
        shown = (self.decision.first, self.decision.second)
        first, second = shown[::-1] if self.is_swapped else shown
        data = {
            "principle": self.proposal,
            "prompt": self.decision.prompt,
            "first": first,
            "second": second,
        }
        return Ask(kind="vote", data=data)
