"""The two constitutions of a comparison: from a file, from a run, or from a revision of a repository."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.settings import find_workspace
from evenhand.errors import UnknownNameError
from evenhand.records.constitution import Constitution
from evenhand.store.ledger import open_ledger
from evenhand.workflows.constitution_diff.at_revision import load_at_revision
from evenhand.workflows.find_constitution import find_constitution

_RUN: Final = "run@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A constitution, and how it was asked for."""

    name: str
    constitution: Constitution
    path: Path | None = None
    """Its file; None where it is from a run or a revision."""


def read_side(start: Path, name: str) -> Side:
    """Return the constitution that `name` stands for, as it holds: with everything it extends.

    Args:
        start: Folder from which the workspace is looked for; the repository is that of the current folder.
        name: A file from the current folder or from the workspace, or the name of one in constitutions/; run@NAME, what
            a run pinned; or REV:PATH, a file as `git` has it.

    Raises:
        FileError: The file has findings.
        UnknownNameError: There is no such file or run.
        UsageError: `git` does not have it.
        LedgerError: There is no ledger to look for the run in.
    """
    workspace = find_workspace(start)
    if name.startswith(_RUN):
        run = open_ledger(workspace.ledger_path).run(name.removeprefix(_RUN))
        return Side(name=f"{_RUN}{run.id}", constitution=run.manifest.constitution)
    try:
        path = find_constitution(start, name)
    except UnknownNameError:
        revision, colon, inside = name.partition(":")
        if not (colon and revision and inside):
            raise
        return Side(name=name, constitution=load_at_revision(revision, inside))
    return Side(name=name, constitution=load_constitution(path, workspace.root), path=path)
