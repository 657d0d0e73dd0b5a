"""Example chats of a Model Spec: turns, and replies marked GOOD, OK or BAD with the reason behind a colon."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import get_args

from evenhand.catalog.interchange.draft import DraftExample, Side
from evenhand.catalog.interchange.headings import Line
from evenhand.catalog.source import Source, Span
from evenhand.errors import Finding
from evenhand.records.message import Message, Role, Text

_ROLES: dict[str, Role] = {role: role for role in get_args(Role)} | {"developer": "system"}
_OPENING = re.compile(
    r"[ \t]*<(?P<tag>system|developer|user|assistant|tool)(?P<attributes>[ ][^<>]*)?>(?P<rest>.*)"
)
_MARK = re.compile(
    r"[ \t]*<!--[ \t]*(?P<mark>GOOD|BAD|OK)\b(?P<see>\[[^\[\]]*\])?[ \t]*:?(?P<why>.*?)-->(?P<rest>.*)"
)
MAX_TURNS = 200
_SIDES: dict[str, tuple[Side, str | None]] = {
    "GOOD": ("complies", None),
    "BAD": ("violates", None),
    "OK": ("borderline", "complies"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn as it stands in the file."""

    line: int
    tag: str
    attributes: str
    content: str
    mark: str = ""
    """GOOD, OK or BAD; empty where the reply has no mark."""
    why: str = ""

    def message(self) -> Message:
        """Return it as a turn of ours; what a developer says is a system prompt."""
        return Message(role=_ROLES[self.tag], content=self.content)


@dataclass(slots=True, kw_only=True)
class Chat:
    """An example chat, taken apart."""

    examples: list[DraftExample] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    continued: list[int] = field(default_factory=list)
    """Lines at which a chat goes on after marked replies."""
    stray: list[Line] = field(default_factory=list)
    """Lines between the turns."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def marks(self) -> list[str]:
        """The marks of its replies, in their order."""
        return [turn.mark for turn in self.turns if turn.mark]


def read_chat(lines: Sequence[Line], source: Source, *, tags: tuple[str, ...]) -> Chat:
    """Read the lines of one example chat.

    Every marked reply becomes an example whose prompt is the chat before it. Where a chat goes on after marked
    replies, it goes on with the first good one among them.

    Args:
        lines: The lines between the marks of the fence.
        source: The file.
        tags: Words the examples are found by.
    """
    chat = Chat()
    before: list[Turn] = []
    replies: list[Turn] = []
    for turn in _turns(lines, source, chat):
        if len(chat.turns) > MAX_TURNS:
            span = Span(line=turn.line, column=1)
            message = f"more than {MAX_TURNS} turns in one example"
            chat.findings.append(source.finding("I011", message, span, suggestion="divide the example"))
            break
        if turn.mark:
            replies.append(turn)
            chat.examples.append(_example(turn, before, tags))
        else:
            if replies:
                chat.continued.append(turn.line)
                before.append(next((reply for reply in replies if reply.mark == "GOOD"), replies[0]))
                replies = []
            before.append(turn)
    return chat


def _example(reply: Turn, before: Sequence[Turn], tags: tuple[str, ...]) -> DraftExample:
    kind, expect = _SIDES[reply.mark]
    return DraftExample(
        kind=kind, expect=expect, prompt=_prompt(before), response=reply.content, why=reply.why, tags=tags
    )


def _prompt(turns: Sequence[Turn]) -> Text:
    if len(turns) == 1 and turns[0].tag == "user":
        return turns[0].content
    return tuple(turn.message() for turn in turns)


def _turns(lines: Sequence[Line], source: Source, chat: Chat) -> Iterator[Turn]:
    rest = iter(lines)
    for number, text in rest:
        opening = _OPENING.fullmatch(text) if text.lstrip()[:1] == "<" else None
        if opening is None:
            if text.strip() and text.strip() not in {"<comparison>", "</comparison>"}:
                chat.stray.append((number, text))
            continue
        mark = _MARK.fullmatch(opening["rest"]) if "-->" in opening["rest"] else None
        content = _content(mark["rest"] if mark else opening["rest"], opening["tag"], rest)
        if content is None:
            tag = opening["tag"]
            span = Span(line=number, column=text.index("<") + 1, width=len(tag) + 2)
            hint = f"write </{tag}> below its last line"
            chat.findings.append(source.finding("M009", f"<{tag}> is never closed", span, suggestion=hint))
            return
        turn = Turn(
            line=number,
            tag=opening["tag"],
            attributes=(opening["attributes"] or "").strip(),
            content=content,
            mark=mark["mark"] if mark and opening["tag"] == "assistant" else "",
            why=_why(mark) if mark else "",
        )
        chat.turns.append(turn)
        yield turn


def _why(mark: re.Match[str]) -> str:
    see = f"see {mark['see'][1:-1]}" if mark["see"] else ""
    return "; ".join(part for part in (mark["why"].strip(), see) if part)


def _content(first: str, tag: str, rest: Iterator[Line]) -> str | None:
    """Return the text up to the closing tag, which ends a line; None where there is none."""
    closing = f"</{tag}>"
    lines: list[str] = []
    text = first
    while True:
        bare = text.rstrip()
        if bare.endswith(closing):
            return "\n".join([*lines, bare.removesuffix(closing)]).strip("\n").rstrip()
        lines.append(text)
        following = next(rest, None)
        if following is None:
            return None
        text = following[1]
