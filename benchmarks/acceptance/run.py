"""Runs evenhand against servers nobody here wrote, and writes what was seen.

    python benchmarks/acceptance/run.py                  # every peer, into reports/acceptance.{md,json}
    python benchmarks/acceptance/run.py aimock           # one peer: a table only
    python benchmarks/acceptance/run.py --reports DIR    # every peer, into another folder

Exits with 1 when a check failed or a peer broke. A peer whose files or programs are not on this machine is "not run".
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.acceptance.report import as_json, as_markdown, document, table  # noqa: E402
from benchmarks.acceptance.run_peer import PEERS, run_peer  # noqa: E402 - needs the line above


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("peers", nargs="*", metavar="PEER", help=f"of {', '.join(PEERS)}; all without one")
    parser.add_argument("--reports", type=Path, help="folder for acceptance.md and acceptance.json")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.peers) - set(PEERS)):
        parser.error(f"there is no peer {unknown[0]!r}; there are {', '.join(PEERS)}")
    reports = []
    for name in options.peers or PEERS:
        reports.append(run_peer(name))
        print(table(reports[-1:]), flush=True)
    folder = options.reports or (None if options.peers else ROOT / "reports")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        content = document(reports, date=datetime.now(tz=UTC).date().isoformat(), versions=own_versions())
        (folder / "acceptance.json").write_text(as_json(content), encoding="utf-8")
        (folder / "acceptance.md").write_text(as_markdown(content), encoding="utf-8")
    return 1 if any(report.result == "failed" for report in reports) else 0


def own_versions() -> dict[str, str]:
    """Return the versions of this side."""
    names = ("evenhand", "openai", "anthropic")
    return {"python": python_version(), **{name: version(name) for name in names}}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
