"""Write a constitution in a format that others read, and say what the format has no place for."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.constitutions import read_constitution
from evenhand.catalog.files import shown_path
from evenhand.catalog.interchange.formats_out import FORMATS_OUT
from evenhand.catalog.interchange.written import LeftOut
from evenhand.catalog.source import refuse
from evenhand.catalog.whole_file import replace_file
from evenhand.errors import UnknownNameError, UsageError
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
        UsageError: `out` is there already or can not be written.
        FileError: The constitution has findings.
    """
    if format_name not in FORMATS_OUT:
        raise UnknownNameError("format", format_name, FORMATS_OUT)
    source = find_constitution(start, name)
    file = read_constitution(source)
    refuse(file.findings)
    constitution = file.written if FORMATS_OUT[format_name].is_own else file.record
    assert constitution is not None
    written = FORMATS_OUT[format_name].write(constitution)
    if out is not None:
        if out.exists() and not force:
            hint = "name another file with --out, or write it again with --force"
            raise UsageError(f"{shown_path(out)} exists already", hint=hint)
        replace_file(out, [written.text.encode()], hint="name another file with --out")
    return ExportedConstitution(
        source=shown_path(source),
        format=format_name,
        file=shown_path(out) if out else "",
        text="" if out else written.text,
        principles=len(constitution.principles),
        left_out=written.left_out,
    )
