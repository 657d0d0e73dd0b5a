"""Raw replies obtained elsewhere, read by a declared format: no guessing beyond what the format says."""

from collections.abc import Iterator
from dataclasses import dataclass

from evenhand.errors import UsageError
from evenhand.judging.offline.expression import Expression, Match, matchable
from evenhand.records.judge import ReplyFormat, ReplyPattern
from evenhand.records.rating import FailedRating, FailureKind

_EXCERPT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """What a reply says."""

    label: str
    """The answer, in the frame of the reply."""
    whole: bool
    """Whether the reply holds nothing else."""


@dataclass(frozen=True, slots=True)
class _Find:
    label: str
    start: int
    end: int


class ReplyReader:
    """Reads replies by one format."""

    def __init__(self, form: ReplyFormat, *, owner: str) -> None:
        """Compile the patterns.

        Args:
            form: How replies are read.
            owner: What the format belongs to, for messages, such as "judge gpt-4".

        Raises:
            UsageError: A pattern is not RE2 syntax, or has no label and not exactly one group.
        """
        self._form = form
        self._patterns = [
            (pattern, _compiled(pattern, f"{owner}, reply pattern {number}"))
            for number, pattern in enumerate(form.patterns, start=1)
        ]

    def read(self, text: str, finish: str) -> ReadAnswer | FailedRating:
        """Return the answer of a reply, or why there is none."""
        if kind := self._form.finish.get(finish):
            return FailedRating(kind=kind, detail=f"finish reason {finish!r}")
        if not text.strip():
            return FailedRating(kind=FailureKind.EMPTY, detail="the reply has no text")
        part = self._part(matchable(text))
        finds = self._deciding(list(self._finds(part)))
        labels = list(dict.fromkeys(find.label for find in finds))
        if len(labels) == 1:
            return ReadAnswer(label=labels[0], whole=finds[0].end - finds[0].start == len(text.strip()))
        problem = f"the reply says {' and '.join(labels)}" if labels else "no pattern of the format fits"
        return FailedRating(kind=FailureKind.MALFORMED, detail=f"{problem}: {_excerpt(part)}")

    def _part(self, text: str) -> str:
        if self._form.where == "anywhere":
            return text
        if self._form.where == "whole":
            return text.strip()
        lines = text.strip().splitlines()
        return (lines[0] if self._form.where == "first_line" else lines[-1]).strip()

    def _finds(self, part: str) -> Iterator[_Find]:
        """Yield what the patterns find, pattern by pattern; nothing after the first that fits, if that decides."""
        for pattern, expression in self._patterns:
            found = False
            for match in self._matches(expression, part):
                label = pattern.label if pattern.label is not None else match.group(1)
                if label is not None:
                    found = True
                    yield _Find(label.strip(), *match.span())
            if found and self._form.several == "first_pattern":
                return

    def _matches(self, expression: Expression, part: str) -> Iterator[Match]:
        if self._form.where == "anywhere":
            yield from expression.all(part)
        elif match := expression.whole(part):
            yield match

    def _deciding(self, finds: list[_Find]) -> list[_Find]:
        """Return the finds that decide: all, or those at the first or last place."""
        if self._form.several == "first_match":
            first = min((find.start for find in finds), default=0)
            return [find for find in finds if find.start == first]
        if self._form.several == "last_match":
            last = max((find.end for find in finds), default=0)
            return [find for find in finds if find.end == last]
        return finds


def _compiled(pattern: ReplyPattern, owner: str) -> Expression:
    expression = Expression(pattern.pattern, owner=owner)
    if pattern.label is None and expression.groups != 1:
        raise UsageError(
            f"{owner}: {pattern.pattern!r} has no label and {expression.groups} groups",
            hint="give it a label, or put exactly one (group) around the answer",
        )
    return expression


def _excerpt(text: str) -> str:
    return text[:_EXCERPT_CHARS] + ("…" if len(text) > _EXCERPT_CHARS else "")
