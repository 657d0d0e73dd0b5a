"""Errors as people and scripts read them: message, next step, exit code."""

import errno
import os
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import typer

from evenhand.cli.documents import ErrorBody, ErrorDocument
from evenhand.cli.findings import count_findings, show_findings
from evenhand.cli.output import Mark, ReaderLeftError, Screen, Style
from evenhand.cli.session import Session
from evenhand.errors import EvenhandError, FileError

INTERRUPTED = 130
READER_LEFT = 141
"""What a shell reports for a program that wrote into a closed pipe."""
USAGE = 2
COULD_NOT_MEASURE = 3


def explain_failure(error: BaseException, session: Session) -> int:
    """Tell what ended a command.

    Returns:
        The exit code.
    """
    for kinds, tell in _TOLD_BY:
        if isinstance(error, kinds):
            return tell(error, session.screen)
    return _tell_defect(error, session)


def _tell(screen: Screen, message: str, *, code: int, kind: str, hint: str = "") -> int:
    first, *more = message.split("\n")
    screen.problem(Mark("error: ", Style.BAD), first)
    for line in more:
        screen.problem("       ", line)
    if hint:
        screen.problem(Mark("help:  ", Style.NAME), hint)
    body = ErrorBody(kind=kind, message=message, hint=hint, exit_code=code)
    screen.document("error/v1", ErrorDocument(error=body))
    return code


def _tell_ours(error: EvenhandError, screen: Screen) -> int:
    return _tell(screen, str(error), hint=error.hint, code=error.exit_code, kind=type(error).__name__)


def _tell_interruption(_: BaseException, screen: Screen) -> int:
    return _tell(screen, "interrupted", code=INTERRUPTED, kind="Interrupted")


def _tell_findings(error: FileError, screen: Screen) -> int:
    show_findings(error.findings, screen.problem)
    screen.problem(count_findings(error.findings))
    body = ErrorBody(kind="FileError", message=str(error), hint="", exit_code=error.exit_code)
    screen.document("error/v1", ErrorDocument(error=body, findings=error.findings))
    return error.exit_code


def _tell_usage(error: typer.TyperException, screen: Screen) -> int:
    context: typer.Context | None = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context:
        for line in context.get_help().splitlines():
            screen.problem(line)
        body = ErrorBody(kind="UsageError", message="no command", hint="", exit_code=USAGE)
        screen.document("error/v1", ErrorDocument(error=body))
        return USAGE
    hint = f"see `{context.command_path} --help`" if context else ""
    return _tell(screen, error.format_message(), hint=hint, code=USAGE, kind="UsageError")


def _tell_system_error(error: OSError, screen: Screen) -> int:
    name = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    hint = "free some space, then do the same again" if error.errno == errno.ENOSPC else ""
    message = f"{name}{error.strerror or error}"
    return _tell(screen, message, hint=hint, code=COULD_NOT_MEASURE, kind="SystemError")


def _tell_defect(error: BaseException, session: Session) -> int:
    """Tell about an error nobody foresaw; texts of other libraries are shown only when asked for, without keys."""
    screen = session.screen
    if session.debug:
        for line in _trace(error):
            screen.problem(line)
    where = _innermost_place(error)
    hint = "please report it with what `--debug` adds; it names no key and no value of a variable"
    message = f"evenhand has a defect: {type(error).__name__} in {where}"
    return _tell(screen, message, hint=hint, code=COULD_NOT_MEASURE, kind="Defect")


def _trace(error: BaseException) -> Iterator[str]:
    from evenhand.workflows.hide_keys import hide_keys  # noqa: PLC0415 - what it needs is slow to load

    for block in traceback.format_exception(error):
        for line in block.rstrip("\n").splitlines():
            yield hide_keys(line, os.environ)


def _innermost_place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}evenhand{os.sep}" in frame.filename]
    if not ours:
        return "an unknown place"
    frame = ours[-1]
    module = frame.filename.rpartition(f"{os.sep}evenhand{os.sep}")[2]
    return f"{module}:{frame.lineno}"


def _leave_quietly(_: BaseException, __: Screen) -> int:
    return READER_LEFT


_TOLD_BY: tuple[
    tuple[type[BaseException] | tuple[type[BaseException], ...], Callable[[Any, Screen], int]], ...
] = (
    (FileError, _tell_findings),
    (EvenhandError, _tell_ours),
    (typer.TyperException, _tell_usage),
    ((KeyboardInterrupt, typer.Abort), _tell_interruption),
    (ReaderLeftError, _leave_quietly),
    (OSError, _tell_system_error),
)
"""Who tells which error; the first that fits does."""
