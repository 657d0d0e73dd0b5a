"""The report of a monitor as one self-contained HTML file: no script, no remote address, complete offline."""

from evenhand.gate.monitor.results import MonitorResult
from evenhand.reporting.monitor.sections import monitor_document
from evenhand.reporting.page import render_page


def render_html(result: MonitorResult, *, stem: str = "") -> str:
    """Return the report as HTML.

    Args:
        result: What the monitor says.
        stem: File name of the report without its ending; names the JSON report beside it.
    """
    document = monitor_document(result)
    return render_page("report.html.j2", document=document, pages=(), data=f"{stem}.json" if stem else "")
