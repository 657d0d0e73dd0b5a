"""axe-core on the page that is open: what it finds that keeps people out."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page
from tests.web.browser.driving import script

_AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"


@cache
def _source() -> str:
    return _AXE.read_text(encoding="utf-8")


def findings(page: Page, *impacts: str) -> list[str]:
    """Return what axe finds of these impacts; serious and critical where none is named."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_source())
    found: list[list[str]] = page.evaluate(script("axe"))
    wanted = impacts or ("serious", "critical")
    return [
        f"{impact}: {rule} at {target}: {summary}"
        for impact, rule, target, summary in found
        if impact in wanted
    ]
