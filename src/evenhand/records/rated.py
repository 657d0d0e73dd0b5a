"""A run as reports read it: rated items one after the other, and the account of its calls."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.records.candidate_flag import Flags
from evenhand.records.instrument import FREE, CallShare, JudgeIdentity, Purpose, judge_identities
from evenhand.records.judge import ModelJudge
from evenhand.records.label import HumanLabel
from evenhand.records.pacing import PacingEvent
from evenhand.records.rating import RATED, SPARED, Order, Spared, TerminalState
from evenhand.records.run import AttemptState, Manifest
from evenhand.records.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedUnit:
    """One judge's terminal state on an item, for one order and repeat."""

    judge: str
    order: Order
    repeat: int
    outcome: TerminalState


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedItem:
    """An item with everything said about it."""

    seq: int
    """Position in the suite, from 0."""
    case_id: str
    candidate_id: str
    principle_id: str
    slice: Mapping[str, str]
    """Groups the case belongs to."""
    units: tuple[RatedUnit, ...]
    """Terminal states, in the order of the plan; open units are absent."""
    verdict: Verdict | None
    """What the panel made of them; None while a unit of the item is open."""
    labels: tuple[HumanLabel, ...] = ()
    """What people said."""
    flags: tuple[Flags, ...] | None = ()
    """What was noticed about each candidate; empty where nothing was, None where nobody looked."""

    @property
    def asked(self) -> tuple[RatedUnit, ...]:
        """Units that were not spared."""
        return tuple(unit for unit in self.units if not isinstance(unit.outcome, Spared))

    @property
    def name(self) -> str:
        """Name people use for the item: case, candidate where there are several, principle."""
        return item_name(self.case_id, self.candidate_id, self.principle_id)


def item_name(case_id: str, candidate_id: str, principle_id: str) -> str:
    """Return the name people use for an item: case, candidate where there are several, principle."""
    middle = "" if candidate_id in {"1", ""} else f"/{candidate_id}"
    return f"{case_id}{middle}/{principle_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """What one judge's calls came to."""

    attempts: int = 0
    """Calls that left."""
    failed: int = 0
    """Calls that brought no reply."""
    batched: int = 0
    """Calls that left in a batch, at the price of one."""
    unread: int = 0
    """Replies that were paid for and then asked again."""
    possible_duplicates: int = 0
    """Calls sent before a crash whose reply was never stored: possibly billed."""
    reused: int = 0
    """Units answered by a reply of an earlier run or of an imported recording."""
    imported: int = 0
    """How many of `reused` are imported recordings."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_nanousd: int = 0
    at_risk_nanousd: int = 0
    """Worst-case price of calls that may have been billed and whose own price is not known."""
    estimated: int = 0
    """Replies that did not say what they used, so that their tokens and price are estimated."""
    unsure_nanousd: int = 0
    """What these may have cost beyond the estimate, in the worst case."""
    served_models: Mapping[str, int] = field(default_factory=dict)
    """How many replies each served model gave."""
    fingerprints: Mapping[str, int] = field(default_factory=dict)
    """How many replies each fingerprint gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCosts:
    """What the units of one judge cost for which calls were made."""

    units: int
    """Units with calls that were read."""
    calls: int
    """Their calls."""
    mean_nanousd: float
    """Mean cost of a unit, all its calls together."""
    sd_nanousd: float
    """Standard deviation of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAccount:
    """Where every planned unit went, and what the calls cost."""

    planned: int
    """Units in the plan."""
    terminal: Mapping[str, int]
    """Units by terminal state: "rated", "spared", or the kind of failure."""
    calls: Mapping[str, CallCounts]
    """Calls by judge; offline judges make none."""
    preflight: CallCounts = CallCounts()
    """Calls that only asked what an endpoint can do."""
    shares: tuple[CallShare, ...] = ()
    """The same calls, by what each was for and who answered."""
    pacing: tuple[PacingEvent, ...] = ()
    """Changes of the pace at which accounts were asked, in their order."""
    unit_costs: Mapping[str, UnitCosts] = field(default_factory=dict)
    """What a unit of each judge cost; read only where a cascade spared some, to say what they would have cost."""

    def identities(self, manifest: Manifest) -> tuple[JudgeIdentity, ...]:
        """Return who answered for each judge of the run that asks a model."""
        judges = [judge.id for judge in manifest.judges if isinstance(judge, ModelJudge)]
        expected = {endpoint.judge: endpoint.served_model for endpoint in manifest.endpoints}
        return judge_identities(judges, expected, self.shares)

    @property
    def open(self) -> int:
        """Units without a terminal state."""
        return self.planned - sum(self.terminal.values())

    @property
    def failed(self) -> int:
        """Units that ended in a failed rating."""
        return sum(count for state, count in self.terminal.items() if state not in {RATED, SPARED})

    @property
    def spared(self) -> int:
        """Units that were not asked, because an earlier step of a cascade settled their item."""
        return self.terminal.get(SPARED, 0)

    @property
    def failed_share(self) -> float:
        """Share of failed ratings among the units that were not spared."""
        return self.failed / max(1, self.planned - self.spared)

    @property
    def possibly_spent_nanousd(self) -> int:
        """What all calls cost, with the worst case of those whose price is not known or estimated."""
        every = [self.preflight, *self.calls.values()]
        return sum(each.cost_nanousd + each.at_risk_nanousd + each.unsure_nanousd for each in every)

    @property
    def cost_nanousd(self) -> int:
        """What all calls cost."""
        return self.preflight.cost_nanousd + sum(counts.cost_nanousd for counts in self.calls.values())


def count_calls(shares: Sequence[CallShare]) -> CallCounts:
    """Return what calls came to, all of one judge or all of preflight."""
    made = [each for each in shares if each.purpose not in FREE]
    return CallCounts(
        attempts=sum(each.calls for each in made),
        failed=sum(each.calls for each in made if each.state is AttemptState.FAILED),
        batched=sum(each.batched for each in made),
        unread=sum(each.calls for each in made if each.purpose is Purpose.ASKED_AGAIN),
        possible_duplicates=sum(each.calls for each in made if each.state is AttemptState.UNKNOWN),
        reused=sum(each.calls for each in shares) - sum(each.calls for each in made),
        imported=sum(each.calls for each in shares if each.purpose is Purpose.IMPORTED),
        input_tokens=sum(each.input_tokens for each in made),
        output_tokens=sum(each.output_tokens for each in made),
        cost_nanousd=sum(each.cost_nanousd for each in made),
        at_risk_nanousd=sum(each.at_risk_nanousd for each in made),
        estimated=sum(each.estimated for each in made),
        unsure_nanousd=sum(each.unsure_nanousd for each in made),
        served_models=_replies_by(made, lambda each: each.served_model),
        fingerprints=_replies_by(made, lambda each: each.fingerprint),
    )


def _replies_by(shares: Sequence[CallShare], key: Callable[[CallShare], str]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for each in sorted(shares, key=key):
        if key(each):
            counts[key(each)] += each.calls
    return dict(counts)
