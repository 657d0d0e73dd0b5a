"""The seal of a ledger at rest: a digest beside the file, made at an orderly end and gone while somebody writes.

SQLite notices broken structure, not a changed letter. Who is about to write, and so every run before it spends, reads
the whole file and compares it with the seal: every changed byte is found. Who only reads (a report, an export) has the
file compared where its size, its time of change or its inode is another than at the seal, and else nothing is read for
that: a byte that changed under all three, by a fault of the disk or by intent, is found by the next writer.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from evenhand.errors import LedgerError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seal:
    size: int
    modified_ns: int
    inode: int
    sha256: str


def make_seal(path: Path) -> None:
    """Seal a ledger that nobody writes; nothing happens where the log beside it still holds commits."""
    if not _has_all(path):
        return
    before = path.stat()
    seal = _Seal(
        size=before.st_size,
        modified_ns=before.st_mtime_ns,
        inode=before.st_ino,
        sha256=_digest(path),
    )
    draft = _place(path).with_suffix(".seal-draft")
    draft.write_text(json.dumps(asdict(seal)), encoding="ascii")
    draft.replace(_place(path))


def break_seal(path: Path) -> None:
    """Take the seal away, before something is written."""
    _place(path).unlink(missing_ok=True)


def is_sealed(path: Path, *, in_full: bool = False) -> bool:
    """Tell whether the ledger is known to be as its last writer left it; False where there is no seal.

    Args:
        path: The ledger.
        in_full: Whether its bytes are compared also where the file looks untouched.

    Raises:
        LedgerError: There is a seal, and the file is another.
    """
    seal = _read(path)
    if seal is None:
        return False
    taken_as_it_is = not in_full and _untouched(path, seal)
    if _has_all(path) and (taken_as_it_is or _digest(path) == seal.sha256):
        return True
    if _read(path) != seal:
        return False  # somebody has begun to write since
    raise LedgerError(
        f"{path} is damaged, or something other than evenhand changed it after it was closed",
        hint=f"restore a copy; or save the replies with: evenhand doctor --salvage OUT (if you changed it yourself, "
        f"remove {_place(path).name} to go on with it as it is)",
    )


def _place(path: Path) -> Path:
    return path.with_name(path.name + ".seal")


def _read(path: Path) -> _Seal | None:
    with suppress(OSError, ValueError, TypeError, RecursionError):
        return _Seal(**json.loads(_place(path).read_text(encoding="ascii")))
    return None


def _has_all(path: Path) -> bool:
    """Tell whether every commit is in the file itself."""
    log = path.with_name(path.name + "-wal")
    return not log.exists() or log.stat().st_size == 0


def _untouched(path: Path, seal: _Seal) -> bool:
    now = path.stat()
    return (now.st_size, now.st_mtime_ns, now.st_ino) == (seal.size, seal.modified_ns, seal.inode)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
