import re
from collections.abc import Iterator

import pytest

from evenhand.records.rated import RatedItem
from evenhand.reporting.item_pages import PAGE_SIZE, item_pages, render_item_pages
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary

from .builders import make_account, make_manifest, make_run, stream_items
from .hostile_run import hostile_items, hostile_manifest
from .read_html import PageReader

MANIFEST = make_manifest(items=1201)


@pytest.fixture(scope="module")
def large() -> RunSummary:
    account = make_account(MANIFEST, stream_items(MANIFEST))
    return summarise(make_run(MANIFEST), account, stream_items(MANIFEST))


def test_every_item_stands_on_exactly_one_page(large: RunSummary) -> None:
    pages = dict(render_item_pages(large, stream_items(MANIFEST), stem="report"))
    names = [row[0] for html in pages.values() for row in PageReader(html).tables[0].rows[1:]]
    assert names == [item.name for item in stream_items(MANIFEST)]
    assert [page.file for page in pages] == [f"report.items-00{number}.html" for number in (1, 2, 3)]


def test_pages_lead_to_their_neighbours_and_home(large: RunSummary) -> None:
    pages = list(render_item_pages(large, stream_items(MANIFEST), stem="my report"))
    links = [re.findall(r'href="([^#"]+)"', html) for _, html in pages]
    assert links == [
        ["my%20report.html", "my%20report.items-002.html"],
        ["my%20report.html", "my%20report.items-001.html", "my%20report.items-003.html"],
        ["my%20report.html", "my%20report.items-002.html"],
    ]


def test_only_one_page_of_items_is_read_ahead(large: RunSummary) -> None:
    taken = 0

    def counted() -> Iterator[RatedItem]:
        nonlocal taken
        for item in stream_items(MANIFEST):
            taken += 1
            yield item

    next(render_item_pages(large, counted(), stem="report"))
    assert taken == PAGE_SIZE


def test_an_item_shows_answers_failures_and_labels(large: RunSummary) -> None:
    _, html = next(render_item_pages(large, stream_items(MANIFEST), stem="report"))
    table = PageReader(html).tables[0]
    assert table.rows[0][2:4] == ["Verdict", "Disagreement"]
    assert any("no answer: malformed" in cell for row in table.rows for cell in row)
    assert table.rows[1][-1] == "person-1: complies, person-2: complies, final: complies"


def test_a_file_name_can_not_become_an_address(large: RunSummary) -> None:
    assert (
        item_pages(large, "javascript:alert(1)//")[0].link == "javascript%3Aalert%281%29%2F%2F.items-001.html"
    )


def test_hostile_items_stay_text(hostile: RunSummary) -> None:
    for _, html in render_item_pages(hostile, hostile_items(hostile_manifest()), stem="h"):
        reader = PageReader(html)
        assert {"script", "img", "iframe", "svg"}.isdisjoint(reader.tags)
        assert not [name for _, name, _ in reader.attributes if name.startswith("on")]
