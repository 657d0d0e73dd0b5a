"""No run is left behind that claims to be running."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from evenhand.errors import EvenhandError, LedgerError
from evenhand.records.run import RunState
from evenhand.store.ledger import LedgerFile


@contextmanager
def stopped_by_errors(run: str, ledger: LedgerFile) -> Iterator[None]:
    """Write down that a run stopped, and why, where what is done in here fails."""
    try:
        yield
    except BaseException as error:
        with suppress(LedgerError):  # it can not be written, which is what `error` says
            ledger.set_state(run, RunState.STOPPED, _reason(error))
        raise


def _reason(error: BaseException) -> str:
    """Say why a run ended, without the texts of errors that are not ours: they may hold anything."""
    if isinstance(error, EvenhandError):
        return str(error)
    return f"a defect ({type(error).__name__})" if isinstance(error, Exception) else "interrupted"
