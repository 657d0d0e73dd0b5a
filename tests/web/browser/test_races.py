"""Two people, two tabs: nobody holds the place of another, and a form that came too late loses nothing."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.browser.driving import Reviewer, quiet, reviewer
from tests.web.browser.reviews import KINDS
from tests.web.serving import serve_items


@pytest.mark.parametrize("required", [1, 2])
def test_two_reviewers_race_through_the_same_queue(
    real_browser: Browser, tmp_path: Path, required: int
) -> None:
    with (
        serve_items(tmp_path, 8, shown=KINDS["plain"], required=lambda _: required) as served,
        reviewer(real_browser, served, "ann") as ann,
        reviewer(real_browser, served, "bo") as bo,
    ):
        racers = [ann, bo]
        for racer in racers:
            racer.open()
        while racers := [racer for racer in racers if racer.assignment]:
            before = [(racer, racer.assignment) for racer in racers]
            for racer in racers:
                racer.press("1", "Enter")  # both forms are on their way before either is answered
            for racer, left in before:
                racer.wait_until_left(left)
    with served.review.ledger.read() as reading:
        labels = list(reading.labels())
    assert Counter(each.item for each in labels) == {each.id: required for each in served.review.items}
    assert len({(each.item, each.person) for each in labels}) == len(labels)
    assert {each.person for each in labels} == {"ann", "bo"}
    assert quiet(ann.seen) == quiet(bo.seen) == {}


def _second_tab(ann: Reviewer) -> Reviewer:
    return Reviewer(page=ann.page.context.new_page(), seen=ann.seen, origin=ann.origin)


def test_a_second_tab_that_comes_late_shows_what_is_stored_and_what_was_sent(
    real_browser: Browser, tmp_path: Path
) -> None:
    with (
        serve_items(tmp_path, 4, shown=KINDS["plain"]) as served,
        reviewer(real_browser, served) as ann,
    ):
        ann.open()
        other = _second_tab(ann)
        other.open()
        assert other.assignment == ann.assignment
        other.press("2", "c")
        other.page.keyboard.type("Written in the other tab")
        decided = ann.answer("1")
        other.press("Control+Enter")
        _assert_conflict(other, stored="Complies", sent="Violates", comment="Written in the other tab")
    with served.review.ledger.read() as reading:
        assert [(each.assignment, each.label) for each in reading.labels()] == [(decided, "complies")]


def test_undo_in_another_tab_makes_a_form_stale_and_shows_what_was_entered(
    real_browser: Browser, tmp_path: Path
) -> None:
    with (
        serve_items(tmp_path, 4, shown=KINDS["plain"]) as served,
        reviewer(real_browser, served) as ann,
    ):
        ann.open()
        first = ann.answer("1")
        second = ann.assignment
        other = _second_tab(ann)
        other.open()
        other.press("2", "c")
        other.page.keyboard.type("Not lost")
        ann.press_and_go("u")
        assert ann.assignment == first
        other.press("Control+Enter")
        _assert_conflict(other, sent="Violates", comment="Not lost")
        ann.answer("2")
        assert ann.assignment == second
    with served.review.ledger.read() as reading:
        assert [each.label for each in reading.labels() if not each.withdrawn] == ["violates"]


def test_a_place_that_ran_out_and_was_taken_is_told_and_the_draft_is_kept(
    real_browser: Browser, tmp_path: Path
) -> None:
    with (
        serve_items(tmp_path, 1, shown=KINDS["plain"]) as served,
        reviewer(real_browser, served, "ann") as ann,
        reviewer(real_browser, served, "bo") as bo,
    ):
        ann.open()
        late = ann.assignment
        bo.open()
        assert bo.assignment == ""
        served.review.clock.now += 31 * 60
        bo.open()
        assert bo.assignment
        ann.press("2", "c")
        ann.page.keyboard.type("Too late")
        ann.press("Control+Enter")
        _assert_conflict(ann, sent="Violates", comment="Too late")
        bo.answer("1")
    with served.review.ledger.read() as reading:
        assert [(each.person, each.label) for each in reading.labels()] == [("bo", "complies")]
        kept = [event for event in reading.events() if event.kind == "draft" and event.subject == late]
    assert "Too late" in str(kept[-1].body)


def _assert_conflict(late: Reviewer, *, stored: str = "", sent: str, comment: str) -> None:
    """The page says what is stored and holds what was sent."""
    late.wait_for("dl.verdicts")
    shown = [text.strip() for text in late.page.locator("dl.verdicts dd").all_text_contents()]
    assert shown[1] == sent
    if stored:
        assert shown[0] == stored
    assert late.page.locator("textarea[readonly]").input_value() == comment
