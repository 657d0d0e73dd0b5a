"""Find how often a panel that was asked several times contradicted itself."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.records.baseline import Said
from evenhand.records.rated import item_name
from evenhand.workflows.read_run import read_run

MOST_NAMED = 10
"""So many items are named at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlakyItem:
    """An item on which readings differ."""

    item: str
    """Its name, as reports write it."""
    said: tuple[Said, ...]
    """Verdict of each reading: null where it is undecided, false where it is missing."""
    share: float
    """Share of its pairs of readings that differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """How often the verdicts of two readings of an item differ."""

    items: int
    """Items with two readings that can be compared."""
    flaky: int
    """Items with two that differ."""
    pairs: int
    """Pairs of readings compared."""
    flips: int
    """Pairs that differ."""
    rate: float | None
    """Mean over items of the share of pairs that differ; null where it can not be told."""
    low: float | None
    """Lower limit of its interval with 95 % confidence; items of one source are not counted as independent."""
    high: float | None
    """Upper limit."""
    flakiest: tuple[FlakyItem, ...]
    """The items that flip most, the first ones of the suite where they flip alike; at most 10."""


def find_flips(start: Path, run: str) -> Flips | None:
    """Return how often a panel contradicted itself; None for a run of one reading.

    Args:
        start: Folder from which the workspace is looked for.
        run: The run, or "latest".

    Raises:
        UnknownNameError: There is no such run.
        LedgerError: The ledger can not be read.
    """
    stored = read_run(start, run)
    if stored.manifest.readings == 1:
        return None
    from evenhand.gate.flips import count_flips, flip_rates  # noqa: PLC0415 - statistics that no other run needs
    from evenhand.stats.estimate import Estimate  # noqa: PLC0415 - as above
    from evenhand.workflows.gate.readings import read_counted_readings  # noqa: PLC0415 - as above

    cells = tuple(read_counted_readings(stored))
    found = flip_rates(cells).overall
    flaky = (
        FlakyItem(item=item_name(each.case, each.candidate, each.principle), said=each.said, share=share)
        for each in cells
        if (share := count_flips(each.said).share)
    )
    rate = found.rate if isinstance(found.rate, Estimate) else None
    return Flips(
        items=found.cells,
        flaky=found.flaky,
        pairs=found.pairs,
        flips=found.flips,
        rate=rate.value if rate else None,
        low=rate.interval.low if rate else None,
        high=rate.interval.high if rate else None,
        flakiest=tuple(sorted(flaky, key=lambda each: -each.share)[:MOST_NAMED]),
    )
