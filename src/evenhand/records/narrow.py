"""A part of a suite: what somebody asked to be judged of it, and which part that came to."""

from dataclasses import dataclass

from pydantic import Field

from evenhand.records.canonical import FileRecord
from evenhand.records.feedback import PrincipleDraw


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Which part of a suite is wanted; what is left empty leaves nothing out."""

    principles: tuple[str, ...] = ()
    """Principles, by id or pattern."""
    cases: tuple[str, ...] = ()
    """Cases, by id or pattern."""
    judges: tuple[str, ...] = ()
    """Judges, by id or pattern."""
    sample: int | None = None
    """So many items, drawn from what the other wishes leave."""
    seed: int | None = None
    """Seed of the draw; None takes the suite's."""
    failed: bool = False
    """Items with a failed or open rating in an earlier run."""
    disagreed: bool = False
    """Items an earlier run left undecided, or whose judges differed there."""
    of: str = ""
    """The earlier run; empty means the latest of the suite."""
    principle_draw: PrincipleDraw | None = None
    """Which of its principles each case meets; None is all of them."""
    principle_seed: int = 0
    """Seed of that draw."""

    @property
    def is_empty(self) -> bool:
        """Whether the whole suite is wanted."""
        return self == Wishes()


class Narrow(FileRecord):
    """The part of a suite that a run judged. Without it a run judged the whole."""

    principles: tuple[str, ...] = ()
    """Principles asked for, by id or pattern; none means all."""
    cases: tuple[str, ...] = ()
    """Cases asked for, by id or pattern; none means all."""
    judges: tuple[str, ...] = ()
    """Judges asked for, by id or pattern; none means the whole panel."""
    judges_left_out: tuple[str, ...] = ()
    """Judges of the panel that were not asked; the verdicts are those of the others alone."""
    sample: int | None = Field(default=None, ge=1)
    """So many items were drawn; none means all."""
    seed: int = 0
    """Seed of the draw."""
    failed: bool = False
    """Whether items with a failed or open rating in `of` were chosen."""
    disagreed: bool = False
    """Whether items were chosen that `of` left undecided or whose judges differed there."""
    of: str = ""
    """The earlier run that decided which items failed or were disagreed about."""
    principle_draw: PrincipleDraw | None = None
    """Which of its principles each case met; null is all of them."""
    principle_seed: int = 0
    """Seed of that draw."""
    items: int = Field(ge=0)
    """Items chosen."""
    items_of: int = Field(ge=0)
    """Items of the whole suite."""
    digest: str
    """Digest over the names of the chosen items, in the order of the suite."""

    def wishes(self) -> Wishes:
        """Return what was asked for."""
        return Wishes(
            principles=self.principles,
            cases=self.cases,
            judges=self.judges,
            sample=self.sample,
            seed=self.seed if self.sample else None,
            failed=self.failed,
            disagreed=self.disagreed,
            of=self.of,
            principle_draw=self.principle_draw,
            principle_seed=self.principle_seed,
        )

    def words(self) -> str:
        """Return the part in words, for the stamp of every report."""
        chosen = [
            *(f"principle={pattern}" for pattern in self.principles),
            *(f"case={pattern}" for pattern in self.cases),
            *(f"judge={pattern}" for pattern in self.judges),
            *([f"failed in {self.of}"] if self.failed else []),
            *([f"disagreed in {self.of}"] if self.disagreed else []),
            *([f"a sample of {self.sample} with seed {self.seed}"] if self.sample else []),
            *([_draw_words(self.principle_draw, self.principle_seed)] if self.principle_draw else []),
        ]
        without = f"; without the judges {', '.join(self.judges_left_out)}" if self.judges_left_out else ""
        return f"{self.items:,} of {self.items_of:,} items ({', '.join(chosen)}){without}"


def _draw_words(draw: PrincipleDraw, seed: int) -> str:
    if draw.choose == "all":
        return "all selected principles for each case"
    return f"{draw.count} of its principles for each case, {draw.choose}, with seed {seed}"
