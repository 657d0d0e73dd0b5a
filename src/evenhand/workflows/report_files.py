"""Write a report in the formats that are wanted, each file whole or not at all."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeVar

from evenhand.errors import UsageError
from evenhand.workflows.write_lines import write_lines

Result = TypeVar("Result")

ANOTHER_FOLDER = "name another folder with --out"


def make_report_folder(folder: Path, hint: str = ANOTHER_FOLDER) -> None:
    """Make the folder that reports go to.

    Raises:
        UsageError: It can not be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"the report can not be written to {folder}: {error.strerror}", hint=hint) from error


def write_report(
    folder: Path,
    stem: str,
    renderers: Mapping[str, Callable[[Result, str], str]],
    result: Result,
    formats: Collection[str],
    *,
    hint: str = ANOTHER_FOLDER,
) -> tuple[Path, ...]:
    """Make the folder, write the report and return its files, in the order of `renderers`.

    Args:
        folder: Where to write.
        stem: What the names of the files begin with.
        renderers: What makes the text of each format of the result and the stem.
        result: What the report is of.
        formats: Which formats to write.
        hint: What to do where it can not be written.

    Raises:
        UsageError: It can not be written.
    """
    make_report_folder(folder, hint)
    written = []
    for name, render in renderers.items():
        if name in formats:
            path = folder / f"{stem}.{name}"
            write_lines(path, [render(result, stem).encode()], hint=hint)
            written.append(path)
    return tuple(written)
