"""Attributes in Markdown: `key=value` and `key="quoted value"`, read with positions and written back."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.catalog.json_text import parse_json
from evenhand.catalog.source import Json, Source, Span
from evenhand.errors import Finding

MAX_ATTRIBUTES = 100

_ATTRIBUTE = re.compile(r'(?P<key>#|[^\s"=#{}]+=)(?P<value>"(?:[^"\\]|\\.)*"|[^\s"]*)(?=\s|$)')
_BARE = re.compile(r'[^\s"\\\[{}=]+')
_BLANKS = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute."""

    key: str
    """Its name; `id` for `#name`."""
    value: str
    """Its value, unquoted."""
    key_span: Span
    value_span: Span


def read_attributes(text: str, source: Source, start: Span) -> tuple[list[Attribute], list[Finding]]:
    """Return the attributes written in `text`, which begins at `start`, and what can not be read of it."""
    found: list[Attribute] = []
    findings: list[Finding] = []
    at = 0
    while at < len(text):
        if len(found) + len(findings) >= MAX_ATTRIBUTES:
            findings.append(source.finding("M004", f"more than {MAX_ATTRIBUTES} attributes", start))
            break
        blanks = _BLANKS.match(text, at)
        at = blanks.end() if blanks else at
        match = _ATTRIBUTE.match(text, at)
        if not match:
            findings += _unreadable(text, at, source, start)
            break
        attribute = _attribute(match, source, start)
        if isinstance(attribute, Attribute):
            found.append(attribute)
        else:
            findings.append(attribute)
        at = match.end()
    return found, findings


def write_attribute(key: str, value: str) -> str:
    """Return an attribute as text, quoted where it has to be."""
    return f"{key}={value}" if _BARE.fullmatch(value) and value.isprintable() else f"{key}={quote(value)}"


def quote(value: str) -> str:
    """Return text in double quotes, with everything escaped that a line of a file can not hold."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def unquote(text: str) -> str | None:
    """Return what text in double quotes says, by the rules of JSON; None where it breaks them."""
    document = parse_json(text, "")
    return document.data if isinstance(document.data, str) and not document.findings else None


def split_list(value: str) -> Json:
    """Return the items of a list attribute: words with blanks between, or a JSON list."""
    if not value.startswith("["):
        return list(value.split())
    document = parse_json(value, "")
    return value if document.findings else document.data


def join_list(items: Sequence[str]) -> str:
    """Return a list as the value of an attribute."""
    is_plain = all(item and not item.startswith("[") and item.split() == [item] for item in items)
    return " ".join(items) if is_plain else json.dumps(list(items), ensure_ascii=False)


def _attribute(match: re.Match[str], source: Source, start: Span) -> Attribute | Finding:
    key, value = match["key"], match["value"]
    value_span = _span(match.start("value"), match.end("value"), start)
    if value.startswith('"'):
        unquoted = unquote(value)
        if unquoted is None:
            hint = r"write \\ for a backslash and \" for a quote"
            return source.finding("M004", f"{value[:60]} is not text in quotes", value_span, suggestion=hint)
        value = unquoted
    name = "id" if key == "#" else key[:-1]
    key_span = _span(match.start("key"), match.start("key") + len(key) - (key != "#"), start)
    return Attribute(key=name, value=value, key_span=key_span, value_span=value_span)


def _unreadable(text: str, at: int, source: Source, start: Span) -> Iterator[Finding]:
    rest = text[at:].rstrip()
    if rest:
        message = f"{rest.split()[0][:60]} is no attribute"
        hint = 'write key=value or key="quoted value", with blanks between'
        yield source.finding("M004", message, _span(at, at + len(rest.split()[0]), start), suggestion=hint)


def _span(begin: int, end: int, start: Span) -> Span:
    return Span(line=start.line, column=start.column + begin, width=max(1, end - begin))
