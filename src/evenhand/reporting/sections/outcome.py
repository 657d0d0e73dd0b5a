"""What was judged and what came of it: the conservation law, then verdicts per principle and slice."""

from collections.abc import Iterator, Sequence

from evenhand.records.scale import Reading
from evenhand.records.verdict import Undecided
from evenhand.reporting.display import count
from evenhand.reporting.document import (
    Bar,
    Block,
    Cell,
    Chart,
    Heading,
    Paragraph,
    Section,
    Series,
    StackedBars,
    Table,
    foreign,
    words,
)
from evenhand.reporting.extras import ANSWERS, SLICES
from evenhand.reporting.sections.cells import (
    bounds_cell,
    columns,
    count_cell,
    foreign_cell,
    percent_cell,
    text_cell,
)
from evenhand.reporting.summary import (
    JudgeAnswers,
    LabelCount,
    PrincipleResult,
    RunSummary,
    SliceResult,
    VerdictCounts,
)

_COLOURS = {
    Reading.PASS: ("blue", "sky", "teal"),
    Reading.FAIL: ("vermilion", "amber", "rust"),
    Reading.NEUTRAL: ("grey", "silver", "slate"),
    Reading.ABSTAIN: ("mauve", "plum", "lilac"),
}
_CATEGORICAL = ("blue", "amber", "teal", "mauve", "sky", "rust", "slate", "plum")
_HATCHES = ("none", "rising", "dots", "level", "falling", "cross", "upright", "rings")
_UNDECIDED = Series(name=words("undecided, or answers tie"), colour="paper", hatch="falling")
_MISSING = Series(name=words("open, or no answer"), colour="paper", hatch="none")

_BECAUSE = {
    Undecided.QUORUM: "too few judges had an opinion",
    Undecided.TIE: "labels tied",
    Undecided.ABSTENTION: "a judge could not tell",
    Undecided.MISSING: "a rating failed",
    Undecided.REFUSED: "judges refused, whose votes could have changed the verdict",
    Undecided.SPLIT: "the judges were not of one voice",
    Undecided.ESCALATED: "no step of the cascade was sure enough",
}

_MOST_SLICE_ROWS = 600
"""Rows of all slice tables together, so that a page stays a page."""


def outcome_section(summary: RunSummary) -> Section:
    """Return the section on where everything went and what the verdicts are."""
    most_rows = max(10, _MOST_SLICE_ROWS // max(1, len(summary.principles)))
    blocks: list[Block] = [*_law(summary), *_overview(summary)]
    for place, result in enumerate(summary.principles, start=1):
        blocks += _principle(result, f"verdicts-{place}")
        blocks += _slices(result, most_rows)
    return Section(id="verdicts", title="Verdicts", blocks=tuple(blocks))


def _law(summary: RunSummary) -> Iterator[Block]:
    law = summary.conservation
    failed = [f"{count(number)} {kind.value}" for kind, number in law.failed.items()]
    spared = [f"{count(law.spared)} spared"] if law.spared else []
    parts = " + ".join([f"{count(law.rated)} rated", *failed, *spared, f"{count(law.open)} open"])
    yield Paragraph(
        words=words(
            f"{count(law.planned)} ratings planned = {parts}. {count(law.items)} items planned = "
            f"{count(law.decided)} decided + {count(law.undecided)} undecided + {count(law.items_open)} open."
        )
    )


def _overview(summary: RunSummary) -> Iterator[Block]:
    yield Paragraph(
        words=words(
            "The judges' pass rate is the share of passing verdicts among those that pass or fail. It is not corrected "
            "for judge error. Worst and best case count every undecided and open item as failing, or as passing."
        ),
        tone="note",
    )
    yield Table(
        caption=words("Verdicts by principle"),
        columns=(
            *columns("Principle", "Severity"),
            *columns("Items", "Pass", "Fail", "Neither", "Undecided", "Open", numbers=6),
            *columns("Judges' pass rate, not corrected", "Worst to best case", numbers=2),
        ),
        rows=tuple(_overview_row(result) for result in summary.principles),
    )
    if summary.slices_left_out:
        yield Paragraph(
            words=words(
                "Slice dimensions left out for their many values: ",
                foreign(", ".join(summary.slices_left_out)),
            ),
            tone="note",
        )


def _overview_row(result: PrincipleResult) -> tuple[Cell, ...]:
    verdicts = result.verdicts
    return (
        foreign_cell(result.principle),
        text_cell(result.severity),
        count_cell(verdicts.items),
        count_cell(verdicts.read_as(Reading.PASS)),
        count_cell(verdicts.read_as(Reading.FAIL)),
        count_cell(verdicts.read_as(Reading.NEUTRAL) + verdicts.read_as(Reading.ABSTAIN)),
        count_cell(sum(verdicts.undecided.values())),
        count_cell(verdicts.open),
        percent_cell(verdicts.pass_rate),
        bounds_cell(verdicts.worst, verdicts.best),
    )


# -- One principle ---------------------------------------------------------------------------------


def _principle(result: PrincipleResult, id_: str) -> Iterator[Block]:
    title = (": ", foreign(result.title)) if result.title else ()
    yield Heading(words=words(foreign(result.principle), *title), extra=ANSWERS)
    yield Chart(
        id=id_,
        title=words("Answers of the panel and of each judge under ", foreign(result.principle)),
        description="One bar for the panel and one for each judge. Each bar is cut by the share of each answer; "
        "the counts are in the table that follows.",
        drawing=StackedBars(series=_series(result.verdicts.labels), bars=tuple(_bars(result))),
        table=_counts_table(result),
    )
    if result.verdicts.undecided:
        reasons = "; ".join(
            f"{count(number)} because {_BECAUSE[reason]}"
            for reason, number in result.verdicts.undecided.items()
        )
        yield Paragraph(words=words(f"Undecided: {reasons}."), tone="note", extra=ANSWERS)


def _series(labels: Sequence[LabelCount]) -> tuple[Series, ...]:
    has_rate = any(each.reading in {Reading.PASS, Reading.FAIL} for each in labels)
    used = dict.fromkeys(Reading, 0)
    series = []
    for place, each in enumerate(labels):
        pool = _COLOURS[each.reading] if has_rate or each.reading is Reading.ABSTAIN else _CATEGORICAL
        series.append(
            Series(
                name=words(foreign(each.label)),
                colour=pool[used[each.reading] % len(pool)],
                hatch=_HATCHES[place % len(_HATCHES)],
            )
        )
        used[each.reading] += 1
    return (*series, _UNDECIDED, _MISSING)


def _bars(result: PrincipleResult) -> Iterator[Bar]:
    verdicts = result.verdicts
    labels = tuple(each.count for each in verdicts.labels)
    yield Bar(name=words("The panel"), counts=(*labels, sum(verdicts.undecided.values()), verdicts.open))
    for judge in result.judges:
        counts = tuple(each.count for each in judge.labels)
        yield Bar(name=words(foreign(judge.judge)), counts=(*counts, judge.tied, judge.unread))


def _counts_table(result: PrincipleResult) -> Table:
    labels = [foreign(each.label) for each in result.verdicts.labels]
    return Table(
        caption=words("Answers under ", foreign(result.principle), ", counted"),
        columns=(
            *columns("Rater"),
            *columns(*labels, "Undecided, or answers tie", "Open, or no answer", numbers=len(labels) + 2),
        ),
        rows=(
            (text_cell("The panel"), *_verdict_counts(result.verdicts)),
            *((foreign_cell(judge.judge), *_judge_counts(judge)) for judge in result.judges),
        ),
        extra=ANSWERS,
    )


def _verdict_counts(verdicts: VerdictCounts) -> tuple[Cell, ...]:
    labels = (count_cell(each.count) for each in verdicts.labels)
    return (*labels, count_cell(sum(verdicts.undecided.values())), count_cell(verdicts.open))


def _judge_counts(judge: JudgeAnswers) -> tuple[Cell, ...]:
    labels = (count_cell(each.count) for each in judge.labels)
    return (*labels, count_cell(judge.tied), count_cell(judge.unread))


def _slices(result: PrincipleResult, most_rows: int) -> Iterator[Block]:
    if not result.slices:
        return
    labels = [foreign(each.label) for each in result.verdicts.labels]
    yield Table(
        caption=words("Verdicts by slice under ", foreign(result.principle)),
        columns=(
            *columns("Value", "Slice"),
            *columns("Items", "Pass", "Fail", *labels, "Undecided", "Open", numbers=len(labels) + 5),
            *columns("Judges' pass rate, not corrected", "Worst to best case", numbers=2),
        ),
        rows=tuple(_slice_row(each) for each in result.slices[:most_rows]),
        extra=SLICES,
    )
    if left_out := len(result.slices[most_rows:]):
        yield Paragraph(
            words=words(f"{count(left_out)} more slices are in the JSON report."), tone="note", extra=SLICES
        )


def _slice_row(each: SliceResult) -> tuple[Cell, ...]:
    verdicts = each.verdicts
    return (
        foreign_cell(each.value),
        foreign_cell(each.dimension),
        count_cell(verdicts.items),
        count_cell(verdicts.read_as(Reading.PASS)),
        count_cell(verdicts.read_as(Reading.FAIL)),
        *_verdict_counts(verdicts),
        percent_cell(verdicts.pass_rate),
        bounds_cell(verdicts.worst, verdicts.best),
    )
