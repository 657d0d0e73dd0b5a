"""Reading a constitution in Markdown: the same plain data as its YAML spelling, with positions."""

from collections.abc import Callable, Mapping

from evenhand.catalog.annotations import field_names
from evenhand.catalog.json_text import parse_json
from evenhand.catalog.markdown_attributes import Attribute, read_attributes, split_list
from evenhand.catalog.markdown_draft import Draft
from evenhand.catalog.markdown_examples import read_example
from evenhand.catalog.markdown_layout import (
    MAX_FINDINGS,
    TESTS,
    Block,
    Section,
    escape,
    is_markup,
    lay_out,
    unescape,
)
from evenhand.catalog.markdown_turns import Line
from evenhand.catalog.source import Document, Json, Source, Span
from evenhand.catalog.yaml_file import find_unprintable, parse_yaml
from evenhand.errors import nearest_name
from evenhand.records.constitution import Principle

PROSE_BLOCKS = {
    "exception": "exceptions",
    "rationale": "rationale",
    "critique": "critique",
    "revision": "revision",
    "notes": "notes",
}
"""Blocks whose text is a field of the principle."""


def parse_markdown(text: str, path: str) -> Document:
    """Read a constitution in Markdown into plain data.

    Args:
        text: The file.
        path: File as the reader named it.
    """
    source = Source(path=path, lines=text.split("\n"))
    if findings := find_unprintable(text, source):
        return Document(data=None, source=source, findings=tuple(findings), readable=False)
    layout = lay_out(source)
    front = parse_yaml(layout.front_matter or "{}", path, first_line=2)
    source.keys.update(front.source.keys)
    source.values.update(front.source.values)
    data = front.data if isinstance(front.data, dict) else {}
    top = Draft(record=data, place=(), source=source, findings=[*front.findings, *layout.findings])
    _read_preface(layout.preface, top)
    _read_principles(layout.sections, top)
    readable = front.readable and layout.is_whole and layout.front_matter is not None
    whole = data if front.data is None else front.data
    return Document(data=whole, source=source, findings=tuple(top.findings), readable=readable)


def _read_preface(lines: list[Line], top: Draft) -> None:
    """Read title and summary."""
    first = next((index for index, (_, text) in enumerate(lines) if text.strip()), len(lines))
    rest = lines[first:]
    if rest and rest[0][1].startswith(("# ", "#\t")):
        number, text = rest.pop(0)
        top.set("title", text[2:].strip(), Span(line=number, column=3, width=max(1, len(text) - 2)))
    for number, text in [line for line in rest if is_markup(line[1])][:MAX_FINDINGS]:
        hint = f"write {escape(text)[:20]} if it is a line of the summary"
        message = "only a title and a summary stand before the first principle"
        top.report("M011", message, top.line_span(number), hint)
    _set_text(top, "summary", rest)


def _read_principles(sections: list[Section], top: Draft) -> None:
    if "principles" in top.record:
        hint = "write each principle as a section: ## Title {#id}"
        top.report("M005", "principles stand in the front matter", top.source.key_span(("principles",)), hint)
        return
    for section in sections:
        number, heading = section.heading
        principle = top.append("principles", top.line_span(number))
        _read_heading(number, heading.rstrip(), principle)
        _set_text(principle, "text", section.body)
        for block in section.blocks:
            if read := _READERS.get(block.kind):
                read(block, principle)


def _read_heading(number: int, text: str, principle: Draft) -> None:
    at = text.find("{#")
    title = text[2 : at if at >= 0 else len(text)].strip()
    if at < 0 or not text.endswith("}"):
        words = "".join(char if char.isalnum() and char.isascii() else " " for char in title.lower()).split()
        hint = f"write {{#{'-'.join(words) or 'id'}}} at its end"
        principle.report("M003", "the heading has no {#id}", principle.line_span(number), hint)
        return
    start = Span(line=number, column=at + 2)
    attributes, findings = read_attributes(text[at + 1 : -1], principle.source, start)
    principle.findings.extend(findings)
    if title:
        principle.set("title", title, Span(line=number, column=text.find(title, 2) + 1, width=len(title)))
    principle.take(attributes)


def _set_text(draft: Draft, key: str, lines: list[Line]) -> None:
    """Set a key to the text of some lines, if there is any."""
    text = unescape(lines).strip()
    if text:
        number, first = next((number, text) for number, text in lines if text.strip())
        draft.set(key, text, Span(line=number, column=1, width=len(first.rstrip())))


def _read_text(block: Block, draft: Draft, *known: str) -> tuple[str, Span, Mapping[str, Attribute]]:
    """Return a block's text (its content, or its attribute `text`), where it stands, and the other attributes."""
    attributes = {attribute.key: attribute for attribute in block.attributes}
    for key, attribute in attributes.items():
        if key not in (*known, "text"):
            near = nearest_name(key, known)
            hint = f'did you mean "{near}"?' if near else f"known: {', '.join((*known, 'text'))}"
            draft.report("M006", f'!!! {block.kind} has no attribute "{key[:60]}"', attribute.key_span, hint)
    given = attributes.get("text")
    if given and block.text():
        draft.report(
            "M005", "the text is given twice, as attribute and below", given.key_span, "keep one of them"
        )
    if given:
        return given.value, given.value_span, attributes
    return block.text(), block.text_span(), attributes


def _read_prose(block: Block, principle: Draft) -> None:
    known = ("show",) if block.kind == "rationale" else ()
    text, span, attributes = _read_text(block, principle, *known)
    principle.set(PROSE_BLOCKS[block.kind], text, span, block.span)
    if show := attributes.get("show"):
        audience: Json = [] if show.value == "nobody" else split_list(show.value)
        principle.set("show_rationale_to", audience, show.value_span, show.key_span)


def _read_scope(block: Block, principle: Draft) -> None:
    """Read dimensions with their values, and `when:`."""
    scope = principle.under("scope")
    for number, text in _joined(block.content):
        name, colon, value = text.partition(":")
        span = Span(line=number, column=len(name) + 6, width=max(1, len(value)))
        key_span = Span(line=number, column=5, width=max(1, len(name)))
        if not colon or not name.strip():
            hint = "write `dimension: value, value`, or `when: in words`"
            principle.report(
                "M012", "a line of the scope has no dimension", principle.line_span(number), hint
            )
        elif name.strip() == "when":
            principle.set("when", value.strip(), span, key_span)
        else:
            values: Json = [part.strip() for part in value.split(",") if part.strip()]
            scope.set(name.strip(), values, span, key_span)
    if scope.record:
        principle.set("scope", scope.record, block.span)


def _joined(lines: list[Line]) -> list[Line]:
    """Join lines that begin with a blank to the line before them, and leave out blank ones."""
    joined: list[Line] = []
    for number, text in lines:
        if joined and text[:1].isspace() and text.strip():
            joined[-1] = (joined[-1][0], f"{joined[-1][1]} {text.strip()}")
        elif text.strip():
            joined.append((number, text))
    return joined


def _read_conflict(block: Block, principle: Draft) -> None:
    text, span, attributes = _read_text(block, principle, "with")
    conflict = principle.append("conflicts_with", block.span)
    if other := attributes.get("with"):
        conflict.set("id", other.value, other.value_span, other.key_span)
    conflict.set("resolution", text, span)


def _read_reference(block: Block, principle: Draft) -> None:
    text, span, attributes = _read_text(block, principle, "url")
    reference = principle.append("references", block.span)
    reference.set("title", text, span)
    if url := attributes.get("url"):
        reference.set("url", url.value, url.value_span, url.key_span)


def _read_support(block: Block, principle: Draft) -> None:
    support = principle.under("support")
    for attribute in block.attributes:
        number = parse_json(attribute.value, "")
        is_number = attribute.key in {"agree", "n"} and not number.findings
        value = number.data if is_number else attribute.value
        support.set(attribute.key, value, attribute.value_span, attribute.key_span)
    principle.set("support", support.record, block.span)
    if block.text():
        principle.report("M007", "!!! support has attributes only", block.text_span())


def _read_tests(block: Block, principle: Draft) -> None:
    tests = principle.record.setdefault("tests", [])
    if isinstance(tests, list):
        principle.source.values[(*principle.place, "tests", len(tests))] = block.span
        tests.append(block.content[0][1].strip())


def _read_field(block: Block, principle: Draft) -> None:
    """Read any field as JSON: what the readable forms can not say exactly."""
    name = next((attribute for attribute in block.attributes if attribute.key == "name"), None)
    known = field_names(Principle)
    if name is None or name.value not in known:
        near = nearest_name(name.value, known) if name else ""
        hint = f'did you mean "{near}"?' if near else "write !!! field name=..."
        principle.report("M013", "!!! field names no field of a principle", block.span, hint)
        return
    document = parse_json(block.text(), principle.source.path)
    if document.findings:
        principle.report("M013", f"{name.value}: {document.findings[0].message}", block.text_span())
    else:
        principle.set(name.value, document.data, block.text_span(), name.value_span)


_READERS: Mapping[str, Callable[[Block, Draft], None]] = {
    **dict.fromkeys(PROSE_BLOCKS, _read_prose),
    **dict.fromkeys(("violates", "complies", "borderline"), read_example),
    "scope": _read_scope,
    "conflict": _read_conflict,
    "reference": _read_reference,
    "support": _read_support,
    "field": _read_field,
    TESTS: _read_tests,
}
