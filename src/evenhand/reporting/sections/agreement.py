"""The judges among themselves."""

from collections.abc import Iterator, Mapping, Sequence

from evenhand.reporting.comparing import largest_sets
from evenhand.reporting.display import count
from evenhand.reporting.document import (
    Block,
    Cell,
    Chart,
    HeatMap,
    Histogram,
    Paragraph,
    Section,
    Table,
    Words,
    foreign,
    words,
)
from evenhand.reporting.extras import BY_PRINCIPLE
from evenhand.reporting.sections.cells import (
    columns,
    count_cell,
    foreign_cell,
    over,
    percent_cell,
    plain_cell,
    text_cell,
)
from evenhand.reporting.summary import Bin, Consistency, PairAgreement, PrincipleSet, RunSummary
from evenhand.stats.estimate import Measured


def agreement_section(summary: RunSummary) -> Section:
    """Return the section on how far the judges agree with each other and with themselves."""
    blocks = (
        *_matrices(summary),
        *_by_principle(summary),
        *_histogram(summary),
        *_consistency("Pairs asked in both orders", "Same answer in both orders", summary.orders),
        *_consistency("Items asked more than once", "Same answer every time", summary.repeats),
    )
    return Section(id="judges", title="The judges among themselves", blocks=blocks)


def pair_table(caption: Words, pairs: Sequence[PairAgreement], *, extra: str = "") -> Table:
    """Return a table of raters two by two."""
    return Table(
        caption=caption,
        extra=extra,
        columns=(*columns("Raters", "Over"), *columns("Agreement", "Kappa", numbers=2)),
        rows=tuple(
            (
                text_cell(foreign(pair.first), " and ", foreign(pair.second)),
                text_cell(over(pair.over)),
                percent_cell(pair.agreement),
                plain_cell(pair.kappa),
            )
            for pair in pairs
        ),
    )


def _matrices(summary: RunSummary) -> Iterator[Block]:
    if not summary.judge_pairs:
        return
    yield Paragraph(
        words=words(
            "How often two judges give the same label to an item both answered, and Cohen's kappa: agreement beyond "
            "chance. Judges that agree can be wrong together."
        ),
        tone="note",
    )
    for place, principles in enumerate(_sets(summary), start=1):
        pairs = [pair for pair in summary.judge_pairs if pair.over == principles]
        names = tuple(judge.judge for judge in summary.stamp.judges)
        yield Chart(
            id=f"agreement-{place}",
            title=words("Agreement of the judges over ", over(principles)),
            description="A square with a row and a column for each judge. Above the diagonal: share of equal labels. "
            "Below it: kappa. Each cell gives the estimate, its interval and the number of items.",
            drawing=HeatMap(
                names=names,
                agreement=_grid(names, {(pair.first, pair.second): pair.agreement for pair in pairs}),
                kappa=_grid(names, {(pair.first, pair.second): pair.kappa for pair in pairs}),
            ),
            table=pair_table(words("Agreement of the judges over ", over(principles)), pairs),
        )


def _grid(
    names: Sequence[str], values: Mapping[tuple[str, str], Measured]
) -> tuple[tuple[Measured | None, ...], ...]:
    return tuple(
        tuple(values.get((first, second), values.get((second, first))) for second in names) for first in names
    )


def _sets(summary: RunSummary) -> tuple[PrincipleSet, ...]:
    return largest_sets(tuple(dict.fromkeys(pair.over for pair in summary.judge_pairs)))


def _by_principle(summary: RunSummary) -> Iterator[Block]:
    drawn = _sets(summary)
    rest = [pair for pair in summary.judge_pairs if pair.over not in drawn]
    if rest:
        yield pair_table(words("Agreement of the judges by principle"), rest, extra=BY_PRINCIPLE)


def _histogram(summary: RunSummary) -> Iterator[Block]:
    bins, few = summary.disagreement.bins, summary.disagreement.fewer_than_two
    if not any(each.count for each in bins):
        return
    labels = tuple(_bin_label(each) for each in bins)
    yield Chart(
        id="disagreement",
        title=words("How divided the judges are"),
        description="A bar for each degree of disagreement, from 0, one voice, to 1, no two agree. "
        "Its height is the number of items.",
        drawing=Histogram(
            ticks=tuple(f"{each.high:.2g}" for each in bins), counts=tuple(each.count for each in bins)
        ),
        table=Table(
            caption=words("Items by disagreement"),
            columns=columns("Disagreement", "Items", numbers=1),
            rows=tuple(
                (text_cell(label), count_cell(each.count)) for label, each in zip(labels, bins, strict=True)
            ),
        ),
    )
    if few:
        yield Paragraph(
            words=words(f"{count(few)} items have fewer than two answers, where nothing can differ."),
            tone="note",
        )


def _bin_label(each: Bin) -> str:
    return "0" if each.high == 0 else f"over {each.low:.1f} to {each.high:.1f}"


def _consistency(caption: str, what: str, rows: Sequence[Consistency]) -> Iterator[Block]:
    if rows:
        yield Table(
            caption=words(caption),
            columns=(*columns("Judge"), *columns("Differing", what, numbers=2)),
            rows=tuple(_consistency_row(each) for each in rows),
        )
    for each in rows:
        if each.one_order:
            yield Paragraph(
                words=words(
                    foreign(each.judge),
                    f" answered {count(each.one_order)} pairs in one order only, which can not show a position bias.",
                ),
                tone="note",
            )


def _consistency_row(each: Consistency) -> tuple[Cell, ...]:
    return foreign_cell(each.judge), count_cell(each.differing), percent_cell(each.same)
