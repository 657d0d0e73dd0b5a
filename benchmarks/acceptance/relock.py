"""Rebuilds the locks of the peers: `python benchmarks/acceptance/relock.py`. Needs uv and npm.

Uses the date and the rules of `requirements/lock.py`; no lock names a host.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "requirements"))

from lock import index_of_pip, lock, refuse_hosts  # noqa: E402 - needs the line above

LOCKS = "benchmarks/acceptance/locks"
SOURCE_ONLY = {
    "label-studio": ("attr", "django-ranged-fileresponse", "drf-flex-fields", "drf-generators", "ordered-set")
}
"""Packages that come as sources alone."""


def main() -> None:
    """Rebuild every lock."""
    for name in ("litellm-proxy", "llama-cpp", "label-studio", "ci-hosts"):
        sources = [option for each in SOURCE_ONLY.get(name, ()) for option in ("--no-binary", each)]
        lock(f"../{LOCKS}/{name}", [f"{LOCKS}/{name}.in", *sources], {**os.environ, **index_of_pip()})
        refuse_hosts(ROOT / LOCKS / f"{name}.lock")
    without_hosts = ["--package-lock-only", "--omit-lockfile-registry-resolved"]
    folder = str(ROOT / LOCKS / "aimock")
    subprocess.run(["npm", "install", "--prefix", folder, *without_hosts, "--ignore-scripts"], check=True)


if __name__ == "__main__":
    main()
