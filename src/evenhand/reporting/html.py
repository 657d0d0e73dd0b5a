"""The report as one self-contained HTML file: no script, no remote address, complete offline."""

from evenhand.reporting.item_pages import item_link, item_pages
from evenhand.reporting.page import render_page
from evenhand.reporting.sections import run_document
from evenhand.reporting.summary import RunSummary


def render_html(summary: RunSummary, *, stem: str = "") -> str:
    """Return the report as HTML.

    Args:
        summary: The run in numbers.
        stem: File name of the report without its ending; with it, the report links to the item pages beside it.
    """
    pages = item_pages(summary, stem) if stem else ()
    document = run_document(summary, lambda place: item_link(pages, place))
    return render_page("report.html.j2", document=document, pages=pages)
