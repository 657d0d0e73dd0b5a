"""A tuning as a page, as Markdown or as JSON: the same numbers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Final

from evenhand.reporting.markdown import MOST_BYTES, write_markdown
from evenhand.reporting.page import render_page
from evenhand.reporting.tuning.sections import tuning_document
from evenhand.tuning.results import TuningResult

SCHEMA: Final = "evenhand/tuning-report/v1"


def render_html(result: TuningResult, *, stem: str = "") -> str:
    """Return the report as one self-contained page; `stem` names the JSON report beside it."""
    document = tuning_document(result)
    return render_page("report.html.j2", document=document, pages=(), data=f"{stem}.json" if stem else "")


def render_markdown(result: TuningResult, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the report as Markdown of at most `most_bytes`."""
    return write_markdown(tuning_document(result), drop_order=(), most_bytes=most_bytes)


def render_json(result: TuningResult) -> str:
    """Return the record as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    record = {"schema": SCHEMA, **asdict(result)}
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


RENDERERS: Final[Mapping[str, Callable[[TuningResult, str], str]]] = {
    "html": lambda result, stem: render_html(result, stem=stem),
    "md": lambda result, _stem: render_markdown(result),
    "json": lambda result, _stem: render_json(result),
}
"""How each format is written."""
