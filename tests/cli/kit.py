"""Command lines run in this process, and in a process of their own where the process matters."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on stdout, which holds nothing else."""
        return json.loads(self.out)  # type: ignore[no-any-return]  # every document is an object


Cli = Callable[..., Ended]


def run_process(
    *arguments: str | Path, cwd: Path, environment: Mapping[str, str] | None = None, program: str = ""
) -> Ended:
    """Run the installed program, or a Python program, in a process of its own."""
    start = [sys.executable, "-c", program] if program else [sys.executable, "-m", "evenhand"]
    result = subprocess.run(
        [*start, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Ended(code=result.returncode, out=result.stdout.decode(), err=result.stderr.decode())
