"""Write a file of lines whole or not at all, the same lines giving the same bytes, packed where its name says so."""

import gzip
import os
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, cast

from evenhand.errors import UsageError


def write_lines(path: Path, lines: Iterable[bytes], *, hint: str = "name another file") -> None:
    """Write `lines` as they come; a name that ends in `.gz` means gzip. What stood there is replaced at the end.

    Args:
        path: The file.
        lines: What it holds.
        hint: What to do where it can not be written.

    Raises:
        UsageError: The file can not be written.
    """
    try:
        handle, staged = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _refusal(path, error, hint) from error
    try:
        with ExitStack() as stack:
            plain: BinaryIO = stack.enter_context(os.fdopen(handle, "wb"))
            stream = stack.enter_context(_packed(plain)) if path.name.endswith(".gz") else plain
            _write(cast("BinaryIO", stream), lines, path, hint)
        Path(staged).chmod(0o666 & ~_umask())
        os.replace(staged, path)  # noqa: PTH105 - the name says that it overwrites
    except OSError as error:
        raise _refusal(path, error, hint) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(staged)  # noqa: PTH108 - a name of tempfile's


def _umask() -> int:
    """Return what a new file is not given; the only way to read it is to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _packed(plain: BinaryIO) -> gzip.GzipFile:
    """Pack without a name or a time, so that the same lines give the same bytes."""
    return gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=plain, mtime=0)


def _write(stream: BinaryIO, lines: Iterable[bytes], path: Path, hint: str) -> None:
    for line in lines:
        try:
            stream.write(line)
        except OSError as error:
            raise _refusal(path, error, hint) from error


def _refusal(path: Path, error: OSError, hint: str) -> UsageError:
    return UsageError(f"{path} can not be written: {error.strerror}", hint=hint)
