"""The report of inferred principles: what is put before people, what is not and why, and what it was made from."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from evenhand.constitution.inverse.gain import ALPHA
from evenhand.constitution.inverse.results import Explained, Inference, Proposal
from evenhand.reporting.calibration.wording import plural, points_parts, said
from evenhand.reporting.display import count, percent
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Paragraph,
    Section,
    Table,
    Words,
    foreign,
    words,
)
from evenhand.reporting.markdown import MOST_BYTES, write_markdown
from evenhand.reporting.page import render_page
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, text_cell

SCHEMA: Final = "inference-report/v1"
_SHOWN = 50
_METHOD = f"""
Principles are proposed from decisions of the optimise split in which people went against the panel. Texts that share
most of their runs of letters are put together.

Each proposal then takes a side on the decisions of its principle it was made from, and on as many on which people and
panel agree. What is right more often than wrong there is tested.

The test is on decisions of the gate split, which nobody learned from: the change of the agreement with people if the
vote of the proposal replaced the verdict wherever it takes a side. Intervals are 95 % and draw whole sources.

Kept is what has a p value of at most {ALPHA:g} after Holm's correction over all tested proposals, and an interval above
0.

The figures are those of the labelled items, not of all items of the suite.

A proposal is what decisions go along with. It is for people to say whether it is what they meant; the constitution is
not touched.
"""


def render_html(inference: Inference, *, stem: str = "") -> str:
    """Return the report as one self-contained HTML file; `stem` names the JSON report beside it."""
    document = inference_document(inference)
    return render_page("report.html.j2", document=document, pages=(), data=f"{stem}.json" if stem else "")


def render_markdown(inference: Inference, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the report as Markdown of at most `most_bytes`."""
    return write_markdown(inference_document(inference), drop_order=("rest",), most_bytes=most_bytes)


def render_json(inference: Inference) -> str:
    """Return the report as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    body = {"schema": SCHEMA, **asdict(inference)}
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


def inference_document(inference: Inference) -> Document:
    """Return the report as a document."""
    return Document(
        title=words("Principles that people seem to follow, against run ", foreign(inference.run)),
        subtitle=(
            words("constitution ", foreign(inference.constitution)),
            words("proposed by ", foreign(inference.generator), ", which asks ", foreign(inference.model)),
        ),
        sections=(
            Section(id="kept", title="For people to decide", blocks=tuple(_kept(inference))),
            Section(id="rest", title="Not kept", blocks=tuple(_rest(inference))),
            Section(id="stamp", title="What it was made from", blocks=(_stamp(inference),)),
            Section(
                id="method",
                title="How it is known",
                blocks=(Bullets(points=tuple(_method())),),
            ),
        ),
    )


def _method() -> Iterator[Words]:
    for point in _METHOD.strip().split("\n\n"):
        yield words(point.replace("\n", " "))


def verdict(inference: Inference) -> str:
    """Return the conclusion in a sentence."""
    kept, proposals = len(inference.kept), plural(len(inference.proposals), "proposal")
    tested = sum(each.is_tested for each in inference.proposals)
    if not inference.proposals:
        return "Nothing was proposed: no text of the generator held a principle in the form asked for."
    if not kept:
        return (
            f"None of {proposals} is put before people: {count(tested)} were tested, and none explains decisions that "
            "it was not made from."
        )
    return (
        f"{count(kept)} of {proposals} {'explains' if kept == 1 else 'explain'} decisions of people that the panel "
        "gets wrong; people decide whether the constitution should say so."
    )


def _kept(inference: Inference) -> Iterator[Block]:
    yield Paragraph(words=words(verdict(inference)))
    if inference.kept:
        yield Table(
            caption=words("Proposals, and what they change on decisions they were not made from"),
            columns=(
                *columns("Under", "Proposed principle"),
                *columns("Change of agreement", "p, adjusted", "Right", "Wrong", "Silent", numbers=5),
                *columns("Nearest principle written", "Such as"),
            ),
            rows=tuple(_kept_row(each) for each in inference.kept),
        )
    if inference.notes:
        yield Bullets(points=tuple((said(note),) for note in inference.notes))


def _kept_row(each: Proposal) -> tuple[Cell, ...]:
    votes = each.held_out or each.learned
    return (
        foreign_cell(each.principle_id),
        foreign_cell(each.text),
        _gain_cell(each),
        text_cell("" if each.p is None else f"{each.p:.3f}"),
        count_cell(votes.right),
        count_cell(votes.wrong),
        count_cell(votes.silent + votes.unread),
        Cell(words=(foreign(each.nearest_id),), detail=f"likeness {each.nearest:.2f}"),
        foreign_cell(", ".join(each.examples)),
    )


def _gain_cell(each: Proposal) -> Cell:
    if each.gain is None:
        return text_cell("not tested")
    value, detail = points_parts(each.gain)
    return Cell(words=words(value) if value else (), detail=detail)


def _rest(inference: Inference) -> Iterator[Block]:
    rest = [each for each in inference.proposals if not each.is_kept]
    if not rest:
        yield Paragraph(words=words("Every proposal was kept."))
        return
    yield Table(
        caption=words("Proposals that are not put before people"),
        columns=(
            *columns("Under", "Proposed principle"),
            *columns("Net right where it was made", "Change of agreement", numbers=2),
            *columns("Why not"),
        ),
        rows=tuple(
            (
                foreign_cell(each.principle_id),
                foreign_cell(each.text),
                _net_cell(each.learned),
                _gain_cell(each),
                text_cell(each.reason),
            )
            for each in rest[:_SHOWN]
        ),
    )
    if len(rest) > _SHOWN:
        yield Paragraph(words=words(f"The JSON report has all {count(len(rest))}."))


def _net_cell(learned: Explained) -> Cell:
    return Cell(words=words(percent(learned.net)), detail=f"n = {count(learned.of)}")


def _stamp(inference: Inference) -> Table:
    rows: tuple[tuple[str, Words], ...] = (
        ("decisions of people", words(count(inference.decisions))),
        ("of them against the panel", words(count(inference.overrides))),
        ("decisions learned from", words(count(inference.learned))),
        ("decisions held out", words(count(inference.held_out))),
        ("texts proposed", words(count(inference.proposed))),
        ("texts that proposed nothing, or did not come", words(count(inference.unread))),
        ("last generation run", (foreign(inference.generation),)),
    )
    return Table(
        caption=words("Decisions and texts"),
        columns=columns("What", "As it was"),
        rows=tuple((text_cell(name), Cell(words=value)) for name, value in rows),
    )


__all__ = ["SCHEMA", "inference_document", "render_html", "render_json", "render_markdown", "verdict"]
