"""The body of one section of a Model Spec, in its parts: rule, commentary, example chats and tags of tests."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from evenhand.catalog.interchange.headings import FencedLine, Line, join
from evenhand.catalog.source import Source, Span
from evenhand.errors import Finding

_ADMONITION = re.compile(r'!!![ \t]+(?P<kind>[\w-]{1,40})[ \t]*(?:"(?P<title>[^"]{0,200})")?[ \t]*')
_EXAMPLE = re.compile(r"\*\*Example\*\*:?[ \t]*(?P<title>.{0,500})")
_TAG = re.compile(r"\[\^([A-Za-z0-9_-]{1,40})\](?!:)")
_DEFINITION = re.compile(r"\[\^([^\]\s]{1,60})\]:(?P<rest>.*)")
_CHAT = "xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatBlock:
    """An example chat as it stands in the file."""

    line: int
    title: str
    lines: Sequence[Line]


@dataclass(slots=True, kw_only=True)
class Parts:
    """What stands below one heading."""

    text: list[Line] = field(default_factory=list)
    commentary: list[Line] = field(default_factory=list)
    asides: list[tuple[int, str]] = field(default_factory=list)
    """Where a block that is not of the kind `meta` was taken as commentary, and its kind."""
    chats: list[ChatBlock] = field(default_factory=list)
    footnotes: list[Line] = field(default_factory=list)
    """Definitions of footnotes."""

    @property
    def tests(self) -> tuple[str, ...]:
        """Tags that tie the section to test prompts, each once."""
        return tuple(dict.fromkeys(tag for _, text in self.text for tag in _TAG.findall(text)))

    @property
    def rule(self) -> str:
        """The text without the tags of tests."""
        return join([(number, _TAG.sub("", text)) for number, text in self.text])


def take_apart(lines: Sequence[FencedLine], source: Source) -> tuple[Parts, list[Finding]]:
    """Return the parts of a section's body, and admonitions that can not be read."""
    parts = Parts()
    findings: list[Finding] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.opens == _CHAT:
            at = _take_chat(lines, at, parts)
        elif not line.in_fence and line.text.startswith("!!!"):
            at = _take_admonition(lines, at, parts, source, findings)
        elif not line.in_fence and _DEFINITION.fullmatch(line.text):
            parts.footnotes.append((line.number, line.text))
            at += 1
        else:
            parts.text.append((line.number, line.text))
            at += 1
    return parts, findings


def _take_chat(lines: Sequence[FencedLine], at: int, parts: Parts) -> int:
    """Take a chat and the line above it that gives it a title."""
    end = next(_ends(lines, at))
    title = ""
    above = [index for index, (_, text) in enumerate(parts.text[-2:]) if text.strip()]
    if above:
        index = max(0, len(parts.text) - 2) + above[-1]
        match = _EXAMPLE.fullmatch(parts.text[index][1].strip())
        if match:
            title = match["title"].strip()
            del parts.text[index:]
    inside = [(line.number, line.text) for line in lines[at + 1 : end - 1]]
    parts.chats.append(ChatBlock(line=lines[at].number, title=title, lines=inside))
    return end


def _ends(lines: Sequence[FencedLine], at: int) -> Iterator[int]:
    """Yield the index after the fence that opens at `at`: before the next line that opens one or is in none."""
    for index in range(at + 1, len(lines)):
        if not lines[index].in_fence or lines[index].opens:
            yield index
    yield len(lines)


def _take_admonition(
    lines: Sequence[FencedLine], at: int, parts: Parts, source: Source, findings: list[Finding]
) -> int:
    line = lines[at]
    match = _ADMONITION.fullmatch(line.text)
    if match is None:
        span = Span(line=line.number, column=1, width=len(line.text))
        hint = 'write !!! meta "Commentary"'
        findings.append(source.finding("M006", "the block has no kind", span, suggestion=hint))
    elif match["kind"] != "meta":
        parts.asides.append((line.number, match["kind"]))
    if parts.commentary:
        parts.commentary.append((line.number, ""))
    at += 1
    while at < len(lines) and (not lines[at].text.strip() or lines[at].text.startswith(("    ", "\t"))):
        text = lines[at].text
        parts.commentary.append((lines[at].number, text[1:] if text.startswith("\t") else text[4:]))
        at += 1
    return at
