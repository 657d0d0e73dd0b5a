"""Forms a constitution can be written in, by the name people type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.interchange.write_list import write_critiques, write_json_list
from evenhand.catalog.interchange.write_plain import write_plain
from evenhand.catalog.interchange.written import Written
from evenhand.records.constitution import Constitution


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFormat:
    """A format out."""

    what: str
    """What it is, in a few words."""
    write: Callable[[Constitution], Written]
    is_own: bool = False
    """Whether it is a spelling of ours, which says what a constitution extends instead of what that comes to."""
    endings: tuple[str, ...] = ()
    """Endings of its files, where they decide how a file is read; empty takes any."""


FORMATS_OUT: Final[Mapping[str, OutFormat]] = {
    "markdown": OutFormat(what="plain Markdown in the format of the Model Spec", write=write_plain),
    "json-list": OutFormat(what="the texts of the principles, as a JSON list", write=write_json_list),
    "critiques": OutFormat(
        what="critiques and revisions in JSON, as papers publish them", write=write_critiques
    ),
    "evenhand-markdown": OutFormat(
        what="our own Markdown; nothing is lost",
        write=lambda each: Written(text=write_markdown(each)),
        is_own=True,
        endings=(".md",),
    ),
    "evenhand-yaml": OutFormat(
        what="our own YAML; nothing is lost",
        write=lambda each: Written(text=write_yaml(each)),
        is_own=True,
        endings=(".yaml", ".yml"),
    ),
}
