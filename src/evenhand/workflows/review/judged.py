"""What the judges said on a review item, read from the run's own ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evenhand.errors import MeasureError
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import Order, Rating, Spared, state_of
from evenhand.records.review import Revealed, RevealedRating, ReviewItem
from evenhand.records.scale import swap_label
from evenhand.workflows.read_run import read_run


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedItem:
    """What panel and judges said, in the frame of the case."""

    verdict: str | None
    undecided: str
    ratings: tuple[RevealedRating, ...]


def judged_items(start: Path) -> Callable[[ReviewItem], JudgedItem]:
    """Return what reads the judges' answers on items of the runs of a workspace."""
    stored = cache(lambda run: read_run(start, run))

    def judged(item: ReviewItem) -> JudgedItem:
        found = stored(item.run).item_at(item.seq)
        if found is None:
            raise MeasureError(f"run {item.run} has no item {item.seq} any more")
        return _judged(found)

    return judged


def shown_to(judged: JudgedItem, name: str, order: Order, item: ReviewItem, label: str) -> Revealed:
    """Return the judges' answers as a person sees them.

    Args:
        judged: The answers.
        name: The assignment.
        order: In which order the person sees a pair.
        item: The item.
        label: What the person answered, in the frame of the case.
    """
    swapped = order is Order.SWAPPED and "|" in item.candidate_id
    turned: Callable[[str], str] = swap_label if swapped else str
    return Revealed(
        assignment=name,
        label=turned(label),
        verdict=None if judged.verdict is None else turned(judged.verdict),
        undecided=judged.undecided,
        ratings=tuple(
            RevealedRating(
                judge=each.judge,
                label=None if each.label is None else turned(each.label),
                failed=each.failed,
                reason=each.reason,
                quotes=each.quotes,
            )
            for each in judged.ratings
        ),
        stratum=item.stratum,
    )


def _judged(item: RatedItem) -> JudgedItem:
    verdict = item.verdict
    undecided = "" if verdict is None or verdict.undecided is None else verdict.undecided.value
    return JudgedItem(
        verdict=None if verdict is None else verdict.label,
        undecided="open" if verdict is None else undecided,
        ratings=tuple(_rating(unit) for unit in item.units if not isinstance(unit.outcome, Spared)),
    )


def _rating(unit: RatedUnit) -> RevealedRating:
    outcome = unit.outcome
    if isinstance(outcome, Rating):
        return RevealedRating(
            judge=unit.judge, label=outcome.label, reason=outcome.reason, quotes=outcome.quotes
        )
    return RevealedRating(judge=unit.judge, label=None, failed=state_of(outcome))
