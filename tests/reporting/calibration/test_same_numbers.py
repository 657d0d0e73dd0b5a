import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.reporting.read_html import PageReader, normal

from evenhand.reporting.calibration.json_report import render_json
from evenhand.reporting.calibration.markdown import render_markdown
from evenhand.reporting.calibration.wording import points_parts
from evenhand.reporting.display import percent_parts, plain_parts
from evenhand.stats.estimate import Estimate, Interval

from .cases import CASES, html_of

ROOM = 10_000_000


@pytest.mark.parametrize("name", ["small", "many-judges", "undefined", "made-up", "empty"])
def test_html_and_markdown_hold_the_same_tables_cell_by_cell(name: str) -> None:
    record = CASES[name]
    in_html = [
        (normal(table.caption), [[normal(cell) for cell in row] for row in table.rows])
        for table in PageReader(html_of(name)).tables
    ]
    in_markdown = list(markdown_tables(render_markdown(record, most_bytes=ROOM)))
    assert len(in_html) > 10
    assert in_markdown == [
        (caption, rows[:61]) for caption, rows in in_html
    ]  # the longest are cut in Markdown


def test_every_estimate_of_the_json_stands_in_html_and_markdown_with_its_interval_and_n() -> None:
    record = CASES["made-up"]
    html = normal(PageReader(html_of("made-up")).text)
    markdown = normal(render_markdown(record, most_bytes=ROOM))
    report = json.loads(render_json(record))
    del report["panel"]["principles"]  # equal to the quality of each of the principles, where it is shown
    estimates = list(found_estimates(report))
    assert len(estimates) > 100
    for estimate in estimates:
        ways = (percent_parts(estimate), plain_parts(estimate), points_parts(estimate))
        written = [normal("".join(parts)) for parts in ways]
        assert any(text in html for text in written), estimate
        assert any(text in markdown for text in written), estimate


def test_what_a_figure_says_below_stands_in_markdown_too() -> None:
    record = CASES["many-judges"]
    html, markdown = html_of("many-judges"), normal(render_markdown(record, most_bytes=ROOM))
    notes = re.findall(r'</div>\n<p class="note">([^<]*)</p>', html)
    assert notes
    for note in notes:
        assert normal(note.replace("&#39;", "'").replace("&#34;", '"')) in markdown


def found_estimates(value: Any) -> Iterator[Estimate]:
    """Yield the estimates of a JSON report."""
    if isinstance(value, list):
        for each in value:
            yield from found_estimates(each)
    elif isinstance(value, dict) and {"value", "interval", "n"} <= set(value):
        yield Estimate(value=value["value"], interval=Interval(**value["interval"]), n=value["n"])
    elif isinstance(value, dict):
        for each in value.values():
            yield from found_estimates(each)


def markdown_tables(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    for caption, table in re.findall(r"^\*\*(.+)\*\*\n\n((?:\|.*\n)+)", text, re.MULTILINE):
        lines = [line.strip("|\n").split(" | ") for line in table.splitlines()]
        yield normal(caption), [[normal(cell) for cell in row] for row in (lines[0], *lines[2:])]
