"""The conservation law: every planned unit is rated, failed in a known way, spared, or open (design.md section 4)."""

from collections.abc import Iterator

from evenhand.errors import MeasureError
from evenhand.records.rated import RunAccount
from evenhand.records.rating import RATED, SPARED, FailureKind
from evenhand.records.run import Run, RunState
from evenhand.reporting.summary import Conservation
from evenhand.reporting.tally import WHOLE, Tally


def conserve(run: Run, account: RunAccount, tally: Tally) -> Conservation:
    """Return where every planned unit and item went.

    Raises:
        MeasureError: Something was lost or counted twice.
    """
    if breaches := list(_breaches(run, account, tally)):
        raise MeasureError(
            f"run {run.id} breaks the conservation law: {'; '.join(breaches)}",
            hint="no report is written from counts that do not add up; check the ledger with `evenhand doctor`",
        )
    whole = [verdicts for (_, place), verdicts in tally.verdicts.items() if place == WHOLE]
    decided = sum(verdicts.labels.total() for verdicts in whole)
    undecided = sum(verdicts.undecided.total() for verdicts in whole)
    planned_items = run.manifest.planned_items
    return Conservation(
        planned=account.planned,
        rated=tally.states[RATED],
        failed={kind: tally.states[kind.value] for kind in FailureKind if tally.states[kind.value]},
        spared=tally.states[SPARED],
        open=account.open,
        items=planned_items,
        decided=decided,
        undecided=undecided,
        items_open=planned_items - decided - undecided,
        listed=tally.items,
    )


def _breaches(run: Run, account: RunAccount, tally: Tally) -> Iterator[str]:
    """Say what does not add up."""
    manifest = run.manifest
    if account.planned != manifest.planned_units:
        yield f"the account plans {account.planned} ratings, the manifest {manifest.planned_units}"
    if unknown := sorted(set(account.terminal) - {RATED, SPARED, *FailureKind}):
        yield f"{unknown[0]!r} is no terminal state"
    for state in sorted({*account.terminal, *tally.states}):
        if account.terminal.get(state, 0) != tally.states[state]:
            yield f"{account.terminal.get(state, 0)} {state} in the account, {tally.states[state]} in the items"
    if account.open < 0:
        yield f"{-account.open} more ratings than planned"
    if tally.items > manifest.planned_items:
        yield f"{tally.items} items where {manifest.planned_items} were planned"
    if run.state is RunState.FINISHED and account.open:
        yield f"the run is finished and {account.open} ratings are open"
