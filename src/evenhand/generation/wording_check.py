"""Whether a template that a model wrote may stand in the place of a judge's: it is hostile until it passes here.

It has to be in the closed language of templates, to show everything that binds and that the present one shows, every
text of a case in its fence, and to hide nothing from people. A template knows nothing of a case but which of its texts
are there, so that rendering both under every principle, with and without what may be absent, tells all it can do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final

from evenhand.errors import UsageError
from evenhand.judging.prompt import scope_words
from evenhand.judging.template import PromptTemplate, Slot, Untrusted, check_template
from evenhand.records.constitution import Principle
from evenhand.records.judge import ModelJudge
from evenhand.records.reveal import reveal

LONGEST: Final = 20_000
"""Characters of a template that a model may write, where the present one is not half as long."""
_ALWAYS: Final = ("response", "response_a", "response_b")
_SOMETIMES: Final = ("prompt", "reference")
_MARKS: Final = Principle(
    id="mark.id",
    title="mark of the title",
    text="mark of the text",
    exceptions="mark of the exceptions",
    when="mark of the scope",
    rationale="mark of the rationale",
)
_LABEL, _DESCRIPTION, _EXAMPLE, _ANSWER = (
    "mark of a label",
    "mark of a description",
    "mark of an example",
    "mark of its answer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """One situation a template can be in."""

    principle: Principle
    shots: bool
    texts: tuple[str, ...]
    """Texts of the case that are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    fields: frozenset[str]
    """Texts of the case that stand in a fence."""
    binding: tuple[str, ...]
    """What of the principle, its scale and its examples is printed."""


def why_refused(text: str, current: str, judge: ModelJudge, principles: Sequence[Principle]) -> str:
    """Return why a template may not take the place of the current one; empty where it may.

    Args:
        text: The template; hostile.
        current: The judge's template.
        judge: The judge; its mode and what it sees hold for both.
        principles: What it judges by.
    """
    return _wrong_form(text, current, judge) or _wrong_content(text, current, judge, principles)


def _wrong_form(text: str, current: str, judge: ModelJudge) -> str:
    if len(text) > max(LONGEST, 2 * len(current)):
        return f"it is {len(text):,} characters long"
    if reveal(text) != text:
        return "it holds characters that nobody can see"
    problems = check_template(text, mode=judge.mode, sees=judge.sees)
    return f"line {problems[0].line}: {problems[0].message}" if problems else ""


def _wrong_content(text: str, current: str, judge: ModelJudge, principles: Sequence[Principle]) -> str:
    new, old = (PromptTemplate(each, mode=judge.mode, sees=judge.sees) for each in (text, current))
    for setting in _settings(principles):
        try:
            now, then = _show(new, setting), _show(old, setting)
        except UsageError as error:
            return f"it can not be rendered: {error}"
        if lost := sorted(then.fields - now.fields):
            return (
                f"it does not show case.{lost[0]} in a fence under every principle, and the judge rates by it"
            )
        if left_out := [name for name in then.binding if name not in now.binding]:
            return f"it leaves out {left_out[0]}"
    return ""


def _settings(principles: Sequence[Principle]) -> Iterator[_Setting]:
    """Yield every situation: marks with all and with nothing that may be absent, and each principle as it is."""
    bare = _MARKS.model_copy(update={"exceptions": "", "when": "", "title": ""})
    for principle in (_MARKS, bare, *principles):
        for texts in ((*_ALWAYS, *_SOMETIMES), _ALWAYS):
            for shots in (True, False):
                yield _Setting(principle=principle, shots=shots, texts=texts)


def _show(template: PromptTemplate, setting: _Setting) -> _Shown:
    """Return what a template shows in one situation.

    Raises:
        UsageError: It prints more than any prompt may.
    """
    case = {name: Untrusted(name if name in setting.texts else "") for name in (*_ALWAYS, *_SOMETIMES)}
    outline = template.outline({**_context(setting), "case": SimpleNamespace(**case)}, case)
    slots = [part for part in outline if isinstance(part, Slot)]
    words = [part for part in outline if isinstance(part, str)]
    printed = "\n".join([*words, *(slot.text for slot in slots)])
    return _Shown(
        fields=frozenset(slot.field for slot in slots if slot.field in setting.texts),
        binding=tuple(name for name, text in _binding(setting).items() if text and text in printed),
    )


def _binding(setting: _Setting) -> Mapping[str, str]:
    principle = setting.principle
    return {
        "the text of the principle": principle.text,
        "its exceptions": principle.exceptions,
        "its scope": scope_words(principle),
        "the labels": _LABEL,
        "what the labels mean": _DESCRIPTION,
        "the worked examples": _EXAMPLE,
        "the answers of the worked examples": _ANSWER,
    }


def _context(setting: _Setting) -> Mapping[str, object]:
    """Return all that a template knows but for the case."""
    principle = setting.principle
    shown = SimpleNamespace(
        id=principle.id,
        title=principle.title,
        text=principle.text,
        exceptions=principle.exceptions,
        scope=scope_words(principle),
        rationale=principle.rationale,
    )
    shot = SimpleNamespace(
        prompt=Untrusted("what was asked"), response=Untrusted(_EXAMPLE), label=_ANSWER, why="the reason"
    )
    label = SimpleNamespace(label=_LABEL, description=_DESCRIPTION)
    scale = SimpleNamespace(kind="nominal", labels=[label], minimum="0", maximum="1")
    return {"principle": shown, "scale": scale, "shots": [shot] if setting.shots else []}
