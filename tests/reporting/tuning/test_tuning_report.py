"""The report of a tuning: one record, the same numbers in every form, and nothing in it acts."""

import json
from dataclasses import replace

import pytest
from tests.reporting.hostile import HOSTILE
from tests.reporting.read_html import PageReader

from evenhand.reporting.tuning.render import render_html, render_json, render_markdown
from evenhand.stats.estimate import Estimate, Interval, Undefined
from evenhand.tuning.accept import Outcome
from evenhand.tuning.gains import Gain
from evenhand.tuning.results import (
    CandidateResult,
    Chosen,
    Gated,
    GateTest,
    RefusedCandidate,
    Sealed,
    TuningResult,
)

GAIN = Gain(
    old=0.7,
    new=0.74,
    difference=Estimate(value=0.04, interval=Interval(low=0.011, high=0.069, confidence=0.95), n=321),
    p_better=0.004,
    lost=20,
    won=33,
    n=321,
    clusters=300,
)
CURRENT = CandidateResult(
    name="reader",
    origin="current",
    told="the judge as it is",
    digest="sha256:0",
    score=0.7,
    gain=None,
    picked=0.1,
    length=1500,
    calls=321,
    nanousd=2_000_000_000,
    failed=2,
)
RESULT = TuningResult(
    suite="core",
    judge="reader",
    outcome=Outcome.ACCEPTED,
    reason="Gate passed: no drop beyond the margin on 1 principle",
    must="better",
    alpha=0.05,
    seed=7,
    candidates=(
        CURRENT,
        replace(CURRENT, name="new", origin="file", told="new.yaml", score=0.78, gain=GAIN, picked=0.9),
    ),
    refused=(RefusedCandidate(name="reword-3", origin="reword", reason="line 4 of the template: no fence"),),
    chosen=Chosen(
        name="new",
        score=0.78,
        cross_validated=0.752,
        optimism=0.028,
        items=321,
        clusters=300,
        shown=310,
        run="r1",
    ),
    gate=Gated(
        status="passed",
        headline="Gate passed",
        reasons=(),
        tests=(
            GateTest(
                principle="keep",
                measure="sensitivity",
                slice="topic privacy",
                cells=80,
                old=0.7,
                new=0.75,
                low=-0.01,
                margin=0.03,
                outcome="passed",
                cells_needed=412,
            ),
        ),
        gain=GAIN,
        run_old="r2",
        run_new="r3",
        accesses=3,
    ),
    sealed=Sealed(gain=GAIN, optimism=0.04, opened_before=2, run="r4"),
    tried_now=1,
    tried_ever=12,
    tunings_before=4,
    left_out=("How often the judges change their mind was not measured.",),
    notes=("Compared on these labels before: 11 other candidates.",),
    evenhand="0.1.0",
    command="evenhand judge tune core --judge reader",
)
NUMBERS = (
    "+4.0 points",
    "+1.1 to +6.9",
    "78.0 %",
    "75.2 %",
    "74.0 %",
    "321",
    "12",
    "1,500",
    "USD 2.00",
    "412",
    "topic privacy",
    "reword-3",
    "no fence",
    "opened 2 times before",
    "used 3 times before",
    "11 other candidates",
    "change their mind was not measured",
)


@pytest.mark.parametrize("render", [render_html, render_markdown])
def test_every_number_stands_in_every_report(render: object) -> None:
    text = render(RESULT).replace("&#43;", "+").replace("\\.", ".")  # type: ignore[operator] # one of two functions
    assert [number for number in NUMBERS if number not in text] == []


def test_the_json_report_is_the_record_in_ascii() -> None:
    text = render_json(RESULT)
    assert text.isascii()
    record = json.loads(text)
    assert record["schema"] == "evenhand/tuning-report/v1"
    assert record["outcome"] == "accepted"
    assert record["sealed"]["gain"]["difference"]["interval"]["low"] == 0.011
    assert (record["tried_now"], record["tried_ever"]) == (1, 12)


def test_without_a_gate_or_a_seal_the_report_says_so() -> None:
    bare = replace(RESULT, outcome=Outcome.NOTHING, gate=None, sealed=None, tried_ever=1)
    text = render_markdown(bare)
    assert "No candidate is better" in text
    assert "gate split were not read" in text
    assert "sealed labels were not opened" in text


def test_a_gain_without_an_interval_says_why() -> None:
    gain = replace(GAIN, difference=Undefined(n=3, reason="one cluster does not tell how clusters vary"))
    text = render_markdown(replace(RESULT, sealed=Sealed(gain=gain, optimism=0.1, opened_before=0, run="r4")))
    assert "one cluster does not tell" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_reasons_from_outside_act_in_no_report(text: str) -> None:
    nasty = replace(
        RESULT,
        judge=text,
        suite=text,
        reason=f"Gate passed: {text}",
        refused=(RefusedCandidate(name=text, origin="reword", reason=text),),
        candidates=(replace(CURRENT, name=text, told=text),),
        notes=(text,),
        left_out=(text,),
        command=text,
    )
    page, plain = PageReader(render_html(nasty)), render_markdown(nasty)
    assert not {"script", "link", "img", "iframe", "form", "object"} & set(page.tags)
    assert not any(name.startswith("on") for _, name, _ in page.attributes)
    for shown in (page.text, plain, render_json(nasty)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert render_json(nasty).isascii()


def test_markdown_holds_no_markup_of_names() -> None:
    nasty = '<script>alert(1)</script> ![x](//h.test) `| {{ 7*7 }} \u202e\x1b[31m "onload=x'
    text = render_markdown(replace(RESULT, reason=nasty, notes=(nasty,)))
    assert "<script>" not in text
    assert text.count("![x](") == text.count("`![x](//h.test)`")
