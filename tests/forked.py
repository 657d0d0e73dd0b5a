"""`evenhand` in processes of its own, forked from one that has imported everything: starting up is paid for once.

They are real processes, which are signalled and killed and end like any other. The tests of the terminal start theirs
with `python -m evenhand`, as people do.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

SERVER = Path(__file__).with_name("fork_server.py")


class Program:
    """A running `evenhand`: what the tests use of `subprocess.Popen`."""

    def __init__(self, words: tuple[str, ...], cwd: Path, patch: str, environment: Mapping[str, str]) -> None:
        """Start it; `patch` is Python run before its main function."""
        self._files = [tempfile.NamedTemporaryFile() for _ in range(2)]  # noqa: SIM115 - open until it has ended
        self.returncode: int | None = None
        self.out = self.err = b""
        self.pid = int(
            _ask(
                words=words,
                cwd=str(cwd),
                patch=patch,
                environment=dict(environment),
                files=[file.name for file in self._files],
            )
        )

    def poll(self) -> int | None:
        """The exit code, negative for a signal, or None while it runs."""
        if self.returncode is None:
            self.returncode = _ask(ended=self.pid)
            if self.returncode is not None:
                self.out, self.err = (file.read() for file in self._files)
                for file in self._files:
                    file.close()
        return self.returncode

    def wait(self) -> int:
        """Wait for its end; the time limit of the test ends a wait in vain."""
        while (code := self.poll()) is None:
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def start(
    *words: str | Path, cwd: Path, patch: str = "", environment: Mapping[str, str] = os.environ
) -> Program:
    """Start `evenhand WORDS` in `cwd`, without an input."""
    return Program(tuple(map(str, words)), cwd, patch, environment)


def _ask(**request: Any) -> Any:
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    return json.loads(server.stdout.readline())


@cache
def _server() -> subprocess.Popen[str]:
    """One for each process that runs tests; it ends when its input does."""
    command = [sys.executable, str(SERVER)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)  # closes its input and waits for it
    return server
