"""The report of a monitor as Markdown for issues and chat: the numbers of the page, as text."""

from evenhand.gate.monitor.results import MonitorResult
from evenhand.reporting.markdown import MOST_BYTES, write_markdown
from evenhand.reporting.monitor.sections import monitor_document


def render_markdown(result: MonitorResult, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the report as Markdown of at most `most_bytes`; matplotlib is not loaded."""
    return write_markdown(monitor_document(result), drop_order=(), most_bytes=most_bytes)
