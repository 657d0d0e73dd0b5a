"""Find the item of a run that is most worth a look."""

from pathlib import Path

from evenhand.store.reading import most_divided_place
from evenhand.workflows.read_run import read_run


def find_divided(start: Path, run: str) -> str:
    """Return the name of the item the judges are most divided about; empty where no item has a verdict.

    Args:
        start: Folder from which the workspace is looked for.
        run: The run, or "latest".

    Raises:
        UnknownNameError: There is no such run.
        LedgerError: The ledger can not be read.
    """
    stored = read_run(start, run)
    place = most_divided_place(stored.ledger, stored.run)
    item = None if place is None else stored.item_at(place)
    return item.name if item else ""
