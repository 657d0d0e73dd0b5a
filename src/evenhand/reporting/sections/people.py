"""The judges beside people."""

from collections.abc import Iterator, Sequence

from evenhand.records.label import LabelKind
from evenhand.reporting.comparing import largest_sets
from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Cell, Heading, Paragraph, Section, Table, foreign, words
from evenhand.reporting.extras import BY_PRINCIPLE, CONFUSION, PEOPLE
from evenhand.reporting.sections.agreement import pair_table
from evenhand.reporting.sections.cells import (
    columns,
    count_cell,
    foreign_cell,
    over,
    percent_cell,
    plain_cell,
    text_cell,
)
from evenhand.reporting.summary import BestJudge, LabelComparison, PrincipleSet, RunSummary
from evenhand.stats.estimate import Estimate

_MOST_CONFUSION_TABLES = 24
_MOST_ROWS = 400


def people_section(summary: RunSummary) -> Section:
    """Return the section on how far judges and panel agree with human labels; empty without labels."""
    blocks: tuple[Block, ...] = ()
    if summary.comparisons:
        blocks = (
            _caution(),
            *_beside(summary.best_judges),
            *_comparison_tables(summary),
            *_people_among_themselves(summary),
            *_confusions(summary),
        )
    return Section(id="people", title="The judges beside people", blocks=blocks)


def _caution() -> Paragraph:
    return Paragraph(
        words=words(
            "These labels are counted as they stand, however likely each item was to be labelled: they say how judges "
            "do on these items. Figures that hold for all items, with intervals, are in a calibration of the run "
            "(evenhand calibrate). A judge without an answer counts as not matching a label."
        ),
        tone="note",
    )


def _beside(best: Sequence[BestJudge]) -> Iterator[Block]:
    if best:
        yield Table(
            caption=words("The panel beside its best single judge"),
            columns=(
                *columns("Labels of", "Over", "Best single judge"),
                *columns("That judge matches", "The panel matches", numbers=2),
            ),
            rows=tuple(
                (
                    foreign_cell(each.annotator),
                    text_cell(over(each.over)),
                    foreign_cell(each.judge),
                    percent_cell(each.judge_of_all),
                    percent_cell(each.panel_of_all),
                )
                for each in best
            ),
        )


def _comparison_tables(summary: RunSummary) -> Iterator[Block]:
    main = _largest(summary)
    whole = [each for each in summary.comparisons if each.over in main]
    single = [each for each in summary.comparisons if each.over not in main]
    known = [each for each in single if isinstance(each.of_all, Estimate)]
    yield _comparison_table("Judges and panel against human labels", whole[:_MOST_ROWS])
    if known:
        yield _comparison_table("The same by principle", known[:_MOST_ROWS], extra=BY_PRINCIPLE)
    if few := len(single) - len(known):
        yield _remark(f"By principle, {count(few)} more comparisons rest on too few labels.", BY_PRINCIPLE)
    if left_out := len(whole[_MOST_ROWS:]) + len(known[_MOST_ROWS:]):
        yield _remark(f"{count(left_out)} more comparisons are in the JSON report.", BY_PRINCIPLE)
    if summary.people_left_out:
        yield _remark(
            f"{count(summary.people_left_out)} more persons gave labels and are not compared one by one."
        )


def _remark(text: str, extra: str = "") -> Paragraph:
    return Paragraph(words=words(text), tone="note", extra=extra)


def _largest(summary: RunSummary) -> tuple[PrincipleSet, ...]:
    return largest_sets(tuple(dict.fromkeys(each.over for each in summary.comparisons)))


def _comparison_table(caption: str, rows: Sequence[LabelComparison], *, extra: str = "") -> Table:
    return Table(
        extra=extra,
        caption=words(caption),
        columns=(
            *columns("Rater", "Labels of", "Over"),
            *columns("Matches of all labels", "Matches among answered", "Kappa among answered", numbers=3),
        ),
        rows=tuple(
            (
                _rater(each),
                text_cell(foreign(each.annotator), " (settled)" if each.kind is LabelKind.RESOLVED else ""),
                text_cell(over(each.over)),
                percent_cell(each.of_all),
                percent_cell(each.of_answered),
                plain_cell(each.kappa),
            )
            for each in rows
        ),
    )


def _rater(each: LabelComparison) -> Cell:
    return text_cell("The panel") if each.is_panel else foreign_cell(each.rater)


def _people_among_themselves(summary: RunSummary) -> Iterator[Block]:
    pairs = summary.people_pairs
    if pairs:
        yield Paragraph(
            words=words(
                "People among themselves, the first few in the order of their labels: no judge can be expected to "
                "agree with people more than they do with each other."
            ),
            tone="note",
            extra=PEOPLE,
        )
        yield pair_table(words("Agreement of people with each other"), pairs[:_MOST_ROWS], extra=PEOPLE)


def _confusions(summary: RunSummary) -> Iterator[Block]:
    """Yield the confusion tables of the settled labels, or where there are none those of each person."""
    main = [each for each in summary.comparisons if each.over in _largest(summary)]
    settled = [each for each in main if each.kind is LabelKind.RESOLVED]
    shown = settled or main
    yield Heading(words=words("Confusion tables"), extra=CONFUSION)
    for each in shown[:_MOST_CONFUSION_TABLES]:
        yield _confusion_table(each)
    if left_out := max(0, len(shown) - _MOST_CONFUSION_TABLES):
        yield Paragraph(
            words=words(f"{count(left_out)} more are in the JSON report."), tone="note", extra=CONFUSION
        )


def _confusion_table(each: LabelComparison) -> Table:
    who = "the panel" if each.is_panel else foreign(each.rater)
    answers = [foreign(label) for label in each.confusion.columns[:-1]]
    return Table(
        caption=words(
            "Labels of ",
            foreign(each.annotator),
            " met by answers of ",
            who,
            ", over ",
            over(each.over),
        ),
        columns=(
            *columns("Human label"),
            *columns(*answers, each.confusion.columns[-1], numbers=len(answers) + 1),
        ),
        rows=tuple(
            (foreign_cell(label), *(count_cell(number) for number in counts))
            for label, counts in zip(each.confusion.rows, each.confusion.counts, strict=True)
        ),
        extra=CONFUSION,
    )
