"""The folder of a workspace, for commands that write into it."""

from pathlib import Path

from evenhand.catalog.settings import find_workspace


def workspace_root(start: Path) -> Path:
    """Return the folder of the workspace around `start`; `start` itself where there is none.

    Raises:
        FileError: The settings have findings.
    """
    return find_workspace(start).root
