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
from evenhand.constitution.comparison import Comparison
from evenhand.constitution.diff import diff_constitutions
from evenhand.constitution.impact_results import (
    Agreement,
    FlipNoise,
    FlippedItem,
    Impact,
    PrincipleImpact,
    Rejudged,
)
from evenhand.constitution.staleness import AnswersHeld, LabelsHeld, Staleness, Standing
from evenhand.constitution.words import conclusion
from evenhand.records.word_diff import TextPart
from evenhand.reporting.constitution.markdown import render_markdown
from evenhand.stats.estimate import Estimate, Interval, Undefined

COUNTS = (
    *("items", "compared", "to_fail", "to_pass", "to_other", "became_undecided", "became_decided"),
    *("stayed_undecided", "missing", "left", "joined"),
)


def compared(diff: ConstitutionDiff, staleness: Staleness | None = None) -> Comparison:
    return Comparison(headline=conclusion(diff, staleness), diff=diff, staleness=staleness)


def hostile(text: str) -> Comparison:
    """Return a comparison in which every text that comes from a file is `text`."""
    diff = _hostile_diff(text)
    answer = AnswersHeld(run=text, suite=text, principle=text, judge=text, standing=Standing.STALE, count=3)
    label = LabelsHeld(
        source=text, suite=text, principle=text, standing=Standing.STALE, known="pinned", count=3
    )
    found = Staleness(
        answers=(answer, replace(answer, judge="")), labels=(label,), runs=1, notes=(f"{text} has mistakes",)
    )
    return replace(compared(diff, found), headline=f"{text} changed", impact=_hostile_impact(text))


def _hostile_impact(text: str) -> Impact:
    share = Undefined(n=0, reason="no item was answered by both")
    measured = PrincipleImpact(
        principle=text,
        before=text,
        binding=True,
        **dict.fromkeys(COUNTS, 3),
        flipped=share,
        passes=share,
        agreement=Agreement(before=share, now=share, change=share, of_earlier_text=True),
    )
    item = FlippedItem(case=text, candidate=text, principle=text, before=text, now=text, reference=text)
    return Impact(
        run=text,
        judged_in=text,
        suite=text,
        suite_path=text,
        seed=0,
        rejudged=(Rejudged(before=text, after=text, judged_as=text, binding=True),),
        overall=measured,
        principles=(measured, measured),
        changed=(item, item),
        noise=FlipNoise(rate=0.1, low=0.0, high=0.2, items=3),
        open=3,
        calls=3,
        reused=3,
        usd=0.0,
        notes=(f"new: {text}",),
    )


def _hostile_diff(text: str) -> ConstitutionDiff:
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
    text = render_markdown([compared(diff_constitutions(made(), made(*edits), names=("HEAD:a.md", "a.md")))])
    assert text.startswith(
        "> [!IMPORTANT]\n> **1 principle changed what it asks; 1 renamed**\n>\n> From `HEAD:a.md` to `a.md`\n"
    )
    assert "and 1.2.0 to 2.0.0 is one" in text
    assert "| `help.fully`, now `help.well` | renamed: the question is the same |" in text


def test_a_version_that_says_too_little_is_warned_of() -> None:
    assert render_markdown([compared(diff_constitutions(made(), made(of(0, text="Never."))))]).startswith(
        "> [!WARNING]"
    )
    assert render_markdown([compared(diff_constitutions(made(), made()))]).startswith("> [!NOTE]")


def test_a_large_change_stays_under_the_size_and_says_what_is_left_out() -> None:
    long = made(*(of(place, text=f"{place} {'word ' * 5_000}") for place in range(3)))
    diff = diff_constitutions(made(), long)
    (first,) = diff.with_effect(Effect.BINDING)[:1]
    many = replace(
        diff, principles=tuple(replace(first, before=f"p.{n}", after=f"p.{n}") for n in range(400))
    )
    text = render_markdown([compared(many)], most_bytes=20_000)
    assert len(text.encode()) <= 20_000
    assert re.search(r"Left out to stay under 20,000 bytes|more principles in the JSON document", text)


def test_what_is_stale_stands_by_principle_in_the_open_and_by_run_in_a_fold() -> None:
    held = AnswersHeld(run="r1", suite="s", principle="p.q", judge="", standing=Standing.STALE, count=1234)
    label = LabelsHeld(
        source="l.jsonl", suite="s", principle="p.q", standing=Standing.STALE, known="assumed", count=5
    )
    found = Staleness(answers=(held, replace(held, judge="j")), labels=(label,), runs=1)
    text = render_markdown([compared(diff_constitutions(made(), made(of(0, text="Never."))), found)])
    assert "1,234 verdicts in 1 run and 5 human labels are stale" in text
    assert "| `p.q` | 1,234 | 5 |" in text
    fold = text.partition("<details><summary>By run, judge and place of labels</summary>")[2]
    assert "| `r1` | `s` | `p.q` | verdicts | stale | 1,234 |" in fold
    assert "| `r1` | `s` | `p.q` | `j` | stale | 1,234 |" in fold
    assert "| `l.jsonl` | `s` | `p.q` | stale | nothing: no run has read them | 5 |" in fold


def test_which_verdicts_flip_stands_before_what_is_stale_with_n_and_interval() -> None:
    def points(value: float) -> Estimate:
        return Estimate(
            value=value, interval=Interval(low=value - 0.1, high=value + 0.1, confidence=0.95), n=40
        )

    impact = _hostile_impact("p.q")
    change = Agreement(before=points(0.9), now=points(0.8), change=points(-0.1), of_earlier_text=True)
    only = replace(impact.principles[0], flipped=points(0.25), passes=points(0.05), agreement=change)
    told = replace(impact, overall=only, principles=(only,), open=0)
    diff = diff_constitutions(made(), made(of(0, text="Never.")))
    text = render_markdown([replace(compared(diff), impact=told)])
    assert "| `p.q` | 3 | 3 | 3 | 3 | 3 | 18 | 25.0 % (15.0 to 35.0, n = 40) |" in text
    assert "| -10.0 points (-20.0 to +0.0, n = 40) |" in text
    assert "People labelled under the earlier text" in text
    assert "<details><summary>2 items have another verdict</summary>" in text
    assert "all together" not in text
