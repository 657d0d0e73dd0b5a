"""The report of preference labels: outcomes, orders, people, judges, what the probabilities rest on."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from evenhand.feedback.preference_results import SCHEMA, JudgeLabels, PreferenceSummary, PrincipleLabels
from evenhand.feedback.results import PairOutcome, PreferenceBasis
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.display import count, percent, percent_parts, usd
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Document,
    KeyNumber,
    KeyNumbers,
    Paragraph,
    Section,
    Table,
    Words,
    code,
    foreign,
    words,
)
from evenhand.reporting.markdown import MOST_BYTES, write_markdown
from evenhand.reporting.page import render_page
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, percent_cell, text_cell
from evenhand.stats.estimate import Measured

MEANINGS: Final = {
    PairOutcome.UNMEASURED: "under one of its principles a rating is open, or failed ratings keep the panel from a "
    "verdict",
    PairOutcome.INCONSISTENT: "the answer changes with the order in which the two were shown",
    PairOutcome.ABSTAINED: "under one of its principles the judges can not tell",
    PairOutcome.SPLIT: "judges or principles contradict each other, or verdict and probability point to different "
    "sides",
    PairOutcome.TIE: "no verdict points to a side, or the probability is as close to a half as the settings call a tie",
    PairOutcome.FIRST: "the first is better",
    PairOutcome.SECOND: "the second is better",
}
"""Each outcome in words; a pair has the first that holds, from top to bottom."""

BASES: Final = {
    PreferenceBasis.PROBABILITIES: "log-probabilities, decision endpoints, or probabilities recorded with the answer",
    PreferenceBasis.REPEATS: "shares of the answers of several repeats",
    PreferenceBasis.ANSWER: "an answer alone: hard, 0 or 1",
}
_SHOWN_PRINCIPLES = 200
_AVERAGED = (
    "A rating gives the first P(first) / (P(first) + P(second)). Shares of first, second and neither are averaged over "
    "repeats, then over both orders, then over judges by the weights of the panel, then over principles, and "
    "normalised at the end. Raw probabilities are kept beside the clamped one."
)
_APART = (
    "Nothing is turned into a half: ties, abstentions, pairs that flip with the order, splits and unmeasured pairs are "
    "outcomes of their own, and pairs are the sum of all outcomes."
)
_METHOD = (
    _AVERAGED,
    "A judge counts where it has a readable answer in each order it was asked in.",
    _APART,
    "Intervals are 95 %, and pairs that share a source count as dependent.",
    "Whether a calibrated panel may decide a pair alone is not said here: the export marks that, from a calibration.",
)


def render_html(summary: PreferenceSummary, *, stem: str = "") -> str:
    """Return the report as one self-contained HTML file; `stem` names the JSON report beside it."""
    document = preferences_document(summary)
    return render_page("report.html.j2", document=document, pages=(), data=f"{stem}.json" if stem else "")


def render_markdown(summary: PreferenceSummary, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the report as Markdown of at most `most_bytes`."""
    return write_markdown(preferences_document(summary), drop_order=(), most_bytes=most_bytes)


def render_json(summary: PreferenceSummary) -> str:
    """Return the report as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    body = {"schema": SCHEMA, **asdict(summary)}
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


def preferences_document(summary: PreferenceSummary) -> Document:
    """Return the report as a document."""
    return Document(
        title=words("Preference labels of ", foreign(summary.stamp.suite)),
        subtitle=tuple(_subtitle(summary)),
        sections=(
            Section(id="labels", title="Labels", blocks=tuple(_labels(summary))),
            Section(id="principles", title="Principles", blocks=tuple(_principles(summary))),
            Section(id="people", title="People", blocks=tuple(_people(summary))),
            Section(id="judges", title="Judges", blocks=tuple(_judges(summary))),
            Section(id="stamp", title="What was asked", blocks=(_stamp(summary),)),
            Section(
                id="method",
                title="How it is known",
                blocks=(Bullets(points=tuple(words(point) for point in _METHOD)),),
            ),
        ),
    )


def _subtitle(summary: PreferenceSummary) -> Iterator[Words]:
    stamp = summary.stamp
    yield words(
        "run ",
        foreign(stamp.run),
        f", started {stamp.created[:16].replace('T', ' ')}" + ("" if stamp.finished else ", not finished"),
    )
    version = f" {stamp.constitution_version}, panel "
    yield words("constitution ", foreign(stamp.constitution), version, foreign(stamp.panel))


# -- Labels ------------------------------------------------------------------------------------------


def _labels(summary: PreferenceSummary) -> Iterator[Block]:
    decided = summary.decided
    margin = "" if summary.margin is None else f"{summary.margin:.2f}"
    yield KeyNumbers(
        numbers=(
            KeyNumber(
                name=words("Decided"),
                value=count(decided),
                detail=f"of {plural(summary.pairs, 'pair')}",
                note=words("with a side, the same in each order asked"),
            ),
            _key("Flipped with the order", summary.flips),
            _key("On the side of people", summary.agreement),
            KeyNumber(
                name=words("Mean margin"),
                value=margin,
                detail=f"n = {count(decided)}" if margin else "no decided pair",
                note=words("0 is no preference, 1 certainty"),
            ),
        )
    )
    if summary.warnings:
        yield Bullets(points=tuple((said(each),) for each in summary.warnings), tone="warning")
    yield Table(
        caption=words(law(summary)),
        columns=(*columns("Outcome"), *columns("Pairs", "Share", numbers=2), *columns("What it means")),
        rows=tuple(
            (
                text_cell(each.value),
                count_cell(number),
                text_cell(percent(number / summary.pairs) if summary.pairs else ""),
                text_cell(MEANINGS[each]),
            )
            for each, number in summary.outcomes.items()
        ),
    )
    if summary.without:
        yield Paragraph(
            words=words(
                f"{plural(summary.without, 'case')} of the suite {'was' if summary.without == 1 else 'were'} not "
                "asked about: without two candidates, or without a principle that applies and may be drawn."
            )
        )
    yield _bases(summary)
    yield _figures(summary)


def law(summary: PreferenceSummary) -> str:
    """Return the conservation law of the pairs in a line."""
    parts = " + ".join(f"{count(number)} {each.value}" for each, number in summary.outcomes.items())
    return f"{plural(summary.pairs, 'pair')} = {parts}"


def _key(name: str, measured: Measured) -> KeyNumber:
    value, detail = percent_parts(measured)
    return KeyNumber(name=words(name), value=value, detail=detail)


def _bases(summary: PreferenceSummary) -> Table:
    return Table(
        caption=words("What the probabilities rest on, the weakest of each pair"),
        columns=(*columns("Basis"), *columns("Pairs", numbers=1), *columns("What it is")),
        rows=tuple(
            (text_cell(each.value), count_cell(number), text_cell(BASES[each]))
            for each, number in summary.bases.items()
        ),
    )


def _figures(summary: PreferenceSummary) -> Table:
    clamp = summary.stamp.clamp
    clamped = (
        f"moved by the clamp to {clamp[0]:g} and {clamp[1]:g}" if clamp else "moved by a clamp; none is set"
    )
    return Table(
        caption=words("What moves a label"),
        columns=(*columns("Share"), *columns("Estimate", numbers=1)),
        rows=(
            (text_cell("pairs whose answer flipped with the order"), percent_cell(summary.flips)),
            (text_cell("decided pairs in which the longer text is preferred"), percent_cell(summary.longer)),
            (text_cell(f"probabilities {clamped}"), percent_cell(summary.clamped)),
        ),
    )


# -- Principles and people -----------------------------------------------------------------------------


def _principles(summary: PreferenceSummary) -> Iterator[Block]:
    shown = summary.principles[:_SHOWN_PRINCIPLES]
    names = tuple(each.value for each in PairOutcome)
    yield Table(
        caption=words("What became of the pairs under each principle by itself"),
        columns=(
            *columns("Principle"),
            *columns("Pairs", *names, "On the side of people", numbers=2 + len(names)),
        ),
        rows=tuple(_principle_row(each) for each in shown),
    )
    if len(shown) < len(summary.principles):
        yield Paragraph(words=words(f"The JSON report has all {count(len(summary.principles))} principles."))


def _principle_row(each: PrincipleLabels) -> tuple[Cell, ...]:
    outcomes = (count_cell(number) for number in each.outcomes.values())
    return (
        foreign_cell(each.principle_id),
        count_cell(each.pairs),
        *outcomes,
        percent_cell(each.agreement),
    )


def _people(summary: PreferenceSummary) -> Iterator[Block]:
    yield Table(
        caption=words("Labels of people for the pairs and principles judged"),
        columns=(*columns("What"), *columns("Estimate", numbers=1)),
        rows=(
            (text_cell("decided, and people took a side: the same one"), percent_cell(summary.agreement)),
            (text_cell("decided, and people found a tie"), count_cell(summary.human_ties)),
            (text_cell("not decided, and people took a side"), count_cell(summary.human_sides_open)),
        ),
    )
    yield Paragraph(
        words=words(
            "These labels were not drawn for this: the agreement is that of the labelled pairs. What a panel may "
            "decide alone is measured by ",
            code("evenhand calibrate"),
            ".",
        )
    )


# -- Judges ------------------------------------------------------------------------------------------


def _judges(summary: PreferenceSummary) -> Iterator[Block]:
    yield Table(
        caption=words("How each judge gave its probabilities"),
        columns=(
            *columns("Judge", "Model"),
            *columns(
                "Ratings",
                *(each.value for each in PreferenceBasis),
                "Saturated",
                "For the one shown first",
                numbers=3 + len(PreferenceBasis),
            ),
        ),
        rows=tuple(_judge_row(each, summary.stamp.models.get(each.judge, "")) for each in summary.judges),
    )
    if summary.judge_pairs:
        yield Table(
            caption=words("How often two judges are on the same side, where both take one"),
            columns=(*columns("Judge", "and judge"), *columns("Same side", numbers=1)),
            rows=tuple(
                (foreign_cell(each.first), foreign_cell(each.second), percent_cell(each.agreement))
                for each in summary.judge_pairs
            ),
        )


def _judge_row(each: JudgeLabels, model: str) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.judge),
        foreign_cell(model) if model else text_cell("none"),
        count_cell(each.ratings),
        *(count_cell(number) for number in each.basis.values()),
        percent_cell(each.saturated),
        percent_cell(each.first_shown),
    )


def _stamp(summary: PreferenceSummary) -> Table:
    stamp = summary.stamp
    clamp = f"{stamp.clamp[0]:g} to {stamp.clamp[1]:g}" if stamp.clamp else "none"
    rows = (
        ("feedback", foreign_cell(stamp.feedback) if stamp.feedback else text_cell("none: an ordinary run")),
        ("judged", text_cell(said(stamp.part)) if stamp.part else text_cell("the whole suite")),
        ("rule of the panel", text_cell(stamp.rule)),
        ("clamp", text_cell(clamp)),
        ("tie within", text_cell(f"{stamp.tie_within:g} of a half")),
        (
            "cost",
            text_cell(f"{usd(stamp.cost_nanousd)} for {plural(stamp.calls, 'call')}, {_reused(summary)}"),
        ),
        ("command", foreign_cell(stamp.command) if stamp.command else text_cell("not recorded")),
    )
    return Table(
        caption=words("The run and its settings"),
        columns=columns("What", "As it was"),
        rows=tuple((text_cell(name), cell) for name, cell in rows),
    )


def _reused(summary: PreferenceSummary) -> str:
    return f"{plural(summary.stamp.reused, 'answer')} taken from earlier runs and recordings"


__all__ = [
    "BASES",
    "MEANINGS",
    "law",
    "preferences_document",
    "render_html",
    "render_json",
    "render_markdown",
]
