"""The verdict that a test holds: true when it passes, equal to its label, and never anything when there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from evenhand.errors import EvenhandError, MeasureError, UnknownNameError

Meaning = Literal["pass", "fail", "neutral"]


class CannotJudgeError(MeasureError):
    """There is no verdict to test: nobody could be asked, ratings failed, or the question itself is wrong."""


class UndecidedError(EvenhandError):
    """The panel left the item to people, so that a test of its verdict is neither passed nor failed."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSaid:
    """What one judge of the panel said."""

    judge: str
    label: str | None
    """Its answer; None where it has none."""
    reason: str
    """Its reason, or what came instead of an answer; hostile text."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelVerdict:
    """What a panel says on one output under one principle.

    ::

        assert verdict                 # passes; so does `assert verdict.passes`
        assert verdict == "complies"   # a label that the scale does not have is an error, not merely unequal

    Both raise `UndecidedError` where the panel left the item to people, so that neither `not verdict` nor
    `verdict != "violates"` holds by accident. Ask `is_undecided` first where that is an answer too.
    """

    suite: str
    run: str
    """Where everything that was said is kept."""
    case: str
    candidate: str
    principle: str
    panel: str
    rule: str
    """How its judges' answers were combined."""
    label: str | None
    """The settled answer; None is undecided."""
    meaning: Meaning | None
    """Whether that answer passes, fails, or is outside the rate; None is undecided."""
    undecided: str
    """Why it is undecided; empty when it is settled."""
    answers: tuple[str, ...]
    """The answers of the scale; empty where they are numbers."""
    judges: tuple[JudgeSaid, ...]
    """Who said what."""
    steps: tuple[str, ...]
    """How the answers became the verdict, in words."""
    name: str
    """Name of the item, safe to show."""
    said: str
    """The verdict in a few words, safe to show."""
    tell: Callable[[], Sequence[str]] = field(repr=False)
    """Returns the whole explanation, line by line, safe to show."""

    @property
    def headline(self) -> str:
        """The verdict on one line, safe to show."""
        return f"{self.name}: {self.said}"

    @property
    def is_undecided(self) -> bool:
        """Whether the panel left the item to people."""
        return self.meaning is None

    @property
    def passes(self) -> bool:
        """Whether the answer is one that passes.

        Raises:
            UndecidedError: There is no answer.
        """
        __tracebackhide__ = True
        return self._settled_meaning() == "pass"

    @property
    def fails(self) -> bool:
        """Whether the answer is one that fails; an answer outside the rate neither passes nor fails.

        Raises:
            UndecidedError: There is no answer.
        """
        __tracebackhide__ = True
        return self._settled_meaning() == "fail"

    def __bool__(self) -> bool:
        __tracebackhide__ = True
        return self.passes

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if not isinstance(other, str):
            return self is other
        self._settled_meaning()
        if self.answers and other not in self.answers:
            unknown = UnknownNameError(f"answer of principle {self.principle}", other, self.answers)
            raise CannotJudgeError(f"{unknown}; {unknown.hint}")
        return self.label == other

    def __hash__(self) -> int:
        __tracebackhide__ = True
        self._settled_meaning()
        return hash(self.label)  # so that it is found in a set of labels

    def __repr__(self) -> str:
        return f"<{self.headline}>"

    def _settled_meaning(self) -> Meaning:
        __tracebackhide__ = True
        if self.meaning is None:
            raise UndecidedError(self.headline)
        return self.meaning
