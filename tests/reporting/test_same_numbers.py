import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from evenhand.reporting.display import percent_parts, plain_parts
from evenhand.reporting.html import render_html
from evenhand.reporting.json_report import render_json
from evenhand.reporting.markdown import render_markdown
from evenhand.reporting.summary import RunSummary
from evenhand.stats.estimate import Estimate, Interval

from .read_html import PageReader, normal


def test_html_and_markdown_hold_the_same_tables_cell_by_cell(summary: RunSummary) -> None:
    in_html = {
        normal(table.caption): [[normal(cell) for cell in row] for row in table.rows]
        for table in PageReader(render_html(summary)).tables
    }
    in_markdown = dict(markdown_tables(render_markdown(summary, most_bytes=1_000_000)))
    assert in_markdown == in_html
    assert len(in_html) > 10


def test_every_estimate_of_the_json_stands_in_html_and_markdown_with_its_interval_and_n(
    summary: RunSummary,
) -> None:
    html = normal(PageReader(render_html(summary)).text)
    markdown = normal(render_markdown(summary, most_bytes=1_000_000))
    estimates = list(found_estimates(json.loads(render_json(summary))))
    assert len(estimates) > 50
    for estimate in estimates:
        written = [normal("".join(parts)) for parts in (percent_parts(estimate), plain_parts(estimate))]
        assert any(text in html for text in written), estimate
        assert any(text in markdown for text in written), estimate


def test_no_share_or_coefficient_stands_alone(summary: RunSummary) -> None:
    without_texts = re.sub(r"<article.*?</article>", "", render_html(summary), flags=re.DOTALL)
    cells = [cell for table in PageReader(without_texts).tables for row in table.rows for cell in row]
    shares = [cell for cell in cells if re.search(r"\d %|^0\.\d\d\b|^1\.00\b", cell)]
    assert len(shares) > 50
    assert all(re.search(r"\d to -?\d.*n = \d", cell) for cell in shares)


@pytest.mark.parametrize("render", [render_html, render_markdown, render_json])
def test_no_date_but_the_runs_own_is_written(summary: RunSummary, render: Any) -> None:
    dates = set(re.findall(r"20\d\d-\d\d-\d\d", render(summary)))
    assert dates == {"2026-11-20", "2026-11-01"}  # the run, the price table


def found_estimates(value: Any) -> Iterator[Estimate]:
    """Yield the estimates of a JSON report; worst and best case stand as one range and are looked at elsewhere."""
    if isinstance(value, list):
        for each in value:
            yield from found_estimates(each)
    elif isinstance(value, dict) and {"value", "interval", "n"} <= set(value):
        yield Estimate(value=value["value"], interval=Interval(**value["interval"]), n=value["n"])
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in {"worst", "best"}:
                yield from found_estimates(each)


def markdown_tables(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    for caption, table in re.findall(r"^\*\*(.+)\*\*\n\n((?:\|.*\n)+)", text, re.MULTILINE):
        lines = [line.strip("|\n").split(" | ") for line in table.splitlines()]
        yield normal(caption), [[normal(cell) for cell in row] for row in (lines[0], *lines[2:])]
