"""Starts a server as a process of its own on a free loopback port, waits until it answers, and ends it."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from benchmarks.acceptance.environments import BrokenError

HOST: Final = "127.0.0.1"
LONGEST_START_S: Final = 180.0
LONGEST_END_S: Final = 10.0
NOWHERE: Final = f"http://{HOST}:9"
"""A proxy that is not there, so that a server's own errands on the network fail at once."""
_POST: Final = re.compile(r'"POST /v1/[a-z/]+ HTTP')
"""How uvicorn logs a call."""
_direct = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that answers."""

    url: str
    """Its address, without a trailing slash."""
    log: Path
    """What it prints."""
    seconds: float
    """How long it took to answer."""


@contextmanager
def serve(
    command: Callable[[int], Sequence[str]],
    *,
    ready: str,
    folder: Path,
    environ: Mapping[str, str],
    patience_s: float = LONGEST_START_S,
) -> Iterator[Served]:
    """Run a server while the block runs.

    Args:
        command: The command line for a port.
        ready: Path that answers 200 once the server is ready.
        folder: Working folder, home and place of the log.
        environ: Variables beside the few every program needs; nothing else of ours reaches the server.
        patience_s: How long it may take to answer.

    Raises:
        BrokenError: It ended, or did not answer in time.
    """
    port, log = free_port(), folder / "server.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(port),
            cwd=folder,
            env=_clean(folder, environ),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            url = f"http://{HOST}:{port}"
            _wait(url + ready, process, started, patience_s)
            yield Served(url=url, log=log, seconds=time.monotonic() - started)
        finally:
            _end(process)


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def fetch(url: str, *, data: bytes | None = None) -> bytes:
    """Return what a control address of a server says; past any proxy."""
    with _direct.open(url, data=data, timeout=10) as answer:
        return bytes(answer.read())


def posts_in_log(served: Served) -> int:
    """Return how many calls a server says in its log that it answered."""
    return len(_POST.findall(served.log.read_text(encoding="utf-8", errors="replace")))


def _clean(folder: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(folder), "HTTPS_PROXY": NOWHERE, "NO_PROXY": f"{HOST},localhost", **environ}


def _wait(url: str, process: subprocess.Popen[bytes], started: float, patience_s: float) -> None:
    while time.monotonic() - started < patience_s:
        if process.poll() is not None:
            raise BrokenError(f"the server ended while it started (exit code {process.returncode})")
        try:
            fetch(url)
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise BrokenError(f"the server did not answer within {patience_s:g} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started: politely, then not."""
    _signal_group(process, SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(LONGEST_END_S)
    _signal_group(process, SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[bytes], signal: Signals) -> None:
    """Signal the group the server leads, which may have outlived it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal)
