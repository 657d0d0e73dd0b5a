"""Lint of what the texts of a constitution say: rules of several claims, and names that lead nowhere."""

import re
from collections.abc import Iterator
from typing import Final

from evenhand.catalog.record_files import RecordFile
from evenhand.catalog.shape_errors import quoted
from evenhand.catalog.source import Place
from evenhand.errors import Finding, Severity, nearest_name
from evenhand.records.claims import claims_by_sentence
from evenhand.records.constitution import Constitution, Principle

MOST_CLAIMS: Final = 2
"""Claims that a rule of whole sentences may make: a rule and what follows from it are often two."""
_NAMED: Final = re.compile(r"`([a-z0-9]+(?:[._-][a-z0-9]+)+)`")
"""What stands in code marks and looks like an id of several parts."""


def lint_claims(
    file: RecordFile[Constitution], principle: Principle, place: Place, *, told: bool
) -> Iterator[Finding]:
    """Yield a rule that asks for several things in one sentence or list, or for more than two in all.

    Args:
        file: The file.
        principle: The principle.
        place: Where it stands.
        told: Whether it was told already that one sentence asks for two things (L002).
    """
    sentences = claims_by_sentence(principle.text)
    claims = [claim for sentence in sentences for claim in sentence]
    in_one = any(len(sentence) > 1 for sentence in sentences)
    if (in_one and not told) or len(claims) > MOST_CLAIMS:
        message = f"the rule asks for {len(claims)} things; the last begins {quoted(claims[-1])}"
        hint = "make a principle of each, so that each has its own verdict"
        yield _warn(file, "L028", message, (*place, "text"), hint)


def lint_names(
    file: RecordFile[Constitution], constitution: Constitution, principle: Principle, place: Place
) -> Iterator[Finding]:
    """Yield names of principles in the texts of a principle that are earlier names, removed, or nearly one."""
    now = {alias: each.id for each in constitution.principles for alias in each.aliases}
    removed = {each.id: each.removed for each in constitution.tombstones}
    for key, text in _texts(principle):
        for match in _NAMED.finditer(text):
            name = match[1]
            if name in constitution.by_id:
                continue
            near = nearest_name(name, constitution.by_id)
            if name in now:
                words, hint = f"is now called {now[name]}", f"write `{now[name]}`"
            elif name in removed:
                words, hint = f"was removed in {removed[name]}", "leave it out, or name what took its place"
            elif near:
                words, hint = "is no principle", f'did you mean "{near}"?'
            else:
                continue
            yield _warn(file, "L030", f"{quoted(name)} {words}", (*place, *key), hint, word=match[0])


def _texts(principle: Principle) -> Iterator[tuple[Place, str]]:
    for key in ("text", "exceptions", "when", "rationale", "notes"):
        yield (key,), getattr(principle, key)
    for index, conflict in enumerate(principle.conflicts_with):
        yield ("conflicts_with", index, "resolution"), conflict.resolution


def _warn(
    file: RecordFile[Constitution], code: str, message: str, place: Place, hint: str, *, word: str = ""
) -> Finding:
    source = file.document.source
    span = source.value_span(place)
    return source.finding(
        code,
        message,
        source.find(word, span) if word else span,
        suggestion=hint,
        severity=Severity.WARNING,
    )
