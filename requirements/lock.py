"""Rebuilds the hash-locked requirement files: `python requirements/lock.py`. Needs uv.

The files hold names, versions and hashes, nothing else: no index, no host, no option. uv's default index is
used, or the one that uv's or pip's own settings name; it travels in the environment and never reaches a file.
"""

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("requirements")

# Nothing uploaded later than this is locked. To upgrade, move the date and run this file. A week of cool-down
# is the time in which malicious releases are usually found; `main` refuses less.
UNTIL = dt.date(2026, 11, 13)
COOL_DOWN = dt.timedelta(days=7)

# In this order: the later ones are held to the versions of dev.lock, which makes core.lock a subset of it.
LOCKS = {
    "dev": ["pyproject.toml", "--extra", "dev", "--extra", "speed"],
    "dev-litellm": ["pyproject.toml", "--extra", "dev", "--extra", "speed", "--extra", "litellm"],
    "core": ["pyproject.toml", "--constraints", "requirements/dev.lock"],
    "build": ["requirements/build.in", "--constraints", "requirements/dev.lock"],
}


def main() -> None:
    """Rebuilds all locks and checks that none names a host."""
    if dt.datetime.now(tz=dt.UTC).date() - UNTIL < COOL_DOWN:
        sys.exit(f"UNTIL is {UNTIL}: leave new releases {COOL_DOWN.days} days before they are locked.")
    environment = {**os.environ, **index_of_pip()}
    for name, what in LOCKS.items():
        lock(name, what, environment)
        refuse_hosts(ROOT / FOLDER / f"{name}.lock")


def lock(name: str, what: list[str], environment: dict[str, str]) -> None:
    """Resolves one set for every platform and Python 3.11 or newer, and writes its lock."""
    print(f"locking {name}", file=sys.stderr, flush=True)
    output = FOLDER / f"{name}.lock"
    rules = ["--universal", "--python-version", "3.11", "--upgrade", "--exclude-newer", f"{UNTIL}T00:00:00Z"]
    rules += ["--only-binary", ":all:", "--generate-hashes"]
    silence = ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    command = [*uv(), "pip", "compile", *what, *rules, *silence, "--output-file", str(output)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def refuse_hosts(path: Path) -> None:
    """Stops when a lock names a place; it would then work there only, and tell where it was made."""
    lines = path.read_text(encoding="utf-8").splitlines()
    named = [number for number, line in enumerate(lines, start=1) if "://" in line or line.startswith("-")]
    if named:
        sys.exit(f"{path}: line {named[0]} names a host or sets an option: {lines[named[0] - 1]}")


def uv() -> list[str]:
    """Finds uv beside this Python or on PATH."""
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("uv")
    if not found:
        sys.exit("uv is not installed. Locking needs it, nothing else does: python -m pip install uv")
    return [found]


def index_of_pip() -> dict[str, str]:
    """Gives uv the index that pip is set to, unless uv has its own settings."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return {}
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    index = os.environ.get("PIP_INDEX_URL") or answer.stdout.strip()
    return {"UV_DEFAULT_INDEX": index} if index else {}


if __name__ == "__main__":
    main()
