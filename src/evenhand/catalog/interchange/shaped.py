"""JSON or YAML of a format: read strictly, with a finding at the place of whatever is not as the format has it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.catalog.located_json import parse_located
from evenhand.catalog.source import Document, Json, Place, lookup
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import Finding

_MOST_HOLDERS = 4
_KINDS = {dict: "a mapping", list: "a list", str: "text", type(None): "nothing", bool: "true or false"}


def parse_data(text: str, path: str) -> Document:
    """Read JSON where the text begins as JSON does, and else YAML."""
    if text.lstrip()[:1] in {"{", "["}:
        return parse_located(text.split("\n"), path, first_line=1)
    return parse_yaml(text, path)


@dataclass(slots=True, kw_only=True)
class Shaped:
    """A document that is being taken apart, and what was found wrong in it on the way."""

    document: Document
    findings: list[Finding] = field(default_factory=list)

    def report(self, message: str, place: Place, suggestion: str = "", *, code: str = "I007") -> None:
        """Note that something is not as the format has it."""
        source = self.document.source
        self.findings.append(source.finding(code, message, source.value_span(place), suggestion=suggestion))

    def line(self, place: Place) -> int:
        """Return the line something stands in."""
        return self.document.source.value_span(place).line

    def position(self, place: Place) -> tuple[int, int]:
        """Return line and column of something, to bring places into the order of the file."""
        span = self.document.source.value_span(place)
        return span.line, span.column

    def at(self, place: Place) -> Json:
        """Return what stands at a place; None where nothing does."""
        return lookup(self.document.data, place)

    def text(self, place: Place, *, required: bool = False) -> str:
        """Return the text at a place; empty, and a finding, where it is something else."""
        value = self.at(place)
        if isinstance(value, str) and (value.strip() or not required):
            return value.strip()
        if value is not None or required:
            self._expected("text", value, place)
        return ""

    def number(self, place: Place) -> float | None:
        """Return the number at a place; None, and a finding where it is something else than nothing."""
        value = self.at(place)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if value is not None:
            self._expected("a number", value, place)
        return None

    def texts(self, place: Place) -> list[str]:
        """Return the texts of a list at a place; a finding for whatever is no text."""
        return [self.text(each, required=True) for each in self.items(place)]

    def items(self, place: Place) -> list[Place]:
        """Return the places of the items of a list; a finding where it is something else than nothing."""
        value = self.at(place)
        if isinstance(value, list):
            return [(*place, index) for index in range(len(value))]
        if value is not None:
            self._expected("a list", value, place)
        return []

    def mapping(self, place: Place) -> Mapping[str, Json] | None:
        """Return the mapping at a place; None, and a finding, where it is something else."""
        value = self.at(place)
        if isinstance(value, dict):
            return value
        self._expected("a mapping", value, place)
        return None

    def others(self, place: Place, known: Sequence[str]) -> Iterator[str]:
        """Yield the keys of a mapping that are none of those known."""
        value = self.at(place)
        return (key for key in value if key not in known) if isinstance(value, dict) else iter(())

    def _expected(self, what: str, value: Json, place: Place) -> None:
        self.report(f"{what} belongs here, and this is {_KINDS.get(type(value), 'a number')}", place)


def as_notes(shaped: Shaped, place: Place, keys: Sequence[str]) -> str:
    """Return keys of a mapping that no field has a place for as lines of notes."""
    lines = []
    for key in keys:
        value = shaped.at((*place, key))
        lines.append(f"{key}: {_shown(value)}")
    return "\n".join(lines)


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {_shown(item)}" for key, item in value.items())
    if isinstance(value, bool) or value is None:
        return str(value).lower().replace("none", "nothing")
    return str(value)


def entries(shaped: Shaped, marks: Sequence[str], holders: Sequence[str]) -> list[Place]:
    """Return the places of the records of a file: one, a list, or a mapping from names, or any of these in a holder.

    Args:
        shaped: The file.
        marks: Keys that tell a record; a mapping without any of them is one from names to records.
        holders: Keys under which the records may stand.
    """
    top: Place = ()
    for _ in range(_MOST_HOLDERS):
        value = shaped.at(top)
        if not isinstance(value, dict):
            return shaped.items(top) if isinstance(value, list) else _nothing(shaped, top)
        if any(mark in value for mark in marks):
            return [top]
        holder = next((key for key in holders if key in value), None)
        if holder is None:
            return [(*top, key) for key in value]
        top = (*top, holder)
    return []


def _nothing(shaped: Shaped, place: Place) -> list[Place]:
    shaped.report("a list or a mapping belongs here", place)
    return []


def name_of(shaped: Shaped, place: Place, keys: Sequence[str] = ("id", "name")) -> str:
    """Return what a record calls itself, or the key it stands under; empty where it has no name."""
    own = next((shaped.text((*place, key)) for key in keys if shaped.at((*place, key))), "")
    return own or (str(place[-1]) if place and isinstance(place[-1], str) else "")


def as_note_guess(keys: Sequence[str]) -> str:
    """Return how it is said that keys became notes."""
    return f"{', '.join(key[:60] for key in keys)} became notes, which judges do not see"
