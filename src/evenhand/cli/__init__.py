"""The command line: parse, call one workflow, show what it returns."""

import os
import sys
from collections.abc import Sequence

from evenhand.cli.failures import explain_failure
from evenhand.cli.root import root_group
from evenhand.cli.session import start_session


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line.

    Args:
        arguments: What follows the program's name; by default what the process was started with.

    Returns:
        The exit code: 0 passed or done, 2 usage, 3 could not measure, 5 nothing selected, 130 interrupted, and 141
        when the reader of stdout went away.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    _write_what_can_not_be_encoded_as_escapes()
    session = start_session(typed, os.environ)
    try:
        code = root_group().main(typed, prog_name="evenhand", standalone_mode=False, obj=session)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last stop; each is told and has its exit code
        return explain_failure(error, session)
    return code if isinstance(code, int) else 0


def _write_what_can_not_be_encoded_as_escapes() -> None:
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


__all__ = ["main"]
