"""The report of revisions: the same numbers in every form, and nothing from outside acts."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.reporting.read_html import PageReader

from evenhand.feedback.effect_results import ChainCounts
from evenhand.feedback.effects import JudgedVersions, RepliedVersions, Told, measure_effects
from evenhand.feedback.revision_report import (
    GeneratorStamp,
    JudgeStamp,
    RevisionReport,
    RevisionStamp,
    Spent,
)
from evenhand.records.scale import Reading
from evenhand.reporting.feedback.revisions import conclusion, render_html, render_json, render_markdown

HOSTILE = '<script>alert(1)</script> ![x](//h.test) `| {{ 7*7 }} \u202e\x1b[31m "onload=x'
PASS, FAIL = Reading.PASS, Reading.FAIL
RENDER: list[Callable[[RevisionReport], str]] = [render_html, render_markdown, render_json]


def report(*, name: str = "mend", refusals: str = "patterns", rounds: int = 2) -> RevisionReport:
    judged = [
        JudgedVersions(
            source=str(n),
            principle_id="p.a",
            rounds=(1,),
            readings=(FAIL if n < 30 else PASS, *((PASS,) * rounds)),
        )
        for n in range(40)
    ]
    judged += [
        JudgedVersions(
            source=str(n),
            principle_id="p.b",
            rounds=(),
            readings=(PASS, *((FAIL if n < 8 else PASS,) * rounds)),
        )
        for n in range(40)
    ]
    replies = [
        RepliedVersions(
            source=str(n),
            lengths=(100 + n, *((90 + n % 3,) * rounds)),
            refused=(False, *((n % 10 == 0,) * rounds)),
            unchanged=(n % 4 == 0,) * rounds,
        )
        for n in range(40)
    ]
    chains = ChainCounts(
        planned=45,
        complete=40,
        open=1,
        failed={"truncated": 3, "refused": 1},
        without_principle=7,
        left_out=2,
    )
    told = Told(
        titles={"p.a": name, "p.b": "B"},
        margins={"p.a": 0.03, "p.b": 0.03},
        refusals=refusals,
        chosen_by_verdict=False,
        seed=5,
    )
    spent = Spent(
        calls=91,
        reused=3,
        possible_duplicates=2,
        input_tokens=12_345,
        output_tokens=6_789,
        nanousd=1_230_000_000,
        at_risk_nanousd=0,
    )
    stamp = RevisionStamp(
        feedback=name,
        run="r-1",
        judged_by="r-2",
        judged_suite=".evenhand/derived/revise-r-1/suite.yaml",
        suite="suites/small.yaml",
        constitution=name,
        constitution_version="1.2.0",
        constitution_hash="sha256:abc",
        panel=name,
        generator=GeneratorStamp(
            id=name, version="1.0.0", model=name, served_model=name, prompts={"revise": "sha256:def"}
        ),
        judges=(
            JudgeStamp(id="reader", version="2.0.0", model=name),
            JudgeStamp(id="pat", version="1.0.0", model=""),
        ),
        rounds=rounds,
        critique=True,
        choose="random",
        count=1,
        violated_in="",
        seed=5,
        command=name,
    )
    return RevisionReport(
        stamp=stamp,
        effects=measure_effects(judged, replies, chains, told),
        generating=spent,
        judging=spent,
        own_family=(f"judge reader judges its own family: {name}",),
        notes=(f"a note {name}",),
    )


def test_the_numbers_are_the_same_in_every_form() -> None:
    made = report()
    page, markdown, record = (
        PageReader(render_html(made)),
        render_markdown(made),
        json.loads(render_json(made)),
    )
    for text in (
        "+75.0 points",
        "-20.0 points",
        "25.0 % passed before, 100.0 % after",
        "45 replies planned = 40 revised to the end + 4 failed + 1 open.",
        "12,345",
        "harm",
        "it fell, and a drop of 3 points is not excluded",
        "judge reader judges its own family: mend",
        "a note mend",
    ):
        assert text in page.text, text
        assert text in markdown, text
    assert record["effects"]["overall"]["difference"]["value"] == pytest.approx(0.75)
    assert record["effects"]["principles"][1]["harm"]["outcome"] == "failed"
    assert record["schema"] == "revision-report/v1"


def test_generator_and_judges_are_named_apart() -> None:
    captions = {table.caption for table in PageReader(render_html(report())).tables}
    assert "The generator, which writes and never judges" in captions
    assert "The judges, who judge before and after and do not know which is which" in captions
    markdown = render_markdown(report())
    assert "sha256:def" in markdown
    assert "no model" in markdown


def test_every_round_has_a_row() -> None:
    (table,) = [
        each
        for each in PageReader(render_html(report(rounds=3))).tables
        if "after each round" in each.caption
    ]
    assert [row[0] for row in table.rows[1:]] == ["1", "2", "3"]


def test_failed_chains_are_listed_by_their_reason() -> None:
    text = render_markdown(report())
    assert "| failed: `truncated` | 3 | 6.7 % |" in text
    assert "| no principle was drawn | 7 | not planned |" in text


def test_refusals_that_were_not_measured_are_said_to_be_so() -> None:
    text = render_markdown(report(refusals=""))
    assert "Refusals were not measured" in text
    assert "Became refusals: " not in text


def test_the_page_is_complete_by_itself() -> None:
    page = PageReader(render_html(report(), stem="mend-r-1-revised"))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    outside = [value for _, name, value in page.attributes if name in {"src", "href"}]
    assert all(value.startswith("#") or value == "mend-r-1-revised.json" for value in outside)


@pytest.mark.parametrize("render", RENDER)
def test_nothing_from_outside_acts(render: Callable[[RevisionReport], str]) -> None:
    text = render(report(name=HOSTILE))
    assert "\x1b" not in text
    assert "\u202e" not in text
    if render is render_html:
        assert "<script>" not in text
    if render is render_markdown:
        outside_of_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
        assert "<script>" not in outside_of_code
        assert "![x](" not in outside_of_code


def test_the_record_is_ascii_and_its_keys_are_sorted() -> None:
    text = render_json(replace(report(), notes=("Zürich",)))
    assert text.isascii()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def test_markdown_keeps_to_its_size() -> None:
    assert len(render_markdown(report(), most_bytes=3_000).encode()) <= 3_000


def test_the_conclusion_comes_first_and_says_no_more_than_is_shown() -> None:
    made = report()
    said = conclusion(made.effects)
    assert "Replies keep the principles they were revised under more often than before." in said
    assert "1 other principle less often" in said
    assert "4 replies became refusals" in said
    shown = render_markdown(made)
    assert shown.index(said.partition(".")[0]) < shown.index("Improvement")
    revised_under = replace(made.effects, principles=made.effects.principles[:1])
    assert "Of harm under other principles nothing is known" in conclusion(revised_under)
    unsure = replace(made.effects, overall=made.effects.others)
    assert "less often than before" in conclusion(unsure)
