"""What each finding code means; the texts are in `codes.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from evenhand.catalog.locate import validate
from evenhand.catalog.source import refuse
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import UnknownNameError
from evenhand.records.canonical import FileRecord, Prose

_NAME = "codes.yaml"


class CodeText(FileRecord):
    """What a finding code means."""

    title: Prose
    """What is wrong, in a few words."""
    explain: Prose
    """Why it is wrong, or why it matters."""
    mend: Prose
    """What to write instead, mostly as an example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A finding code with its meaning."""

    code: str
    text: CodeText


@cache
def all_codes() -> Mapping[str, CodeText]:
    """Return the meaning of every code."""
    content = resources.files("evenhand.catalog").joinpath(_NAME).read_text(encoding="utf-8")
    shape = Mapping[str, CodeText]
    table, findings = validate(TypeAdapter(shape), shape, parse_yaml(content, _NAME))
    refuse(findings)
    assert table is not None
    return table


def explain_code(code: str) -> Code:
    """Return what a code means; case does not count.

    Raises:
        UnknownNameError: There is no such code.
    """
    known = all_codes()
    name = code.strip().upper()
    if name not in known:
        family = [each for each in known if each[0] == name[:1]]
        raise UnknownNameError("code", code, family or known)
    return Code(code=name, text=known[name])
