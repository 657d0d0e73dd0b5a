"""The report of inferred principles: the conclusion first, every gain with its interval, hostile texts as text."""

import json

import pytest
from markdown_it import MarkdownIt

from evenhand.constitution.inverse.results import Explained, Inference, Proposal
from evenhand.reporting.constitution.inference import (
    render_html,
    render_json,
    render_markdown,
    verdict,
)
from evenhand.stats.estimate import Estimate, Interval, Undefined

HOSTILE = (
    "<script>alert(1)</script> | [click](javascript:alert(1)) `x` ![i](http://e.example/p.png) \u202egnp"
)


def proposal(**changes: object) -> Proposal:
    values = {
        "principle_id": "honest",
        "text": "It names its sources.",
        "said_alike": ("It names each source.",),
        "nearest_id": "kind",
        "nearest": 0.25,
        "learned": Explained(right=60, wrong=10, silent=20, unread=2),
        "is_tested": True,
        "gain": Estimate(value=0.12, interval=Interval(low=0.04, high=0.2, confidence=0.95), n=180),
        "p": 0.004,
        "held_out": Explained(right=50, wrong=12, silent=110, unread=8),
        "is_kept": True,
        "reason": "it explains decisions that it was not made from",
        "examples": ("c1/honest", "c9/honest"),
        **changes,
    }
    return Proposal(**values)  # type: ignore[arg-type] # the test says which fields


def inference(*proposals: Proposal) -> Inference:
    return Inference(
        run="20261128-010101-abcde",
        generation="20261128-010102-abcde",
        generator="inferrer 1.0.0",
        model="loop/scripted",
        constitution="c 1.0.0",
        decisions=400,
        overrides=210,
        learned=200,
        held_out=180,
        proposed=12,
        unread=1,
        proposals=proposals,
    )


def test_the_conclusion_comes_first_with_what_it_rests_on() -> None:
    shown = render_markdown(inference(proposal(), proposal(is_kept=False, reason="chance")))
    assert "1 of 2 proposals explains decisions of people that the panel gets wrong" in shown
    assert "+12.0 points" in shown
    assert "+4.0 to +20.0, n = 180" in shown
    assert "0.004" in shown
    assert shown.index("For people to decide") < shown.index("Not kept") < shown.index("How it is known")


@pytest.mark.parametrize(
    ("proposals", "words"),
    [
        ((), "Nothing was proposed"),
        ((proposal(is_kept=False),), "None of 1 proposal is put before people: 1 were tested"),
        ((proposal(), proposal()), "2 of 2 proposals explain"),
    ],
)
def test_the_conclusion_says_what_came_of_it(proposals: tuple[Proposal, ...], words: str) -> None:
    assert words in verdict(inference(*proposals))


def test_what_has_no_number_says_why() -> None:
    unknown = proposal(
        is_kept=False, gain=Undefined(n=1, reason="one cluster does not tell how clusters vary"), p=None
    )
    shown = render_markdown(inference(unknown, proposal(is_kept=False, is_tested=False, gain=None)))
    assert "one cluster does not tell how clusters vary" in shown
    assert "not tested" in shown


def test_a_hostile_proposal_is_text_everywhere() -> None:
    made = inference(proposal(text=HOSTILE, examples=(HOSTILE,), principle_id=HOSTILE))
    page = render_html(made)
    assert "<script>alert(1)" not in page
    assert 'href="javascript:' not in page
    shown = render_markdown(made)
    as_read = MarkdownIt("js-default", {"html": True}).render(shown)
    assert "<script>" not in as_read
    assert "<img" not in as_read
    assert "<a " not in as_read
    assert "\u202e" not in shown + page
    assert "\u202e" not in render_json(made)
    assert json.loads(render_json(made))["proposals"][0]["text"] == HOSTILE
