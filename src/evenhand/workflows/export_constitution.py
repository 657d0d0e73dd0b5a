"""Write a constitution in a format that others read, and say what the format has no place for."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.constitutions import read_constitution
from evenhand.catalog.files import shown_path
from evenhand.catalog.interchange.formats_out import FORMATS_OUT
from evenhand.catalog.interchange.written import LeftOut
from evenhand.catalog.source import refuse
from evenhand.catalog.whole_file import replace_file
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.constitution import Constitution
from evenhand.workflows.find_constitution import find_constitution


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedConstitution:
    """A constitution in another format."""

    source: str
    format: str
    file: str
    """Where it was written; empty where `text` holds it."""
    text: str
    """The constitution, where no file was named."""
    principles: int
    left_out: tuple[LeftOut, ...]
    """What the format has no place for."""


def export_constitution(
    format_name: str, name: str, *, start: Path, out: Path | None = None, force: bool = False
) -> ExportedConstitution:
    """Write a constitution in another format: what it comes to, or in a spelling of ours, what its file says.

    Args:
        format_name: Name of the format, one of `FORMATS_OUT`.
        name: The constitution: a file, or its name in the workspace.
        start: Folder from which the workspace is looked for.
        out: The file to write; None returns the text.
        force: Whether a file that is there is written again.

    Raises:
        UnknownNameError: There is no such format or constitution.
        UsageError: `out` has another ending, is the constitution's own file, is there already or can not be written.
        FileError: The constitution has findings.
    """
    if format_name not in FORMATS_OUT:
        raise UnknownNameError("format", format_name, FORMATS_OUT)
    source = find_constitution(start, name)
    file = read_constitution(source)
    refuse(file.findings)
    form = FORMATS_OUT[format_name]
    constitution = file.written if form.is_own else file.record
    assert constitution is not None
    if out is not None:
        _check_out(out, source, form.endings, force=force)
        if form.is_own:
            constitution = _as_seen_from(out.resolve().parent, constitution, source.resolve().parent)
    written = form.write(constitution)
    if out is not None:
        replace_file(out, [written.text.encode()], hint="name another file with --out")
    return ExportedConstitution(
        source=shown_path(source),
        format=format_name,
        file=shown_path(out) if out else "",
        text="" if out else written.text,
        principles=len(constitution.principles),
        left_out=written.left_out,
    )


def _check_out(out: Path, source: Path, endings: Collection[str], *, force: bool) -> None:
    if endings and out.suffix not in endings:
        hint = f"end it in {' or '.join(endings)}, which says in which spelling a constitution is"
        raise UsageError(f"{out.name} is no name of a file in this format", hint=hint)
    if out.exists() and out.samefile(source):
        raise UsageError(f"{shown_path(out)} is the file that is read", hint="name another file with --out")
    if out.exists() and not force:
        hint = "name another file with --out, or write it again with --force"
        raise UsageError(f"{shown_path(out)} exists already", hint=hint)


def _as_seen_from(folder: Path, constitution: Constitution, source: Path) -> Constitution:
    """Return a constitution whose bases and case files are named as they are reached from another folder."""
    if folder == source:
        return constitution

    def moved(path: str) -> str:
        return Path(os.path.relpath(source / path, folder)).as_posix()

    extends = tuple(each.model_copy(update={"ref": moved(each.ref)}) for each in constitution.extends)
    principles = tuple(
        each.model_copy(update={"tests": tuple(map(moved, each.tests))}) if each.tests else each
        for each in constitution.principles
    )
    return constitution.model_copy(update={"extends": extends, "principles": principles})
