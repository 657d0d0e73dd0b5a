"""`evenhand run --watch`: run again whenever a file changes that the run rests on."""

from collections.abc import Callable
from pathlib import Path

from evenhand.cli.failures import explain_failure
from evenhand.cli.output import Mark, Style, plural
from evenhand.cli.run_outcome import exit_code
from evenhand.cli.session import Session
from evenhand.errors import LedgerError, MeasureError, UsageError
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.run_suite import RunResult
from evenhand.workflows.watch_files import FileWatch, files_of, neighbours

Prepare = Callable[[], Prepared]
Execute = Callable[[Prepared], RunResult]

_SHOWN = 5


def run_watching(session: Session, suite: Path, prepare: Prepare, execute: Execute) -> int:
    """Run, wait for a change, and run again, until somebody interrupts it; mistakes in files are told and waited out.

    Returns:
        The exit code of the last run: an interrupt while it waits is the usual end, and no failure.
    """
    files: tuple[Path, ...] = (suite,)
    code = 0
    while True:
        watch = FileWatch(neighbours(files))
        try:
            prepared = prepare()
            files = files_of(prepared)
            watch.follow(files)
            result = execute(prepared)
            code = exit_code(result)
            if result.interrupted:
                return code
        except LedgerError:
            raise
        except (UsageError, MeasureError) as error:
            code = explain_failure(error, session)
        session.screen.say(f"waiting for changes in {plural(len(files), 'file')}; Ctrl-C ends")
        try:
            changed = watch.wait()
        except KeyboardInterrupt:
            return code
        _tell(session, changed)


def _tell(session: Session, changed: tuple[Path, ...]) -> None:
    names = ", ".join(path.name for path in changed[:_SHOWN])
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    session.screen.say(Mark("changed: ", Style.NAME), f"{names}{more}")
