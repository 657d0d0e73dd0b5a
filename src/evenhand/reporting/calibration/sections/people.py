"""What people say, before any judge is measured against them."""

from collections.abc import Iterator

from evenhand.calibration.results import Calibration, PeoplePrinciple, PersonRow, Trust
from evenhand.reporting.calibration.figures.forest import MOST_SPELLED, Forest, ForestRow
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.sections.quality import is_known
from evenhand.reporting.calibration.wording import ALL_PRINCIPLES, joined, plural, principle, principle_cell
from evenhand.reporting.display import count
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Fold,
    Paragraph,
    Section,
    Table,
    words,
)
from evenhand.reporting.extras import PEOPLE
from evenhand.reporting.sections.cells import (
    columns,
    count_cell,
    foreign_cell,
    percent_cell,
    plain_cell,
    text_cell,
)


def people_section(calibration: Calibration) -> Section:
    """Return the section on people among themselves."""
    blocks = (*_stop(calibration), *_agreement(calibration), *_persons(calibration))
    return Section(id="people", title="People", blocks=blocks)


def _stop(calibration: Calibration) -> Iterator[Block]:
    names = [each.principle for each in calibration.trust if each.trust is Trust.PEOPLE_DISAGREE]
    if names:
        listed = joined([principle(name) for name in dict.fromkeys(names)])
        yield Bullets(
            points=(
                words(
                    "Stop here for ",
                    *listed,
                    ": people do not agree with each other, so no judge can be measured against them. "
                    "Rewrite the principle, then label again.",
                ),
            ),
            tone="warning",
        )
    yield Paragraph(
        words=words(
            "No judge can be expected to agree with people more than people do with each other. "
            "This is the ceiling that later figures show as a band."
        ),
        tone="note",
    )


def _agreement(calibration: Calibration) -> Iterator[Block]:
    rows = (calibration.people.overall, *calibration.people.principles)
    table = Table(
        caption=words("People among themselves"),
        columns=(
            *columns("Principle"),
            *columns(
                "Labelled twice or more",
                "One with the others",
                "Pairs that agree",
                "Alpha",
                "Contested items",
                "More than one answer defensible",
                "Cannot tell",
                numbers=7,
            ),
        ),
        rows=tuple(_row(each) for each in rows),
    )
    if any(is_known(each.ceiling) for each in rows):
        yield plot(
            "ceiling",
            "How far one person agrees with the others",
            (
                panel(
                    "One person with the others, by principle",
                    "A row for all principles together and one for each: the share of labels of one person that equal "
                    "those of the others, with its interval.",
                    _forest(rows),
                ),
            ),
            table,
        )
    else:
        yield table


def _forest(rows: tuple[PeoplePrinciple, ...]) -> Forest:
    return Forest(
        rows=tuple(
            ForestRow(name=each.principle or ALL_PRINCIPLES, measured=each.ceiling, strong=not each.principle)
            for each in rows
        ),
        spelled=len(rows) <= MOST_SPELLED,
    )


def _row(each: PeoplePrinciple) -> tuple[Cell, ...]:
    return (
        principle_cell(each.principle),
        count_cell(each.doubly_labelled),
        percent_cell(each.ceiling),
        percent_cell(each.pairwise),
        plain_cell(each.alpha),
        percent_cell(each.contested),
        percent_cell(each.defensible),
        percent_cell(each.cannot_tell),
    )


def _persons(calibration: Calibration) -> Iterator[Block]:
    people = calibration.people
    if people.seconds_per_label is not None:
        yield Paragraph(
            words=words(f"A label takes {_seconds(people.seconds_per_label)} of active time (median).")
        )
    if people.persons:
        left_out = f"; {count(people.left_out)} more are not listed" if people.left_out else ""
        yield Fold(
            words=words(f"{plural(len(people.persons), 'person', 'people')} one by one{left_out}"),
            extra=PEOPLE,
            blocks=(
                Table(
                    caption=words("Each person beside the others"),
                    columns=(
                        *columns("Person"),
                        *columns("Labels", "Agrees with the others", "Median time of a label", numbers=3),
                    ),
                    rows=tuple(_person(each) for each in people.persons),
                    extra=PEOPLE,
                ),
            ),
        )


def _person(each: PersonRow) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.annotator),
        count_cell(each.labels),
        percent_cell(each.with_others),
        text_cell(_seconds(each.seconds) if each.seconds is not None else "not recorded"),
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
