"""The page of a lead with the numbers of a real run on it, and pages of adjudicators in another language."""

from pathlib import Path

from tests.workflows.review.drawn_run import COUNT, drawn, label, other_than_panel, panel_says

from evenhand.web.adjudicate_page import case_context, queue_context
from evenhand.web.item_page_blocks import PageView
from evenhand.web.lead_page import lead_context
from evenhand.web.page_settings import PageSettings
from evenhand.web.rendering import render
from evenhand.web.strings import LOCALES
from evenhand.workflows.review.adjudicate import open_adjudication
from evenhand.workflows.review.status import open_status


def test_numbers_questions_and_worth_are_shown(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, reviewers=3)
    for person in ("ann", "bo", "lee"):
        label(desk, person, COUNT, other_than_panel if person == "lee" else panel_says)
    label(desk, "cy", COUNT - 10)
    reader, settings = open_status(tmp_path), PageSettings()
    status, quality = reader.status(), reader.quality()
    page = render(
        "lead.html", **lead_context(status, quality, settings=settings, flags=(), gaps=(), team=True)
    )
    assert "No number: insufficient: 0 labels" in page, "all items wait: people differ on every one"
    assert "the answer of another person on 0 % of" in page
    assert "Who differs from the others may be the one" in page
    assert "imported" in page


def test_the_interval_and_what_further_labels_are_worth_are_shown(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, double=0, splits={"gate": 1})
    label(desk, "ann", 40)
    reader = open_status(tmp_path)
    context = lead_context(
        reader.status(), reader.quality(), settings=PageSettings(), flags=(), gaps=(), team=False
    )
    page = render("lead.html", **context)
    for words in ("100.0 % (", "once all are labelled and settled", "points</td>", "not to certify with"):
        assert words in page, words


def test_pages_of_adjudicators_come_in_every_language(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=COUNT, reviewers=2)
    label(desk, "ann", COUNT)
    label(desk, "bo", COUNT, lambda number: other_than_panel(number) if number < 3 else panel_says(number))
    settings, court = PageSettings(locale=LOCALES["ar-XB"]), open_adjudication(tmp_path)
    queue = court.queue("ada")
    listed = render("adjudicate.html", **queue_context(queue, settings=settings, settled=False))
    shown = render(
        "adjudicate_item.html",
        **case_context(court.open("ada", queue[0].id), settings=settings, view=PageView()),
    )
    for page in (listed, shown):
        assert 'dir="rtl"' in page
        for english in ("People differ", "What reviewers said", "Your decision", "Guideline gap"):
            assert english not in page
