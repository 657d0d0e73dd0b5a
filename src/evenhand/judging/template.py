"""Judge prompt templates: checked against a closed language, then compiled once and rendered for each unit."""

from collections.abc import Collection, Mapping
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

    def fenced_by(self, fence: Any) -> str:
        """Return the text as `fence` wraps it."""
        return str(fence(self._text))


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

    def render(self, context: Mapping[str, Any]) -> str:
        """Return the prompt text.

        Raises:
            PromptTooLongError: The result is longer than two million characters; no more than that is built.
        """
        parts, length = [], 0
        for part in self._template.generate(context):
            parts.append(part)
            length += len(part)
            if length > MAX_RENDERED_CHARS:
                raise PromptTooLongError(f"the prompt is longer than {MAX_RENDERED_CHARS:,} characters")
        return "".join(parts).strip()


__all__ = [
    "PromptTemplate",
    "PromptTooLongError",
    "TemplateProblem",
    "Untrusted",
    "allowed_fields",
    "check_template",
]
