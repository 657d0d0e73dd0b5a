r"""The layout of a constitution in Markdown: front matter, title and summary, a section for each principle, blocks.

A line of text that would be read as markup (a heading of one or two `#`, `!!!`, `[^tests]:`) has a backslash before
it. Everything indented below a `!!!` line is the content of that block and needs no escape.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evenhand.catalog.markdown_attributes import Attribute, read_attributes
from evenhand.catalog.markdown_turns import Line
from evenhand.catalog.source import Source, Span
from evenhand.errors import Finding, nearest_name

MAX_FINDINGS = 100
MAX_PARTS = 50_000
TESTS = "[^tests]:"
BLOCK_KINDS = (
    "exception",
    "scope",
    "rationale",
    "critique",
    "revision",
    "conflict",
    "violates",
    "complies",
    "borderline",
    "reference",
    "support",
    "notes",
    "field",
)

_MARKUP = re.compile(r"#{1,2}(?=[ \t]|$)|!!!|\[\^tests\]:")
_ESCAPED = re.compile(r"\\+(?:#{1,2}(?=[ \t]|$)|!!!|\[\^tests\]:)")
_BLOCK = re.compile(r"!!![ \t]+(?P<kind>[^\s=]+)(?P<rest>(?:[ \t].*)?)")


@dataclass(slots=True, kw_only=True)
class Block:
    """A `!!!` block, or a `[^tests]:` line."""

    kind: str
    attributes: list[Attribute]
    span: Span
    content: list[Line] = field(default_factory=list)
    """Its lines, without the indentation."""

    def text(self) -> str:
        """Return the content as one text."""
        return "\n".join(text for _, text in self.content).strip()

    def text_span(self) -> Span:
        """Return where its text begins."""
        first = next(((number, text) for number, text in self.content if text.strip()), None)
        if first is None:
            return self.span
        number, text = first
        return Span(line=number, column=5 + len(text) - len(text.lstrip()), width=len(text.strip()))


@dataclass(slots=True, kw_only=True)
class Section:
    """A heading and what stands below it."""

    heading: Line
    body: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Layout:
    """A file in its parts."""

    front_matter: str | None = None
    """The YAML between the first two `---` lines; it starts at line 2. None where there is none."""
    preface: list[Line] = field(default_factory=list)
    """Lines before the first principle."""
    sections: list[Section] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_whole: bool = True
    """Whether the file was read to its end; False after too many mistakes or sections."""


def lay_out(source: Source) -> Layout:
    """Split a file into its parts."""
    layout = Layout()
    lines = list(enumerate(source.lines, start=1))
    rest = _front_matter(lines, source, layout)
    section: Section | None = None
    parts = 0
    for number, text in rest:
        if len(layout.findings) >= MAX_FINDINGS or parts > MAX_PARTS:
            layout.is_whole = False
            break
        parts += text.startswith(("!!!", "##"))
        if is_heading(text):
            section = Section(heading=(number, text))
            layout.sections.append(section)
        elif section is None:
            layout.preface.append((number, text))
        else:
            layout.findings += _add(section, (number, text), source)
    if parts > MAX_PARTS:
        message = f"more than {MAX_PARTS} principles and blocks"
        layout.findings.append(
            source.finding("Y012", message, Span(line=1, column=1), suggestion="split the file")
        )
    return layout


def is_heading(text: str) -> bool:
    """Tell whether a line is the heading of a principle."""
    return text.startswith("##") and not text[2:3].strip()


def escape(text: str) -> str:
    """Return lines of text with a backslash before everything that would be read as markup."""
    return "\n".join(
        f"\\{line}" if _MARKUP.match(line) or _ESCAPED.match(line) else line for line in text.split("\n")
    )


def unescape(lines: Iterable[Line]) -> str:
    """Return lines as one text, without the backslashes of `escape`."""
    return "\n".join(text[1:] if _ESCAPED.match(text) else text for _, text in lines)


def is_markup(text: str) -> bool:
    """Tell whether a line is markup and not text."""
    return _MARKUP.match(text) is not None


def _front_matter(lines: Sequence[Line], source: Source, layout: Layout) -> Sequence[Line]:
    first = Span(line=1, column=1, width=3)
    if lines[0][1].rstrip() != "---":
        hint = "begin the file with ---, then schema, id and version, then ---"
        layout.findings.append(source.finding("M001", "there is no front matter", first, suggestion=hint))
        return lines
    end = next((number for number, text in lines[1:] if text.rstrip() == "---"), 0)
    if not end:
        hint = "write --- below its last line"
        layout.findings.append(source.finding("M002", "the front matter never ends", first, suggestion=hint))
        return []
    layout.front_matter = "\n".join(text for _, text in lines[1 : end - 1])
    return lines[end:]


def _add(section: Section, line: Line, source: Source) -> Iterator[Finding]:
    number, text = line
    block = section.blocks[-1] if section.blocks else None
    if text.startswith("!!!"):
        yield from _open_block(section, line, source)
    elif text.startswith(TESTS):
        span = Span(line=number, column=len(TESTS) + 1, width=max(1, len(text) - len(TESTS)))
        section.blocks.append(
            Block(kind=TESTS, attributes=[], span=span, content=[(number, text[len(TESTS) :])])
        )
    elif is_markup(text):
        hint = "write ## for a principle, or \\# for a line of text"
        span = Span(line=number, column=1, width=len(text))
        yield source.finding("M011", "a title stands before the first principle only", span, suggestion=hint)
    elif block is None:
        section.body.append(line)
    elif not text.strip() or (text.startswith(("    ", "\t")) and block.kind != TESTS):
        block.content.append((number, text[1:] if text.startswith("\t") else text[4:]))
    else:
        hint = "indent it by four spaces, or move it above the first block"
        span = Span(line=number, column=1, width=len(text))
        yield source.finding("M007", "this line is in no block", span, suggestion=hint)


def _open_block(section: Section, line: Line, source: Source) -> Iterator[Finding]:
    number, text = line
    match = _BLOCK.fullmatch(text)
    kind = match["kind"] if match else ""
    if match is None or kind not in BLOCK_KINDS:
        near = nearest_name(kind, BLOCK_KINDS)
        hint = f'did you mean "{near}"?' if near else f"write !!! and one of: {', '.join(BLOCK_KINDS)}"
        span = Span(line=number, column=match.start("kind") + 1 if match else 1, width=len(kind) or 3)
        yield source.finding("M006", f"there is no block {kind!r}", span, suggestion=hint)
    start = Span(line=number, column=match.start("rest") + 1 if match else 1)
    attributes, findings = read_attributes(match["rest"] if match else "", source, start)
    yield from findings
    span = Span(line=number, column=1, width=len(text.rstrip()))
    section.blocks.append(Block(kind=kind, attributes=attributes, span=span))
