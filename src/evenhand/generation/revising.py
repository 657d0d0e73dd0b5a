"""Revision by a constitution as a chain: critique and revise, principle after principle, on the last revision.

Source: Bai et al. (2022), Constitutional AI, arXiv 2212.08073, section 3: a reply is criticised and revised under a
principle drawn anew, several times over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evenhand.feedback.draw import Rounds
from evenhand.feedback.results import RevisionStep
from evenhand.generation.chain import Ask, Written
from evenhand.records.constitution import Principle


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One revision of a reply."""

    round: int
    """From 1."""
    principle_id: str
    earlier: int
    """How many turns before it are about the same principle: the same question may be asked again, and is another."""


def turns_of(rounds: Rounds) -> Iterator[Turn]:
    """Yield the turns of a reply, in order."""
    met: list[str] = []
    for number, principle_ids in enumerate(rounds, 1):
        for principle_id in principle_ids:
            yield Turn(round=number, principle_id=principle_id, earlier=met.count(principle_id))
            met.append(principle_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionChain:
    """The questions that revise one reply."""

    name: str
    """Name of the reply, unique in its run."""
    prompt: str
    """What the person wrote; hostile text, empty where it is not known."""
    original: str
    """The reply; hostile text."""
    turns: tuple[Turn, ...]
    principles: Mapping[str, Principle]
    """The principles of the turns by id."""
    critique: bool
    """Whether a critique is written before each revision."""

    def next(self, done: Sequence[Written]) -> Ask | None:
        """Return the next question: a critique of the last revision, or a revision of what was criticised."""
        place, part = divmod(len(done), self._steps_per_turn)
        if place == len(self.turns):
            return None
        turn = self.turns[place]
        data = {"prompt": self.prompt, "response": self._last_revision(done)}
        principle = self.principles[turn.principle_id]
        if self.critique and part == 0:
            return Ask(kind="critique", principle=principle, data=data, sample=turn.earlier)
        if self.critique:
            data["critique"] = done[-1].text
        return Ask(kind="revise", principle=principle, data=data, sample=turn.earlier)

    @property
    def _steps_per_turn(self) -> int:
        return 2 if self.critique else 1

    def _last_revision(self, done: Sequence[Written]) -> str:
        return next((each.text for each in reversed(done) if each.kind == "revise"), self.original)


def read_turns(done: Sequence[Written], *, rounds: int) -> tuple[RevisionStep, ...]:
    """Return the turns of a chain that is at its end, from its texts.

    Args:
        done: All of its texts, in order.
        rounds: How many rounds it went through; each has as many turns as any other.

    Raises:
        ValueError: So many revisions do not make so many rounds of equal length.
    """
    steps: list[RevisionStep] = []
    total = sum(each.kind == "revise" for each in done)
    if total == 0 or total % rounds:
        raise ValueError(f"{total} revisions do not make {rounds} rounds")
    critique = ""
    keys: list[str] = []
    for each in done:
        keys.append(each.key.hex())
        if each.kind == "critique":
            critique = each.text
            continue
        steps.append(
            RevisionStep(
                round=1 + len(steps) * rounds // total,
                principle_id=each.principle_id,
                critique=critique,
                revision=each.text,
                keys=tuple(keys),
            )
        )
        critique, keys = "", []
    return tuple(steps)


__all__ = ["RevisionChain", "Turn", "read_turns", "turns_of"]
