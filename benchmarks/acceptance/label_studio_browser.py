"""Marks a passage in Label Studio's own page, in the system's chromium."""

import shutil
from typing import Final

from benchmarks.acceptance.label_studio_api import LabelStudio

BROWSER: Final = "chromium"
_LONGEST_MS: Final = 90_000
_SELECT: Final = """quote => {
  const boxes = [...document.querySelectorAll('.lsf-htx-richtext')];
  const box = boxes[boxes.length - 1];
  const nodes = [];
  let text = '';
  const visit = node => {
    if (node.nodeType === Node.TEXT_NODE) { nodes.push([node, text.length]); text += node.data; }
    else if (node.tagName === 'BR') text += '\\n';
    else node.childNodes.forEach(visit);
  };
  visit(box);
  const start = text.indexOf(quote.replaceAll('\\r', '\\n')), end = start + quote.length;
  const place = at => { const [node, from] = nodes.findLast(([, from]) => from <= at); return [node, at - from]; };
  const range = document.createRange();
  range.setStart(...place(start));
  range.setEnd(...place(end));
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  box.dispatchEvent(new MouseEvent('mouseup', {bubbles: true, view: window}));
}"""
"""Selects a passage of the last text of the page, as a mouse would."""


def mark_in_browser(studio: LabelStudio, project: int, task: int, *, answer: str, quote: str) -> None:
    """Open a task in a browser, mark a passage of the candidate, choose an answer, and submit."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(BROWSER), args=["--no-sandbox"])
        try:
            context = browser.new_context(viewport={"width": 1400, "height": 1600})
            context.add_cookies(
                [{"name": each.name, "value": each.value or "", "url": studio.url} for each in studio.cookies]
            )
            page = context.new_page()
            page.set_default_timeout(_LONGEST_MS)
            context.route(
                "**/*",
                lambda route: (
                    route.continue_() if route.request.url.startswith(studio.url) else route.abort()
                ),
            )
            page.goto(f"{studio.url}/projects/{project}/data?task={task}")
            label = page.locator(".lsf-label_clickable").last
            label.click()
            page.evaluate(_SELECT, quote)
            page.locator(".lsf-htx-highlight, .htx-highlight").first.wait_for()
            page.keyboard.press("Escape")
            page.locator(f"label:has-text('{answer}')").first.click()
            with page.expect_response(
                lambda reply: "/annotations" in reply.url and reply.request.method == "POST"
            ):
                page.locator("button:has-text('Submit')").click()
        finally:
            browser.close()
