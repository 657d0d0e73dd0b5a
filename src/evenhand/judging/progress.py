"""How far a run is: counters that the runner moves and a screen reads."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from evenhand.judging.answerers import Answering
from evenhand.records.attempt import Settled
from evenhand.records.pacing import AccountNow
from evenhand.records.rating import FailedRating, Spared
from evenhand.records.verdict import Verdict

_WHOSE = "the report says how many ratings are whose"


def _nobody(_line: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class JudgeProgress:
    """Counters of one judge."""

    planned: int = 0
    rated: int = 0
    reused: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """Failed ratings by kind."""
    spared: int = 0
    """Units not asked, because an earlier step of a cascade settled their item."""
    in_flight: int = 0
    cost_nanousd: int = 0
    answering: Answering = field(default_factory=Answering)
    """Who answers for it."""

    @property
    def settled(self) -> int:
        """Units with a terminal state."""
        return self.rated + self.failed.total() + self.spared


@dataclass(slots=True)
class BatchProgress:
    """How one batch stands."""

    account: str
    rows: int
    word: str
    """The vendor's word for it, or ours while it is on its way."""
    provider_id: str = ""
    done: int = 0
    """Rows that are through, as far as the vendor says."""
    ended: bool = False
    remarks: tuple[str, ...] = ()
    """What was wrong with its results, for people."""


@dataclass(slots=True)
class Progress:
    """Counters of a run."""

    judges: dict[str, JudgeProgress] = field(default_factory=dict)
    """By judge, in the panel's order."""
    look: Callable[[], Sequence[AccountNow]] = tuple
    """Returns how each account is asked at this moment."""
    batches: dict[int, BatchProgress] = field(default_factory=dict)
    """By the number of the batch in the ledger."""
    items_decided: int = 0
    """Items with a settled verdict, among those whose units are all settled."""
    items_undecided: int = 0
    disagreement_total: float = 0.0
    """Sum of the disagreement over the items above."""
    tell: Callable[[str], None] = _nobody
    """Told a line for people when a judge turns into another instrument, once a judge."""

    def settle(self, settled: Settled) -> None:
        """Count one terminal state and what it cost, and notice who answered."""
        self._hear(settled)
        counters = self.judges[settled.unit.judge.id]
        if isinstance(settled.outcome, FailedRating):
            counters.failed[settled.outcome.kind.value] += 1
        elif isinstance(settled.outcome, Spared):
            counters.spared += 1
        else:
            counters.rated += 1
        counters.reused += settled.reused is not None
        counters.cost_nanousd += sum(served.cost_nanousd for served in settled.served)

    def _hear(self, settled: Settled) -> None:
        """Notice who answered for a unit."""
        judge = settled.unit.judge.id
        for served in settled.served:
            if change := self.judges[judge].answering.note(served):
                self.tell(f"judge {judge} is answered by {change}, from unit {settled.unit.seq} on: {_WHOSE}")

    def decide(self, verdict: Verdict) -> None:
        """Count one verdict."""
        if verdict.label is None:
            self.items_undecided += 1
        else:
            self.items_decided += 1
        self.disagreement_total += verdict.disagreement

    @property
    def planned(self) -> int:
        """Units in the plan."""
        return sum(judge.planned for judge in self.judges.values())

    @property
    def settled(self) -> int:
        """Units with a terminal state."""
        return sum(judge.settled for judge in self.judges.values())

    @property
    def cost_nanousd(self) -> int:
        """What the calls cost so far."""
        return sum(judge.cost_nanousd for judge in self.judges.values())
