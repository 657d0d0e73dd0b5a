"""The report of revisions: what improved, what suffered, what replies became; HTML and Markdown are made of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Final

from evenhand.feedback.effect_results import ChainCounts, Harm, PairedRate, PrincipleEffect, RevisionEffects
from evenhand.feedback.revision_report import SCHEMA, RevisionReport
from evenhand.reporting.calibration.wording import plural, points_cell, points_parts, said
from evenhand.reporting.display import count, percent, percent_parts
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
    foreign,
    words,
)
from evenhand.reporting.feedback.revision_stamp import method_blocks, stamp_blocks
from evenhand.reporting.feedback.revision_texts import length_row, refusal_cells, text_blocks
from evenhand.reporting.markdown import MOST_BYTES, write_markdown
from evenhand.reporting.page import render_page
from evenhand.reporting.sections.cells import columns, count_cell, percent_cell, text_cell
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Undefined

_HARM_WORDS: Final[Mapping[Outcome, str]] = {
    Outcome.PASSED: "no harm",
    Outcome.FAILED: "harm",
    Outcome.UNDECIDED: "undecided",
}
"""What a decision on harm is called."""


def harm_words(harm: Harm) -> str:
    """Return what a decision on harm is called; without a pair of verdicts there is none."""
    return _HARM_WORDS[harm.outcome] if harm.rate.n else "nothing to compare"


def conclusion(effects: RevisionEffects) -> str:
    """Return what revising did in a sentence or two: improvement first, then harm, then evasion."""
    return " ".join(_sentences(effects))


def _sentences(effects: RevisionEffects) -> Iterator[str]:
    change = effects.overall.difference
    outcomes = [each.harm.outcome for each in effects.principles if each.harm.rate.n]
    under = "the principles they were revised under"
    if isinstance(change, Undefined):
        yield f"Whether replies improved is not known: {change.reason}."
    elif change.interval.low > 0:
        yield f"Replies keep {under} more often than before."
    elif change.interval.high < 0:
        yield f"Replies keep {under} less often than before."
    else:
        yield f"That replies keep {under} more often than before is not shown."
    if failed := outcomes.count(Outcome.FAILED):
        yield f"They keep {plural(failed, 'other principle')} less often."
    elif open_ones := outcomes.count(Outcome.UNDECIDED):
        yield f"Harm is not excluded under {plural(open_ones, 'principle')}."
    elif outcomes:
        yield "Harm under other principles is excluded."
    else:
        yield "Of harm under other principles nothing is known: no reply was judged by one."
    refusals = effects.rounds[-1].refusals
    if refusals is not None and refusals.rate.won:
        became = refusals.rate.won
        yield f"{count(became)} {'reply' if became == 1 else 'replies'} became refusals."


def render_html(report: RevisionReport, *, stem: str = "") -> str:
    """Return the report as one self-contained HTML file: no script, no remote address."""
    data = f"{stem}.json" if stem else ""
    return render_page("report.html.j2", document=revision_document(report), pages=(), data=data)


def render_markdown(report: RevisionReport, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the report as Markdown of at most `most_bytes`."""
    return write_markdown(revision_document(report), drop_order=(), most_bytes=most_bytes)


def render_json(report: RevisionReport) -> str:
    """Return the record as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    record = {"schema": SCHEMA, **asdict(report)}
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


def revision_document(report: RevisionReport) -> Document:
    """Return the report of a revision run."""
    stamp = report.stamp
    return Document(
        title=words("Revisions of ", foreign(stamp.feedback)),
        subtitle=(
            words("Written by ", foreign(stamp.generator.model), ", run ", foreign(stamp.run), "."),
            words(
                "Judged before and after by panel ",
                foreign(stamp.panel),
                ", run ",
                foreign(stamp.judged_by),
                ".",
            ),
        ),
        sections=(
            Section(id="answer", title="What revising did", blocks=tuple(_answer(report))),
            Section(
                id="principles", title="Principle by principle", blocks=tuple(_principles(report.effects))
            ),
            Section(id="texts", title="What replies became", blocks=tuple(text_blocks(report.effects))),
            Section(id="rounds", title="Rounds", blocks=(_rounds(report.effects),)),
            Section(
                id="chains", title="Where the replies went", blocks=tuple(_chains(report.effects.chains))
            ),
            Section(id="stamp", title="Stamp", blocks=tuple(stamp_blocks(report))),
            Section(id="method", title="How it is known", blocks=tuple(method_blocks(report))),
        ),
    )


# -- The answer ------------------------------------------------------------------------------------


def _answer(report: RevisionReport) -> Iterator[Block]:
    effects = report.effects
    last = effects.rounds[-1]
    yield Paragraph(words=words(conclusion(effects)))
    numbers = [
        _key("Improvement", effects.overall, "under the principles a reply was revised under"),
        _key("Other principles", effects.others, "under all others, on the same replies"),
    ]
    if last.refusals is not None:
        value, detail = percent_parts(last.refusals.became)
        note = words("of the replies that were none")
        numbers.append(KeyNumber(name=words("Became refusals"), value=value, detail=detail, note=note))
    value, detail = percent_parts(last.unchanged)
    numbers.append(KeyNumber(name=words("Unchanged"), value=value, detail=detail))
    yield KeyNumbers(numbers=tuple(numbers))
    warnings = [*report.own_family, *report.notes]
    if warnings:
        yield Bullets(points=tuple((said(note),) for note in warnings), tone="warning")


def _key(name: str, rate: PairedRate, note: str) -> KeyNumber:
    value, detail = points_parts(rate.difference)
    return KeyNumber(name=words(name), value=value, detail=detail, note=words(f"{_from_to(rate)}; {note}"))


def _from_to(rate: PairedRate) -> str:
    if rate.before is None or rate.after is None:
        return "no pair of verdicts"
    return f"{percent(rate.before)} passed before, {percent(rate.after)} after"


# -- Principles ------------------------------------------------------------------------------------


def _principles(effects: RevisionEffects) -> Iterator[Block]:
    yield Table(
        caption=words("Replies that were revised under the principle"),
        columns=(
            *columns("Principle", "What it says"),
            *columns("Passed before", "after", "Change", "Won", "Lost", "p", "Apart", numbers=7),
        ),
        rows=tuple(_improved(each) for each in effects.principles),
    )
    yield Paragraph(
        words=words(
            "Intervals are of 95 %; p is one-sided for “better”, adjusted over the principles by Holm. Apart are pairs "
            "of which a side has no verdict, or one that does not bear on the reply."
        ),
        tone="note",
    )
    yield Table(
        caption=words("Replies that were revised under other principles: harm"),
        columns=(
            *columns("Principle", "Outcome"),
            *columns("Passed before", "after", "Change", "Won", "Lost", "p", "Apart", numbers=7),
            *columns("Why"),
        ),
        rows=tuple(_harmed(each) for each in effects.principles),
    )
    yield Paragraph(
        words=words(
            "Intervals are of 90 %: each limit is one-sided at 5 %. p is one-sided for “worse”, adjusted over the "
            "principles by Holm. Without a drop seen, harm is excluded only where the margin is."
        ),
        tone="note",
    )


def _improved(each: PrincipleEffect) -> tuple[Cell, ...]:
    rate = each.improvement
    return (
        text_cell(foreign(each.principle_id)),
        text_cell(foreign(each.title)),
        *_rate_cells(rate, rate.p_better),
    )


def _harmed(each: PrincipleEffect) -> tuple[Cell, ...]:
    harm = each.harm
    return (
        text_cell(foreign(each.principle_id)),
        text_cell(harm_words(harm)),
        *_rate_cells(harm.rate, harm.rate.p_worse),
        text_cell(harm.reason),
    )


def _rate_cells(rate: PairedRate, p_value: float) -> Iterator[Cell]:
    for share in (rate.before, rate.after):
        yield text_cell("none" if share is None else percent(share))
    yield points_cell(rate.difference)
    yield count_cell(rate.won)
    yield count_cell(rate.lost)
    yield text_cell(f"{p_value:.3g}" if rate.n else "none")
    yield _apart(rate)


def _apart(rate: PairedRate) -> Cell:
    reasons = "; ".join(f"{count(number)} {reason}" for reason, number in rate.apart.items())
    return Cell(words=words(count(sum(rate.apart.values()))), detail=reasons)


# -- Rounds and chains -----------------------------------------------------------------------------


def _rounds(effects: RevisionEffects) -> Table:
    rows = tuple(
        (
            text_cell(count(each.round)),
            points_cell(each.improvement.difference),
            points_cell(each.others.difference),
            length_row(each.length),
            *refusal_cells(each.refusals),
            percent_cell(each.unchanged),
        )
        for each in effects.rounds
    )
    return Table(
        caption=words("What is there after each round, held against the first replies"),
        columns=columns(
            "Round",
            "Improvement",
            "Other principles",
            "Length",
            "Refusals",
            "Became refusals",
            "Unchanged",
            numbers=6,
        ),
        rows=rows,
    )


def _chains(chains: ChainCounts) -> Iterator[Block]:
    failed = sum(chains.failed.values())
    yield Paragraph(
        words=words(
            f"{plural(chains.planned, 'reply', 'replies')} planned = {count(chains.complete)} revised to the end + "
            f"{count(failed)} failed + {count(chains.open)} open."
        )
    )
    yield Table(
        caption=words("Replies that are not among the measured"),
        columns=(*columns("Why"), *columns("Replies", "Share of the planned", numbers=2)),
        rows=(
            *(
                (
                    text_cell("failed: ", foreign(kind.replace("_", " "))),
                    count_cell(number),
                    text_cell(percent(number / max(1, chains.planned))),
                )
                for kind, number in chains.failed.items()
            ),
            (
                text_cell("no principle was drawn"),
                count_cell(chains.without_principle),
                text_cell("not planned"),
            ),
            (
                text_cell("not drawn, or without a text"),
                count_cell(chains.left_out),
                text_cell("not planned"),
            ),
        ),
    )
