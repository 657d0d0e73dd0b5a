r"""Turns of a conversation in Markdown: `<user>...</user>`, read exactly as they were written.

A turn stands on one line, or opens and closes on lines of its own; then the line ends beside the tags are not part
of it. A line that ends in the turn's own closing tag gets a backslash before the tag. Text that a file can not hold
is written as JSON: `<user json>"\r"</user>`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.catalog.markdown_attributes import quote, unquote
from evenhand.catalog.source import Source, Span
from evenhand.catalog.yaml_file import UNPRINTABLE
from evenhand.errors import Finding
from evenhand.records.message import Role

Line = tuple[int, str]
"""Number of a line in its file, and its text without indentation."""

_OPENING = re.compile(r"[ \t]*<(?P<role>system|user|assistant|tool)(?P<json> json)?>(?P<rest>.*)")
_INDENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnText:
    """One turn as it stands in the file."""

    role: str
    content: str
    span: Span


def opens_turn(text: str) -> bool:
    """Tell whether a line opens a turn."""
    return _OPENING.match(text) is not None


def read_turns(lines: Sequence[Line], source: Source) -> tuple[list[TurnText], list[Finding]]:
    """Return the turns of some lines, and what is wrong between and in them."""
    turns: list[TurnText] = []
    findings: list[Finding] = []
    rest = iter(lines)
    for number, text in rest:
        opening = _OPENING.match(text)
        span = Span(line=number, column=_INDENT + 1, width=max(1, len(text)))
        if opening:
            content = _content(opening, rest)
            tag = Span(
                line=number, column=_INDENT + 1 + opening.start("role") - 1, width=len(opening["role"]) + 2
            )
            turn = _turn(opening, content, tag, source)
            (turns if isinstance(turn, TurnText) else findings).append(turn)  # type: ignore[arg-type]  # one of two
        elif text.strip():
            hint = "write <user>...</user>, or why: before the turns"
            findings.append(source.finding("M008", "this line is in no turn", span, suggestion=hint))
    return turns, findings


def write_turn(role: Role, content: str) -> list[str]:
    """Return a turn as lines without indentation."""
    if UNPRINTABLE.search(content):
        return [f"<{role} json>{quote(content)}</{role}>"]
    if "\n" not in content and not content.endswith("\\"):
        return [f"<{role}>{content}</{role}>"]
    closing = re.compile(rf"(?=</{role}>[ \t]*$)")
    lines = (closing.sub(r"\\", line, count=1) for line in content.split("\n"))
    return [f"<{role}>", *lines, f"</{role}>"]


def _turn(opening: re.Match[str], content: str | None, tag: Span, source: Source) -> TurnText | Finding:
    role = opening["role"]
    if content is None:
        hint = f"close it with </{role}> at the end of a line"
        return source.finding("M009", f"<{role}> is never closed", tag, suggestion=hint)
    if not opening["json"]:
        return TurnText(role=role, content=content, span=tag)
    decoded = unquote(content)
    if decoded is None:
        hint = 'write "text" in quotes'
        return source.finding("M009", f"<{role} json> holds no JSON text", tag, suggestion=hint)
    return TurnText(role=role, content=decoded, span=tag)


def _content(opening: re.Match[str], rest: Iterator[Line]) -> str | None:
    """Return the text up to the closing tag; None if there is none."""
    tag = f"</{opening['role']}>"
    lines: list[str] = []
    text, is_first = opening["rest"], True
    while True:
        before, blanks = _split_closing(text, tag)
        if before is not None and not before.endswith("\\"):
            alone = not is_first and not before.strip()
            return "\n".join(lines if alone else [*lines, before])
        if before is not None:
            text = before[:-1] + tag + blanks
        if not is_first or text.strip():
            lines.append(text)
        following = next(rest, None)
        if following is None:
            return None
        text, is_first = following[1], False


def _split_closing(text: str, tag: str) -> tuple[str | None, str]:
    """Return what stands before a closing tag at the end of a line, or None, and the blanks after it."""
    bare = text.rstrip(" \t")
    return bare.removesuffix(tag) if bare.endswith(tag) else None, text[len(bare) :]
