"""Prose with headings: every heading with text of its own below it is a principle, or every item of its list."""

import re

from evenhand.catalog.interchange.draft import Draft, DraftPrinciple, Strength
from evenhand.catalog.interchange.headings import Line, Section, join, read_lines, read_sections
from evenhand.catalog.interchange.naming import name_from_text
from evenhand.catalog.interchange.prose_list import list_items
from evenhand.catalog.interchange.wording import COMPARED, compares
from evenhand.catalog.yaml_file import parse_yaml

_LABEL = re.compile(
    r"(?:[*_]{1,2})?(?P<label>rationale|reasons?|why|because|exceptions?|except|notes?|commentary|examples?)"
    r"(?:[*_]{1,2})?:(?:[*_]{1,2})?(?P<rest>.*)",
    re.IGNORECASE,
)
_FIELDS = {
    "rationale": "rationale",
    "reason": "rationale",
    "reasons": "rationale",
    "why": "rationale",
    "because": "rationale",
    "commentary": "rationale",
    "exception": "exceptions",
    "exceptions": "exceptions",
    "except": "exceptions",
    "note": "notes",
    "notes": "notes",
    "example": "notes",
    "examples": "notes",
}
_LONGEST_LABELLED = 10_000
_MANY = 3
"""Paragraphs of a principle that are not worth a word."""
_FORCE = re.compile(r"\b(must|should|shall|never|always)\b", re.IGNORECASE)


def read_prose(text: str, path: str) -> Draft:
    """Read prose with headings."""
    source, unreadable = read_lines(text, path)
    draft = Draft(findings=unreadable)
    if draft.findings:
        return draft
    sections, findings = read_sections(source)
    draft.findings += findings
    _take_settings(sections[0], path, draft)
    headed = _take_front(sections, draft)
    path_of: list[Section] = []
    for section in headed:
        path_of = [*(above for above in path_of if above.level < section.level), section]
        _read(section, path_of, draft)
    draft.found["headings"] = sum(section.level > 0 for section in sections)
    return draft


def _take_settings(before: Section, path: str, draft: Draft) -> None:
    """Take the title from settings between two lines of dashes in front, and leave the others out."""
    lines = [text.rstrip() for _, text in before.body]
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        return
    end = lines.index("---", 1)
    data = parse_yaml("\n".join(lines[1:end]) or "{}", path, first_line=2).data
    settings = data if isinstance(data, dict) else {}
    title = settings.get("title")
    draft.title = title if isinstance(title, str) else ""
    left = [key[:60] for key in settings if key != "title"]
    draft.guess(1, f"settings in front are left out: {', '.join(left) or 'all'}", "they are no rules")
    del before.body[: end + 1]


def _take_front(sections: list[Section], draft: Draft) -> list[Section]:
    """Take title and summary from what stands first; return the sections that may be principles."""
    before, headed = sections[0], sections[1:]
    if before.text:
        draft.summary = before.text
        draft.guess(before.line, "the text before the first heading is the summary", "no heading names it")
    top = headed[0] if headed else None
    alone = top is not None and sum(section.level <= top.level for section in headed) == 1
    if top is None or not (alone and len(headed) > 1):
        return headed
    draft.title = top.title or draft.title
    draft.guess(top.line, "the first heading is the title", "every other heading is below it")
    if top.text:
        draft.summary = "\n\n".join(part for part in (draft.summary, top.text) if part)
        draft.guess(top.line, "the text below the title is the summary", "it stands before the rules")
    return headed[1:]


def _read_list(items: list[Line], section: Section, path_of: list[Section], draft: Draft) -> None:
    """Take each item of a list as a principle."""
    what = f"each of the {len(items)} items of “{section.title[:60]}” is a principle"
    draft.guess(section.line, what, "below the heading is a list of sentences and nothing else")
    for number, text in items:
        name = " / ".join([*(each.title for each in path_of[-1:]), name_from_text(text)])
        scale = "pair" if compares(text) else "comply"
        if scale == "pair":
            draft.guess(number, *COMPARED)
        draft.principles.append(DraftPrinciple(line=number, name=name, text=text, scale=scale))


def _read(section: Section, path_of: list[Section], draft: Draft) -> None:
    if items := list_items(section.body):
        _read_list(items, section, path_of, draft)
        return
    parts = _parts(section.body)
    text = join(parts["text"])
    if not text and not any(join(lines) for lines in parts.values()):
        draft.guess(
            section.line, f"“{section.title[:60]}” is no principle", "no text stands below the heading"
        )
        return
    if not text:
        text = section.title
        draft.guess(section.line, "the heading is the rule itself", "below it is no text of its own")
    for name in ("rationale", "exceptions", "notes"):
        if parts[name]:
            draft.guess(parts[name][0][0], f"from here on it is {name}", "a word with a colon says so")
    paragraphs = text.count("\n\n") + 1
    if paragraphs > _MANY:
        what = f"one principle of {paragraphs} paragraphs"
        draft.guess(section.line, what, "a heading is a principle; cut it where it holds several rules")
    strength: Strength = "should" if paragraphs == 1 and _says_should(text) else "must"
    if strength == "should":
        draft.guess(section.line, "strength should", "its text says should, and no stronger word")
    draft.principles.append(
        DraftPrinciple(
            line=section.line,
            name=section.attributes.get("id") or " / ".join(each.title for each in path_of[-2:]),
            title=section.title,
            text=text,
            rationale=join(parts["rationale"]),
            exceptions=join(parts["exceptions"]),
            notes=join(parts["notes"]),
            strength=strength,
        )
    )


def _says_should(text: str) -> bool:
    return {word.lower() for word in _FORCE.findall(text)} == {"should"}


def _parts(body: list[Line]) -> dict[str, list[Line]]:
    """Return the lines of a section by the field they belong to.

    A label with text behind it holds up to the next blank line; one that stands alone, up to the next label.
    """
    parts: dict[str, list[Line]] = {"text": [], "rationale": [], "exceptions": [], "notes": []}
    field, holds = "text", False
    for number, text in body:
        label = _LABEL.fullmatch(text.strip()) if len(text) < _LONGEST_LABELLED else None
        if label:
            field, holds = _FIELDS[label["label"].lower()], not label["rest"].strip()
            parts[field].append((number, label["rest"].strip()))
        else:
            parts[field].append((number, text))
            field = field if holds or text.strip() else "text"
    return {name: lines if join(lines) else [] for name, lines in parts.items()}
