"""A comparison on a pull request: what it says, and that no text in it is more than text."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.constitution.made import made, of, rename, top
from tests.reporting.gate.reading import (
    NEVER_SEEN,
    OUR_HTML,
    OURS,
    READ_BY_HOSTS,
    TRICKS,
    hostile_names,
    kinds,
    read_text,
    tokens,
)
from tests.reporting.hostile import HOSTILE

from evenhand.constitution.changes import Change, ConstitutionDiff, Effect, Fate, PrincipleChange
from evenhand.constitution.diff import diff_constitutions
from evenhand.records.word_diff import TextPart
from evenhand.reporting.constitution.markdown import render_markdown


def hostile(text: str) -> ConstitutionDiff:
    """Return a comparison in which every text that comes from a file is `text`."""
    diff = diff_constitutions(made(), made(of(0, text="Never share."), of(1, severity="low")))
    words = tuple(TextPart(kind=kind, text=text) for kind in ("same", "removed", "added"))

    def change(each: Change) -> Change:
        told = words if each.words else ()
        return replace(
            each, what=f"example {text} was added", before=text, after=text, warning=text, words=told
        )

    def principle(each: PrincipleChange) -> PrincipleChange:
        return replace(
            each,
            before=text,
            after=text,
            title=text,
            tombstone=text,
            guess=f"it has the text of {text}",
            warnings=(f"history of {text} is lost",),
            changes=tuple(map(change, each.changes)),
        )

    principles = tuple(map(principle, diff.principles))
    return replace(
        diff,
        before=replace(diff.before, name=text),
        after=replace(diff.after, name=text),
        principles=(*principles, replace(principles[0], fate=Fate.RENAMED)),
        whole=(change(principles[0].changes[0]),),
        version_rule=replace(diff.version_rule, said=f"because {text} was removed"),
    )


@pytest.mark.parametrize("text", [*TRICKS, *HOSTILE])
def test_a_hostile_text_is_text(text: str) -> None:
    _is_inert(render_markdown([hostile(text)]))


@given(hostile_names)
@settings(max_examples=60)
def test_any_text_is_text(text: str) -> None:
    _is_inert(render_markdown([hostile(text)]))


def _is_inert(text: str) -> None:
    assert kinds(text) <= OURS | {"fence"}
    assert not READ_BY_HOSTS.search(read_text(text))
    assert not NEVER_SEEN.search(text)
    found = tokens(text)
    html = [token.content for token in found if token.type in {"html_block", "html_inline"}]
    assert all(OUR_HTML.fullmatch(each) for each in html)
    assert all(token.info == "text" for token in found if token.type == "fence")
    assert sum(each.startswith("</") for each in html) * 2 == len(html)


def test_a_comparison_says_first_what_matters() -> None:
    edits = of(0, text="Never share."), rename(1, "help.well"), top(version="2.0.0")
    text = render_markdown([diff_constitutions(made(), made(*edits), names=("HEAD:a.md", "a.md"))])
    assert text.startswith(
        "> [!IMPORTANT]\n> **1 principle changed what it asks; 1 renamed**\n>\n> From `HEAD:a.md` to `a.md`\n"
    )
    assert "and 1.2.0 to 2.0.0 is one" in text
    assert "| `help.fully`, now `help.well` | renamed: the question is the same |" in text


def test_a_version_that_says_too_little_is_warned_of() -> None:
    assert render_markdown([diff_constitutions(made(), made(of(0, text="Never.")))]).startswith(
        "> [!WARNING]"
    )
    assert render_markdown([diff_constitutions(made(), made())]).startswith("> [!NOTE]")


def test_a_large_change_stays_under_the_size_and_says_what_is_left_out() -> None:
    long = made(*(of(place, text=f"{place} {'word ' * 5_000}") for place in range(3)))
    diff = diff_constitutions(made(), long)
    (first,) = diff.with_effect(Effect.BINDING)[:1]
    many = replace(
        diff, principles=tuple(replace(first, before=f"p.{n}", after=f"p.{n}") for n in range(400))
    )
    text = render_markdown([many], most_bytes=20_000)
    assert len(text.encode()) <= 20_000
    assert re.search(r"Left out to stay under 20,000 bytes|more principles in the JSON document", text)
