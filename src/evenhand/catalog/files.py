"""Opening files: capped size, UTF-8 or a finding, and references that stay inside the workspace."""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evenhand.catalog.source import whole_file
from evenhand.errors import FileError, Finding, nearest_name

MAX_FILE_BYTES = 5_000_000

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"[A-Za-z]:|[\\/]")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a path written in a file is not followed."""

    code: str
    message: str
    suggestion: str = ""


def shown_path(path: Path) -> str:
    """Return a path as people want to read it: from the current folder when it lies inside."""
    whole, here = os.path.abspath(path), os.getcwd()  # noqa: PTH100, PTH109 - links stay as they were written
    return os.path.relpath(whole, here) if whole.startswith(here + os.sep) else str(path)


def read_bytes(path: Path, *, limit: int = MAX_FILE_BYTES) -> bytes:
    """Return the bytes of a file.

    Raises:
        FileError: It is not there, no file, not readable or larger than `limit`.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise FileError([unreadable(path, error)]) from error
    if len(content) > limit:
        raise FileError(
            [
                whole_file(
                    shown_path(path),
                    "F003",
                    f"the file is larger than {limit / 1e6:g} MB",
                    suggestion="split it",
                )
            ]
        )
    return content


def digest_file(path: Path) -> str:
    """Return `sha256:` and the digest of a file's bytes.

    Raises:
        FileError: It can not be read.
    """
    try:
        with path.open("rb") as stream:
            return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
    except (OSError, ValueError) as error:
        raise FileError([unreadable(path, error)]) from error


def read_utf8(path: Path, *, limit: int = MAX_FILE_BYTES) -> str:
    r"""Return the text of a UTF-8 file, without a byte order mark and with `\n` at line ends.

    Raises:
        FileError: As `read_bytes`, or the bytes are not UTF-8.
    """
    content = read_bytes(path, limit=limit)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError([_not_utf8(path, content, error.start)]) from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def follow(name: str, *, folder: Path, root: Path) -> Path | Refusal:
    """Return the file that `name`, written in a file of `folder`, stands for, with all links followed.

    The file must exist and lie inside `root`.
    """
    target = locate(name, folder=folder, root=root)
    if isinstance(target, Path) and not target.is_file():
        return _missing(name, target)
    return target


def locate(name: str, *, folder: Path, root: Path) -> Path | Refusal:
    """Return the place that `name`, written in a file of `folder`, stands for; a file need not be there yet.

    It must lie inside `root`.
    """
    if refusal := _refuse_form(name):
        return refusal
    try:
        target = (folder / name).resolve()
    except (OSError, RuntimeError) as error:
        return Refusal(code="F001", message=f"{name} can not be followed: {error}")
    if not target.is_relative_to(root.resolve()):
        return Refusal(
            code="F006",
            message=f"{name} leads to a file outside, which is not read",
            suggestion="copy the file beside this one",
        )
    return target


def _refuse_form(name: str) -> Refusal | None:
    if not name or not name.isprintable():
        return Refusal(code="F007", message="a path is empty or holds a character no path has")
    if _REMOTE.match(name):
        return Refusal(
            code="F004", message=f"{name} is an address, not a file", suggestion="download the file first"
        )
    if _DRIVE.match(name) or "\\" in name:
        return Refusal(
            code="F005",
            message=f"{name} is not a path from this file",
            suggestion="write a relative path with /",
        )
    if any(_DEVICE.fullmatch(part) for part in PurePosixPath(name).parts):
        return Refusal(
            code="F007", message=f"{name} names a device on some systems", suggestion="rename the file"
        )
    return None


def _missing(name: str, target: Path) -> Refusal:
    if target.is_dir():
        return Refusal(code="F002", message=f"{name} is a folder", suggestion="name a file in it")
    near = nearest_name(target.name, _siblings(target.parent))
    written = PurePosixPath(name)
    suggestion = f'did you mean "{written.with_name(near)}"?' if near else ""
    return Refusal(code="F001", message=f"there is no file {name}", suggestion=suggestion)


def _siblings(folder: Path) -> Iterable[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())[:1000]
    except OSError:
        return ()


def unreadable(path: Path, error: OSError | ValueError) -> Finding:
    """Return the finding for a file that could not be opened or read."""
    shown = shown_path(path)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        near = nearest_name(path.name, _siblings(path.parent))
        suggestion = f'did you mean "{shown_path(path.with_name(near))}"?' if near else ""
        return whole_file(shown, "F001", f"there is no file {shown}", suggestion=suggestion)
    if isinstance(error, IsADirectoryError):
        return whole_file(shown, "F002", f"{shown} is a folder", suggestion="name a file in it")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return whole_file(shown, "F001", f"{shown} can not be read: {reason}")


def _not_utf8(path: Path, content: bytes, start: int) -> Finding:
    before = content[:start]
    line_start = before.rfind(b"\n") + 1
    line = content[line_start:].split(b"\n", 1)[0]
    return Finding(
        path=shown_path(path),
        line=before.count(b"\n") + 1,
        column=len(before[line_start:].decode("utf-8", "replace")) + 1,
        code="F008",
        message=f"byte 0x{content[start]:02X} is not UTF-8",
        excerpt=line.decode("utf-8", "replace")[:240],
        suggestion="save the file as UTF-8",
    )
