"""Give the JSON Schema of a kind of file, for editors and other tools."""

from collections.abc import Mapping
from typing import Any

from evenhand.catalog.json_schema import ROOTS, schema
from evenhand.errors import UnknownNameError

VERSION = "v1"
"""Version of every kind of file there is."""


def schema_names() -> tuple[str, ...]:
    """Return the kinds of files."""
    return tuple(ROOTS)


def schema_summaries() -> Mapping[str, str]:
    """Return what each kind of file holds."""
    return {name: words for name, (_, words) in ROOTS.items()}


def show_schema(name: str) -> dict[str, Any]:
    """Return the schema of a kind of file.

    Args:
        name: The kind, such as "judge" or "judge/v1".

    Raises:
        UnknownNameError: There is no such kind.
    """
    kind = name.removesuffix(f"/{VERSION}")
    if kind not in ROOTS:
        raise UnknownNameError("kind of file", name, ROOTS)
    return schema(kind)


def schema_file(name: str) -> str:
    """Return the name of the file a workspace keeps a schema in, such as "judge.v1.json"."""
    return f"{name}.{VERSION}.json"
