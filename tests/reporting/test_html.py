import base64
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from html import unescape
from itertools import pairwise

import pytest

from evenhand.records.rated import RatedItem
from evenhand.records.suite import Candidate
from evenhand.reporting.html import render_html
from evenhand.reporting.item_view import CaseText
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary

from .builders import JUDGES, make_account, make_item, make_manifest, make_run, outcome, stream_items, unit
from .hostile import HOSTILE
from .read_html import PageReader

TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "nav",
        "section",
        "footer",
        "article",
    ),
    *(
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "ul",
        "ol",
        "li",
        "div",
        "span",
        "bdi",
        "wbr",
        "code",
        "figure",
        "figcaption",
    ),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("svg", "defs", "pattern", "path", "circle", "rect", "desc", "text"),
}
ADDRESSES = {"href", "src", "srcset", "action", "data", "poster", "background", "xlink:href", "style"}


@pytest.fixture(scope="module")
def report_page(summary: RunSummary) -> str:
    return render_html(summary, stem="synthetic")


@pytest.fixture(scope="module")
def hostile_page(hostile: RunSummary) -> str:
    return render_html(hostile, stem="synthetic")


# -- Hostile text ----------------------------------------------------------------------------------


def test_hostile_text_adds_no_tag(hostile_page: str) -> None:
    assert set(PageReader(hostile_page).tags) <= TAGS


def test_hostile_text_adds_no_handler_style_or_address(hostile_page: str) -> None:
    attributes = PageReader(hostile_page).attributes
    assert not [name for _, name, _ in attributes if name.startswith("on")]
    addresses = {value for _, name, value in attributes if name in ADDRESSES}
    assert all(re.fullmatch(r"#[a-z0-9-]+|synthetic\.items-\d{3}\.html", address) for address in addresses)


@pytest.mark.parametrize("payload", ["<script>window.hit=1</script>", "{{ 7*7 }}", "javascript:window.hit=1"])
def test_hostile_text_is_shown_as_what_it_is(hostile_page: str, payload: str) -> None:
    assert payload in HOSTILE or any(payload in text for text in HOSTILE)
    assert payload in PageReader(hostile_page).text


def test_no_control_or_direction_character_reaches_the_page(hostile_page: str) -> None:
    assert not re.findall(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", hostile_page
    )


def test_templates_are_never_evaluated(hostile_page: str) -> None:
    assert ">49<" not in hostile_page


# -- The page --------------------------------------------------------------------------------------


def test_the_policy_allows_nothing_but_this_style_sheet(report_page: str) -> None:
    style = re.search(r"<style>(.*?)</style>", report_page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', report_page)
    assert policy is not None
    assert (
        unescape(policy[1])
        == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_the_style_sheet_fetches_nothing(report_page: str) -> None:
    style = report_page.partition("<style>")[2].partition("</style>")[0]
    assert style
    assert not re.search(r"url\((?!#)|@import|@font-face|http", style)


def test_the_same_summary_gives_the_same_bytes(summary: RunSummary, report_page: str) -> None:
    assert render_html(summary, stem="synthetic") == report_page


def test_every_table_has_a_caption_and_headings_with_a_scope(report_page: str) -> None:
    reader = PageReader(report_page)
    assert all(table.caption for table in reader.tables)
    headings = [value for tag, name, value in reader.attributes if (tag, name) == ("th", "scope")]
    assert len(headings) == reader.tags.count("th")
    assert set(headings) == {"col", "row"}


def test_every_figure_has_a_title_a_description_and_a_table(report_page: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", report_page, re.DOTALL)
    assert len(figures) == 4  # two principles, the judges, the disagreement
    for figure in figures:
        assert re.search(r"<svg[^>]* role=\"img\" aria-labelledby=\"(\S+)-t \1-d\"", figure)
        assert re.search(r"<title id=\S+>[^<]{10,}</title>\s*<desc id=\S+>[^<]{40,}</desc>", figure)
        assert figure.count("<table") == 1


def test_parts_of_a_bar_are_told_apart_without_colour(report_page: str) -> None:
    for legend in re.findall(r'<ul class="legend">.*?</ul>', report_page, re.DOTALL):
        looks = [re.sub(r'class="\w+"', "", item) for item in re.findall(r"<svg.*?</svg>", legend)]
        assert all(one != other for one, other in pairwise(looks))


def test_ids_are_unique_and_links_on_the_page_lead_somewhere(report_page: str) -> None:
    attributes = PageReader(report_page).attributes
    ids = [value for _, name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in attributes if name == "href" and value.startswith("#")} <= set(
        ids
    )


def test_a_report_without_item_pages_links_to_none(summary: RunSummary) -> None:
    assert "items-001" not in render_html(summary)


def test_groups_too_small_are_said_to_be_too_small(hostile_page: str) -> None:
    assert re.search(r'<span class="few">n = \d+, too few</span>', hostile_page)


def test_two_thousand_cases_with_the_longest_texts_stay_under_a_megabyte() -> None:
    manifest = make_manifest(items=2_000)
    long = outcome("complies", reason="\u202e" * 9_000, quotes=("<" * 9_000,) * 9)
    other = outcome("violates", reason="\u202e" * 9_000, quotes=("<" * 9_000,) * 9)

    def items() -> Iterator[RatedItem]:
        for item in stream_items(manifest):
            divided = [unit(JUDGES[0], long), unit(JUDGES[1], other), unit(JUDGES[2], "not_applicable")]
            yield make_item(manifest, item.seq, divided) if item.seq % 100 == 0 else item

    summary = summarise(make_run(manifest), make_account(manifest, items()), items(), find_texts=long_texts)
    size = len(render_html(summary, stem="synthetic").encode())
    assert size < 1_000_000


def long_texts(names: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], CaseText]:
    return {
        name: CaseText(prompt="<" * 9_000, candidates=(Candidate(text="\u202e" * 9_000),)) for name in names
    }
