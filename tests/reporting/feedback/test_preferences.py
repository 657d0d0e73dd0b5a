"""The report of preference labels: the same numbers in every form, and nothing from outside acts."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from evenhand.feedback.preference_results import (
    JudgeLabels,
    JudgePair,
    OwnFamilyShare,
    PreferenceStamp,
    PreferenceSummary,
    PrincipleLabels,
)
from evenhand.feedback.results import PairOutcome, PreferenceBasis
from evenhand.reporting.feedback.preferences import (
    BASES,
    MEANINGS,
    law,
    render_html,
    render_json,
    render_markdown,
)
from evenhand.stats.estimate import Undefined
from evenhand.stats.intervals import proportion

HOSTILE = "<img src=x onerror=alert(1)> | [x](http://evil.example) \x1b[31m"
OUTCOMES = dict(zip(PairOutcome, (1, 2, 3, 4, 5, 60, 25), strict=True))
NOTHING = Undefined(n=0, reason="nothing to count")

SUMMARY = PreferenceSummary(
    stamp=PreferenceStamp(
        run="20261128-000000-abcde",
        created="2026-11-28T00:00:00+00:00",
        finished=True,
        suite="pairs",
        feedback="labels",
        constitution="c",
        constitution_version="1.0.0",
        panel="p",
        rule="majority",
        judges=("one", "two"),
        models={"one": HOSTILE},
        part="100 of 400 items",
        clamp=(0.4, 0.6),
        tie_within=0.05,
        command=HOSTILE,
        cost_nanousd=1_230_000_000,
        calls=400,
        reused=7,
    ),
    cases=103,
    without=3,
    pairs=100,
    outcomes=OUTCOMES,
    bases=dict.fromkeys(PreferenceBasis, 33),
    flips=proportion(2, 97),
    agreement=proportion(40, 50),
    human_ties=4,
    human_sides_open=6,
    margin=0.625,
    clamped=proportion(70, 99),
    longer=proportion(45, 80),
    principles=(
        PrincipleLabels(principle_id=HOSTILE, pairs=100, outcomes=OUTCOMES, agreement=proportion(40, 50)),
    ),
    judges=(
        JudgeLabels(
            judge="one",
            ratings=200,
            basis=dict.fromkeys(PreferenceBasis, 0) | {PreferenceBasis.PROBABILITIES: 200},
            saturated=proportion(150, 200),
            first_shown=proportion(111, 200),
        ),
    ),
    judge_pairs=(JudgePair(first="one", second="two", agreement=NOTHING),),
    own_family=(OwnFamilyShare(judge="one", count=9, of=100),),
    warnings=(f"judge one, whose model is {HOSTILE}, is saturated",),
)


@pytest.mark.parametrize("render", [render_html, render_markdown])
def test_every_number_stands_in_the_page_and_in_markdown(render: Callable[[PreferenceSummary], str]) -> None:
    text = render(SUMMARY)
    for shown in (
        "80.0 %",
        "2.1 %",
        "0.62",
        "56.2 %",
        "70.7 %",
        "55.5 %",
        "75.0 %",
        "USD 1.23",
        "moved by the clamp",
    ):
        assert shown in text, shown
    assert law(SUMMARY) in text
    assert "3 cases of the suite were not asked about" in text


def test_the_law_adds_up() -> None:
    assert law(SUMMARY) == (
        "100 pairs = 1 unmeasured + 2 inconsistent + 3 abstained + 4 split + 5 tie + 60 first + 25 second"
    )


def test_nothing_from_outside_is_markup() -> None:
    assert "<img" not in render_html(SUMMARY)
    markdown = render_markdown(SUMMARY)
    assert "\x1b" not in markdown
    for line in markdown.splitlines():
        if "<img" in line:
            assert "`<img" in line or "\\<img" in line, line


def test_the_json_report_is_plain_ascii_with_sorted_keys() -> None:
    text = render_json(SUMMARY)
    body = json.loads(text)
    assert text.isascii()
    assert "\x1b" not in text
    assert list(body) == sorted(body)
    assert body["schema"] == "preferences-report/v1"
    assert body["outcomes"] == {each.value: number for each, number in OUTCOMES.items()}
    assert sum(body["outcomes"].values()) == body["pairs"]


def test_a_run_without_people_or_a_clamp_says_so() -> None:
    stamp = replace(SUMMARY.stamp, clamp=None, feedback="", finished=False)
    bare = replace(SUMMARY, stamp=stamp, agreement=NOTHING, margin=None, warnings=(), judge_pairs=())
    text = render_markdown(bare)
    for words in ("nothing to count", "none is set", "an ordinary run", "not finished"):
        assert words in text


def test_every_outcome_and_basis_has_its_meaning() -> None:
    assert list(MEANINGS) == list(PairOutcome)
    assert list(BASES) == list(PreferenceBasis)
