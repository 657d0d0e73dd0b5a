from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.reporting.hostile import HOSTILE

from evenhand.records.review import EvidenceSpan, OpenItem
from evenhand.web.item_page_form import read_answer
from evenhand.web.page_settings import PageSettings

from .items import PERCENT, QUALITY, make_item, turns
from .page_server import Pages, serve_pages

STEP = "Boil the water first, because the time counts from the moment the egg goes in. "
LONG = "\n".join(f"{number}. {STEP * (1 + number % 2)}" for number in range(1, 60))
HIDDEN = "An \U0001f95a egg\u200b, six\r\nminutes \u202ein\u202c the\x00 pot, \U0001f95a\u200d\ud800 done."
TABLE = "| a | b |\n|--:|---|\n" + f"| {'1' * 60} | {'2' * 90} |\n\n```\n{'x = ' + 'y' * 300}\n```\n"
ITEMS: Mapping[str, OpenItem] = {
    "egg": make_item(),
    "long": make_item(prompt=STEP * 8, outputs=(LONG,)),
    "pair": make_item(outputs=(LONG, LONG.replace("first", "at once"))),
    "hidden": make_item(outputs=(HIDDEN,)),
    "talk": make_item(prompt=turns("One?", "Two.", "Three?"), outputs=(turns("Four.", "Five."),)),
    "wide": make_item(prompt="w" * 400, outputs=(TABLE + "W" * 3000,)),
    "number": make_item(scale=PERCENT),
    "ordinal": make_item(scale=QUALITY),
    "huge": make_item(outputs=("word " * 200_000,)),
    "tagged": make_item(sensitive=("violence",)),
    "hostile": make_item(prompt=turns(*HOSTILE), outputs=(turns(*HOSTILE), turns(*reversed(HOSTILE)))),
}
SELECT = """([block, from, to]) => {
  const parts = [...document.querySelectorAll(`[data-block="${block}"] .text`)];
  const walker = document.createTreeWalker(parts[0].parentElement, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (walker.currentNode.parentElement.closest(".text")) nodes.push(walker.currentNode);
  const find = (words, end) => {
    const node = nodes.find((one) => one.data.includes(words));
    return [node, node.data.indexOf(words) + (end ? words.length : 0)];
  };
  getSelection().setBaseAndExtent(...find(from, false), ...find(to, true));
}"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Pages]:
    with serve_pages(ITEMS) as pages:
        yield pages


@pytest.fixture
def pages(served: Pages) -> Pages:
    served.forms.clear()
    return served


def opened(browser: Browser, pages: Pages, path: str, *, width: int = 1280, height: int = 720) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(f"{pages.origin}/items/{path}")
    page.wait_for_selector("html.scripted")
    page.wait_for_function(
        "() => window.htmx && document.readyState === 'complete'"
    )  # else a form is sent without it
    return page


def wait_for_form(page: Page, pages: Pages, count: int = 1) -> tuple[str, dict[str, list[str]]]:
    page.wait_for_url("**/next")
    assert len(pages.forms) >= count
    return pages.forms[-1]


# -- Layout ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["long", "pair"])
def test_title_answers_and_twenty_lines_are_in_view_on_a_small_screen(
    browser: Browser, pages: Pages, name: str
) -> None:
    page = opened(browser, pages, name)
    text = page.locator(".output .text").first
    line = text.evaluate("element => parseFloat(getComputedStyle(element).lineHeight)")
    top, bar = text.bounding_box(), page.locator(".bar").bounding_box()
    assert top is not None
    assert bar is not None
    assert (bar["y"] - top["y"]) / line >= 20
    assert bar["y"] + bar["height"] <= 720
    for words in ("#principle-title", "#answers .answer >> nth=0", "#answers .answer >> nth=-1", ".commit"):
        box = page.locator(words).first.bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= 720 - box["height"]
    page.context.close()


@pytest.mark.parametrize(
    "path", ["wide", "wide?look=formatted", "wide?look=source&wrap=0", "pair", "ordinal"]
)
def test_no_page_scrolls_sideways(browser: Browser, pages: Pages, path: str) -> None:
    """640 is half of 1280: the wide screen at a zoom of 200 %."""
    page = opened(browser, pages, path)
    for width in (1280, 640, 390, 320):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_on_a_phone_sides_stack_and_answers_stay_in_view(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "pair", width=390, height=844)
    left, right = (page.locator(f"#side-{side}").bounding_box() for side in ("left", "right"))
    commit = page.locator(".commit").bounding_box()
    assert left is not None
    assert right is not None
    assert commit is not None
    assert right["y"] >= left["y"] + left["height"]
    assert commit["y"] + commit["height"] <= 844
    page.locator("#evidence summary").click()
    panel = page.locator("#evidence .panel").bounding_box()
    assert page.get_by_text("Marking needs a wider screen.").is_visible()
    assert panel is not None
    assert panel["y"] > 0
    page.context.close()


# -- Keys ------------------------------------------------------------------------------------------


def test_an_answer_is_given_with_keys_alone(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "egg")
    page.keyboard.press("2")
    page.keyboard.press("q")
    page.keyboard.press("c")
    page.keyboard.type("sf1? typed")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    address, form = wait_for_form(page, pages)
    assert address == "/items/egg"
    answer = read_answer(form, ITEMS["egg"])
    assert answer.commit
    assert (answer.draft.label, answer.draft.sure, answer.draft.comment) == ("violates", False, "sf1? typed")
    page.context.close()


def test_cannot_tell_has_a_key_on_a_scale_of_numbers_and_digits_begin_the_number(
    browser: Browser, pages: Pages
) -> None:
    page = opened(browser, pages, "number")
    page.keyboard.press("4")
    page.keyboard.type("2.5")
    assert page.input_value("#number") == "42.5"
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert page.input_value("#number") == ""
    page.keyboard.press("Enter")
    _, form = wait_for_form(page, pages)
    assert read_answer(form, ITEMS["number"]).draft.label == "cannot_tell"
    page.context.close()


def test_a_keyboard_of_another_script_has_the_same_keys(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "egg")
    press = "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))"
    page.evaluate(press, ["\u064a", "KeyQ"])
    page.evaluate(press, ["\u0663", "Digit3"])
    assert page.is_checked("#unsure")
    assert page.is_checked("#answers input[value=not_applicable]")
    page.context.close()


def test_enter_on_a_control_works_the_control_and_keys_with_modifiers_do_nothing(
    browser: Browser, pages: Pages
) -> None:
    page = opened(browser, pages, "egg")
    page.keyboard.press("Control+q")
    page.keyboard.press("Alt+2")
    assert not page.is_checked("#unsure")
    page.focus("#evidence summary")
    page.keyboard.press("Enter")
    assert page.locator("#evidence").get_attribute("open") is not None
    assert not [form for _, form in pages.forms if "commit" in form]
    page.context.close()


def test_keys_that_are_off_do_nothing(browser: Browser) -> None:
    with serve_pages(ITEMS, PageSettings(keys_on=False)) as pages:
        page = opened(browser, pages, "egg")
        page.keyboard.press("2")
        page.keyboard.press("q")
        assert page.locator("#answer input:checked").count() == 0
        page.context.close()


def test_help_skip_principle_and_the_looks_have_keys(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "pair")
    page.keyboard.press("?")
    assert page.locator("dialog#help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    assert not page.locator("#principle").is_visible()
    page.keyboard.press("p")
    page.keyboard.press("d")
    page.wait_for_selector("mark.only")
    page.keyboard.press("v")
    page.wait_for_selector("#texts[data-look=formatted]")
    page.keyboard.press("s")
    page.keyboard.type("seen before")
    page.keyboard.press("Enter")
    address, form = wait_for_form(page, pages)
    assert address == "/items/pair/skip"
    assert form["reason"] == ["seen before"]
    page.context.close()


def test_sides_scroll_together_until_they_are_unlocked(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "pair")
    left, right = page.locator("#side-left"), page.locator("#side-right")
    left.evaluate("element => { element.scrollTop = 200 }")
    page.wait_for_function("() => document.querySelector('#side-right').scrollTop > 0")
    together = right.evaluate("element => element.scrollTop")
    page.keyboard.press("z")
    left.evaluate(
        "element => new Promise(done => { element.addEventListener('scroll', done, { once: true });"
        " element.scrollTop = 400 })"
    )
    assert right.evaluate("element => element.scrollTop") == together
    page.context.close()


# -- Passages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [("An", "An"), ("egg", "six"), ("six", "minutes"), ("\U0001f95a egg", "pot"), ("in", "done.")],
)
def test_a_marked_passage_is_told_in_code_points_of_the_text_as_it_is(
    browser: Browser, pages: Pages, start: str, end: str
) -> None:
    page = opened(browser, pages, "hidden")
    page.evaluate(SELECT, ["candidate", start, end])
    page.keyboard.press("e")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    _, form = wait_for_form(page, pages)
    first = HIDDEN.index(start)
    last = HIDDEN.index(end, first) + len(end)
    assert read_answer(form, ITEMS["hidden"]).draft.evidence == (
        EvidenceSpan(block="output:output-0", start=first, end=last, quote=HIDDEN[first:last]),
    )
    page.context.close()


def test_a_passage_of_a_later_part_is_told_from_the_start_of_the_text(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "huge")
    page.get_by_text("Show the next part").click()
    page.wait_for_selector("[data-block=candidate] .text >> nth=1")
    page.evaluate(
        """() => { const text = document.querySelectorAll("[data-block=candidate] .text")[1].firstChild;
        getSelection().setBaseAndExtent(text, 5, text, 9) }"""
    )
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    _, form = wait_for_form(page, pages)
    (span,) = read_answer(form, ITEMS["huge"]).draft.evidence
    assert (span.start, span.end, span.quote) == (20_005, 20_009, "word")
    page.context.close()


def test_without_a_selection_a_passage_is_pasted_with_keys_alone(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "egg")
    page.keyboard.press("e")
    page.keyboard.type("boiling water")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    _, form = wait_for_form(page, pages)
    assert [span.quote for span in read_answer(form, ITEMS["egg"]).draft.evidence] == ["boiling water"]
    page.context.close()


def test_arrows_move_between_texts_and_leave_the_answer_alone(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "talk")
    page.keyboard.press("2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "block-candidate-1"
    assert page.is_checked("#answers input[value=violates]")
    assert page.inner_text("#heard") == "Violates"
    page.context.close()


def test_a_selection_across_texts_is_refused_and_a_passage_can_be_removed(
    browser: Browser, pages: Pages
) -> None:
    page = opened(browser, pages, "talk")
    page.evaluate(
        """() => { const texts = document.querySelectorAll(".output .text");
        getSelection().setBaseAndExtent(texts[0].firstChild, 0, texts[1].firstChild, 2) }"""
    )
    page.keyboard.press("e")
    assert "Select words" in page.inner_text("#notice")
    page.evaluate(SELECT, ["candidate/1", "Five", "Five"])
    page.keyboard.press("e")
    assert page.locator("#marked li").count() == 1
    page.keyboard.press("x")
    assert page.locator("#marked li").count() == 0
    page.context.close()


# -- Drafts, time and what can go wrong --------------------------------------------------------------


def test_a_change_is_saved_as_a_draft_with_the_time_of_the_visit(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "egg")
    page.keyboard.press("1")
    page.get_by_text("Draft saved").wait_for()
    assert "1:05" in page.inner_text("#saved")
    answer = read_answer(pages.drafts()[-1], ITEMS["egg"])
    assert (answer.draft.label, answer.visit, answer.commit) == ("complies", "v1", False)
    assert answer.spent.active_ms > 0
    page.context.close()


def test_leaving_the_page_saves_what_was_typed_last(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "egg")
    page.keyboard.press("c")
    page.keyboard.type("last words")
    page.goto(f"{pages.origin}/next")
    assert pages.wait_for_comment("last words")
    assert all("draft" in form for _, form in pages.forms)
    page.context.close()


def test_an_answer_is_sent_once_and_no_draft_follows_it(browser: Browser, pages: Pages) -> None:
    page = opened(browser, pages, "egg")
    page.keyboard.press("1")
    page.evaluate("() => { for (let time = 0; time < 3; time++) document.querySelector('.commit').click() }")
    wait_for_form(page, pages)
    page.goto("about:blank")
    assert [("commit" in form) for _, form in pages.forms] == [True]
    page.context.close()


def test_with_the_server_gone_the_page_stays_and_says_so(browser: Browser) -> None:
    with serve_pages(ITEMS) as pages:
        page = opened(browser, pages, "egg")
        page.keyboard.press("2")
        page.route("**/items/**", lambda route: route.abort())
        page.keyboard.press("Enter")
        page.get_by_text("The server does not answer").wait_for()
        assert page.is_checked("#answers input[value=violates]")
        page.unroute("**/items/**")
        page.keyboard.press("Enter")
        wait_for_form(page, pages)
        page.context.close()


def test_without_scripts_an_answer_is_given_through_the_form(browser: Browser, pages: Pages) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{pages.origin}/items/tagged")
    page.locator("#tagged > summary").click()
    page.get_by_label("Violates").first.check()
    page.locator("#evidence summary").click()
    page.get_by_label("Or paste a passage").fill("boiling  water")
    page.locator(".commit").click()
    _, form = wait_for_form(page, pages)
    answer = read_answer(form, ITEMS["tagged"])
    assert answer.draft.label == "violates"
    assert [span.quote for span in answer.draft.evidence] == ["boiling water"]
    page.context.close()


@pytest.mark.parametrize("look", ["text", "formatted", "source"])
def test_a_hundred_hostile_texts_run_nothing_and_fetch_nothing(
    browser: Browser, pages: Pages, look: str
) -> None:
    page = browser.new_context().new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{pages.origin}/items/hostile?look={look}&diff=1")
    page.wait_for_selector("html.scripted")
    page.mouse.move(600, 300)
    page.keyboard.press("v")
    page.wait_for_selector(f"#texts:not([data-look={look}])")
    assert page.evaluate("window.hit") is None
    assert said == []
    assert all(url.startswith(f"{pages.origin}/") for url in asked)
    assert not [url for url in asked if "trap" in url]
    page.context.close()


def test_a_text_can_not_draw_over_the_answers(browser: Browser, pages: Pages) -> None:
    tall = {"tall": make_item(outputs=("e" + "\u0301" * 3000 + " \u0489" * 2000,))}
    with serve_pages(tall) as served:
        page = opened(browser, served, "tall")
        box = page.locator(".commit").bounding_box()
        assert box is not None
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        assert page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).closest('.commit') !== null", middle
        )
        page.context.close()
