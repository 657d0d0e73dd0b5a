"""Who holds a lease: which process of which machine, since when, and whether it still lives."""

import json
import os
import platform
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

_STAT_START: Final = 19
"""Where /proc/PID/stat tells the start of a process, counted behind its name."""
_DEAD: Final = frozenset("ZX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A process that holds a lease."""

    pid: int
    host: str
    """Name of its machine, for people."""
    machine: str
    """What tells its machine and numbering of processes from others; empty where the platform does not say."""
    started: str
    """When the process started, as the platform tells it; empty where it does not."""
    since: float
    """When it took the lease, in seconds since 1970."""
    token: str
    """Random letters, which tell two leases of one process apart."""

    def text(self) -> str:
        """Return it as the ledger stores it."""
        return json.dumps(asdict(self))

    def is_gone(self) -> bool:
        """Tell whether its process is known to have ended; False where this machine can not know."""
        if not self.machine or self.machine != this_machine():
            return False
        return not _is_alive(self.pid) or process_start(self.pid) != self.started

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.since, UTC)
        return f"process {self.pid} on {self.host}, since {since:%Y-%m-%d %H:%M:%S} UTC"


def this_process() -> Holder:
    """Return this process as a holder from now on."""
    pid = os.getpid()
    return Holder(
        pid=pid,
        host=platform.node() or "this machine",
        machine=this_machine(),
        started=process_start(pid),
        since=time.time(),
        token=secrets.token_hex(8),
    )


def read_holder(text: str) -> Holder | None:
    """Return a stored holder; None where nobody holds the lease or the text is none of ours."""
    try:
        fields: Any = json.loads(text) if text else None
        is_ours = isinstance(fields["pid"], int) and isinstance(fields["since"], float)
        return Holder(**fields) if is_ours else None
    except (ValueError, TypeError, KeyError):
        return None


@cache
def this_machine() -> str:
    """Return what two processes share if each can see the other; empty where that can not be told.

    Two containers on one machine have numberings of their own: a number that is free in one may be taken in the other.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node() if os.name == "posix" else ""


def process_start(pid: int) -> str:
    """Return when a process started, as its platform tells it; empty when it has ended or that is not told."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in _DEAD else fields[_STAT_START]


def _is_alive(pid: int) -> bool:
    """Tell whether a process of this machine has that number; only asked where signal 0 asks and does not kill."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
