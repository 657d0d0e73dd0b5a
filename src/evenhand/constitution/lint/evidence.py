"""A run as the lint of its constitution reads it: replies by principles, in arrays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evenhand.constitution.lint.results import ReplyName
from evenhand.records.constitution import Constitution
from evenhand.stats.arrays import Bools, Floats, Integers

Verdicts = NDArray[np.int8]
"""`Said` of each reply (row) under each principle (column)."""


class Said(IntEnum):
    """What was said of a reply under a principle."""

    NOT_ASKED = -3
    UNDECIDED = -2
    """No verdict or label, or an abstention."""
    NEUTRAL = -1
    """Outside the rate, such as not_applicable."""
    PASS = 0
    FAIL = 1
    """The principle fires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleFacts:
    """A principle, apart from what was said under it."""

    id: str
    text: str
    tier: str = ""
    exceptions: str = ""
    language: str = "en"
    conflicts_with: frozenset[str] = frozenset()
    has_rate: bool = True
    """Whether any answer passes or fails."""


def facts_of(
    constitution: Constitution, principles: Collection[str], rated: Mapping[str, bool]
) -> tuple[PrincipleFacts, ...]:
    """Return the facts of some principles, in the order given; `rated` says which have a pass rate."""
    return tuple(
        PrincipleFacts(
            id=name,
            text=principle.text,
            exceptions=principle.exceptions,
            language=constitution.language,
            tier=principle.tier,
            conflicts_with=frozenset(each.id for each in principle.conflicts_with),
            has_rate=rated.get(name, True),
        )
        for name in principles
        for principle in (constitution.by_id[name],)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What each of C opinions said on n items of a principle: judges, in each order and each way the prompt puts it."""

    counts: Integers | None
    """How often each gave each answer, shape (n, C, K); None where nobody was asked twice."""
    draws: int = 0
    """Answers of an opinion that are compared."""
    shares: Floats | None = None
    """Probability of each answer where judges gave more than one answer, shape (n, C, K); None otherwise."""
    shared: Bools | None = None
    """Where a judge gave probabilities, shape (n, C)."""
    clusters: Integers
    """Shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTable:
    """Labels of persons on a principle side by side."""

    labels: Integers
    """Shape (items, most labels of one), -1 where there are fewer."""
    categories: int
    level: Literal["nominal", "ordinal", "interval"]
    values: Floats | None
    clusters: Integers
    """Shape (items,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvidence:
    """R replies, P principles. What nobody was asked is absent, and never a pass."""

    runs: tuple[str, ...]
    judges: int
    principles: tuple[PrincipleFacts, ...]
    tiers: tuple[str, ...] = ()
    """Declared order, highest first."""
    names: tuple[ReplyName, ...]
    case: Integers
    """Number of the case of each reply, shape (R,)."""
    cluster: Integers
    """Replies with the same number share a source, shape (R,)."""
    verdict: Verdicts
    """The panel's, shape (R, P)."""
    preference: Verdicts | None = None
    """Where pairs are compared: 1 for the first, -1 for the second, 0 for a tie, `UNDECIDED` or `NOT_ASKED`."""
    human: Verdicts
    """Reference labels that may be learned from, shape (R, P)."""
    overall: NDArray[np.int8]
    """What people say of the whole reply, shape (R,): PASS, FAIL or UNDECIDED."""
    whole_labels: bool = False
    """Whether people labelled whole replies; else `overall` follows from their labels of all principles of a reply."""
    opinions: tuple[Opinions | None, ...] = ()
    """Of each principle; None where nothing tells noise from difference."""
    people: tuple[PeopleTable | None, ...] = ()
    """Of each principle; None where no item was labelled by two persons."""
    notes: tuple[str, ...] = ()

    @property
    def decided(self) -> Bools:
        """Where there is a verdict that passes or fails, shape (R, P)."""
        return np.asarray(self.verdict >= Said.PASS)

    @property
    def fails(self) -> Bools:
        """Where a principle fires, shape (R, P)."""
        return np.asarray(self.verdict == Said.FAIL)

    def fired(self) -> Integers:
        """Return how many principles fire on each reply, shape (R,)."""
        return np.asarray(self.fails.sum(axis=1))

    def open(self) -> Integers:
        """Return how many principles are undecided on each reply, shape (R,)."""
        return np.asarray((self.verdict == Said.UNDECIDED).sum(axis=1))

    def without(self, names: Collection[str]) -> "RunEvidence":
        """Return the same as if nobody had been asked, or had labelled anything, under some principles."""
        verdict = self.verdict.copy()
        verdict[:, self._columns(names)] = Said.NOT_ASKED
        return replace(self.without_labels(names), verdict=verdict)

    def without_labels(self, names: Collection[str]) -> "RunEvidence":
        """Return the same as if nobody had labelled anything under some principles."""
        human = self.human.copy()
        human[:, self._columns(names)] = Said.NOT_ASKED
        return replace(self, human=human)

    def called(self, names: Mapping[str, str]) -> "RunEvidence":
        """Return the same with principles under other names, also where conflicts are declared."""
        principles = tuple(
            replace(
                each,
                id=names.get(each.id, each.id),
                conflicts_with=frozenset(names.get(other, other) for other in each.conflicts_with),
            )
            for each in self.principles
        )
        return replace(self, principles=principles)

    def _columns(self, names: Collection[str]) -> list[int]:
        return [column for column, each in enumerate(self.principles) if each.id in names]

    def panel_overall(self) -> NDArray[np.int8]:
        """Return whether each reply passes all principles, shape (R,): PASS, FAIL or UNDECIDED."""
        fired, open_, decided = self.fired(), self.open(), self.decided.any(axis=1)
        passed = np.where(decided & (open_ == 0), Said.PASS, Said.UNDECIDED)
        return np.where(fired > 0, Said.FAIL, passed).astype(np.int8)

    def sole(self, principle: int) -> Bools:
        """Return the replies that this principle alone fails, every other being decided, shape (R,)."""
        return np.asarray(self.fails[:, principle] & (self.fired() == 1) & (self.open() == 0))
