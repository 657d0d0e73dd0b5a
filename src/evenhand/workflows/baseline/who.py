"""Who accepts a baseline."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError

_LONGEST: Final = 200
_SECONDS: Final = 5


def who_accepts(folder: Path, named: str = "") -> str:
    """Return who is named, or else the name and address that git would put into a commit of this folder.

    Raises:
        UsageError: Nobody is named, and git knows nobody.
    """
    name = " ".join(named.split())[:_LONGEST] or _git_person(folder)
    if not name:
        raise UsageError(
            "nobody says who accepts the baseline", hint="say it with --by NAME, or set git's user.name"
        )
    return name


def _git_person(folder: Path) -> str:
    name, address = _git_setting(folder, "user.name"), _git_setting(folder, "user.email")
    return f"{name} <{address}>" if name and address else name or address


def _git_setting(folder: Path, key: str) -> str:
    """Return a setting of git, on one line; empty where it has none, or where there is no git."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        answered = subprocess.run(  # noqa: S603 - git itself, and a key of ours
            [git, "config", "--get", key], cwd=folder, capture_output=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return " ".join(answered.stdout.decode("utf-8", "replace").split())[:_LONGEST]
