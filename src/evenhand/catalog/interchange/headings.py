"""Headings of a Markdown file and what stands below each; a heading inside a code fence is none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from evenhand.catalog.source import Source, Span
from evenhand.catalog.yaml_file import find_unprintable
from evenhand.errors import Finding

Line = tuple[int, str]
"""Number of a line in its file, and its text."""

MAX_HEADINGS = 5_000
MAX_LINES = 200_000

_FENCE = re.compile(r"[ ]{0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)")
_HEADING = re.compile(r"[ ]{0,3}(?P<marks>#{1,6})(?=[ \t]|$)")
_ATTRIBUTE = re.compile(r'#(?P<id>\S+)|(?P<key>[\w-]{1,40})=(?:"(?P<quoted>[^"]*)"|(?P<bare>\S*))')
_LONGEST_ATTRIBUTES = 2_000
_UNDERLINE = re.compile(r"[ ]{0,3}(?:=+|-{2,})[ \t]*")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_NUMBERED = re.compile(r"(?:\(?\d{1,3}[.)]|§\s*\d+\.?)\s+")


@dataclass(slots=True, kw_only=True)
class Section:
    """A heading and the lines below it, up to the next heading."""

    line: int
    level: int
    """1 to 6; 0 for what stands before the first heading."""
    title: str
    """Without emphasis and without a number in front."""
    attributes: dict[str, str] = field(default_factory=dict)
    """What stands in braces at its end; `id` is the anchor."""
    body: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines as one text, without blank lines around."""
        return join(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class FencedLine:
    """A line, and whether it belongs to a code fence."""

    number: int
    text: str
    in_fence: bool
    opens: str = ""
    """What stands behind the mark that opens a fence here; `-` where nothing does."""


def read_lines(text: str, path: str) -> tuple[Source, list[Finding]]:
    """Return the lines of a file, and what keeps them from being read."""
    source = Source(path=path, lines=text.split("\n"))
    if len(source.lines) > MAX_LINES:
        span = Span(line=MAX_LINES, column=1)
        message = f"more than {MAX_LINES:,} lines"
        return source, [source.finding("I011", message, span, suggestion="split the file")]
    return source, find_unprintable(text, source)


def read_sections(source: Source) -> tuple[list[Section], list[Finding]]:
    """Return the sections of a file, first what stands before any heading.

    Also returned is what is wrong: a fence that is never closed, or too many headings, which ends the reading.
    """
    sections = [Section(line=1, level=0, title="")]
    lines, findings = read_fences(source)
    for line in lines:
        heading = None if line.in_fence else _heading(line)
        underlined = None if line.in_fence else _underlined(line, sections[-1])
        if len(sections) > MAX_HEADINGS:
            span = Span(line=line.number, column=1)
            message = f"more than {MAX_HEADINGS:,} headings"
            return sections[:1], [source.finding("I011", message, span, suggestion="split the file")]
        if heading:
            sections.append(heading)
        elif underlined:
            sections[-1].body.pop()
            sections.append(underlined)
        else:
            sections[-1].body.append((line.number, line.text))
    return sections, findings


def read_fences(source: Source) -> tuple[list[FencedLine], list[Finding]]:
    """Return every line with whether it is inside a code fence, and a finding for one that is never closed."""
    lines: list[FencedLine] = []
    mark, opened = "", 0
    for number, text in enumerate(source.lines, start=source.first_line):
        match = _FENCE.fullmatch(text)
        if mark:
            lines.append(FencedLine(number=number, text=text, in_fence=True))
            if match and match["mark"].startswith(mark) and not match["info"].strip():
                mark = ""
        elif match:
            mark, opened = match["mark"], number
            info = match["info"].strip() or "-"
            lines.append(FencedLine(number=number, text=text, in_fence=True, opens=info))
        else:
            lines.append(FencedLine(number=number, text=text, in_fence=False))
    findings = []
    if mark:
        span = Span(line=opened, column=1, width=max(1, len(source.line(opened))))
        message = "a code fence is opened here and never closed"
        findings = [source.finding("I009", message, span, suggestion=f"write {mark} below its last line")]
    return lines, findings


def join(lines: Sequence[Line]) -> str:
    """Return lines as one text, without blank lines around it and with at most one in a row."""
    kept: list[str] = []
    for _, text in lines:
        if text.strip() or (kept and kept[-1]):
            kept.append(text.rstrip())
    return "\n".join(kept).strip()


def plain_words(text: str) -> str:
    """Return words of a line of Markdown without emphasis, escapes and a number in front."""
    bare = _ESCAPE.sub(r"\1", text.strip())
    bare = bare.strip("*_`").strip()
    return _NUMBERED.sub("", bare, count=1).strip()


def _heading(line: FencedLine) -> Section | None:
    match = _HEADING.match(line.text)
    if match is None:
        return None
    text = line.text[match.end() :].strip()
    title, attributes = split_attributes(text.rstrip("#") if text.endswith((" #", "\t#", "##")) else text)
    return Section(
        line=line.number, level=len(match["marks"]), title=plain_words(title), attributes=attributes
    )


def _underlined(line: FencedLine, above: Section) -> Section | None:
    """Return the heading that a line of `===` or `---` makes of the one line of text above it."""
    if not _UNDERLINE.fullmatch(line.text) or not above.body or not above.body[-1][1].strip():
        return None
    if len(above.body) > 1 and (above.body[-2][1].strip() or _is_front_matter(above)):
        return None
    number, text = above.body[-1]
    if text.lstrip().startswith(("|", "-", "*", ">", "!!!", "    ")) or text.startswith("    "):
        return None
    title, attributes = split_attributes(text)
    level = 1 if line.text.lstrip().startswith("=") else 2
    return Section(line=number, level=level, title=plain_words(title), attributes=attributes)


def _is_front_matter(before: Section) -> bool:
    """Tell whether a file begins with settings between two lines of dashes, and the second is yet to come."""
    dashes = [index for index, (_, text) in enumerate(before.body) if text.rstrip() == "---"]
    return before.level == 0 and dashes == [0]


def split_attributes(text: str) -> tuple[str, dict[str, str]]:
    """Return a heading without the braces at its end, and what stands in them."""
    bare = text.strip()
    start = bare.rfind("{")
    inside = bare[start + 1 : -1]
    if start < 0 or not bare.endswith("}") or "}" in inside or len(inside) > _LONGEST_ATTRIBUTES:
        return text, {}
    return bare[:start], dict(_attributes(inside))


def _attributes(inside: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(inside):
        if match["id"]:
            yield "id", match["id"]
        else:
            yield match["key"], match["quoted"] if match["quoted"] is not None else match["bare"]
