"""The report of a monitor: self-contained, accessible, hostile text inert, the same numbers in every format."""

import json
from dataclasses import replace

import pytest
from playwright.sync_api import Browser
from tests.gate.monitor_kit import answers, history, live, run
from tests.reporting.read_html import PageReader

from evenhand.gate.monitor.results import Finding, MonitorResult
from evenhand.gate.monitor.watch import watch
from evenhand.reporting.monitor.html import render_html
from evenhand.reporting.monitor.json_report import render_json
from evenhand.reporting.monitor.markdown import render_markdown
from evenhand.reporting.monitor.sections import WORDS
from evenhand.reporting.monitor.streams import CHARTED

HOSTILE = '<script>alert(1)</script> ![x](//h.test) `| {{ 7*7 }} \u202e\x1b[31m "onload=x'


def made(*, runs: int = 60, hostile: bool = False) -> MonitorResult:
    text = HOSTILE if hostile else "judge one 1.0.0 became 1.1.0"
    days = [
        run(
            day,
            answers(88 if day < runs - 5 else 60, 12 if day < runs - 5 else 40),
            changes=(text,) if day == runs - 5 else (),
        )
        for day in range(runs)
    ]
    labelled = [each for day in range(runs) for each in live(day, 18, 2)]
    result = watch(history(days, labelled))
    return replace(result, reason=f"{result.reason} {text}", notes=(*result.notes, text))


RESULT = made()
PAGE = render_html(RESULT, stem="s-monitor")


def test_every_finding_has_its_words() -> None:
    assert set(WORDS) == set(Finding)


def test_the_page_is_complete_by_itself_and_every_chart_has_words_and_a_table() -> None:
    page = PageReader(PAGE)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    outside = [value for _, name, value in page.attributes if name in {"src", "href"}]
    assert all(value.startswith("#") or value == "s-monitor.json" for value in outside)
    figures = page.tags.count("figure")
    assert figures == 3
    assert sum(name == "role" and value == "img" for _, name, value in page.attributes) >= figures
    assert {table.caption for table in page.tables} >= {"Evidence at each look", "Looks"}


def test_the_answer_and_its_numbers_are_the_same_in_every_format() -> None:
    markdown, record = render_markdown(RESULT), json.loads(render_json(RESULT))
    for text in ("The judge changed", "88.0 %", "60.0 %", "judge one 1.0.0 became 1.1.0"):
        assert text in PageReader(PAGE).text
        assert text in markdown
    assert record["finding"] == "judge"
    assert record["anchors"]["since"]["value"] == pytest.approx(0.6)
    assert len(record["anchors"]["looks"]) == 60


def test_long_histories_show_their_newest_part() -> None:
    page = PageReader(PAGE)
    looks = next(table for table in page.tables if table.caption == "Looks")
    assert len(looks.rows) == CHARTED + 1
    assert "run-59" in looks.rows[-1]
    assert len(PAGE) < 1_000_000


def test_a_history_with_one_stream_or_nothing_measured_can_be_shown() -> None:
    blind = watch(history([run(day, answers(30, 0, 70)) for day in range(3)]))
    alone = watch(history([run(0, {}, whole=False)], [each for day in range(3) for each in live(day, 9, 1)]))
    for result in (blind, alone):
        assert render_html(result)
        assert render_markdown(result)
        json.loads(render_json(result))
    assert blind.finding is Finding.COULD_NOT_MEASURE


def test_hostile_text_is_inert_in_every_format() -> None:
    result = made(hostile=True)
    page = PageReader(render_html(result))
    assert "script" not in page.tags
    assert not any(name.startswith("on") for _, name, _ in page.attributes)
    markdown = render_markdown(result)
    assert "<script>" not in markdown
    assert markdown.count("![x](") == markdown.count("`![x](//h.test)`")  # in a code span, it is no image
    for text in (page.text, markdown, render_json(result)):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "49" not in text.partition("7*7")[0][-5:]


def test_the_page_reads_well_in_a_browser(real_browser: Browser) -> None:
    page = real_browser.new_page(viewport={"width": 390, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.set_content(PAGE)
    assert page.locator("h1").inner_text() == "Drift of s"
    assert page.locator("svg").count() >= 3
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert said == []
    page.close()
