"""Verdicts of items that more than one execution or way of asking worked on; all they need is in the ledger."""

from collections.abc import Iterator

from evenhand.judging.progress import Progress
from evenhand.records.attempt import SettledItem
from evenhand.records.run import Run
from evenhand.store.ledger import LedgerFile
from evenhand.store.reading import items_to_decide, rated_item, rated_items
from evenhand.workflows.read_run import decider_of

_FEW_ITEMS = 200
"""So many items are read one by one; for more the whole run is read through once."""


def settle_leftover_items(run: Run, ledger: LedgerFile, progress: Progress) -> None:
    """Decide items that more than one execution or way of asking worked on; all it needs is in the ledger."""
    open_ones = frozenset(items_to_decide(ledger, run))
    if open_ones:
        ledger.add_verdicts(ledger.run_number(run.id), _decided(run, ledger, open_ones, progress))


def _decided(
    run: Run, ledger: LedgerFile, wanted: frozenset[int], progress: Progress
) -> Iterator[SettledItem]:
    decide = decider_of(run.manifest).decide
    few = len(wanted) < _FEW_ITEMS
    items = (
        (rated_item(ledger, run, seq, decide=decide) for seq in sorted(wanted))
        if few
        else rated_items(ledger, run, decide=decide)
    )
    for item in items:
        if item and item.seq in wanted and item.verdict:
            progress.decide(item.verdict)
            yield SettledItem(seq=item.seq, verdict=item.verdict)
