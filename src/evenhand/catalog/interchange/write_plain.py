"""Plain Markdown that others read, in the format of the Model Spec: anchors, commentary and chats with marked replies.

Everything that binds is kept, as words where the format has no field for it.
"""

import re
from collections.abc import Iterator, Sequence

from evenhand.catalog.interchange.model_spec import LEVELS
from evenhand.catalog.interchange.written import LeftOut, Written, fields_left_out
from evenhand.records.constitution import Constitution, Example, Principle
from evenhand.records.message import Message, Text
from evenhand.records.scale import NominalScale, NumericScale, PairwiseScale, Scale

_KEPT = (
    "id",
    "title",
    "text",
    "exceptions",
    "scope",
    "when",
    "scale",
    "pass",
    "rationale",
    "examples",
    "tags",
)
_MARKS = {"violates": "BAD", "complies": "GOOD", "borderline": "OK"}
_MARKUP = re.compile(
    r"^([ ]{0,3})(?=#{1,6}(?:[ \t]|$)|!!!|`{3}|~{3}|=+[ \t]*$|-{2,}[ \t]*$|\[\^[^\]]*\]:)", re.MULTILINE
)
_CLOSES = re.compile(r"</(?:user|assistant|system|tool|developer)>", re.IGNORECASE)
_OPENS = re.compile(
    r"^\s*<(?:user|assistant|system|tool|developer|comparison)\b", re.IGNORECASE | re.MULTILINE
)
_TEST = re.compile(r"examples/([A-Za-z0-9_-]{1,40})\.md")


def write_plain(constitution: Constitution) -> Written:
    """Return a constitution as plain Markdown."""
    lines = [f"# {_line(constitution.title or constitution.id)}", ""]
    if constitution.summary:
        lines += [escape(constitution.summary), ""]
    for principle in constitution.principles:
        lines += _section(principle, constitution.scale_of(principle))
    return Written(text="\n".join(lines).rstrip() + "\n", left_out=_left_out(constitution))


def escape(text: str) -> str:
    """Return text whose lines are no headings, fences or blocks."""
    return _MARKUP.sub(r"\1\\", text)


def _left_out(constitution: Constitution) -> tuple[LeftOut, ...]:
    kept = (*_KEPT, *(("tier",) if _has_levels(constitution.principles) else ()))
    odd = sum(not _is_tellable(each) for principle in constitution.principles for each in principle.examples)
    odd_examples = (LeftOut(what="examples with text that reads as a turn", count=odd),) if odd else ()
    tests = sum(
        any(not _TEST.fullmatch(each) for each in principle.tests) for principle in constitution.principles
    )
    paths = (LeftOut(what="tests", count=tests),) if tests else ()
    return (*odd_examples, *paths, *fields_left_out(constitution.principles, (*kept, "tests")))


def _has_levels(principles: Sequence[Principle]) -> bool:
    return all(each.tier in (*LEVELS, "") for each in principles)


def _section(principle: Principle, scale: Scale) -> Iterator[str]:
    level = f" authority={principle.tier}" if principle.tier in LEVELS else ""
    tags = f' tags="{" ".join(principle.tags)}"' if _are_words(principle.tags) else ""
    yield f"## {_line(principle.title or principle.id)} {{#{principle.id}{level}{tags}}}"
    yield ""
    tests = "".join(f"[^{match[1]}]" for path in principle.tests if (match := _TEST.fullmatch(path)))
    yield escape(principle.text) + tests
    yield ""
    yield from _binding(principle, scale)
    if principle.rationale:
        yield '!!! meta "Commentary"'
        yield from (f"    {line}" if line else "" for line in principle.rationale.split("\n"))
        yield ""
    for example in principle.examples:
        if _is_tellable(example):
            yield from _chat(example)


def _are_words(tags: Sequence[str]) -> bool:
    return bool(tags) and all(re.fullmatch(r"[\w.-]+", tag) for tag in tags)


def _binding(principle: Principle, scale: Scale) -> Iterator[str]:
    """Yield what binds beside the text, in words."""
    for label, text in (("Except", principle.exceptions), ("When", principle.when)):
        if text:
            yield from (f"**{label}:** {escape(text)}", "")
    for dimension, values in principle.scope.items():
        yield from (f"**Only for {_line(dimension)}:** {_line(', '.join(values))}", "")
    if principle.scale != "comply":
        yield from _answers(scale)
    if (principle.scale != "comply" or principle.passes) and (passing := _passing(scale)):
        yield from (f"**Passes:** {passing}", "")


def _answers(scale: Scale) -> Iterator[str]:
    """Yield the answers of a scale, in words where they are no list."""
    labels = scale.labels
    words = ""
    if isinstance(scale, NumericScale):
        words, labels = f" a number from {scale.minimum:g} to {scale.maximum:g}", tuple(scale.describe)
    elif isinstance(scale, PairwiseScale):
        words = " which of two replies is better"
    yield from (f"**Answers:**{words}", "")
    for label in labels:
        yield f"- {_line(label)}: {_line(scale.describe.get(label, ''))}".rstrip(": ")
    if labels:
        yield ""


def _passing(scale: Scale) -> str:
    """Return which answers pass, in words; empty where none is said to."""
    if isinstance(scale, NominalScale):
        return ", ".join(map(_line, scale.passes))
    if isinstance(scale, PairwiseScale) or scale.pass_at is None:
        return ""
    least = f"{scale.pass_at:g}" if isinstance(scale, NumericScale) else _line(str(scale.pass_at))
    return f"{least} or better"


def _is_tellable(example: Example) -> bool:
    """Tell whether no text of an example reads as the beginning or end of a turn."""
    texts = [
        turn.content for turn in (*_turns(example.prompt, "user"), *_turns(example.response, "assistant"))
    ]
    whole = isinstance(example.response, str) or len(example.response) == 1
    return whole and not any(_CLOSES.search(text) or _OPENS.search(text) for text in texts)


def _chat(example: Example) -> Iterator[str]:
    turns = _turns(example.prompt, "user") if example.prompt else ()
    reply = "\n".join(turn.content for turn in _turns(example.response, "assistant"))
    fence = "~" * max(3, 1 + _longest_run([*(turn.content for turn in turns), reply]))
    why = f": {_line(example.why).replace('-->', '-- >')}" if example.why else ""
    yield f"**Example**: {_line(' '.join(example.tags) or example.id)}"
    yield ""
    yield f"{fence}xml"
    for turn in turns:
        yield from (f"<{turn.role}>", turn.content, f"</{turn.role}>")
    yield "<comparison>"
    yield f"<assistant> <!-- {_MARKS[example.kind]}{why} -->"
    yield from (reply, "</assistant>", "</comparison>", fence, "")


def _longest_run(texts: Sequence[str]) -> int:
    return max((len(run) for text in texts for run in re.findall(r"~+", text)), default=0)


def _turns(text: Text, role: str) -> Sequence[Message]:
    if isinstance(text, str):
        return (Message(role="user" if role == "user" else "assistant", content=text),)
    return text


def _line(text: str) -> str:
    """Return text on one line."""
    return " ".join(text.split())
