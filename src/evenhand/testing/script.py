"""How a loopback server behaves: judge, dialect, faults, latency, keys, models, billing."""

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.testing.batches.script import GOOD_BATCHES, BatchScript
from evenhand.testing.dialect import EVERYTHING, Dialect
from evenhand.testing.exchange import Judge
from evenhand.testing.faults.schedule import Strike


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Everything that decides a reply, apart from the request."""

    judge: Judge
    """Who answers."""
    dialect: Dialect = EVERYTHING
    """What the server can do."""
    strikes: Sequence[Strike] = ()
    """Scripted faults; the first that applies to a call decides, resets before the body ahead of all others."""
    latency: float = 0.0
    """Seconds every answer takes."""
    api_key: str | None = None
    """The only key let in; None lets everybody in."""
    models: tuple[str, ...] = ()
    """The models there are; empty serves any name."""
    fingerprint: str = "fp_scripted"
    """`system_fingerprint` of chat completions."""
    bill_abandoned: bool = True
    """Whether a call is billed whose client went away before the answer was sent, as vendors do."""
    batches: BatchScript = GOOD_BATCHES
    """How the batch endpoints behave."""
