"""The loopback server in a process of its own, and what its ledger says."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Server:
    """A running server."""

    base_url: str
    pid: int

    def ledger(self) -> dict[str, Any]:
        """Return its totals."""
        with urllib.request.urlopen(f"{self.base_url}/_ledger?calls=0") as reply:
            return dict(json.load(reply))

    def reset(self) -> None:
        """Forget all calls."""
        urllib.request.urlopen(
            urllib.request.Request(f"{self.base_url}/_reset", data=b"", method="POST")
        ).close()


@contextmanager
def serving(latency_ms: float = 0, arguments: Sequence[str] = ()) -> Iterator[Server]:
    """Serve for as long as the body runs."""
    command = [sys.executable, "-m", "evenhand.testing", "--port", "0", "--judge", "lazy"]
    command += ["--latency-ms", str(latency_ms), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(base_url=str(json.loads(process.stdout.readline())["base_url"]), pid=process.pid)
        finally:
            process.terminate()
