"""The example files of the package: one copy, in the wheel or at the top of a source checkout."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import evenhand
from evenhand.errors import UsageError

FOLDERS = ("constitutions", "judges", "suites")
"""What an example holds."""


def example_folder() -> Traversable:
    """Return the folder of the example files, wherever this installation has it.

    Raises:
        UsageError: This installation has none.
    """
    in_wheel = files("evenhand") / "example"
    in_checkout = Path(evenhand.__file__).resolve().parents[2]
    for folder in (in_wheel, in_checkout):
        if all((folder / name).is_dir() for name in FOLDERS):
            return folder
    raise UsageError("this installation has no example files", hint="install evenhand from its wheel")


def example_files() -> Iterator[tuple[str, Traversable]]:
    """Yield each example file with its path in a workspace, in the order of their names."""
    folder = example_folder()
    for name in FOLDERS:
        yield from _walk(name, folder / name)


def _walk(path: str, folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        below = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _walk(below, entry)
        else:
            yield below, entry
