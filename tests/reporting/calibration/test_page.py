import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.reporting.read_html import PageReader

from evenhand.calibration.results import Calibration
from evenhand.errors import MeasureError
from evenhand.reporting.calibration.html import MOST_BYTES, render_html
from evenhand.reporting.calibration.markdown import render_markdown
from evenhand.reporting.item_view import Excerpt, ItemView

from .cases import CASES, NAMES, html_of
from .records import make_calibration

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
    *(
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "dl",
        "dt",
        "dd",
        "strong",
    ),
    *("svg", "defs", "pattern", "path", "circle", "rect", "desc", "text"),
}
ADDRESSES = {"href", "src", "srcset", "action", "data", "poster", "background", "xlink:href", "style"}
SECTIONS = (
    *(
        "answer",
        "stamp",
        "data",
        "people",
        "judges",
        "panel",
        "principles",
        "automation",
        "history",
        "errors",
    ),
    *("gate", "cost", "method"),
)


# -- The order and the first screen ----------------------------------------------------------------


def test_the_sections_come_in_reading_order(page: str) -> None:
    assert tuple(re.findall(r'<section id="(\S+)"', page)) == SECTIONS


def test_the_answer_opens_with_the_corrected_share_beside_what_the_judges_say(page: str) -> None:
    answer = page.partition('<section id="answer"')[2].partition("</section>")[0]
    places = [
        answer.index(text)
        for text in ("corrected by people", "alone would say", "What to do next", "trusted")
    ]
    assert places == sorted(places)


def test_every_section_with_something_to_say_is_reached_from_the_top(page: str) -> None:
    contents = page.partition('<nav class="contents"')[2].partition("</nav>")[0]
    assert tuple(re.findall(r'href="#(\S+)"', contents)) == SECTIONS


# -- The stamp -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("blind", "shown"), [(True, False), (False, True), (None, True)])
def test_labels_that_were_not_given_blind_draw_a_banner(*, blind: bool | None, shown: bool) -> None:
    page = render_html(make_calibration(judges=1, principles=1, blind=blind), {})
    assert ('<ul class="points warning">' in page.partition("</section>")[0]) is shown


@pytest.mark.parametrize("gap", ["run", "suite", "finished", "constitution", "panel", "rule", "evenhand"])
def test_a_stamp_with_a_gap_is_refused(calibration: Calibration, gap: str) -> None:
    broken = replace(calibration, stamp=replace(calibration.stamp, **{gap: ""}))  # type: ignore[arg-type]  # all texts
    with pytest.raises(MeasureError, match="can not be stamped"):
        render_html(broken, {})
    with pytest.raises(MeasureError, match="can not be stamped"):
        render_markdown(broken)


def test_the_command_that_rebuilds_the_report_is_named(page: str) -> None:
    method = page.partition('<section id="method"')[2]
    assert "evenhand calibrate synthetic-run" in method


# -- Numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["small", "many-judges", "undefined", "made-up", "empty"])
def test_no_share_or_coefficient_stands_alone(name: str) -> None:
    page = re.sub(r"<article.*?</article>", "", html_of(name), flags=re.DOTALL)
    bare = [
        (table.rows[0][column], cell)
        for table in PageReader(page).tables
        for row in table.rows[1:]
        for column, cell in enumerate(row)
        if re.match(r"-?\d+\.\d %|-?[01]\.\d\d(?!\d)|[+-]\d+\.\d points", cell) and not is_spelled(cell)
    ]
    facts = {
        *(
            "Confidence",
            "Disagreement",
            "Mean confidence",
            "Limits of chance",
            "Width to labels alone",
            "Value",
        ),
        *("Chance that it is worse by more than the margin", "Adjusted p of being below the others"),
    }
    assert not [each for each in bare if each[0] not in facts]


def is_spelled(cell: str) -> bool:
    return bool(re.search(r"\d to [-+]?\d.*n = \d", cell))


def test_pictures_spell_an_interval_with_every_estimate(page: str) -> None:
    for svg in re.findall(r'<svg class="plot.*?</svg>', page, re.DOTALL):
        texts = re.findall(r'<text(?![^>]*"soft)[^>]*>([^<]*)</text>', svg)  # soft ones are those of the axes
        for place, text in enumerate(texts):
            if re.match(r"\d+\.\d %|-?[01]\.\d\d$", text):
                assert is_spelled(" ".join(texts[place : place + 3])) or re.search(
                    r"\d to \d", texts[place + 1]
                )


def test_a_group_too_small_is_said_to_be_too_small(page: str) -> None:
    assert '<span class="few">n = 7, too few</span>' in page


def test_where_nothing_is_known_every_reason_is_given_and_nothing_is_drawn_empty() -> None:
    page = html_of("empty")
    assert page.count("n = 0, no labels") > 20
    assert not re.search(r"\bnan\b|\binf\b|None", PageReader(page).text)
    for svg in re.findall(r'<svg class="plot.*?</svg>', page, re.DOTALL):
        assert "<circle" in svg


# -- Hostile text ----------------------------------------------------------------------------------


def test_hostile_text_adds_no_tag(hostile_page: str) -> None:
    assert set(PageReader(hostile_page).tags) <= TAGS


def test_hostile_text_adds_no_handler_style_or_address(hostile_page: str) -> None:
    attributes = PageReader(hostile_page).attributes
    assert not [name for _, name, _ in attributes if name.startswith("on")]
    addresses = {value for _, name, value in attributes if name in ADDRESSES}
    assert all(re.fullmatch(r"#[a-z0-9-]+|hostile\.json", address) for address in addresses)


def test_no_control_or_direction_character_reaches_the_page(hostile_page: str) -> None:
    controls = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    assert not re.findall(controls, hostile_page)


def test_hostile_names_are_shown_as_what_they_are_and_evaluated_by_nothing(hostile_page: str) -> None:
    text = PageReader(hostile_page).text
    assert NAMES[0] in text
    assert "{{ 7*7 }}" in text
    assert ">49<" not in hostile_page


# -- One file --------------------------------------------------------------------------------------


def test_the_page_refers_to_nothing_outside(page: str) -> None:
    assert not re.search(r"https?://|@import|@font-face|url\((?!#h-)", page)
    assert "<script" not in page
    assert " style=" not in page


def test_ids_are_unique_and_links_on_the_page_lead_somewhere(page: str, hostile_page: str) -> None:
    for text in (page, hostile_page):
        attributes = PageReader(text).attributes
        ids = [value for _, name, value in attributes if name == "id"]
        assert len(ids) == len(set(ids))
        assert {value[1:] for _, name, value in attributes if name == "href" and value[0] == "#"} <= set(ids)


def test_the_same_record_gives_the_same_bytes(
    calibration: Calibration, views: Mapping[int, ItemView], page: str
) -> None:
    assert render_html(calibration, views, stem="synthetic") == page


def test_the_fullest_record_with_the_longest_texts_stays_under_a_megabyte(
    views: Mapping[int, ItemView],
) -> None:
    longest = {place: lengthened(view) for place, view in views.items()}
    record = CASES["many"]
    assert len(record.errors.confident) == 20
    assert len(render_html(record, longest, stem="x").encode()) < MOST_BYTES


def test_very_many_judges_stay_under_a_megabyte_and_what_is_left_out_is_said() -> None:
    page = render_html(make_calibration(judges=30, principles=2), {})
    assert len(page.encode()) < MOST_BYTES
    (said,) = re.findall(r"Left out to stay under 1,000,000 bytes: [^<]*", page)
    assert said.startswith("Left out to stay under 1,000,000 bytes: judges two by two")
    assert "effectively independent" in page
    assert "Left out" not in html_of("many")


def lengthened(view: ItemView) -> ItemView:
    long = Excerpt(text="\u202e" * 1_500, left_out=7)
    judges = tuple(
        replace(
            judge, answers=tuple(replace(each, detail=long, quotes=(long,) * 3) for each in judge.answers)
        )
        for judge in view.judges
    )
    return replace(view, judges=judges)


def test_every_figure_has_a_title_a_description_and_a_table(page: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(figures) >= 15
    for figure in figures:
        assert re.search(r"<svg[^>]* role=\"img\" aria-labelledby=\"(\S+)-t \1-d\"", figure)
        assert re.search(r"<title id=\S+>[^<]{10,}</title>\s*<desc id=\S+>[^<]{40,}</desc>", figure)
        assert figure.count("<table") == 1


def test_the_table_of_a_figure_holds_what_the_figure_spells(page: str) -> None:
    for figure in re.findall(r"<figure.*?</figure>", page, re.DOTALL):
        svg, table = figure.partition("</svg>")[::2]
        shown = re.findall(r'<text(?![^>]*"soft)[^>]*>(\d+\.\d %|-?[01]\.\d\d(?=<))', svg)
        assert not [number for number in shown if number not in table]


def test_errors_are_collapsed_and_name_the_items(page: str) -> None:
    errors = page.partition('<section id="errors"')[2].partition("</section>")[0]
    assert errors.count("<details><summary>") == 2
    assert "<details open" not in page
    assert "synthetic-0003@" in errors or "synthetic-0003" in errors
    assert "item 40 of the suite" in errors
