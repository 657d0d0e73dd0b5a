"""Where the files of a gate are: the accepted baseline and the quarantine, both named from the suite's file."""

from pathlib import Path
from typing import Final

from evenhand.catalog.files import Refusal, follow, locate, shown_path
from evenhand.catalog.source import whole_file
from evenhand.errors import FileError
from evenhand.records.suite import Suite

BASELINES: Final = "baselines"
"""Folder of baselines, beside the suites."""
USUAL_QUARANTINE: Final = "quarantine.yaml"


def baseline_path(suite: Suite, suite_path: Path, root: Path) -> Path:
    """Return where the accepted baseline of a suite is, or will be: `gate.baseline`, or else baselines/SUITE.json.

    Args:
        suite: The suite.
        suite_path: Its file.
        root: The workspace.

    Raises:
        FileError: The place that the gate names lies outside the workspace, or is no path.
    """
    named = suite.gate.baseline if suite.gate else ""
    found = locate(named or f"{BASELINES}/{suite.id}.json", folder=suite_path.parent, root=root)
    return _found(found, suite_path)


def quarantine_place(suite: Suite, suite_path: Path, root: Path) -> Path:
    """Return where the quarantine file of a suite is, or would be.

    Raises:
        FileError: The place that the gate names lies outside the workspace, or is no path.
    """
    named = suite.gate.quarantine if suite.gate else ""
    found = locate(named or USUAL_QUARANTINE, folder=suite_path.parent, root=root)
    return _found(found, suite_path)


def quarantine_path(suite: Suite, suite_path: Path, root: Path) -> Path | None:
    """Return the quarantine file of a suite: `gate.quarantine`, or else quarantine.yaml beside it, where there is one.

    Raises:
        FileError: The gate names a file that is not there, or that lies outside the workspace.
    """
    named = suite.gate.quarantine if suite.gate else ""
    if not named:
        usual = suite_path.parent / USUAL_QUARANTINE
        return usual if usual.is_file() else None
    return _found(follow(named, folder=suite_path.parent, root=root), suite_path)


def _found(target: Path | Refusal, suite_path: Path) -> Path:
    if isinstance(target, Refusal):
        shown = shown_path(suite_path)
        raise FileError([whole_file(shown, target.code, target.message, suggestion=target.suggestion)])
    return target
