"""Writing a constitution as YAML or Markdown; reading either back gives the same canonical JSON and hash."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from evenhand.catalog.constitution_markdown import PROSE_BLOCKS
from evenhand.catalog.markdown_attributes import join_list, write_attribute
from evenhand.catalog.markdown_draft import LISTS
from evenhand.catalog.markdown_layout import TESTS, escape
from evenhand.catalog.markdown_turns import write_turn
from evenhand.catalog.source import Json
from evenhand.catalog.yaml_file import UNPRINTABLE
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.records.constitution import Constitution, Example, Principle
from evenhand.records.message import Message, Text

_HEADING = ("tier", "severity", "strength", "scale", "pass", "evidence", "aliases", "tags", "owner", "since")
_EXAMPLE = ("use", "expect", "tags", "sensitive")


def write_yaml(constitution: Constitution, *, schema: str = "") -> str:
    """Return a constitution in YAML.

    Args:
        constitution: What to write.
        schema: Path of the JSON Schema that editors check the file by; empty leaves the header out.
    """
    header = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return header + dump_yaml(constitution.canonical())


def write_markdown(constitution: Constitution) -> str:
    """Return a constitution in Markdown."""
    content = constitution.canonical()
    front = {key: value for key, value in content.items() if key not in {"principles", "title", "summary"}}
    preface: list[str] = []
    for key, before in (("title", "# "), ("summary", "")):
        text = content.get(key, "")
        if text and _is_prose(text) and not (before and "\n" in text):
            preface += [f"{before}{text}" if before else escape(text), ""]
        elif text:
            front[key] = text
    sections = (line for principle in constitution.principles for line in _section(principle))
    return "\n".join(["---", dump_yaml(front) + "---", "", *preface, *sections])


def _section(principle: Principle) -> Iterator[str]:
    content = principle.canonical()
    title = content.get("title", "")
    plain_title = _is_prose(title) and "\n" not in title and "{#" not in title
    attributes = [f"#{principle.id}"] + [_attribute(key, content[key]) for key in _HEADING if key in content]
    if title and not plain_title:
        attributes.append(write_attribute("title", title))
    yield f"## {title + ' ' if title and plain_title else ''}{{{' '.join(attributes)}}}"
    yield ""
    if _is_prose(principle.text):
        yield escape(principle.text)
        yield ""
    else:
        yield from _field("text", principle.text)
    yield from _blocks(principle, content)


def _blocks(principle: Principle, content: Mapping[str, Json]) -> Iterator[str]:
    yield from _prose(principle, content, "exception")
    yield from _scope(principle)
    for kind in ("rationale", "critique", "revision"):
        yield from _prose(principle, content, kind)
    for conflict in principle.conflicts_with:
        yield from _block("conflict", [write_attribute("with", conflict.id)], conflict.resolution)
    for example in principle.examples:
        yield from _example(example)
    if principle.support:
        support = principle.support
        numbers = [f"agree={json.dumps(support.agree)}", f"n={support.n}"]
        yield from _block("support", [write_attribute("source", support.source), *numbers], "")
    for reference in principle.references:
        url = [write_attribute("url", reference.url)] if reference.url else []
        yield from _block("reference", url, reference.title)
    yield from _prose(principle, content, "notes")
    yield from _tests(principle.tests)


def _prose(principle: Principle, content: Mapping[str, Json], kind: str) -> Iterator[str]:
    attributes = []
    if kind == "rationale" and "show_rationale_to" in content:
        attributes = [write_attribute("show", join_list(principle.show_rationale_to) or "nobody")]
    text = content.get(PROSE_BLOCKS[kind], "")
    if text or attributes:
        yield from _block(kind, attributes, str(text))


def _block(kind: str, attributes: Sequence[str], text: str) -> Iterator[str]:
    """Yield a block; text that lines can not hold exactly goes into an attribute."""
    as_attribute = bool(text) and not _is_prose(text)
    yield " ".join(["!!!", kind, *attributes, *([write_attribute("text", text)] if as_attribute else [])])
    if text and not as_attribute:
        yield from _indented(text.split("\n"))
    yield ""


def _field(name: str, value: Json) -> Iterator[str]:
    yield f"!!! field name={name}"
    yield from _indented([_json(value)])
    yield ""


def _indented(lines: Sequence[str]) -> Iterator[str]:
    return (f"    {line}" if line else "" for line in lines)


def _scope(principle: Principle) -> Iterator[str]:
    scope: dict[str, Json] = {name: list(values) for name, values in principle.scope.items()}
    plain_scope = all(_is_plain_dimension(name, values) for name, values in principle.scope.items())
    plain_when = _is_prose(principle.when) and "\n" not in principle.when
    lines = (
        [f"{name}: {', '.join(values)}" for name, values in principle.scope.items()] if plain_scope else []
    )
    lines += [f"when: {principle.when}"] if principle.when and plain_when else []
    if lines:
        yield "!!! scope"
        yield from _indented(lines)
        yield ""
    if scope and not plain_scope:
        yield from _field("scope", scope)
    if principle.when and not plain_when:
        yield from _field("when", principle.when)


def _is_plain_dimension(name: str, values: Sequence[str]) -> bool:
    words = (name, *values)
    readable = all(word and word == word.strip() and not _is_odd(word) and "," not in word for word in words)
    return bool(values) and readable and ":" not in name and name != "when"


def _tests(paths: Sequence[str]) -> Iterator[str]:
    if all(path and path == path.strip() and not _is_odd(path) for path in paths):
        yield from (f"{TESTS} {path}" for path in paths)
        yield from [""] * bool(paths)
    else:
        yield from _field("tests", list(paths))


def _example(example: Example) -> Iterator[str]:
    content = example.canonical()
    attributes = [write_attribute("id", example.id)]
    attributes += [_attribute(key, content[key]) for key in _EXAMPLE if key in content]
    attributes += _shapes(example.prompt, example.response)
    plain_why = _is_prose(example.why) and "\n" not in example.why
    if example.why and not plain_why:
        attributes.append(write_attribute("why", example.why))
    lines = [f"why: {example.why}"] if example.why and plain_why else []
    prompt = _turns(example.prompt, "user") if example.prompt else ()
    for turn in (*prompt, *_turns(example.response, "assistant")):
        lines += write_turn(turn.role, turn.content)
    yield " ".join(["!!!", example.kind, *attributes])
    yield from _indented(lines)
    yield ""


def _shapes(prompt: Text, response: Text) -> Iterator[str]:
    """Yield the attributes that tell plain text from a conversation, where the turns alone do not."""
    if not isinstance(prompt, str) and (not prompt or [turn.role for turn in prompt] == ["user"]):
        yield "prompt=turns"
    if not isinstance(response, str):
        yield f"response={len(response)}"


def _turns(text: Text, role: Literal["user", "assistant"]) -> Sequence[Message]:
    return (Message(role=role, content=text),) if isinstance(text, str) else text


def _attribute(key: str, value: Json) -> str:
    if key in LISTS and isinstance(value, list):
        return write_attribute(key, join_list([str(item) for item in value]))
    return write_attribute(key, str(value))


def _json(value: Json) -> str:
    """Return JSON on one line that a text file can hold."""
    text = json.dumps(value, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_prose(text: str) -> bool:
    """Tell whether lines of a file hold the text exactly."""
    return text == text.strip() and not UNPRINTABLE.search(text)


def _is_odd(word: str) -> bool:
    """Tell whether a word can not stand on a line of a file."""
    return "\n" in word or UNPRINTABLE.search(word) is not None
