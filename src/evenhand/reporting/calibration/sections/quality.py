"""Tables of how a rater does against the reference labels."""

from collections.abc import Iterable, Iterator, Mapping

from evenhand.calibration.results import Confusion, PeoplePrinciple, Quality, Reliability
from evenhand.reporting.calibration.extras import COEFFICIENTS, CONFIDENCE
from evenhand.reporting.calibration.figures.confusion import ConfusionMatrix
from evenhand.reporting.calibration.figures.forest import MOST_SPELLED, Forest, ForestRow
from evenhand.reporting.calibration.figures.reliability import ReliabilityDiagram
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.wording import ALL_PRINCIPLES, principle_cell
from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Cell, Chart, Fold, Span, Table, Words, foreign, words
from evenhand.reporting.extras import BY_PRINCIPLE, CONFUSION
from evenhand.reporting.sections.cells import (
    columns,
    count_cell,
    foreign_cell,
    foreign_or,
    percent_cell,
    plain_cell,
    text_cell,
)
from evenhand.stats.estimate import Estimate, Measured

Rows = tuple[tuple[str, Quality], ...]
"""Quality by principle; an empty name stands for all principles together, and comes first."""
NO_ANSWER = "no answer"
_MOST_DRAWN = 3
"""Principles of a rater whose confusion is drawn, the most confused first."""


def rows_of(overall: Quality, principles: Mapping[str, Quality]) -> Rows:
    """Return all principles together, and each; the same once where there is one principle only."""
    return (("", overall), *principles.items())


def ceilings(people: Iterable[PeoplePrinciple]) -> Mapping[str, Measured]:
    """Return how far one person agrees with the others, by principle."""
    return {each.principle: each.ceiling for each in people}


def quality_table(who: Span, rows: Rows, ceiling: Mapping[str, Measured]) -> Table:
    """Return the table of agreement and of both kinds of errors."""
    return Table(
        caption=words("Against people: ", who),
        columns=(
            *columns("Principle"),
            *columns(
                "Labelled",
                "Answered",
                "Agreement",
                "One person with the others",
                "Failing items it fails",
                "Passing items it passes",
                "Mean of the two",
                numbers=7,
            ),
        ),
        rows=tuple(
            (
                principle_cell(name),
                count_cell(each.labelled),
                count_cell(each.answered),
                percent_cell(each.agreement),
                percent_cell(ceiling[name]) if name in ceiling else text_cell("not measured"),
                percent_cell(each.sensitivity),
                percent_cell(each.specificity),
                percent_cell(each.balanced_accuracy),
            )
            for name, each in rows
        ),
    )


def severity_table(who: Span, severities: Mapping[str, Quality]) -> Iterator[Table]:
    """Yield the table of both kinds of errors by severity, where principles have one."""
    if severities:
        yield Table(
            caption=words("By severity of the principle: ", who),
            columns=(
                *columns("Severity"),
                *columns(
                    "Labelled",
                    "Agreement",
                    "Failing items it fails",
                    "Passing items it passes",
                    "Mean of the two",
                    numbers=5,
                ),
            ),
            rows=tuple(
                (
                    foreign_or(name, "none"),
                    count_cell(each.labelled),
                    percent_cell(each.agreement),
                    percent_cell(each.sensitivity),
                    percent_cell(each.specificity),
                    percent_cell(each.balanced_accuracy),
                )
                for name, each in severities.items()
            ),
            extra=BY_PRINCIPLE,
        )


def coefficient_fold(who: Span, rows: Rows, severities: Mapping[str, Quality]) -> Fold:
    """Return the coefficients that take chance and commonness into account, by principle and by severity."""
    by_severity = tuple((foreign_or(name, "none"), each) for name, each in severities.items())
    return Fold(
        words=words("Coefficients that take chance into account"),
        blocks=(
            _coefficient_table(
                words("Coefficients: ", who),
                "Principle",
                tuple((principle_cell(name), each) for name, each in rows),
            ),
            *(
                (_coefficient_table(words("Coefficients by severity: ", who), "Severity", by_severity),)
                if by_severity
                else ()
            ),
        ),
        extra=COEFFICIENTS,
    )


def _coefficient_table(caption: Words, by: str, rows: tuple[tuple[Cell, Quality], ...]) -> Table:
    ordered = tuple(dict.fromkeys(name for _, each in rows for name in each.ordered))
    return Table(
        caption=caption,
        columns=(
            *columns(by),
            *columns(
                "Agreement without weights",
                "Share that fails",
                "Kappa",
                "Gwet's AC",
                "Matthews",
                "Alpha",
                *ordered,
                numbers=6 + len(ordered),
            ),
        ),
        rows=tuple(
            (
                name,
                percent_cell(each.unweighted),
                percent_cell(each.prevalence),
                *(plain_cell(value) for value in (each.kappa, each.gwet, each.mcc, each.alpha)),
                *(
                    plain_cell(each.ordered[key]) if key in each.ordered else text_cell("no order")
                    for key in ordered
                ),
            )
            for name, each in rows
        ),
        extra=COEFFICIENTS,
    )


def agreement_forest(rows: Rows, ceiling: Mapping[str, Measured]) -> Forest:
    """Return agreement by principle beside the agreement of people."""
    return Forest(
        rows=tuple(
            ForestRow(
                name=name or ALL_PRINCIPLES, measured=each.agreement, band=ceiling.get(name), strong=not name
            )
            for name, each in rows
        ),
        spelled=len(rows) <= MOST_SPELLED,
    )


# -- Confusion -------------------------------------------------------------------------------------


def pooled(confusions: Iterable[Confusion]) -> tuple[Confusion, ...]:
    """Return the sum of the counts of all principles that share a scale, in the order they come."""
    sums: dict[tuple[str, ...], list[list[int]]] = {}
    for each in confusions:
        found = sums.setdefault(each.categories, [[0] * len(row) for row in each.counts])
        for row, counts in zip(found, each.counts, strict=True):
            row[:] = [before + number for before, number in zip(row, counts, strict=True)]
    return tuple(
        Confusion(categories=categories, counts=tuple(tuple(row) for row in rows))
        for categories, rows in sums.items()
    )


def confusion_charts(name: str, who: Span, confusions: Mapping[str, Confusion]) -> Iterator[Block]:
    """Yield the confusion over all principles, scale by scale, then that of the most confused principles."""
    sums = pooled(confusions.values())
    for number, each in enumerate(sums, start=1):
        over = "all principles" if len(sums) == 1 else f"all principles on scale {number}"
        yield _confusion_chart(
            f"{name}-confusion-{number}", words(who, f": answers met by labels, {over}"), each
        )
    mistaken = {rule: _mistaken(each.counts) for rule, each in confusions.items()}
    drawn = sorted((rule for rule in mistaken if mistaken[rule]), key=lambda rule: -mistaken[rule])
    if len(confusions) > 1 and drawn:
        yield _most_confused(
            name, who, {rule: confusions[rule] for rule in drawn[:_MOST_DRAWN]}, len(confusions)
        )


def _most_confused(name: str, who: Span, drawn: Mapping[str, Confusion], known: int) -> Fold:
    more = known - len(drawn)
    rest = f"; {count(more)} more {'is' if more == 1 else 'are'} in the JSON report" if more else ""
    return Fold(
        words=words(f"The most confused principles{rest}"),
        extra=CONFUSION,
        blocks=tuple(
            _confusion_chart(
                f"{name}-confusion-of-{number}",
                words(who, ": answers met by labels under ", foreign(rule)),
                each,
            )
            for number, (rule, each) in enumerate(drawn.items(), start=1)
        ),
    )


def _mistaken(counts: tuple[tuple[int, ...], ...]) -> int:
    return sum(
        number for row, each in enumerate(counts) for column, number in enumerate(each) if column != row
    )


def _confusion_chart(name: str, title: tuple[Span, ...], confusion: Confusion) -> Chart:
    """Return a confusion matrix; answers without a reference label are not in it."""
    answers = [foreign(label) for label in confusion.categories]
    return plot(
        name,
        title,
        (
            panel(
                title,
                "A row for each label people gave, a column for each answer. Each cell has the number of items and "
                "its share of the row; equal labels lie on the outlined diagonal.",
                ConfusionMatrix(
                    rows=confusion.categories,
                    columns=(*confusion.categories, NO_ANSWER),
                    counts=confusion.counts,
                ),
            ),
        ),
        Table(
            caption=title,
            columns=(*columns("People said"), *columns(*answers, NO_ANSWER, "all", numbers=len(answers) + 2)),
            rows=tuple(
                (
                    foreign_cell(label),
                    *(_share_cell(number, sum(counts)) for number in counts),
                    count_cell(sum(counts)),
                )
                for label, counts in zip(confusion.categories, confusion.counts, strict=True)
            ),
            extra=CONFUSION,
        ),
    )


def _share_cell(number: int, total: int) -> Cell:
    share = f"{100 * number / total:.0f} % of {count(total)}" if total else ""
    return Cell(words=words(count(number)), detail=share)


# -- Confidence ------------------------------------------------------------------------------------


def reliability_chart(name: str, who: Span, each: Reliability) -> Chart:
    """Return what confidence is worth."""
    title = words("Is confidence right? ", who, f", {each.kind}")
    return plot(
        name,
        title,
        (
            panel(
                title,
                "Mean confidence of answers of like confidence against the share of them that is right, with "
                "intervals. On the dashed line confidence keeps its word; below it the rater is too sure. Larger dots "
                "rest on more answers; the histogram below shows where the answers lie.",
                ReliabilityDiagram(bins=each.bins),
            ),
        ),
        Table(
            caption=title,
            columns=(
                *columns("Confidence"),
                *columns("Mean confidence", "Share right", "Answers", numbers=3),
            ),
            rows=tuple(
                (
                    text_cell(f"{one.low:.2f} to {one.high:.2f}"),
                    text_cell(f"{one.confidence:.2f}"),
                    percent_cell(one.correct),
                    count_cell(one.n),
                )
                for one in each.bins
            ),
            extra=CONFIDENCE,
        ),
    )


def reliability_table(who: Span, found: tuple[Reliability, ...]) -> Table:
    """Return the measures of confidence in one table."""
    return Table(
        caption=words("Confidence in numbers: ", who),
        columns=(
            *columns("Confidence"),
            *columns(
                "Answers", "Expected calibration error", "Brier score", "Tells right from wrong", numbers=4
            ),
        ),
        rows=tuple(
            (
                text_cell(each.kind),
                count_cell(each.n),
                plain_cell(each.ece),
                plain_cell(each.brier),
                plain_cell(each.auroc),
            )
            for each in found
        ),
        extra=CONFIDENCE,
    )


def is_known(measured: Measured) -> bool:
    """Tell whether there is an estimate."""
    return isinstance(measured, Estimate)
