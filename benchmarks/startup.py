"""CPU of starting up: `import evenhand` and `evenhand --help`, with byte-compiled files, over a bare interpreter.

python benchmarks/startup.py [--runs 15]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import evenhand": ["-c", "import evenhand"],
    "evenhand --help": ["-m", "evenhand", "--help"],
    "evenhand runs --help": ["-m", "evenhand", "runs", "--help"],
}


def cpu_of(arguments: list[str]) -> float:
    """User and system CPU seconds of one process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = {}
    for name, command in COMMANDS.items():
        cpu_of(command)
        rows[name] = [cpu_of(command) for _ in range(arguments.runs)]
    print(f"{'command':<22} {'CPU s (median)':>14} {'min':>7} {'max':>7}")
    for name, values in rows.items():
        print(f"{name:<22} {statistics.median(values):>14.3f} {min(values):>7.3f} {max(values):>7.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
