"""What the panel of a run of several readings said each time, by the rule that settles every run."""

from collections.abc import Iterator
from dataclasses import replace

from evenhand.calibration.categories import categories_by_principle
from evenhand.gate.flips import CellReadings
from evenhand.judging.readings import said_of
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
            said=tuple(map(said_of, verdicts)),
            cluster=sources[item.seq] or "",
        )


def read_counted_readings(stored: StoredRun) -> Iterator[CellReadings]:
    """Yield the same with every answer as reports count it: numbers by the sides of the pass mark, or by quarters.

    Raises:
        MeasureError: An answer is not on the scale of its principle.
    """
    counted = categories_by_principle(stored.manifest)
    for cell in read_readings(stored):
        of = counted[cell.principle].of
        yield replace(cell, said=tuple(of(said) if isinstance(said, str) else said for said in cell.said))


def _nothing(*_item: object) -> None:
    """Settle nothing: the verdict that pools all readings is not wanted."""
