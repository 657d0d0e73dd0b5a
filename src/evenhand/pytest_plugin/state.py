"""What the plugin keeps on pytest's own objects: the desk of the session, and the verdicts that a test was given."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evenhand.pytest_plugin.notes import NOTES_FILE
from evenhand.pytest_plugin.options import Options, read_options
from evenhand.pytest_plugin.verdict import PanelVerdict

if TYPE_CHECKING:
    from evenhand.pytest_plugin.desk import Desk

OPTIONS = pytest.StashKey[Options]()
FOLDER = pytest.StashKey[Path]()
DESK = pytest.StashKey["Desk"]()
HANDED_OUT = pytest.StashKey[list[PanelVerdict]]()
TOLD = pytest.StashKey[list[str]]()
WORKER_KEY = "evenhand_notes"
"""Under this name a worker of pytest-xdist is told where the notes of the session are."""


def options_of(config: pytest.Config) -> Options:
    """Return the options of the session."""
    if OPTIONS not in config.stash:
        config.stash[OPTIONS] = read_options(config)
    return config.stash[OPTIONS]


def notes_folder(config: pytest.Config) -> Path:
    """Return the folder of the session's notes, which every process of it shares; made when it is first wanted."""
    if FOLDER not in config.stash:
        given = getattr(config, "workerinput", {}).get(WORKER_KEY)
        config.stash[FOLDER] = Path(given or tempfile.mkdtemp(prefix="evenhand-pytest-"))
    return config.stash[FOLDER]


def has_notes(config: pytest.Config) -> bool:
    """Tell whether anything was noted in this session, by whatever process of it."""
    return FOLDER in config.stash and (config.stash[FOLDER] / NOTES_FILE).exists()


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this is a process that another one distributes tests to."""
    return hasattr(config, "workerinput")


def desk_of(config: pytest.Config) -> "Desk":
    """Return the desk of this process; what judges is loaded when it is first wanted."""
    if DESK not in config.stash:
        from evenhand.pytest_plugin.desk import Desk  # noqa: PLC0415 - a session without verdicts does without

        config.stash[DESK] = Desk(options_of(config), notes_folder(config))
    return config.stash[DESK]


def handed_out(item: pytest.Item) -> list[PanelVerdict]:
    """Return the verdicts that a test was given, to be added to."""
    return item.stash.setdefault(HANDED_OUT, [])


def tell_cell(item: pytest.Item, suite: str, cell: str, said: str) -> None:
    """Note what became of a cell that a test is about, for the summary at the end."""
    item.stash[TOLD] = [suite, cell, said]
