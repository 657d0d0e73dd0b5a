"""Where suites lie that commands make, and how their files name others."""

import os
from pathlib import Path

from evenhand.catalog.settings import Workspace
from evenhand.errors import UsageError


def derived_path(workspace: Workspace) -> Path:
    """Return the folder of the suites that commands make; it lies beside the ledger and is never committed."""
    return workspace.ledger_path.parent / "derived"


def make_folder(folder: Path) -> None:
    """Make a folder with those above it.

    Raises:
        UsageError: It can not be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} can not be written: {error.strerror}") from error


def path_from(folder: Path, file: Path) -> str:
    """Return how a file in `folder` names another file."""
    return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
