"""Compare constitutions of files, runs and revisions. Nothing is written, and nobody is asked."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.constitution.changes import ConstitutionDiff
from evenhand.constitution.diff import diff_constitutions
from evenhand.errors import UsageError
from evenhand.workflows.constitution_diff.git_files import is_at_revision
from evenhand.workflows.constitution_diff.sides import Side, read_side


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two constitutions and what changed between them."""

    before: Side
    after: Side
    diff: ConstitutionDiff


def compare(start: Path, before: str, after: str) -> Compared:
    """Compare two constitutions, named as `read_side` takes them.

    Raises:
        FileError: A file has findings.
        UnknownNameError: There is no such file or run.
        UsageError: `git` does not have it.
    """
    old, new = read_side(start, before), read_side(start, after)
    diff = diff_constitutions(old.constitution, new.constitution, names=(old.name, new.name))
    return Compared(before=old, after=new, diff=diff)


def compare_since(
    start: Path, revision: str, files: tuple[str, ...]
) -> tuple[tuple[Compared, ...], tuple[str, ...]]:
    """Compare files with what they were at a revision.

    Args:
        start: Folder from which workspace and repository are looked for.
        revision: What `git` takes for one.
        files: Files, from the current folder.

    Returns:
        What changed in each that the revision has, and the files that it does not have.

    Raises:
        FileError: A file has findings.
        UnknownNameError: There is no such file.
        UsageError: There is no `git`, no repository or no such revision.
    """
    there = {name: is_at_revision(revision, _from_here(name)) for name in files}
    compared = tuple(compare(start, f"{revision}:{_from_here(name)}", name) for name in files if there[name])
    return compared, tuple(name for name in files if not there[name])


def _from_here(name: str) -> str:
    """Return a file as `git` takes it when it is meant from the current folder.

    Raises:
        UsageError: It is not below the current folder.
    """
    try:
        return f"./{Path(name).resolve().relative_to(Path.cwd()).as_posix()}"
    except ValueError as error:
        raise UsageError(
            f"{name} is not below the current folder",
            hint="go to the top of the repository, or name both sides",
        ) from error
