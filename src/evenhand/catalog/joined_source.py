"""Data put together from several files: each value still knows the file and the line it stands in.

The lines of all files stand one below the other, the own file first, so that a span means one line of one file and
whatever reads positions needs to know of one source alone.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.catalog.source import Place, Source, Span
from evenhand.errors import Finding, Severity

_BETWEEN = 200
"""Empty lines between two files: a search for a word does not run on into the next file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedSource(Source):
    """The lines of several files, and where keys and values stand in them."""

    parts: tuple[tuple[int, Source], ...]
    """Each file with the number of lines before it, in rising order; the own file is the first."""

    @property
    def own(self) -> Source:
        """The own file alone."""
        return self.parts[0][1]

    def locate(self, span: Span) -> tuple[Source, Span]:
        """Return the file that a span lies in, and the span in it."""
        before, source = self.parts[bisect_right([part[0] for part in self.parts], max(0, span.line - 1)) - 1]
        return source, replace(span, line=span.line - before)

    def is_own(self, span: Span) -> bool:
        """Tell whether a span lies in the own file."""
        return self.locate(span)[0] is self.own

    def where(self, span: Span) -> str:
        """Return in words where a span stands, with the file where it is not the own one."""
        source, own = self.locate(span)
        return source.where(own) + ("" if self.is_own(span) else f" of {source.path}")

    def finding(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """Return a finding at `span`, in the file that it lies in."""
        source, own = self.locate(span)
        return source.finding(code, message, own, suggestion=suggestion, severity=severity)


class Joiner:
    """Puts places of several files together."""

    def __init__(self, own: Source) -> None:
        """Begin with the own file, which stands first."""
        self._parts: dict[str, tuple[int, Source]] = {}
        self._end = 0
        self._keys: dict[Place, Span] = {}
        self._values: dict[Place, Span] = {}
        self._groups: dict[Place, set[Place]] = defaultdict(set)
        """Places by their first two steps."""
        self._indices: dict[int, _Index] = {}
        self._begin(own)

    def copy(self, source: Source, old: Place, new: Place) -> None:
        """Let everything at and below `new` stand where it stands at and below `old` of a source."""
        if id(source) not in self._indices:
            self._indices[id(source)] = _Index(source)
        for table, place, span in self._indices[id(source)].below(old):
            spans = self._keys if table == "keys" else self._values
            there = (*new, *place[len(old) :])
            spans[there] = self._moved(source, span)
            self._groups[there[:2]].add(there)

    def keep(self, place: Place, kept: Sequence[int]) -> None:
        """Leave only some items of the list at `place`, which close up.

        Args:
            place: A list, at least two steps down.
            kept: Positions of the items that stay, rising.
        """
        now = {position: number for number, position in enumerate(kept)}
        for spans in (self._keys, self._values):
            items = [
                each for each in self._groups[place[:2]] if each[: len(place)] == place and each in spans
            ]
            old = {each: spans.pop(each) for each in items if len(each) > len(place)}
            for each, span in old.items():
                number = now.get(int(each[len(place)]))
                if number is not None:
                    spans[(*place, number, *each[len(place) + 1 :])] = span

    def joined(self) -> JoinedSource:
        """Return the source of what was put together."""
        parts = sorted(self._parts.values(), key=lambda part: part[0])
        lines: list[str] = []
        for before, source in parts:
            lines += [""] * (before - len(lines))
            lines += source.lines
        return JoinedSource(
            path=parts[0][1].path, lines=lines, keys=self._keys, values=self._values, parts=tuple(parts)
        )

    def _moved(self, source: Source, span: Span) -> Span:
        if isinstance(source, JoinedSource):
            source, span = source.locate(span)
        return replace(span, line=span.line + self._begin(source))

    def _begin(self, source: Source) -> int:
        """Return how many lines stand before a file, which is put below the others when it is first met."""
        if source.path not in self._parts:
            self._parts[source.path] = (self._end, source)
            self._end += len(source.lines) + _BETWEEN
        return self._parts[source.path][0]


class _Index:
    """Places of a source by their first two steps, so that one principle is found without looking at all."""

    def __init__(self, source: Source) -> None:
        self.source = source  # kept alive: it is known by its id
        self._places: dict[Place, list[tuple[str, Place, Span]]] = defaultdict(list)
        for table, spans in (("keys", source.keys), ("values", source.values)):
            for place, span in spans.items():
                self._places[place[:2]].append((table, place, span))

    def below(self, old: Place) -> Iterator[tuple[str, Place, Span]]:
        """Yield the places at and below `old`, each with its table and its span."""
        groups = (
            [self._places.get(old[:2], [])]
            if len(old) > 1
            else [group for start, group in self._places.items() if start[: len(old)] == old]
        )
        for group in groups:
            yield from ((table, place, span) for table, place, span in group if place[: len(old)] == old)
