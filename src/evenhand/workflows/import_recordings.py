"""Import recorded replies of another workspace: every line is checked before any is kept, and none is trusted."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.files import shown_path
from evenhand.catalog.replay_file import ReplayFile
from evenhand.catalog.settings import find_workspace
from evenhand.errors import MeasureError
from evenhand.store.ledger import open_ledger
from evenhand.store.recordings import add_recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecordings:
    """A file of recordings that was read into the ledger."""

    path: str
    sha256: str
    """Digest of the file; the ledger names it as the source of its replies."""
    suite: str
    """The suite whose run was recorded."""
    judges: tuple[str, ...]
    replies: int
    """Replies in the file."""
    added: int
    """Those that were new to the ledger."""


def import_recordings(start: Path, path: Path) -> ImportedRecordings:
    """Import a file that `evenhand export recordings` wrote; what is there already is not added again.

    Raises:
        FileError: Lines are wrong; nothing was imported.
        MeasureError: The file changed while it was read, or the ledger can not be written.
    """
    checked = ReplayFile(path)
    for _ in checked:
        pass
    head = checked.head
    ledger = open_ledger(find_workspace(start).ledger_path, create=True)
    with ledger.writing():
        lines = ReplayFile(path)
        added = add_recordings(ledger, checked.sha256, head, lines)
        if lines.sha256 != checked.sha256:
            raise MeasureError(
                f"{shown_path(path)} changed while it was imported", hint="import it again when it is whole"
            )
    return ImportedRecordings(
        path=shown_path(path),
        sha256=checked.sha256,
        suite=head.suite,
        judges=tuple(judge.id for judge in head.judges),
        replies=checked.count,
        added=added,
    )
