"""The panel on each principle and each slice."""

from collections.abc import Iterator

from evenhand.calibration.results import Calibration, PrincipleCalibration, SliceRow
from evenhand.reporting.calibration.figures.forest import MOST_SPELLED, Forest, ForestRow
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.sections.panel import rate_table
from evenhand.reporting.calibration.sections.quality import (
    agreement_forest,
    ceilings,
    coefficient_fold,
    confusion_charts,
    is_known,
    quality_table,
    rows_of,
    severity_table,
)
from evenhand.reporting.calibration.wording import points_cell
from evenhand.reporting.display import percent_parts, sentence
from evenhand.reporting.document import Block, Cell, Fold, Heading, Section, Span, Table, foreign, words
from evenhand.reporting.extras import BY_PRINCIPLE, CONFUSION, SLICES
from evenhand.reporting.sections.cells import (
    columns,
    count_cell,
    foreign_cell,
    foreign_or,
    percent_cell,
    text_cell,
)
from evenhand.stats.estimate import Estimate

_THE_PANEL = Span(text="the panel")
_MOST_NAMES = 5


def principles_section(calibration: Calibration) -> Section:
    """Return the section on principles and slices."""
    blocks: tuple[Block, ...] = ()
    if calibration.principles:
        blocks = (*_principles(calibration), *_slices(calibration))
    return Section(id="principles", title="Each principle and slice", blocks=blocks)


def _principles(calibration: Calibration) -> Iterator[Block]:
    found = calibration.principles
    ceiling = ceilings((calibration.people.overall, *calibration.people.principles))
    rows = rows_of(calibration.panel.quality, {each.principle: each.quality for each in found})
    table = quality_table(_THE_PANEL, rows, ceiling)
    if any(is_known(quality.agreement) for _, quality in rows):
        yield plot(
            "panel-agreement",
            "The panel beside people, by principle",
            (
                panel(
                    "Agreement of the panel with people, by principle",
                    "A row for each principle: agreement of the panel with people and its interval. The band of a row "
                    "is the agreement of one person with the others on that principle.",
                    agreement_forest(rows, ceiling),
                ),
            ),
            table,
        )
    else:
        yield table
    yield from severity_table(_THE_PANEL, calibration.panel.severities)
    yield _overview(found)
    yield from _hardest(found)
    yield rate_table("Share of items that pass, by principle", tuple(each.rate for each in found))
    yield coefficient_fold(_THE_PANEL, rows, calibration.panel.severities)
    if calibration.panel.confusions:
        yield Fold(
            words=words("Answers of the panel met by labels"),
            extra=CONFUSION,
            blocks=tuple(confusion_charts("panel", _THE_PANEL, calibration.panel.confusions)),
        )


def _overview(found: tuple[PrincipleCalibration, ...]) -> Table:
    return Table(
        caption=words("Principles"),
        columns=(
            *columns("Principle", "Title", "Severity"),
            *columns(
                "Items",
                "Labelled",
                "Share that fails",
                "Agreement, drawn to the mean",
                "The panel over its best single judge",
                numbers=5,
            ),
        ),
        rows=tuple(
            (
                foreign_cell(each.principle),
                foreign_or(each.title, "none"),
                foreign_or(each.severity, "none"),
                count_cell(each.items),
                count_cell(each.labelled),
                percent_cell(each.quality.prevalence),
                percent_cell(each.shrunken),
                points_cell(each.gain),
            )
            for each in found
        ),
    )


def _hardest(found: tuple[PrincipleCalibration, ...]) -> Iterator[Block]:
    rows = tuple((foreign_cell(each.principle), _names(each.hardest)) for each in found if each.hardest)
    if rows:
        yield Fold(
            words=words("Hardest items of each principle"),
            extra=BY_PRINCIPLE,
            blocks=(
                Table(
                    caption=words("Items the panel got wrong and was sure of, from the labels for learning"),
                    columns=columns("Principle", "Items"),
                    rows=rows,
                    extra=BY_PRINCIPLE,
                ),
            ),
        )


def _names(names: tuple[str, ...]) -> Cell:
    spans = [span for name in names[:_MOST_NAMES] for span in (foreign(name), Span(text=", "))][:-1]
    more = len(names) - _MOST_NAMES
    return Cell(words=(*spans, *((Span(text=f" and {more} more"),) if more > 0 else ())))


# -- Slices ----------------------------------------------------------------------------------------


def _slices(calibration: Calibration) -> Iterator[Block]:
    found = calibration.slices
    if not found:
        return
    yield Heading(words=words("Slices"), extra=SLICES)
    overall = calibration.panel.quality.agreement
    table = Table(
        caption=words("Agreement with people by slice"),
        columns=(
            *columns("Slice"),
            *columns(
                "Items",
                "Labelled",
                "Agreement",
                "Drawn to the mean",
                "Chance that it is worse by more than the margin",
                "Adjusted p of being below the others",
                numbers=6,
            ),
        ),
        rows=tuple(_slice(each) for each in found),
        extra=SLICES,
    )
    rows = tuple(
        ForestRow(name=f"{each.dimension}: {each.value}", measured=each.shrunken, band=overall)
        for each in found
    )
    if any(isinstance(each.measured, Estimate) for each in rows):
        yield plot(
            "slices",
            "Agreement with people by slice, drawn to the mean",
            (
                panel(
                    "Agreement of the panel with people by slice, drawn to the mean",
                    "A row for each slice: agreement of the panel with people, drawn towards that of all items as far "
                    "as few labels ask for, with its interval. The band is the agreement on all items.",
                    Forest(rows=rows, spelled=len(rows) <= MOST_SPELLED),
                ),
            ),
            table,
            f"The band is the agreement on all items: {sentence(percent_parts(overall))}.",
        )
    else:
        yield table


def _slice(each: SliceRow) -> tuple[Cell, ...]:
    return (
        text_cell(foreign(each.dimension), ": ", foreign(each.value)),
        count_cell(each.items),
        count_cell(each.labelled),
        percent_cell(each.agreement),
        percent_cell(each.shrunken),
        text_cell(_probability(each.worse)),
        text_cell(_probability(each.adjusted_p)),
    )


def _probability(value: float | None) -> str:
    if value is None:
        return "not known"
    return "under 0.001" if value < 0.001 else f"{value:.3f}"
