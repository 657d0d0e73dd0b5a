"""Made-up constitutions with planted faults, and judges and people who rate under them. Everything is simulated.

What is drawn: replies of a case share how hard it is, and each reply how bad it is, so that principles are violated
together. Judges see the truth with errors that they repeat and errors that they do not; people label a part of the
replies, three persons each, and say of whole replies whether they would fail them.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from evenhand.constitution.lint.evidence import (
    Opinions,
    PeopleTable,
    PrincipleFacts,
    RunEvidence,
    Said,
    Verdicts,
)
from evenhand.constitution.lint.results import Check, ReplyName
from evenhand.stats.arrays import Bools, Integers

ONE_CLAIM = "The reply must not state a falsehood about the product."
TWO_CLAIMS = "The reply must name its source and must not promise a result."
Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Strength:
    """How strong planted faults are: ranges from which each constitution draws."""

    open_share: Range = (0.75, 0.95)
    """Replies on which each judge has a reading of its own."""
    flips: Range = (0.001, 0.004)
    """Replies on which the second of a redundant pair differs."""
    torn: Range = (0.07, 0.14)
    """Cases on which two principles conflict."""
    dead: Range = (0.08, 0.15)
    """Replies on which dead weight fires."""
    guess: Range = (0.5, 0.65)
    """Violations of the principle nobody agrees on that one person sees."""
    passes: Range = (0.7, 0.8)
    """Other replies that one person passes under it."""
    gap: Range = (0.09, 0.15)
    """Replies with a fault that no principle names."""


CLEAR = Strength()
FAINT = Strength(
    open_share=(0.62, 0.78),
    flips=(0.004, 0.008),
    torn=(0.045, 0.065),
    dead=(0.04, 0.07),
    guess=(0.72, 0.78),
    passes=(0.9, 0.93),
    gap=(0.04, 0.07),
)
"""Close to the limits of the lint: half the strength or less."""
Key = tuple[Check, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much there is of everything."""

    cases: int = 2_000
    replies: int = 3
    """Replies to each case."""
    clean: int = 12
    """Principles without a fault, beside those with one."""
    judges: int = 5
    repeats: int = 3
    labelled: int = 1_500
    """Replies that three people label."""


@dataclass(kw_only=True)
class Planted:
    """A run, and what is wrong in its constitution."""

    evidence: RunEvidence
    faults: set[Key] = field(default_factory=set)
    """What has to be found."""
    implied: set[Key] = field(default_factory=set)
    """What follows from a planted fault, and is neither a miss nor a false discovery."""


@dataclass(kw_only=True)
class _Column:
    """One principle on its way."""

    name: str
    truth: Bools
    said: Integers
    """What each judge said each time, shape (R, J, repeats): 1 where it fires."""
    labels: Integers
    """What three persons said, shape (R, 3)."""
    counts: bool = True
    """Whether people mind a violation."""
    text: str = ONE_CLAIM
    tier: str = ""


def plant(seed: int, size: Size, *, chance: float = 0.7, strength: Strength = CLEAR) -> Planted:
    """Return a run of a constitution in which each fault is planted with probability `chance`.

    A gap, a declared conflict that is no blocking one and clean principles are among them.
    """
    return _Planting(seed, size, chance, strength).done()


class _Planting:
    def __init__(self, seed: int, size: Size, chance: float, strength: Strength) -> None:
        self.strength = strength
        self.rng = np.random.default_rng(seed)
        self.size = size
        self.chance = chance
        self.rows = size.cases * size.replies
        self.case = np.repeat(np.arange(size.cases), size.replies)
        self.bad = self.rng.normal(size=self.rows) * 0.8 + self.rng.normal(size=size.cases)[self.case] * 0.8
        self.columns: list[_Column] = []
        self.faults: set[Key] = set()
        self.implied: set[Key] = set()

    def done(self) -> Planted:
        for number in range(self.size.clean):
            self.columns.append(self._column(f"clean-{number}", self._violations()))
        for fault in (
            self._never,
            self._always,
            self._ambiguous,
            self._redundant,
            self._conflict,
            self._declared_conflict,
            self._dead,
            self._not_checkable,
            self._compound,
        ):
            if self.rng.random() < self.chance:
                fault()
        missing = self._gap() if self.rng.random() < self.chance else np.zeros(self.rows, dtype=bool)
        return Planted(evidence=self._evidence(missing), faults=self.faults, implied=self.implied)

    # -- Clean principles --------------------------------------------------------------------------

    def _violations(self, rate: float | None = None) -> Bools:
        """Return where a principle is violated: more often where a reply is bad, or its case is hard for this one."""
        wanted = self.rng.uniform(0.02, 0.08) if rate is None else rate
        own = self.rng.normal(size=self.size.cases)[self.case] * 0.5 + self.rng.logistic(size=self.rows)
        level = 0.5 * self.bad + own
        return np.asarray(level > np.quantile(level, 1 - wanted))

    def _column(self, name: str, truth: Bools, **more: object) -> _Column:
        column = _Column(name=name, truth=truth, said=self._judged(truth), labels=self._labelled(truth))
        return replace(column, **more)  # type: ignore[arg-type] # fields of the column by their names

    def _judged(self, truth: Bools, specificity: float | None = None) -> Integers:
        """Return what judges say: each has errors of its own that it repeats, and slips that it does not."""
        shape = (self.rows, self.size.judges)
        sees = self.rng.uniform(0.85, 0.95, self.size.judges)
        passes = self.rng.uniform(0.97, 0.99, self.size.judges) if specificity is None else specificity
        right = self.rng.random(shape) < np.where(truth[:, np.newaxis], sees, passes)
        settled = np.where(right, truth[:, np.newaxis], ~truth[:, np.newaxis])
        slip = 0.03 if specificity is None else 0.0
        slips = self.rng.random((*shape, self.size.repeats)) < slip
        return (settled[:, :, np.newaxis] ^ slips).astype(np.int64)

    def _labelled(self, truth: Bools, sees: float = 0.92, passes: float = 0.985) -> Integers:
        """Return what three persons say: they miss some violations, and rarely see one that is not there."""
        right = self.rng.random((self.rows, 3)) < np.where(truth[:, np.newaxis], sees, passes)
        return np.where(right, truth[:, np.newaxis], ~truth[:, np.newaxis]).astype(np.int64)

    # -- Faults ------------------------------------------------------------------------------------

    def _drawn(self, limits: Range) -> float:
        return float(self.rng.uniform(*limits))

    def _fault(self, check: Check, *names: str) -> None:
        self.faults.add((check, frozenset(names)))

    def _never(self) -> None:
        truth = np.zeros(self.rows, dtype=bool)
        self.columns.append(replace(self._column("never", truth), said=self._judged(truth, 0.999)))
        self._fault(Check.NEVER, "never")

    def _always(self) -> None:
        truth = np.ones(self.rows, dtype=bool)
        column = self._column("always", truth, counts=False)
        self.columns.append(replace(column, said=self._judged(truth, 0.0) | 1))
        self._fault(Check.ALWAYS, "always")

    def _ambiguous(self) -> None:
        """Each judge has a reading of its own, kept when it is asked again, on most replies."""
        truth = self._violations(0.1)
        open_ = self.rng.random(self.rows) < self._drawn(self.strength.open_share)
        reading = self.rng.random((self.rows, self.size.judges)) < 0.5
        settled = np.where(open_[:, np.newaxis], reading, truth[:, np.newaxis])
        slips = self.rng.random((self.rows, self.size.judges, self.size.repeats)) < 0.03
        said = (settled[:, :, np.newaxis] ^ slips).astype(np.int64)
        self.columns.append(replace(self._column("ambiguous", truth), said=said))
        self._fault(Check.AMBIGUOUS, "ambiguous")
        # A panel of readers who differ fails what people pass.
        self.implied.add((Check.DEAD_WEIGHT, frozenset({"ambiguous"})))

    def _redundant(self) -> None:
        first = self._column("said-once", self._violations(0.1))
        flips = self.rng.random(self.rows) < self._drawn(self.strength.flips)
        second = replace(
            first,
            name="said-again",
            said=np.where(flips[:, np.newaxis, np.newaxis], 1 - first.said, first.said),
            labels=self._labelled(first.truth),
        )
        self.columns += [first, second]
        self._fault(Check.REDUNDANT, "said-once", "said-again")
        # What two principles see, neither sees alone.
        self.implied |= {(Check.DEAD_WEIGHT, frozenset({name})) for name in ("said-once", "said-again")}

    def _conflict(self) -> None:
        self._conflicting("full-answer", "no-harm")
        self._fault(Check.CONFLICT, "full-answer", "no-harm")

    def _declared_conflict(self) -> None:
        self._conflicting("brief", "thorough", tiers=("high", "low"))
        self._fault(Check.CONFLICT, "brief", "thorough")

    def _conflicting(self, one: str, other: str, tiers: tuple[str, str] = ("", "")) -> None:
        """On some cases every reply breaks one of the two, and each is broken by some."""
        torn = (self.rng.random(self.size.cases) < self._drawn(self.strength.torn))[self.case]
        side = self.rng.random(self.rows) < 0.5
        first = np.where(torn, side, self._violations(0.05))
        second = np.where(torn, ~side, self._violations(0.05))
        self.columns += [
            self._column(one, first, tier=tiers[0]),
            self._column(other, second, tier=tiers[1]),
        ]

    def _dead(self) -> None:
        """Judges agree on something that people do not mind."""
        truth = self.rng.random(self.rows) < self._drawn(self.strength.dead)
        self.columns.append(self._column("dead", truth, counts=False))
        self._fault(Check.DEAD_WEIGHT, "dead")

    def _not_checkable(self) -> None:
        truth = self._violations(0.1)
        column = self._column("fuzzy", truth)
        guesses = self._labelled(truth, self._drawn(self.strength.guess), self._drawn(self.strength.passes))
        self.columns.append(replace(column, labels=guesses))
        self._fault(Check.NOT_CHECKABLE, "fuzzy")

    def _compound(self) -> None:
        self.columns.append(self._column("compound", self._violations(), text=TWO_CLAIMS))
        self._fault(Check.COMPOUND, "compound")

    def _gap(self) -> Bools:
        self._fault(Check.GAP)
        return self._violations(self._drawn(self.strength.gap))

    # -- What the lint reads -----------------------------------------------------------------------

    def _evidence(self, missing: Bools) -> RunEvidence:
        labelled = np.zeros(self.rows, dtype=bool)
        labelled[self.rng.choice(self.rows, min(self.size.labelled, self.rows), replace=False)] = True
        truth = np.column_stack([column.truth for column in self.columns])
        minded = np.array([column.counts for column in self.columns])
        overall = self._labelled(np.asarray((truth & minded).any(axis=1) | missing))
        human = np.column_stack([_majority(column.labels) for column in self.columns]).astype(np.int8)
        human[:, ~minded] = Said.NOT_ASKED
        return RunEvidence(
            runs=("simulated",),
            judges=self.size.judges,
            principles=tuple(
                PrincipleFacts(id=column.name, text=column.text, tier=column.tier) for column in self.columns
            ),
            tiers=("high", "low"),
            names=tuple(
                ReplyName(case_id=f"c{case}", candidate_id=str(row % self.size.replies))
                for row, case in enumerate(self.case)
            ),
            case=self.case,
            cluster=self.case,
            verdict=np.column_stack([_verdict(column.said) for column in self.columns]),
            human=np.where(labelled[:, np.newaxis], human, Said.NOT_ASKED).astype(np.int8),
            overall=np.where(labelled, _majority(overall), Said.UNDECIDED).astype(np.int8),
            whole_labels=True,
            opinions=tuple(self._opinions(column) for column in self.columns),
            people=tuple(
                PeopleTable(
                    labels=column.labels[labelled],
                    categories=2,
                    level="nominal",
                    values=None,
                    clusters=self.case[labelled],
                )
                for column in self.columns
            ),
        )

    def _opinions(self, column: _Column) -> Opinions | None:
        if self.size.repeats < 2:
            return None
        fires = column.said.sum(axis=2)
        counts = np.stack([self.size.repeats - fires, fires], axis=2)
        return Opinions(counts=counts, draws=self.size.repeats, clusters=self.case)


def _majority(votes: Integers) -> Integers:
    return np.asarray(2 * votes.sum(axis=1) > votes.shape[1]).astype(np.int64)


def _verdict(said: Integers) -> Verdicts:
    """Return the majority of judges, each by the majority of what it said."""
    opinions = 2 * said.sum(axis=2) > said.shape[2]
    return np.where(2 * opinions.sum(axis=1) > opinions.shape[1], Said.FAIL, Said.PASS).astype(np.int8)
