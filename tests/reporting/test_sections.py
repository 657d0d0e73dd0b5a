"""What the sections of a report say, read as Markdown."""

import re
from collections.abc import Callable

import pytest

from evenhand.records.constitution import Constitution
from evenhand.reporting.html import render_html
from evenhand.reporting.markdown import render_markdown
from evenhand.reporting.sections import run_document
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary

from .builders import (
    JUDGES,
    PRINCIPLES,
    make_account,
    make_constitution,
    make_item,
    make_manifest,
    make_run,
    unit,
)


def with_severity(*severities: str) -> Constitution:
    made = make_constitution()
    principles = tuple(
        principle.model_copy(update={"severity": severity})
        for principle, severity in zip(made.principles, severities, strict=True)
    )
    return made.model_copy(update={"principles": principles})


def small_report(constitution: Constitution, answers: tuple[str, ...]) -> str:
    """Return the report on a few items under each principle, one slice each; all judges answer alike."""
    manifest = make_manifest(items=len(answers) * len(PRINCIPLES), constitution=constitution)
    planned = [(principle, answer) for principle in PRINCIPLES for answer in answers]
    items = [
        make_item(
            manifest,
            seq,
            [unit(judge, answer) for judge in JUDGES],
            principle=principle,
            slices={"topic": "a"},
        )
        for seq, (principle, answer) in enumerate(planned)
    ]
    return render_markdown(summarise(make_run(manifest), make_account(manifest, items), items))


ANSWERS = ("complies", "complies", "violates", "violates", "violates", "not_applicable")


def test_a_group_too_small_for_a_rate_still_shows_its_counts() -> None:
    text = small_report(with_severity("critical", "medium"), ANSWERS)
    assert "| Items | Pass | Fail | Neither | Undecided | Open |" in text
    assert f"| `{PRINCIPLES[0]}` | critical | 6 | 2 | 3 | 1 | 0 | 0 | n = 5, too few |" in text
    assert "| `a` | `topic` | 6 | 2 | 3 |" in text


def test_failing_principles_of_high_severity_are_named_first_the_gravest_before_all() -> None:
    short = in_short(small_report(with_severity("high", "critical"), ANSWERS))
    grave = [
        f"`{PRINCIPLES[1]}` (critical): 3 of 6 items fail.",
        f"`{PRINCIPLES[0]}` (high): 3 of 6 items fail.",
    ]
    assert re.findall(r"^- (`.*fail\.)$", short, re.MULTILINE) == grave


def test_grave_failures_stand_before_the_pass_rate() -> None:
    short = in_short(small_report(with_severity("critical", "low"), ANSWERS * 5))
    assert short.index("15 of 30 items fail") < short.index("pass rate")


@pytest.mark.parametrize(
    ("severity", "answers"),
    [("medium", ANSWERS), ("critical", ("complies", "not_applicable"))],
    ids=["not grave", "nothing fails"],
)
def test_without_a_grave_failure_none_is_named(severity: str, answers: tuple[str, ...]) -> None:
    assert "items fail" not in in_short(small_report(with_severity(severity, severity), answers))


def in_short(text: str) -> str:
    return text.partition("## In short")[2].partition("\n## ")[0]


# -- The stamp -------------------------------------------------------------------------------------


@pytest.mark.parametrize("render", [render_html, render_markdown])
def test_the_top_of_a_report_names_run_date_versions_and_inputs(
    render: Callable[[RunSummary], str], summary: RunSummary
) -> None:
    top = re.sub(r"<style>.*?</style>", "", render(summary), flags=re.DOTALL).partition("In short")[0]
    stamp = summary.stamp
    for text in (
        stamp.run,
        stamp.created,
        "evenhand 0.1.0",
        "python 3.11.7",
        stamp.inputs_hash,
        "synthetic@",
    ):
        assert text in top, text


def test_the_tables_of_the_stamp_follow_verdicts_and_agreement(summary: RunSummary) -> None:
    sections = [section.id for section in run_document(summary).sections]
    assert sections[0] == "in-short"
    order = [sections.index(name) for name in ("verdicts", "judges", "people", "stamp")]
    assert order == sorted(order)


def test_the_date_of_the_price_table_is_no_claim_about_prices_from_elsewhere(summary: RunSummary) -> None:
    caption = next(
        line for line in render_markdown(summary).splitlines() if "Calls, tokens and money" in line
    )
    assert "prices that neither a judge nor the settings give are those of 2026-11-01" in caption
