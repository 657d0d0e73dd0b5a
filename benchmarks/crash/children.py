"""Child processes that run or resume the suite, forked from this one so that starting costs next to nothing."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openai  # noqa: F401 - loaded before the fork, for every child

from evenhand.workflows.run_suite import RunOptions, resume_run, run_suite

_DEADLINE = 120.0


@dataclass(frozen=True)
class Child:
    """A process that works on a run."""

    pid: int

    def kill(self) -> bool:
        """Send SIGKILL; return whether it was still at work."""
        os.kill(self.pid, signal.SIGKILL)
        return os.WIFSIGNALED(os.waitpid(self.pid, 0)[1])

    def wait(self) -> int:
        """Wait for its end; return its exit code, or minus the signal that ended it."""
        deadline = time.monotonic() + _DEADLINE
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.002)
        self.kill()
        raise RuntimeError("a child did not come to its end")


def start(folder: Path, *, resume: bool, before: Callable[[], None] | None = None) -> Child:
    """Start a child; `before` is called in it before it begins."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Child(pid)
    code = 1
    try:
        if before:
            before()
        code = _work(folder, resume=resume)
    except BaseException:  # noqa: BLE001 - a child never returns into the campaign
        (folder / "child-error.txt").write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(code)


def _work(folder: Path, *, resume: bool) -> int:
    options = RunOptions(command="crash campaign")
    if resume:
        result = resume_run(folder, "latest", options, lambda _run, _progress: None)
    else:
        result = run_suite(folder, folder / "suite.yaml", options, lambda _run, _progress: None)
    return 3 if result.reasons else 0
