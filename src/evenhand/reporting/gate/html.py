"""The report on a gate as one self-contained HTML file: no script, no remote address, complete offline."""

from collections.abc import Iterator
from typing import Final

from evenhand.gate.results import GateResult
from evenhand.reporting.document import Document
from evenhand.reporting.gate.document import MOST_CELLS, gate_document
from evenhand.reporting.gate.extras import DROP_ORDER
from evenhand.reporting.page import render_page
from evenhand.reporting.shorter import cut_lists, extras_of, leave_out

MOST_BYTES: Final = 4_000_000
"""Size a page stays under, so that every browser opens it at once."""
_ROWS: Final = (1_000, 100, 10)
"""Rows of each table of a page that nothing else makes short enough."""


def render_html(result: GateResult, *, stem: str = "", most_bytes: int = MOST_BYTES) -> str:
    """Return the report as HTML, without a script.

    It names the first 1,000 cells that changed. Where it would not stay under `most_bytes`, fewer cells are named, then
    parts are left out in the order of `extras.DROP_ORDER`, then rows; the page says which.

    Args:
        result: What the gate says.
        stem: File name of the report without its ending; names the JSON report beside it.
        most_bytes: Size the page stays under.
    """
    for document in _shorter_and_shorter(result, most_bytes):
        page = render_page("report.html.j2", document=document, pages=(), data=f"{stem}.json" if stem else "")
        if len(page.encode()) < most_bytes:
            break
    return page


def _shorter_and_shorter(result: GateResult, most_bytes: int) -> Iterator[Document]:
    for most_cells in (MOST_CELLS, 100):
        document = gate_document(result, most_cells=most_cells)
        yield document
    there = extras_of(document)
    parts = [name for name in DROP_ORDER if name in there]
    for most in range(1, len(parts) + 1):
        shortest = leave_out(document, parts[:most], most_bytes)
        yield shortest
    yield from (cut_lists(shortest, rows) for rows in _ROWS)
