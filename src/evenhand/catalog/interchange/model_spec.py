"""Model-Spec style Markdown: headings with an anchor and a level of authority, commentary, chats on both sides.

A heading with a level is a principle, and the level its tier. One without a level only explains: its text goes to the
first principle below it, or where there is none to the summary. Where no heading of a file has a level, every heading
with text is a principle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evenhand.catalog.interchange.draft import Draft, DraftExample, DraftPrinciple
from evenhand.catalog.interchange.headings import (
    FencedLine,
    Section,
    join,
    read_fences,
    read_lines,
    read_sections,
)
from evenhand.catalog.interchange.model_spec_chats import Chat, read_chat
from evenhand.catalog.interchange.model_spec_parts import ChatBlock, Parts, take_apart
from evenhand.catalog.source import Source, Span
from evenhand.errors import nearest_name

LEVELS = ("root", "platform", "system", "developer", "user", "guideline")
"""Levels of authority, highest first; releases before that of September 2025 say platform for root."""

_KNOWN = ("id", "authority", "tags")
_TESTS = "examples/{}.md"
"""Where the test prompts of a tag are, beside the file."""


@dataclass(slots=True, kw_only=True)
class _Found:
    """A section in its parts."""

    section: Section
    parts: Parts
    examples: list[DraftExample] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    """Texts of the sections it stands in."""
    notes: list[str] = field(default_factory=list)

    @property
    def level(self) -> str:
        return self.section.attributes.get("authority", "")


def read_model_spec(text: str, path: str) -> Draft:
    """Read Model-Spec style Markdown."""
    source, unreadable = read_lines(text, path)
    draft = Draft(findings=unreadable, tiers=LEVELS)
    if draft.findings:
        return draft
    sections, findings = read_sections(source)
    draft.findings += findings
    lines = {line.number: line for line in read_fences(source)[0]}
    found = [_take(each, lines, source, draft) for each in _anchored(sections, draft)]
    _check_levels(found, source, draft)
    any_level = any(each.level for each in found)
    if not any_level:
        draft.tiers = ()
        draft.guess(0, "every heading with text is a principle", "no heading has a level of authority")
    for index, each in enumerate(found):
        if each.level or (not any_level and each.section.level and each.parts.rule):
            draft.principles.append(_principle(each, draft))
        else:
            _explain(each, found[index + 1 :], draft)
    draft.found |= {
        "anchored headings": sum("id" in each.section.attributes for each in found),
        "levels of authority": sum(bool(each.level) for each in found),
    }
    return draft


def _anchored(sections: Sequence[Section], draft: Draft) -> list[Section]:
    """Return the sections of headings with an anchor or a level; another heading is text of the section above."""
    kept = [sections[0]]
    plain = not any(each.attributes for each in sections)
    for each in sections[1:]:
        if each.attributes or plain:
            kept.append(each)
        else:
            kept[-1].body += [(each.line, f"**{each.title}**"), *each.body]
            what = f"“{each.title[:60]}” is text of the section above"
            draft.guess(each.line, what, "its heading has neither anchor nor level")
    return kept


def _take(section: Section, lines: dict[int, FencedLine], source: Source, draft: Draft) -> _Found:
    body = [_line(number, text, lines) for number, text in section.body]
    parts, findings = take_apart(body, source)
    draft.findings += findings
    found = _Found(section=section, parts=parts)
    for number, kind in parts.asides:
        draft.guess(number, f"the block {kind} is rationale", "only meta is known to be commentary")
    for block in parts.chats:
        _take_chat(block, found, source, draft)
    if parts.footnotes:
        found.notes.append(join(parts.footnotes))
        draft.guess(parts.footnotes[0][0], "footnotes became notes", "no field of a principle fits")
    return found


def _line(number: int, text: str, lines: dict[int, FencedLine]) -> FencedLine:
    """Return a line of a body with its fence; a heading that became text has none."""
    line = lines[number]
    return line if line.text == text else FencedLine(number=number, text=text, in_fence=False)


def _take_chat(block: ChatBlock, found: _Found, source: Source, draft: Draft) -> None:
    chat = read_chat(block.lines, source, tags=(block.title,) if block.title else ())
    draft.findings += chat.findings
    found.examples += chat.examples
    for mark in chat.marks:
        draft.found[f"{mark} replies"] = draft.found.get(f"{mark} replies", 0) + 1
    _say_what_changed(block, chat, draft)
    if chat.stray:
        found.notes.append(join(chat.stray))
        draft.guess(chat.stray[0][0], "text of a chat became notes", "it stands in no turn")
    if not chat.examples:
        found.notes.append("\n".join(part for part in (block.title, join(block.lines)) if part))
        draft.guess(block.line, "the chat became notes", "none of its replies is marked GOOD, OK or BAD")


def _say_what_changed(block: ChatBlock, chat: Chat, draft: Draft) -> None:
    if any(turn.tag == "developer" for turn in chat.turns):
        draft.guess(
            block.line, "what the developer says is a system turn", "conversations here have no developer"
        )
    for turn in chat.turns:
        if turn.attributes:
            what = f"{turn.attributes[:80]} is left out of a turn of {turn.tag}"
            draft.guess(turn.line, what, "turns here have a role and a text")
    for number in chat.continued:
        draft.guess(
            number, "the chat goes on after the first good reply", "the file does not say after which"
        )
    if "OK" in chat.marks:
        draft.guess(
            block.line, "a reply marked OK is borderline, and complies", "the format has a third side"
        )


def _check_levels(found: Sequence[_Found], source: Source, draft: Draft) -> None:
    for each in found:
        if "authority" in each.section.attributes and each.level not in LEVELS:
            number = each.section.line
            span = source.find("authority=", Span(line=number, column=1), within=1)
            near = nearest_name(each.level, LEVELS)
            hint = f'did you mean "{near}"?' if near else f"known: {', '.join(LEVELS)}"
            message = f"there is no level of authority {each.level[:60]!r}"
            draft.findings.append(source.finding("I008", message, span, suggestion=hint))


def _principle(each: _Found, draft: Draft) -> DraftPrinciple:
    section, parts = each.section, each.parts
    text = parts.rule
    if not text:
        text = section.title or "-"
        draft.guess(section.line, "the heading is the rule itself", "below it is no text of its own")
    if tests := parts.tests:
        what = f"tests {', '.join(_TESTS.format(tag) for tag in tests)}, and the tags left out of the text"
        draft.guess(
            section.line,
            what,
            "a tag in brackets names a file of prompts; copy their folder beside the constitution",
        )
    if each.level == "guideline":
        draft.guess(section.line, "strength should", "what is a guideline may be set aside with a reason")
    if join(parts.commentary):
        draft.guess(
            parts.commentary[0][0], "commentary is rationale, not binding", "the format calls it commentary"
        )
    if others := {key: value for key, value in section.attributes.items() if key not in _KNOWN}:
        each.notes += [f"{key}: {value}" for key, value in others.items()]
        draft.guess(section.line, f"{', '.join(others)} became notes", "no field of a principle fits")
    return DraftPrinciple(
        line=section.line,
        name=section.attributes.get("id") or section.title,
        title=section.title,
        text=text,
        rationale=join(parts.commentary),
        notes="\n\n".join([*each.above, *each.notes]),
        tier=each.level,
        strength="should" if each.level == "guideline" else "must",
        examples=tuple(each.examples),
        tests=tuple(_TESTS.format(tag) for tag in tests),
        tags=tuple(section.attributes.get("tags", "").replace(",", " ").split()),
    )


def _explain(each: _Found, following: Sequence[_Found], draft: Draft) -> None:
    """Put the text of a section without a level where people find it."""
    section, parts = each.section, each.parts
    text = "\n\n".join(part for part in (join(parts.text), join(parts.commentary), *each.notes) if part)
    below = next((other for other in _below(section, following) if other.level), None)
    anchor = f" (#{section.attributes['id']})" if "id" in section.attributes else ""
    heading = f"**{section.title}**{anchor}" if section.title else ""
    titled = "\n\n".join(part for part in (heading, text) if part)
    name = f"“{section.title[:60]}”" if section.title else "what stands first"
    if each.examples:
        _give_examples(each, below or next((other for other in following if other.level), None), draft)
    if not titled:
        return
    if below is not None:
        below.above.append(titled)
        what = f"{name} is no principle; its text is in the notes of {below.section.title[:60]!r}"
        draft.guess(section.line, what, "it has no level of authority")
    else:
        draft.summary = "\n\n".join(part for part in (draft.summary, titled) if part)
        draft.guess(
            section.line,
            f"{name} is no principle; its text is in the summary",
            "it has no level of authority",
        )


def _below(section: Section, following: Sequence[_Found]) -> list[_Found]:
    end = next(
        (index for index, each in enumerate(following) if each.section.level <= section.level), len(following)
    )
    return list(following[: end if section.level else 0])


def _give_examples(each: _Found, to: _Found | None, draft: Draft) -> None:
    if to is None:
        what = f"{len(each.examples)} examples of “{each.section.title[:60]}” are left out"
        draft.guess(each.section.line, what, "no principle is near them")
        return
    to.examples[:0] = each.examples
    what = f"{len(each.examples)} examples of “{each.section.title[:60]}” went to {to.section.title[:60]!r}"
    draft.guess(each.section.line, what, "their own section has no level of authority")
