"""What a proposer may know: labelled items of the shown part, and what the current judge said on them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnItem:
    """A labelled item that proposers see. It holds no reason of a person and no id of anything else."""

    case: str
    candidate: str
    principle: str
    cluster: str
    """The source of its case, or the case."""
    prompt: str
    """What the person asked; empty where the source does not say. Hostile."""
    response: str
    """The text under judgement. Hostile."""
    label: str
    """The reference label."""
    said: str
    """What the current judge answered; empty where it gave no readable answer."""

    @property
    def wrong(self) -> bool:
        """Whether the current judge got it wrong."""
        return self.said != self.label
