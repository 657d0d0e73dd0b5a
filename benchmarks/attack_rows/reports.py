"""C04 and C09 where people read: template code and hidden characters in everything a report shows."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.attack_rows.road import Row
from tests.reporting.builders import make_account, make_item, make_manifest, make_run, unit

from evenhand.records.rated import RatedItem
from evenhand.records.rating import Basis, Rating
from evenhand.records.run import Manifest
from evenhand.records.suite import Candidate
from evenhand.reporting.display import one_line
from evenhand.reporting.explain import explain, render_explanation
from evenhand.reporting.html import render_html
from evenhand.reporting.item_view import CaseText
from evenhand.reporting.json_report import render_json
from evenhand.reporting.markdown import render_markdown
from evenhand.reporting.summarise import summarise
from evenhand.testing.attacks import MARK, TEMPLATE_CODE

_JUDGES = ("one", "two", "three")


def templates_in_reports() -> Row:
    """Put template code into ids, slices, candidate, prompt, reasons, quotes, human labels and notes of a report."""
    evaluated = shown = literal = 0
    for payload in TEMPLATE_CODE.values():
        for name, text in _renderings(payload):
            shown += 1
            evaluated += MARK in text
            literal += name != "explain" or all(line in text for line in one_line(payload).split("⏎"))
    return Row(
        id="C09",
        what="the same in ids, slice, candidate, prompt, reason, quote, label and note: HTML, Markdown, JSON, explain",
        payloads=len(TEMPLATE_CODE),
        judges="none",
        replies=shown,
        figures=f"evaluated {evaluated}/{shown}; shown as it is by explain {literal}/{shown}",
        held=evaluated == 0 and literal == shown,
    )


def _renderings(payload: str) -> Iterator[tuple[str, str]]:
    manifest = make_manifest(items=1, judges=_JUDGES)
    item = _item(manifest, payload)
    text = CaseText(prompt=payload, candidates=(Candidate(text=payload),))
    summary = summarise(
        make_run(manifest),
        make_account(manifest, [item]),
        [item],
        find_texts=lambda places: dict.fromkeys(places, text),
    )
    yield "html", render_html(summary, stem="report")
    yield "markdown", render_markdown(summary)
    yield "json", render_json(summary)
    yield "explain", render_explanation(explain(item, manifest, text))


def _item(manifest: Manifest, payload: str) -> RatedItem:
    units = [
        unit(judge, _rating(label, payload))
        for judge, label in zip(_JUDGES, ("complies", "violates", "complies"), strict=True)
    ]
    item = make_item(
        manifest,
        0,
        units,
        case=payload,
        candidate=payload,
        slices={payload: payload},
        people={payload: "complies"},
    )
    return replace(item, labels=tuple(replace(label, note=payload) for label in item.labels))


def _rating(label: str, payload: str) -> Rating:
    return Rating(
        label=label, distribution=((label, 1.0),), basis=Basis.ANSWER, reason=payload, quotes=(payload,)
    )
