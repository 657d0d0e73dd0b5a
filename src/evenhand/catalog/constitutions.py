"""Constitutions from files, in either spelling."""

from pathlib import Path

from evenhand.catalog.constitution_checks import check_constitution
from evenhand.catalog.record_files import RecordFile, read_record
from evenhand.catalog.source import refuse
from evenhand.records.constitution import Constitution


def load_constitution(path: Path) -> Constitution:
    """Return the constitution of a YAML or Markdown file.

    Raises:
        FileError: The file has findings; all of them are in the error.
    """
    file = read_constitution(path)
    refuse(file.findings)
    assert file.record is not None
    return file.record


def read_constitution(path: Path) -> RecordFile[Constitution]:
    """Read a constitution with everything wrong in it."""
    return read_record(path, Constitution, "constitution/v1", check_constitution)
