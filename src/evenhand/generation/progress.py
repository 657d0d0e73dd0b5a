"""Counters of a generation run under way."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from evenhand.records.pacing import AccountNow


@dataclass(slots=True, kw_only=True)
class GenerationProgress:
    """How far a generation run is. Moved by the runner, read by whoever shows it."""

    chains: int
    """Chains in the plan."""
    ended: int = 0
    """Chains at their end, failed ones included."""
    failed: Counter[str] = field(default_factory=Counter)
    """Chains that ended in a failed step, by the kind of failure."""
    steps: int = 0
    """Texts written or taken over."""
    reused: int = 0
    """Texts taken over from earlier runs."""
    in_flight: int = 0
    """Chains with a call under way."""
    cost_nanousd: int = 0
    """What the calls of this execution cost."""
    look: Callable[[], Sequence[AccountNow]] = tuple
    """Returns how the account is asked at this moment."""
