"""Files that are replaced whole or not at all: whoever is interrupted leaves the old one as it was."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from evenhand.catalog.files import shown_path
from evenhand.errors import UsageError

_NEW_FILE = 0o666


def replace_file(path: Path, chunks: Iterable[bytes], *, hint: str = "name another file") -> None:
    """Write a file beside its place, bring it to disk, and then put it in its place in one step.

    Folders that are missing are made. What stood there keeps its permissions.

    Args:
        path: The file.
        chunks: What it holds.
        hint: What to do where it can not be written.

    Raises:
        UsageError: It can not be written; what stood there still does.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, staged = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(chunks)
                stream.flush()
                os.fsync(stream.fileno())
            Path(staged).chmod(_mode(path))
            os.replace(staged, path)  # noqa: PTH105 - the name says that it overwrites
        finally:
            with suppress(FileNotFoundError):
                os.unlink(staged)  # noqa: PTH108 - a name of tempfile's
        _bring_to_disk(path.parent)
    except OSError as error:
        message = f"{shown_path(path)} can not be written: {error.strerror or error}"
        raise UsageError(message, hint=hint) from error


def _mode(path: Path) -> int:
    """Return the permissions of what stands there, or those of a new file."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return _NEW_FILE & ~mask


def _bring_to_disk(folder: Path) -> None:
    """Keep the new name through a loss of power, where a folder can be opened (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
