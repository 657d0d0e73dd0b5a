"""Rubrics in the format of HumaneBench: numbered principles, each with a definition and a line for every score."""

import re
from collections.abc import Sequence
from dataclasses import replace

from evenhand.catalog.interchange.draft import Draft, DraftPrinciple
from evenhand.catalog.interchange.headings import Line, Section, join, plain_words, read_lines, read_sections
from evenhand.catalog.interchange.humanebench_scale import ordinal, take_scores
from evenhand.catalog.source import Source, Span

_NUMBERED = re.compile(r"\s*(?:[*_]{0,3})(?P<number>\d{1,3})\\?[.)]\s+(?P<title>\S.{0,200}?)(?:[*_]{0,3})\s*")
_DEFINITION = re.compile(r"Definition:\s*", re.IGNORECASE)
_LABEL = re.compile(r"\*\*[^*]{1,80}:\*\*.*")
_FOR_ALL = re.compile(r"\ball (?:the )?principles\b", re.IGNORECASE)
_RULER = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,})\s*")


def read_humanebench(text: str, path: str) -> Draft:
    """Read a rubric of numbered principles with scores."""
    source, unreadable = read_lines(text, path)
    draft = Draft(findings=unreadable)
    if draft.findings:
        return draft
    sections, findings = read_sections(source)
    draft.findings += findings
    around: list[str] = []
    for_all: list[Section] = []
    for section in _numbered(sections, source):
        if section.level and _FOR_ALL.search(section.title[:300]):
            for_all.append(section)
        else:
            _read(section, source, around, draft)
    _add_to_all(for_all, draft)
    draft.summary = "\n\n".join(around)
    if around:
        what = "what stands around the principles is the summary"
        draft.guess(0, what, "it is of no single principle; judges do not see it")
    if draft.principles:
        first = draft.principles[0].line
        draft.guess(first, "the lowest score above zero passes", "the format has no threshold")
        draft.guess(first, "scores are written as numbers, such as 0.5 for +0.5", "labels have one spelling")
    return draft


def _add_to_all(sections: Sequence[Section], draft: Draft) -> None:
    """Add rules that hold for all principles to each of them, where judges see them."""
    for section in sections:
        lines = [line for line in section.body if not _RULER.fullmatch(line[1][:300])]
        added = f"**{section.title}**\n\n{join(lines)}"
        draft.principles = [replace(each, text=f"{each.text}\n\n{added}") for each in draft.principles]
        what = f"“{section.title[:60]}” is part of the rule of every principle"
        draft.guess(section.line, what, "its heading says that it holds for all")


def _numbered(sections: Sequence[Section], source: Source) -> list[Section]:
    """Return sections, those that a numbered line in bold heads among them; level 0 is a principle."""
    parted: list[Section] = []
    for section in sections:
        number = (
            _NUMBERED.fullmatch(source.line(section.line).lstrip("# \t")[:300]) if section.level else None
        )
        parted.append(Section(line=section.line, level=0 if number else 1, title=section.title))
        for line in section.body:
            bold = line[1].strip().startswith(("**", "__")) and _NUMBERED.fullmatch(line[1][:300])
            if bold:
                parted.append(Section(line=line[0], level=0, title=plain_words(line[1])))
            else:
                parted[-1].body.append(line)
    return parted


def _read(section: Section, source: Source, around: list[str], draft: Draft) -> None:
    lines = [line for line in section.body if not _RULER.fullmatch(line[1][:300])]
    scores, others = take_scores(lines)
    if section.level or not scores:
        title = f"**{section.title}**" if section.title else ""
        if section.title and not draft.title and not around and section.level:
            draft.title, title = section.title, ""
        text = "\n\n".join(part for part in (title, join(lines)) if part)
        around += [text] if text else []
        return
    text, beside = _definition(others)
    try:
        scale = ordinal(scores)
    except ValueError as error:
        span = Span(line=scores[0][0], column=1, width=max(1, len(source.line(scores[0][0]))))
        hint = "a score has one line with its description, and a scale two scores or more"
        message = f"the scores of {section.title[:60]!r} are no scale: {error.args[0]}"
        draft.findings.append(source.finding("I007", " ".join(message.split())[:300], span, suggestion=hint))
        return
    if not text:
        draft.guess(section.line, "the heading is the rule itself", "below it is no definition")
    if beside:
        what = "what stands beside definition and scores is part of the rule"
        draft.guess(section.line, what, "raters read it with the scores")
    draft.found["score descriptors"] = draft.found.get("score descriptors", 0) + len(scores)
    title = section.title
    text = "\n\n".join(part for part in (text or title, beside) if part)
    draft.principles.append(
        DraftPrinciple(line=section.line, name=title, title=title, text=text, scale=scale)
    )


def _definition(others: Sequence[Line]) -> tuple[str, str]:
    """Return the definition, and what is said beside it."""
    at = next(
        (index for index, (_, text) in enumerate(others) if _LABEL.fullmatch(text.strip()[:5_000])), None
    )
    before, after = (others, []) if at is None else (others[:at], others[at:])
    return _DEFINITION.sub("", join(before), count=1), join(after)
