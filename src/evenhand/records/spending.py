"""What calls cost, by judge and by what each call was good for; the parts add up to the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.records.instrument import FREE, CallShare, Purpose
from evenhand.records.run import AttemptState


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What one judge's calls cost, in billionths of a US dollar."""

    judge: str
    nanousd: int
    """All of it: the sum of the next five."""
    rated_nanousd: int
    """Replies that are readable ratings."""
    failed_nanousd: int
    """Replies that are failed ratings."""
    asked_again_nanousd: int
    """Replies that could not be read and were asked again."""
    preflight_nanousd: int
    """Calls that only asked what the endpoint can do."""
    open_nanousd: int
    """Replies of units that are open."""
    duplicates_at_risk_nanousd: int
    """Worst case of calls that were in flight at a crash: possible duplicates."""
    unanswered_at_risk_nanousd: int
    """Worst case of calls that brought no reply and may have been billed all the same."""
    waiting_at_risk_nanousd: int
    """Worst case of calls under way, and of replies that were not read yet."""
    estimated_replies: int
    """Replies that did not say what they used; their price is an estimate."""
    unsure_nanousd: int
    """What these may have cost beyond the estimate, in the worst case."""


def spending_by_judge(shares: Sequence[CallShare]) -> tuple[Spending, ...]:
    """Return what each judge's calls cost, for the judges that made some."""
    made = [share for share in shares if share.purpose not in FREE]
    judges = dict.fromkeys(share.judge for share in made)
    return tuple(_spending(judge, [each for each in made if each.judge == judge]) for judge in judges)


def _spending(judge: str, shares: Sequence[CallShare]) -> Spending:
    def cost(purpose: Purpose) -> int:
        return sum(each.cost_nanousd for each in shares if each.purpose is purpose)

    def at_risk(*states: AttemptState) -> int:
        return sum(each.at_risk_nanousd for each in shares if each.state in states)

    return Spending(
        judge=judge,
        nanousd=sum(each.cost_nanousd for each in shares),
        rated_nanousd=cost(Purpose.RATED),
        failed_nanousd=cost(Purpose.FAILED),
        asked_again_nanousd=cost(Purpose.ASKED_AGAIN),
        preflight_nanousd=cost(Purpose.PREFLIGHT),
        open_nanousd=cost(Purpose.OPEN),
        duplicates_at_risk_nanousd=at_risk(AttemptState.UNKNOWN),
        unanswered_at_risk_nanousd=at_risk(AttemptState.FAILED),
        waiting_at_risk_nanousd=at_risk(AttemptState.SENT, AttemptState.RECEIVED),
        estimated_replies=sum(each.estimated for each in shares),
        unsure_nanousd=sum(each.unsure_nanousd for each in shares),
    )
