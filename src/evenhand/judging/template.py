"""Judge prompt templates: checked against a closed language, compiled once, and laid out once for like cases.

The language lets a case text do two things only: be printed by `data(...)`, and be asked whether it is there. So what
a template prints is fixed by its principle and by which texts a case has, but for what stands inside the fences. Such
an outline is rendered once and filled for each unit, without Jinja2.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from evenhand.errors import UsageError
from evenhand.judging.template_check import find_problems
from evenhand.judging.template_kinds import FILTERS, TemplateProblem, allowed_fields

MAX_RENDERED_CHARS = 2_000_000


class PromptTooLongError(UsageError):
    """A rendered prompt passes the limit: its case is too long, whatever the template says."""


class Untrusted:
    """Text of a case. It has no string form: only `data(name, value)` can put it into a prompt."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __str__(self) -> str:
        raise UsageError("case text may stand in a prompt only as data(name, value)")

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a prompt that a fenced text fills."""

    name: str
    """Name of the data, as the fence shows it."""
    field: str
    """Field of the case that fills it, such as "response"; empty where the text is the same for every case."""
    text: str = ""
    """That text, with an empty `field`."""


Outline = tuple[str | Slot, ...]
"""A prompt with its case texts left out."""


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, cache_size=0
    )
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.globals = {}
    return environment


def check_template(text: str, *, mode: str, sees: Collection[str]) -> tuple[TemplateProblem, ...]:
    """Return everything wrong with a judge template; an empty tuple means it can be rendered."""
    return find_problems(text, _environment(), mode=mode, sees=sees)


class PromptTemplate:
    """A checked template, compiled once and rendered for each unit."""

    def __init__(self, text: str, *, mode: str, sees: Collection[str]) -> None:
        """Compile `text`.

        Raises:
            UsageError: The template has problems (`evenhand lint` shows them all with their lines).
        """
        if problems := check_template(text, mode=mode, sees=sees):
            first = problems[0]
            raise UsageError(f"line {first.line} of the template: {first.message}", hint=first.suggestion)
        self._template = _environment().from_string(text)

    def outline(self, context: Mapping[str, Any], case: Mapping[str, Untrusted]) -> Outline:
        """Return what the template prints for every case that has the same texts as `case`, by field.

        Raises:
            PromptTooLongError: The texts outside the fences alone are longer than two million characters.
        """
        fields = {id(text): field for field, text in case.items()}
        slots: dict[str, Slot] = {}

        def data(name: str, value: Untrusted) -> str:
            mark, field = secrets.token_hex(16), fields.get(id(value), "")
            slots[mark] = Slot(name, field, "" if field else value._text)  # noqa: SLF001 - only templates may not see it
            return mark

        parts: list[str | Slot] = []
        length = 0
        for part in self._template.generate({**context, "data": data}):
            parts.append(slots.get(part, part))
            length += len(part)
            if length > MAX_RENDERED_CHARS:
                raise _too_long()
        return tuple(parts)


def fill(outline: Outline, texts: Mapping[str, str], fence: Callable[[str, str], str]) -> str:
    """Return the prompt text: an outline, its slots filled by the texts of a case, each as `fence` wraps it.

    Raises:
        PromptTooLongError: The result is longer than two million characters; no more than that is built.
    """
    parts, length = [], 0
    for part in outline:
        text = part if isinstance(part, str) else fence(part.name, _filling(part, texts))
        parts.append(text)
        length += len(text)
        if length > MAX_RENDERED_CHARS:
            raise _too_long()
    return "".join(parts).strip()


def _filling(slot: Slot, texts: Mapping[str, str]) -> str:
    return texts[slot.field] if slot.field else slot.text


def _too_long() -> PromptTooLongError:
    return PromptTooLongError(f"the prompt is longer than {MAX_RENDERED_CHARS:,} characters")


__all__ = [
    "Outline",
    "PromptTemplate",
    "PromptTooLongError",
    "Slot",
    "TemplateProblem",
    "Untrusted",
    "allowed_fields",
    "check_template",
    "fill",
]
