"""Sets evenhand up with nothing but Python and git: `bootstrap.py demo`, `bootstrap.py test`.

This first file runs on any Python 3: it only finds an interpreter that evenhand can use and hands over to
`environment.py`, so that an old system Python gets advice instead of a syntax error.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import List

OLDEST = (3, 11)
CANDIDATES = (["python3.13"], ["python3.12"], ["python3.11"], ["python3.14"], ["py", "-3"])
ADVICE = """evenhand needs Python 3.11 or newer. This is Python {found} ({path}),
and no newer one is on PATH. Install one beside it, then run the same command again:
  Debian, Ubuntu   sudo apt install python3.11 python3.11-venv
  Fedora, RHEL     sudo dnf install python3.12
  macOS            brew install python@3.13
  Windows          winget install Python.Python.3.13
  uv               uv python install 3.13"""


def main() -> None:
    """Runs the set-up in this interpreter, or in a newer one found on PATH."""
    if sys.version_info >= OLDEST:
        sys.path.insert(0, str(Path(__file__).resolve().parent))
        from environment import main as run

        sys.exit(run(sys.argv[1:]))
    newer = _newer_python()
    if not newer:
        sys.exit(ADVICE.format(found=sys.version.split()[0], path=sys.executable))
    _become([*newer, str(Path(__file__).resolve()), *sys.argv[1:]])


def _become(command: List[str]) -> None:
    if os.name == "nt":  # there, exec returns to the shell before the new program ends
        sys.exit(subprocess.call(command))
    os.execvp(command[0], command)


def _newer_python() -> List[str]:
    for command in CANDIDATES:
        if shutil.which(command[0]) and _is_new_enough(command):
            return command
    return []


def _is_new_enough(command: List[str]) -> bool:
    # Asked rather than believed: a pyenv shim carries the name of versions that are not switched on.
    question = "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST)
    try:
        return subprocess.call([*command, "-c", question], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


if __name__ == "__main__":
    main()
