"""Rewording of a judge's prompt as a chain: one text, asked under one principle with the mistakes made there."""

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.generation.chain import Ask, Written
from evenhand.records.constitution import Principle

_FENCE = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class RewordChain:
    """The question for one other wording."""

    name: str
    """Name of the wording, unique in its run."""
    principle: Principle
    template: str
    """The prompt as it is."""
    mistakes: str
    """What the judge got wrong under the principle; hostile text."""
    sample: int
    """Which asking of the same question it is."""

    def next(self, done: Sequence[Written]) -> Ask | None:
        """Return the question; None once it is answered."""
        if done:
            return None
        data = {"template": self.template, "mistakes": self.mistakes}
        return Ask(kind="reword", principle=self.principle, data=data, sample=self.sample)


def read_wording(text: str) -> str:
    """Return the template that a generator wrote: its whole text, or all that stands in the one block that it is."""
    lines = text.strip().split("\n")
    if len(lines) > 2 and lines[0].startswith(_FENCE) and lines[-1] == _FENCE:
        inside = lines[1:-1]
        if not any(line.startswith(_FENCE) for line in inside):
            return "\n".join(inside).strip() + "\n"
    return text.strip() + "\n"
