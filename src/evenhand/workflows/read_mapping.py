"""Read what the words of a tidy folder mean from a file."""

from pathlib import Path

from pydantic import TypeAdapter

from evenhand.catalog.files import read_utf8, shown_path
from evenhand.catalog.locate import validate
from evenhand.catalog.source import refuse
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.records.tidy import TidyMapping


def read_mapping(path: Path) -> TidyMapping:
    """Return the mapping of a YAML file.

    Raises:
        FileError: The file has findings; all of them are in the error.
    """
    document = parse_yaml(read_utf8(path), shown_path(path))
    mapping, findings = validate(TypeAdapter(TidyMapping), TidyMapping, document)
    refuse(findings)
    assert mapping is not None
    return mapping
