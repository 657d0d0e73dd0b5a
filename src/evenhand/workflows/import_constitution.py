"""Bring a constitution from the format of another tool, and say what was guessed on the way."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.constitutions import read_constitution
from evenhand.catalog.files import read_utf8, shown_path
from evenhand.catalog.interchange.draft import Guess
from evenhand.catalog.interchange.formats import FORMATS
from evenhand.catalog.interchange.naming import identifier
from evenhand.catalog.interchange.settle import settle
from evenhand.catalog.source import refuse
from evenhand.catalog.whole_file import replace_file
from evenhand.errors import FileError, Finding, UnknownNameError, UsageError
from evenhand.records.constitution import Constitution

_MARKDOWN = ".md"
_ENDINGS = (_MARKDOWN, ".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedConstitution:
    """A constitution that was brought in."""

    file: str
    """Where it was written."""
    source: str
    """What it was read from."""
    format: str
    id: str
    principles: int
    examples: int
    scales: int
    """Scales of its own."""
    found: Mapping[str, int]
    """Counts of what the format has and ours has not, by what it is called."""
    guesses: tuple[Guess, ...]
    """What the file did not say in so many words, by line."""


def import_constitution(
    format_name: str, source: Path, out: Path, *, force: bool = False
) -> ImportedConstitution:
    """Read a constitution in another format and write it as one of ours, a draft.

    What is written was read back before, as every command reads it.

    Args:
        format_name: Name of the format, one of `FORMATS`.
        source: The file to read. Nothing it names is opened.
        out: The file to write, whose ending says in which spelling.
        force: Whether a file that is there is written again.

    Raises:
        UnknownNameError: There is no such format.
        UsageError: `out` has another ending, is there already, or can not be written.
        FileError: The file can not be read in this format; all findings are in the error.
    """
    if format_name not in FORMATS:
        raise UnknownNameError("format", format_name, FORMATS)
    _check_out(out, source, force=force)
    shown = shown_path(source)
    draft = FORMATS[format_name].read(read_utf8(source), shown)
    refuse(draft.findings)
    settled = settle(draft, name=identifier(out.stem) or "constitution", path=shown)
    if isinstance(settled, Finding):
        raise FileError([settled])
    constitution = settled.constitution
    _write(constitution, out)
    return ImportedConstitution(
        file=shown_path(out),
        source=shown,
        format=format_name,
        id=constitution.id,
        principles=len(constitution.principles),
        examples=sum(len(each.examples) for each in constitution.principles),
        scales=len(constitution.scales),
        found=draft.found,
        guesses=settled.guesses,
    )


def _check_out(out: Path, source: Path, *, force: bool) -> None:
    if out.suffix not in _ENDINGS:
        hint = "end it in .md for Markdown or .yaml for YAML"
        raise UsageError(f"{out.name} is no name of a constitution", hint=hint)
    if out.exists() and source.exists() and out.samefile(source):
        raise UsageError(f"{shown_path(out)} is the file that is read", hint="name another file with --out")
    if out.exists() and not force:
        hint = "name another file with --out, or write it again with --force"
        raise UsageError(f"{shown_path(out)} exists already", hint=hint)


def _write(constitution: Constitution, out: Path) -> None:
    """Write a constitution once it has been read back."""
    text = write_markdown(constitution) if out.suffix == _MARKDOWN else write_yaml(constitution)
    content = text.encode()
    with tempfile.TemporaryDirectory(prefix="evenhand-") as folder:
        staged = Path(folder) / f"constitution{out.suffix}"
        staged.write_bytes(content)
        file = read_constitution(staged)
    refuse(file.findings)
    if file.record is None or file.record.hash != constitution.hash:
        raise UsageError("what would be written reads back as something else", hint="try the other ending")
    replace_file(out, [content], hint="name another file with --out")
