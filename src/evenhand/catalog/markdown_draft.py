"""A record while it is being read from Markdown: plain data that notes where each key and value stands."""

from dataclasses import dataclass

from evenhand.catalog.markdown_attributes import Attribute, split_list
from evenhand.catalog.source import Json, Place, Source, Span
from evenhand.errors import Finding

MAX_FINDINGS = 200
LISTS = ("pass", "aliases", "tags", "sensitive")
"""Attributes that hold several words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One mapping of the file. All drafts of a file share its source and its findings."""

    record: dict[str, Json]
    place: Place
    source: Source
    findings: list[Finding]

    def set(self, key: str, value: Json, span: Span, key_span: Span | None = None) -> None:
        """Set a key once; a second time is a finding."""
        if key in self.record:
            self.report("M005", f'"{key[:60]}" is given twice', key_span or span, "keep one of them")
            return
        self.record[key] = value
        self.source.values[(*self.place, key)] = span
        self.source.keys[(*self.place, key)] = key_span or span

    def take(self, attributes: list[Attribute]) -> None:
        """Set each attribute as a key."""
        for attribute in attributes:
            value = split_list(attribute.value) if attribute.key in LISTS else attribute.value
            self.set(attribute.key, value, attribute.value_span, attribute.key_span)

    def under(self, key: str) -> "Draft":
        """Return a draft for a mapping that will stand at `key`."""
        return self._at({}, key)

    def append(self, key: str, span: Span) -> "Draft":
        """Add an empty mapping to the list at `key`."""
        records = self.record.setdefault(key, [])
        index = len(records) if isinstance(records, list) else 0
        draft = self._at({}, key, index)
        if isinstance(records, list):
            records.append(draft.record)
        self.source.values[draft.place] = span
        return draft

    def report(self, code: str, message: str, span: Span, suggestion: str = "") -> None:
        """Note a finding; enough is enough."""
        if len(self.findings) >= MAX_FINDINGS:
            return
        self.findings.append(self.source.finding(code, message, span, suggestion=suggestion))

    def line_span(self, number: int) -> Span:
        """Return a whole line."""
        return Span(line=number, column=1, width=max(1, len(self.source.line(number).rstrip())))

    def _at(self, record: dict[str, Json], *steps: str | int) -> "Draft":
        return Draft(record=record, place=(*self.place, *steps), source=self.source, findings=self.findings)
