"""What came of inferring principles: every proposal with what it explains, kept or not, and why."""

from dataclasses import dataclass

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How the votes of a proposal stand to what people decided on the decisions it was made from."""

    right: int
    """Votes for the side people took."""
    wrong: int
    """Votes against it."""
    silent: int
    """Decisions on which it took no side."""
    unread: int
    """Votes that could not be read, or did not come."""

    @property
    def of(self) -> int:
        """Decisions that were voted on."""
        return self.right + self.wrong + self.silent + self.unread

    @property
    def net(self) -> float:
        """Share of right votes less that of wrong ones, of all decisions."""
        return (self.right - self.wrong) / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A principle somebody's decisions seem to follow."""

    principle_id: str
    """The written principle under which people decided against the panel."""
    text: str
    """What is proposed; written by a model, hostile text."""
    said_alike: tuple[str, ...]
    """Other wordings of the same that were proposed too; hostile texts."""
    nearest_id: str
    """The written principle whose text is the nearest to it."""
    nearest: float
    """How near, a cosine from 0 to 1."""
    learned: Explained
    """On the decisions it was made from."""
    is_tested: bool
    """Whether it was voted on again on decisions it was not made from."""
    gain: Measured | None = None
    """Change of the agreement with people on held-out decisions, where its vote replaces the panel's verdict."""
    p: float | None = None
    """Adjusted p value of that gain, over the proposals that were tested."""
    held_out: Explained | None = None
    """Its votes on the held-out decisions."""
    is_kept: bool = False
    """Whether it is put before people."""
    reason: str = ""
    """Why it is kept or not."""
    examples: tuple[str, ...] = ()
    """Names of overridden items it explains, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """Everything that came of it."""

    run: str
    """The run of judges whose verdicts people overruled."""
    generation: str
    """The newest generation run."""
    generator: str
    """Generator and its version."""
    model: str
    constitution: str
    """Id and version of the constitution."""
    decisions: int
    """Decisions of people that could be used."""
    overrides: int
    """How many of them went against the panel."""
    learned: int
    """Decisions that proposals were scored on at first."""
    held_out: int
    """Decisions that the tested ones were scored on."""
    proposed: int
    """Texts that were proposed, before those that say the same were put together."""
    unread: int
    """Texts of the generator that proposed nothing or did not come."""
    proposals: tuple[Proposal, ...]
    """Kept ones first, then by what they explain."""
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[Proposal, ...]:
        """What is put before people."""
        return tuple(each for each in self.proposals if each.is_kept)
