"""Show a constitution: for people, or as the one file that is left when everything it extends is merged into it."""

from pathlib import Path
from typing import Literal

from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.constitutions import load_constitution, read_constitution
from evenhand.catalog.files import shown_path
from evenhand.catalog.settings import find_workspace
from evenhand.catalog.source import refuse
from evenhand.constitution.shown import ShownConstitution, show
from evenhand.records.constitution import Constitution


def show_constitution(start: Path, path: Path) -> tuple[ShownConstitution, Constitution]:
    """Return a constitution as people look at it, and the effective constitution itself.

    Args:
        start: Folder from which the workspace is looked for.
        path: The file.

    Raises:
        FileError: A file has findings; those of all files are in the error.
    """
    file = read_constitution(path, find_workspace(start).root)
    refuse(file.findings)
    assert file.record is not None
    shown = show(
        file.record,
        file=shown_path(file.path),
        bases=[shown_path(base) for base in file.bases],
        origins=file.origins,
        left_out=file.left_out,
    )
    return shown, file.record


def write_effective(start: Path, path: Path, spelling: Literal["yaml", "markdown"]) -> str:
    """Return the effective constitution of a file in one of its spellings; it stands by itself and extends nothing.

    Paths in it are those of the file's own folder.

    Raises:
        FileError: A file has findings; those of all files are in the error.
    """
    constitution = load_constitution(path, find_workspace(start).root)
    return write_yaml(constitution) if spelling == "yaml" else write_markdown(constitution)
