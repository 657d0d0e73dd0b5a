"""What one pydantic error says to people: a code, a sentence, and what to write instead."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.catalog.annotations import Site, allowed_values, description, field_names, tags_of_union
from evenhand.catalog.source import Document, Json, Span, lookup
from evenhand.errors import Finding, nearest_name

PATTERN_WORDS: Mapping[str, str] = {
    r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$": "lower-case letters and digits, with single dots, dashes or underscores between",
    r"^\d+\.\d+\.\d+$": "three numbers such as 1.0.0",
    r"^(?:\d{4}-\d{2}-\d{2})?$": "a date such as 2026-11-20",
    r"^\d{4}-\d{2}-\d{2}$": "a date such as 2026-11-20",
    r"^[A-Za-z0-9_.-]+/\S+$": "an account, a slash and a model, such as openai/gpt-x",
    r"^\S(?:.{0,78}\S)?$": "1 to 80 characters on one line, without blanks around them",
}
"""What a value looks like, for each regular expression in the records."""

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "mapping_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
}
_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}
_TRUE, _FALSE = {"yes", "on", "true", "y"}, {"no", "off", "false", "n"}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeError:
    """One error of pydantic, with its place in the file."""

    kind: str
    """pydantic's name for the kind of error."""
    words: str
    """pydantic's sentence."""
    context: Mapping[str, Any]
    """What the error is about, such as the bound that was passed."""
    site: Site
    """Where it is."""
    document: Document
    """The file."""

    @property
    def value(self) -> Json:
        """What was written there."""
        return lookup(self.document.data, self.site.place)

    def finding(self) -> Finding:
        """Return the finding."""
        explain = _EXPLANATIONS.get(self.kind, _wrong_type if self.kind in _EXPECTED else _other)
        code, message, suggestion = explain(self)
        return self.document.source.finding(code, message, self._span(), suggestion=suggestion)

    def _span(self) -> Span:
        source, place = self.document.source, self.site.place
        if self.kind == "value_error" and isinstance(self.value, dict):
            named = self.rule().split(" ", 1)[0]
            return source.key_span((*place, named) if named in self.value else place)
        if tag := self.misspelt_tag():
            return source.key_span((*place, tag))
        if self.kind in {"extra_forbidden", "missing", "union_tag_not_found"} or self.site.on_key:
            return source.key_span(place)
        if self.kind == "union_tag_invalid":
            return source.value_span((*place, self.discriminator()))
        return source.value_span(place)

    def subject(self) -> str:
        """Return how a sentence names the value."""
        place = self.site.place
        if not place:
            return "the file"
        if isinstance(place[-1], str):
            return place[-1] if place[-1].isidentifier() else quoted(place[-1])
        around = next((str(step) for step in reversed(place) if isinstance(step, str)), "the list")
        return f"item {place[-1] + 1} of {around}"

    def rule(self) -> str:
        """Return the sentence of a broken rule."""
        return str(self.context.get("error", self.words))

    def discriminator(self) -> str:
        """Return the key that tells the members of a union apart."""
        return str(self.context.get("discriminator", "")).strip("'")

    def misspelt_tag(self) -> str:
        """Return the key that was most likely meant to tell the members of a union apart; empty where none is near."""
        if self.kind != "union_tag_not_found" or not isinstance(self.value, dict):
            return ""
        return nearest_name(self.discriminator(), self.value)

    def as_written(self) -> str:
        """Return the value as it stands in the file."""
        span = self.document.source.value_span(self.site.place)
        text = self.document.source.line(span.line)[span.column - 1 :][: span.width].strip()
        return text if 0 < len(text) <= 60 else str(self.value)[:60]


def quoted(value: Json) -> str:
    """Return a value as a message shows it: on one line, short, in quotes if it is text."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 62 else f"{text[:60]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a suggestion of the nearest known name, or else the first of the known names."""
    names = list(known)
    near = nearest_name(name, names)
    return f'did you mean "{near}"?' if near else f"known: {', '.join(names[:12])}" if names else ""


_Words = tuple[str, str, str]
"""Code, message, suggestion."""


def _unknown_key(error: ShapeError) -> _Words:
    name = str(error.site.place[-1])
    fields = field_names(error.site.model) if error.site.model else ()
    around = lookup(error.document.data, error.site.place[:-1])
    free = [field for field in fields if not isinstance(around, dict) or field not in around]
    suggestion = did_you_mean(name, free) if nearest_name(name, free) else did_you_mean(name, fields)
    return "V001", f"unknown key {quoted(name)}", suggestion


def _missing(error: ShapeError) -> _Words:
    if tag := error.misspelt_tag():
        return "V001", f"unknown key {quoted(tag)}", f'did you mean "{error.discriminator()}"?'
    name = str(error.site.place[-1]) if error.kind == "missing" else error.discriminator()
    about = description(error.site.model, name) if error.site.model and error.kind == "missing" else ""
    values = tags_of_union(error.site.annotation)
    only = allowed_values(error.site.annotation)
    if len(only) == 1:
        return "V002", f'"{name}" is missing', f"add {name}: {only[0]}"
    hint = about[:1].lower() + about[1:].rstrip(".") if about else f"one of {', '.join(values)}"
    return "V002", f'"{name}" is missing', f"add {name}: {hint}"


def _closed_list(error: ShapeError) -> _Words:
    value, subject, values = error.value, error.subject(), allowed_values(error.site.annotation)
    if error.kind == "union_tag_invalid":
        subject, values = error.discriminator(), tags_of_union(error.site.annotation)
        value = value.get(subject) if isinstance(value, dict) else value
    message = f"{subject} is {quoted(value)}, which is not one of its values"
    near = nearest_name(value, values) if isinstance(value, str) else ""
    return "V004", message, f'did you mean "{near}"?' if near else f"write one of: {', '.join(values)}"


def _pattern(error: ShapeError) -> _Words:
    pattern = str(error.context.get("pattern", ""))
    words = PATTERN_WORDS.get(pattern, f"text of the form {pattern}")
    value = str(error.site.place[-1]) if error.site.on_key else error.value
    subject = "the key" if error.site.on_key else error.subject()
    return "V005", f"{subject} is {quoted(value)}; it should be {words}", _slug_hint(value, pattern)


def _bound(error: ShapeError) -> _Words:
    name, words = _BOUNDS[error.kind]
    message = f"{error.subject()} is {quoted(error.value)}; it should be {words} {error.context[name]:g}"
    return "V006", message, _share_hint(error)


def _share_hint(error: ShapeError) -> str:
    """Suggest the share that a percentage stands for, where at most 1 was expected."""
    value = error.value
    if error.context.get("le") != 1 or not isinstance(value, int | float):
        return ""
    return f"write {value / 100:g} for {value:g} percent" if 2 <= value <= 100 else ""


def _length(error: ShapeError) -> _Words:
    unit = "character" if error.kind.startswith("string") else "item"
    low, high = error.context.get("min_length"), error.context.get("max_length")
    if error.kind.endswith("too_short") and low == 1:
        return "V007", f"{error.subject()} is empty", f"write at least one {unit}"
    words = f"at least {low}" if error.kind.endswith("too_short") else f"at most {high}"
    return "V007", f"{error.subject()} should have {words} {unit}s", ""


def _broken_rule(error: ShapeError) -> _Words:
    return "V008", error.rule(), ""


def _wrong_type(error: ShapeError) -> _Words:
    expected = _EXPECTED[error.kind]
    if error.site.branches and error.site.branches[-1].place == error.site.place:
        expected = "text or a list" if len(error.site.branches[-1].members) > 2 else "text or a list of turns"
    message = f"{error.subject()} should be {expected}, but it is {_kind_of(error.value)}"
    return "V003", message, _type_hint(error, expected)


def _type_hint(error: ShapeError, expected: str) -> str:
    value = error.value
    if expected.startswith("text") and isinstance(value, bool | int | float):
        rest = ".0" if error.site.place[-1:] == ("version",) and isinstance(value, float) else ""
        return f'write "{error.as_written()}{rest}"'
    if expected == "true or false" and isinstance(value, str):
        word = value.strip().lower()
        return "write true" if word in _TRUE else "write false" if word in _FALSE else ""
    if expected.endswith("number") and isinstance(value, str) and _NUMBER.fullmatch(value):
        return f"write {value} without quotes"
    if expected == "a list" and isinstance(value, str | int | float) and not isinstance(value, bool):
        return f"write [{error.as_written()}]"
    return ""


def _other(error: ShapeError) -> _Words:
    return "V003", f"{error.subject()}: {error.words[:1].lower()}{error.words[1:]}", ""


_EXPLANATIONS: Mapping[str, Callable[[ShapeError], _Words]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "union_tag_not_found": _missing,
    "union_tag_invalid": _closed_list,
    "literal_error": _closed_list,
    "enum": _closed_list,
    "string_pattern_mismatch": _pattern,
    "value_error": _broken_rule,
    **dict.fromkeys(_BOUNDS, _bound),
    **dict.fromkeys(("string_too_short", "string_too_long", "too_short", "too_long"), _length),
}


def _kind_of(value: Json) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if abs(value) <= sys.float_info.max else "a whole number beyond all bounds"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"


def _slug_hint(value: Json, pattern: str) -> str:
    """Suggest a name of the right form where one can be made from what was written."""
    if not isinstance(value, str) or not pattern.startswith("^[a-z0-9]+"):
        return ""
    slug = "-".join(re.findall(r"[a-z0-9]+(?:[._][a-z0-9]+)*", value.lower()))
    return f'write "{slug}"' if slug and re.fullmatch(pattern, slug) else ""
