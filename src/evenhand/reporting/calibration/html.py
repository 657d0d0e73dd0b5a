"""The report on a calibration as one self-contained HTML file: no script, no remote address, complete offline."""

from collections.abc import Iterator, Mapping

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.extras import DROP_ORDER, PAIRS
from evenhand.reporting.calibration.sections import calibration_document
from evenhand.reporting.document import Document
from evenhand.reporting.item_view import ItemView
from evenhand.reporting.page import render_page
from evenhand.reporting.shorter import extras_of, leave_out

MOST_BYTES = 1_000_000
"""Size a page stays under: what a mail or an issue takes, and a phone opens at once."""
_GALLERY_ROOM = (400_000, 100_000, 0)
"""Bytes for the texts of the items worth reading; many principles and judges leave less."""
_DROP_ORDER = (PAIRS, *(name for name in DROP_ORDER if name != PAIRS))
"""What is left out after the texts: pairs first, as they grow with the square of the judges."""


def render_html(calibration: Calibration, gallery: Mapping[int, ItemView], *, stem: str = "") -> str:
    """Return the report as HTML, without a script.

    Where it would not stay under `MOST_BYTES`, the texts of items are cut, then parts are left out, pairs of judges
    first; the last line says which.

    Args:
        calibration: The numbers.
        gallery: The items of its errors by their place in the suite; those that are missing are named only.
        stem: File name of the report without its ending; names the JSON report beside it.

    Raises:
        MeasureError: The stamp of the calibration has a gap.
    """
    for document in _shorter_and_shorter(calibration, gallery):
        page = render_page("report.html.j2", document=document, pages=(), data=f"{stem}.json" if stem else "")
        if len(page.encode()) < MOST_BYTES:
            break
    return page


def _shorter_and_shorter(calibration: Calibration, gallery: Mapping[int, ItemView]) -> Iterator[Document]:
    for room in _GALLERY_ROOM if gallery else (0,):
        document = calibration_document(calibration, gallery, gallery_bytes=room)
        yield document
    there = extras_of(document)
    parts = [name for name in _DROP_ORDER if name in there]
    yield from (leave_out(document, parts[:most], MOST_BYTES) for most in range(1, len(parts) + 1))
