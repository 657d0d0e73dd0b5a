"""Everything that is told of a change of a constitution."""

from dataclasses import dataclass

from evenhand.constitution.changes import ConstitutionDiff
from evenhand.constitution.impact_results import Impact
from evenhand.constitution.staleness import Staleness


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed, and what that does."""

    headline: str
    """The conclusion, in one sentence without a full stop."""
    diff: ConstitutionDiff
    staleness: Staleness | None = None
    """What is stale through it; None where nobody looked."""
    impact: Impact | None = None
    """Which verdicts of a run flip; None where nothing was judged again."""
