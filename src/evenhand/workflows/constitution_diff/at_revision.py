"""A constitution as a revision has it, with the bases of that revision."""

import posixpath
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from evenhand.catalog.constitutions import load_constitution, read_written_constitution
from evenhand.errors import FileError, Finding
from evenhand.records.constitution import Constitution
from evenhand.workflows.constitution_diff.git_files import is_at_revision, read_at_revision

_LEVELS: Final = 12
"""So many folders above the current one a path may lead."""
_MOST_FILES: Final = 100


def load_at_revision(revision: str, path: str) -> Constitution:
    """Return the effective constitution of a file at a revision; findings name files as `git` does.

    Its file and those it extends are copied into a folder that is gone again afterwards.

    Raises:
        FileError: A file has findings.
        UsageError: `git` does not have it.
    """
    with tempfile.TemporaryDirectory() as folder:
        copies = _Copies(Path(folder), revision)
        copy = copies.take(posixpath.normpath(path), is_from_here=path.startswith("."))
        try:
            return load_constitution(copy, copies.top)
        except FileError as error:
            raise FileError([copies.told(finding) for finding in error.findings]) from error


class _Copies:
    """Files of a revision, at the same places to each other."""

    def __init__(self, folder: Path, revision: str) -> None:
        self.top = folder.resolve()
        self._here = self.top.joinpath(*map(str, range(_LEVELS)))
        self._revision = revision
        self._names: dict[Path, str] = {}

    def take(self, path: str, *, is_from_here: bool) -> Path:
        """Copy a file and what it extends; return the copy."""
        name = f"./{path}" if is_from_here else path
        copy = Path(posixpath.normpath(self._here / path))
        self._names[copy] = f"{self._revision}:{name}"
        content = read_at_revision(self._revision, name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        for base in self._bases(copy, path, is_from_here=is_from_here):
            self.take(base, is_from_here=is_from_here)
        return copy

    def told(self, finding: Finding) -> Finding:
        """Return a finding in a copy as one in its file."""
        name = self._names.get(Path(finding.path), f"{self._revision}:{Path(finding.path).name}")
        return replace(finding, path=name)

    def _bases(self, copy: Path, path: str, *, is_from_here: bool) -> Iterator[str]:
        """Yield the bases of a file that are there and not copied yet; what is missing is found when they are read."""
        written = read_written_constitution(copy).record
        for extension in written.extends if written else ():
            base = posixpath.normpath(posixpath.join(posixpath.dirname(path), extension.ref))
            target = Path(posixpath.normpath(self._here / base))
            is_inside = target.is_relative_to(self.top) and base.isprintable() and not base.startswith("/")
            if target in self._names or not is_inside or len(self._names) >= _MOST_FILES:
                continue
            if is_at_revision(self._revision, f"./{base}" if is_from_here else base):
                yield base
