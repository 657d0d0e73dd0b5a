"""Where a workspace is: the folder that holds its settings, or else the shape of one."""

import re
from collections.abc import Iterator
from pathlib import Path

SETTINGS_FILE = "evenhand.toml"
PROJECT_FILE = "pyproject.toml"
FOLDERS = ("constitutions", "judges", "suites")
_TABLE = re.compile(rb"^\s*\[\s*tool\s*\.\s*evenhand\s*[.\]]", re.MULTILINE)


def find_settings(start: Path) -> Path | None:
    """Return the nearest `evenhand.toml`, or `pyproject.toml` with a `tool.evenhand` table, from `start` upwards."""
    for folder in _upwards(start):
        own, project = folder / SETTINGS_FILE, folder / PROJECT_FILE
        if own.is_file():
            return own
        if project.is_file() and _TABLE.search(project.read_bytes()):
            return project
    return None


def find_root(start: Path) -> Path:
    """Return the root of the workspace around `start`.

    It is the folder of the settings; without settings the nearest folder that has one of the folders of a
    workspace, and else `start` itself.
    """
    settings = find_settings(start)
    if settings is not None:
        return settings.parent
    shaped = (folder for folder in _upwards(start) if any((folder / name).is_dir() for name in FOLDERS))
    return next(shaped, start.resolve())


def _upwards(start: Path) -> Iterator[Path]:
    folder = start.resolve()
    yield folder
    yield from folder.parents
