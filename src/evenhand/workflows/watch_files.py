"""Wait until a file that a run rests on has another content; polling, so that it works on every file system."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evenhand.workflows.prepare import Prepared

POLL_SECONDS = 0.5
_MOST_NEIGHBOURS = 2_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file when it was looked at last."""

    modified_ns: int
    size: int
    digest: bytes


def files_of(prepared: Prepared) -> tuple[Path, ...]:
    """Return every file that decides what a run of a suite asks and how."""
    loaded = prepared.loaded
    settings = prepared.workspace.source
    beside = [name for name in (loaded.panel.calibration, loaded.panel.fit) if name]
    return (
        *([settings] if settings else []),
        loaded.path,
        loaded.constitution_path,
        *loaded.constitution_bases,
        loaded.panel_path,
        *(loaded.panel_path.parent / name for name in beside),
        *loaded.judge_paths.values(),
        *loaded.template_paths.values(),
        *loaded.case_files,
        *loaded.label_files,
        *loaded.recording_files,
    )


class FileWatch:
    """Remembers files, and tells which of them have another content now."""

    def __init__(self, paths: Iterable[Path], *, sleep: Callable[[float], object] = time.sleep) -> None:
        """Look at the files as they are."""
        self._sleep = sleep
        self._seen = {path: _look(path, None) for path in dict.fromkeys(paths)}

    def follow(self, paths: Iterable[Path]) -> None:
        """Watch these files from now on; those that are watched already keep what they were when first looked at."""
        self._seen = {
            path: self._seen[path] if path in self._seen else _look(path, None)
            for path in dict.fromkeys(paths)
        }

    def changed(self) -> tuple[Path, ...]:
        """Return the files whose content is another since they were looked at last, and remember them anew."""
        found = []
        for path, before in self._seen.items():
            now = _look(path, before)
            if (now and now.digest) != (before and before.digest):
                found.append(path)
            self._seen[path] = now
        return tuple(found)

    def wait(self) -> tuple[Path, ...]:
        """Return the files that changed, as soon as one has; a change is waited out, so that it is read whole."""
        while not (first := self.changed()):
            self._sleep(POLL_SECONDS)
        found = dict.fromkeys(first)
        while more := self._settling():
            found.update(dict.fromkeys(more))
        return tuple(found)

    def _settling(self) -> tuple[Path, ...]:
        self._sleep(POLL_SECONDS / 5)
        return self.changed()


def neighbours(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files and those beside them: where a file has mistakes, what mends them may be a new one."""
    known = dict.fromkeys(paths)
    yield from known
    for folder in dict.fromkeys(path.parent for path in known):
        try:
            beside = sorted(path for path in folder.iterdir() if path.is_file())[:_MOST_NEIGHBOURS]
        except OSError:
            continue
        yield from beside


def _look(path: Path, before: _Seen | None) -> _Seen | None:
    """Return a file as it is; None where it can not be read. Nothing is read where its time and size are the same."""
    try:
        stat = path.stat()
        if before and (stat.st_mtime_ns, stat.st_size) == (before.modified_ns, before.size):
            return before
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return None
    return _Seen(stat.st_mtime_ns, stat.st_size, digest)
