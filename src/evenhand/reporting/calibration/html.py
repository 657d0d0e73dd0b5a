"""The report on a calibration as one self-contained HTML file: no script, no remote address, complete offline."""

from collections.abc import Mapping

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.sections import calibration_document
from evenhand.reporting.item_view import ItemView
from evenhand.reporting.page import render_page

MOST_BYTES = 1_000_000
"""Size a page stays under: what a mail or an issue takes, and a phone opens at once."""
_GALLERY_ROOM = (400_000, 100_000, 0)
"""Bytes for the texts of the items worth reading; many principles and judges leave less."""


def render_html(calibration: Calibration, gallery: Mapping[int, ItemView], *, stem: str = "") -> str:
    """Return the report as HTML; matplotlib draws its figures.

    Args:
        calibration: The numbers.
        gallery: The items of its errors by their place in the suite; those that are missing are named only.
        stem: File name of the report without its ending; names the JSON report beside it.

    Raises:
        MeasureError: The stamp of the calibration has a gap.
    """
    for room in _GALLERY_ROOM:
        document = calibration_document(calibration, gallery, gallery_bytes=room)
        page = render_page("report.html.j2", document=document, pages=(), data=f"{stem}.json" if stem else "")
        if len(page.encode()) < MOST_BYTES:
            break
    return page
