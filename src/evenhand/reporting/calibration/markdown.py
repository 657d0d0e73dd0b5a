"""The report on a calibration as Markdown for pull requests and issues: the numbers of the page, as text."""

from collections.abc import Mapping

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.extras import DROP_ORDER
from evenhand.reporting.calibration.sections import calibration_document
from evenhand.reporting.item_view import ItemView
from evenhand.reporting.markdown import MOST_BYTES, write_markdown


def render_markdown(
    calibration: Calibration, gallery: Mapping[int, ItemView] | None = None, *, most_bytes: int = MOST_BYTES
) -> str:
    """Return the report as Markdown; matplotlib is not loaded.

    Where it would be longer than `most_bytes`, parts are left out in the order of `extras.DROP_ORDER`, then rows of
    long tables; the last line says which.

    Raises:
        MeasureError: The stamp of the calibration has a gap.
    """
    document = calibration_document(calibration, gallery or {})
    return write_markdown(document, drop_order=DROP_ORDER, most_bytes=most_bytes)
