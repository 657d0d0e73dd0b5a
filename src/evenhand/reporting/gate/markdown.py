"""The full report as Markdown: for a file that is posted, and for the summary of a job."""

from typing import Final

from evenhand.gate.results import GateResult
from evenhand.reporting.gate.document import gate_document
from evenhand.reporting.gate.extras import DROP_ORDER
from evenhand.reporting.markdown import MOST_BYTES, write_markdown

MOST_SUMMARY_BYTES: Final = 900_000
"""Longest summary; a host takes 1 MiB and drops a longer one whole."""
_SUMMARY_ROWS: Final = (10_000, 1_000, 200, 60, 20, 6, 1)


def render_markdown(result: GateResult, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the report as Markdown of at most `most_bytes`; the last line says what was left out for that."""
    return write_markdown(gate_document(result), drop_order=DROP_ORDER, most_bytes=most_bytes)


def render_summary(result: GateResult, *, most_bytes: int = MOST_SUMMARY_BYTES) -> str:
    """Return the summary of a job: the same report with full tables, in folds."""
    return write_markdown(
        gate_document(result),
        drop_order=DROP_ORDER,
        most_bytes=most_bytes,
        row_limits=_SUMMARY_ROWS,
        folded=True,
    )
