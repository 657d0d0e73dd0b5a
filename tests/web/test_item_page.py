import pytest

from evenhand.records.review import OpenItem
from evenhand.web.item_page import item_context
from evenhand.web.page_settings import PageSettings
from evenhand.web.rendering import render

from .items import PERCENT, QUALITY, make_item, turns

ITEMS = {
    "plain": make_item(),
    "pair": make_item(outputs=("one", "two")),
    "ordinal": make_item(scale=QUALITY),
    "numeric": make_item(scale=PERCENT),
    "conversation": make_item(prompt=turns("a", "b", "c"), outputs=(turns("d", "e"),)),
    "no prompt": make_item(prompt=None),
}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_every_kind_of_item_has_a_page(item: OpenItem) -> None:
    html = render("item.html", person="kim", csrf="t0k", **item_context(item, settings=PageSettings()))
    assert "Answer what was asked" in html
    assert 'value="cannot_tell"' in html
