"""JSON over several lines, or from the middle of one, with every finding at the line and column a reader sees."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from evenhand.catalog.json_text import parse_json
from evenhand.catalog.source import Document, Place, Source, Span


def parse_located(
    lines: Sequence[str], path: str, *, first_line: int, before: str = "", after: str = ""
) -> Document:
    """Read lines of a file as one JSON value.

    Args:
        lines: The lines, without line ends.
        path: File as the reader named it.
        first_line: Number of the first of them.
        before: What is missing in front of them to make a value.
        after: What is missing behind them.
    """
    document = parse_json(before + "\n".join(lines) + after, path)
    places = _Places(lines=lines, first_line=first_line, before=len(before))
    source = Source(
        path=path,
        lines=lines,
        first_line=first_line,
        keys=places.moved(document.source.keys),
        values=places.moved(document.source.values),
    )
    findings = [
        source.finding(
            found.code,
            found.message,
            places.span(Span(line=1, column=found.column, width=found.width)),
            suggestion=found.suggestion,
        )
        for found in document.findings
    ]
    return Document(data=document.data, source=source, findings=tuple(findings), readable=document.readable)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """From a column of all lines in one to a line and a column of the file."""

    lines: Sequence[str]
    first_line: int
    before: int

    def moved(self, spans: Mapping[Place, Span]) -> dict[Place, Span]:
        starts = self._starts()
        return {place: self._span(span, starts) for place, span in spans.items()}

    def span(self, span: Span) -> Span:
        return self._span(span, self._starts())

    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.lines[:-1])]

    def _span(self, span: Span, starts: list[int]) -> Span:
        at = max(0, span.column - 1 - self.before)
        index = bisect_right(starts, at) - 1
        column = min(at - starts[index], len(self.lines[index]) if self.lines else 0)
        return Span(line=self.first_line + index, column=column + 1, width=span.width)
