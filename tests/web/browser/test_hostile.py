"""Texts of candidates, principles, judges and people stay texts in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.browser.driving import quiet, reviewer, script
from tests.web.browser.hostile import SMALL, aimed, hostile_case, hostile_judges, hostile_principle
from tests.web.browser.inert import (
    ADJUDICATOR,
    LEAD,
    REVIEWER,
    Looked,
    Trap,
    crawl,
    review_item,
    settle,
    skip_item,
    trap,
)
from tests.web.browser.tour import disagree
from tests.web.serving import Served, serve_items

from evenhand.records.review import ReviewItem, ShownCase, ShownPrinciple
from evenhand.workflows.review.judged import JudgedItem

SHORT = [each for each in SMALL if len(each) < 1_000]
"""Long ones take their time, and have it in the benchmark."""
AT_ONCE = 64
"""Payloads that one page holds. The benchmark gives each a page of its own."""


@pytest.fixture(scope="module")
def waiting() -> Iterator[Trap]:
    with trap() as waiting:
        yield waiting


def _batches(waiting: Trap) -> list[str]:
    payloads = aimed(SHORT, waiting.address)
    return ["\n\n".join(payloads[start : start + AT_ONCE]) for start in range(0, len(payloads), AT_ONCE)]


@pytest.fixture
def served(tmp_path: Path, waiting: Trap) -> Iterator[Served]:
    """A review that is hostile everywhere; every other item is a pair."""
    batches = _batches(waiting)

    def shown(number: int) -> tuple[ShownCase, ShownPrinciple]:
        is_pair, payload = number % 2 == 1, batches[number % len(batches)]
        case = hostile_case(payload, f"c{number}", outputs=2 if is_pair else 1)
        return case, hostile_principle(payload, f"p{number}", pair=is_pair)

    def judged(item: ReviewItem) -> JudgedItem:
        return hostile_judges(batches[item.seq % len(batches)])

    with serve_items(tmp_path, len(batches) + 2, shown=shown, judged=judged, required=lambda _: 2) as served:
        yield served


def test_the_trap_and_the_watch_work(real_browser: Browser, served: Served, waiting: Trap) -> None:
    """Without it silence would prove nothing."""
    with reviewer(real_browser, served, bypass_csp=True) as ann:
        ann.open()
        ann.page.evaluate(
            script("bait"),
            waiting.address,
        )
        looked = Looked()
        looked.look(ann, "bait")
    assert waiting.hits == ["/bait"]
    assert ann.seen.beyond(ann.origin) == [f"http://{waiting.address}/bait"]
    assert looked.runs == 1
    assert {"bait: element img", "bait: element style", "bait: a href=javascript:1"} <= set(looked.foreign)
    waiting.hits.clear()


@pytest.mark.timeout(300)
def test_hostile_texts_run_nothing_and_fetch_nothing(
    real_browser: Browser, served: Served, waiting: Trap
) -> None:
    assert len(SHORT) >= 100
    looked = Looked()
    with reviewer(real_browser, served, "ann") as ann:
        ann.open()
        skip_item(ann, SMALL[0])
        for words in _batches(waiting):
            review_item(ann, looked, words)
        crawl(ann, looked, REVIEWER)
    disagree(served, words, {"bo": -2})
    for name, starts in (("ada", ADJUDICATOR), ("lea", LEAD)):
        with reviewer(real_browser, served, name) as other:
            if name == "ada":
                settle(other, looked, words)
            crawl(other, looked, starts, most=8)
        assert quiet(other.seen) == {}
        assert other.seen.beyond(other.origin) == []
    assert (looked.runs, looked.foreign, waiting.hits) == (0, [], [])
    assert quiet(ann.seen) == {}
    assert ann.seen.beyond(ann.origin) == []
