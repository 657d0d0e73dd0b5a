"""`evenhand schema`: the JSON Schema of a kind of file, or of a command's JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.documents import document_schema, is_document
from evenhand.cli.output import Column, Mark, Screen, Style
from evenhand.cli.session import session_of
from evenhand.workflows.show_schema import schema_summaries, show_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaDocument:
    """A schema that was written to a file."""

    name: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemasDocument:
    """The kinds of files."""

    kinds: Mapping[str, str]
    """What each kind of file holds, by its name."""


def schema(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Such as judge, or evenhand/run/v1 for a command's JSON; none lists them."
        ),
    ] = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead of stdout.")
    ] = None,
) -> int:
    """Print the JSON Schema of a kind of file, for editors and other tools."""
    session = session_of(context)
    if name is None:
        _list(session.screen)
        return 0
    found = document_schema(name) if is_document(name) else show_schema(name)
    if out is None:
        session.screen.raw_json(found)
        return 0
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    session.screen.document("schema/v1", SchemaDocument(name=name, file=str(out)))
    session.screen.result(Mark("wrote  ", Style.GOOD), str(out))
    return 0


def _list(screen: Screen) -> None:
    kinds = schema_summaries()
    screen.document("schemas/v1", SchemasDocument(kinds=kinds))
    screen.table([Column(title="kind"), Column(title="what it is", gives_way=True)], list(kinds.items()))
