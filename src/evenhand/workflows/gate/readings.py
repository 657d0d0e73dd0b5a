"""What the panel of a run of several readings said each time, by the rule that settles every run."""

from collections.abc import Iterator

from evenhand.gate.flips import CellReadings
from evenhand.records.baseline import Said
from evenhand.records.verdict import Verdict
from evenhand.store.columns import item_columns
from evenhand.store.reading import rated_items
from evenhand.workflows.read_run import StoredRun, reading_decider_of


def read_readings(stored: StoredRun) -> Iterator[CellReadings]:
    """Yield what was said of each item of a run, in order, reading by reading.

    Each reading is settled by the run's own panel from the units of that reading; those of judges who say the same
    each time are in every one. In a cascade each reading has a road of its own. A verdict of the run itself pools all
    readings.
    """
    decider = reading_decider_of(stored.manifest)
    sources = item_columns(stored.ledger, stored.run).source
    for item in rated_items(stored.ledger, stored.run, decide=_nothing):
        verdicts = decider.decide(item.principle_id, item.units)
        yield CellReadings(
            case=item.case_id,
            candidate=item.candidate_id,
            principle=item.principle_id,
            said=tuple(map(_said, verdicts)),
            cluster=sources[item.seq] or "",
        )


def _nothing(*_item: object) -> None:
    """Settle nothing: the verdict that pools all readings is not wanted."""


def _said(verdict: Verdict | None) -> Said:
    """Return what a verdict says; one that is left open, or left undecided beside a failed rating, is missing."""
    if verdict is None:
        return False
    failed = any(opinion.failed for opinion in verdict.opinions)
    return False if verdict.label is None and failed else verdict.label
