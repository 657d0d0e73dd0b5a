"""The judges together: what combining them gains, how alike they are, whether their disagreement tells anything."""

from collections.abc import Iterator

from evenhand.calibration.results import Calibration, PanelCalibration, RateResult
from evenhand.reporting.calibration.extras import CONFIDENCE, PAIRS
from evenhand.reporting.calibration.figures.curves import DisagreementCurve
from evenhand.reporting.calibration.figures.forest import Forest, ForestRow
from evenhand.reporting.calibration.figures.likeness import Grid, Likeness, order_by_likeness
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.sections.quality import (
    is_known,
    reliability_chart,
    reliability_table,
)
from evenhand.reporting.calibration.wording import plural, points_cell, rater, said
from evenhand.reporting.display import percent_parts, plain_parts, sentence, usd
from evenhand.reporting.document import (
    Block,
    Bullets,
    Fold,
    Paragraph,
    Section,
    Span,
    Table,
    foreign,
    words,
)
from evenhand.reporting.sections.cells import (
    columns,
    count_cell,
    foreign_cell,
    percent_cell,
    plain_cell,
    text_cell,
)
from evenhand.stats.estimate import Estimate, Measured

_THE_PANEL = Span(text="the panel")


def panel_section(calibration: Calibration) -> Section:
    """Return the section on the panel."""
    found = calibration.panel
    blocks = (
        *_rules(found),
        *_rate(calibration),
        *_likeness(found),
        *_disagreement(found),
        *_warned(calibration),
        *_drops(found),
        *_confidence(found),
    )
    return Section(id="panel", title="The panel", blocks=blocks)


def _rules(found: PanelCalibration) -> Iterator[Block]:
    if found.recommended:
        yield Paragraph(words=words("To use: ", said(found.recommended.rstrip(".")), "."))
    if found.rules:
        yield Table(
            caption=words("Ways to combine the judges, on labels they have not seen"),
            columns=(
                *columns("Rule"),
                *columns("Agreement with people", "Gain over the best single judge", numbers=2),
                *columns("Better than it"),
            ),
            rows=tuple(
                (
                    foreign_cell(each.rule),
                    percent_cell(each.accuracy),
                    points_cell(each.gain),
                    text_cell("yes" if each.beats_single else "not shown"),
                )
                for each in found.rules
            ),
        )


# -- The rate --------------------------------------------------------------------------------------


def _rate(calibration: Calibration) -> Iterator[Block]:
    rates = (calibration.panel.rate, *(each.rate for each in calibration.judges))
    table = rate_table("Share of items that pass", rates)
    rate = calibration.panel.rate
    rows = (
        ForestRow(name="corrected by people", measured=rate.rate, strong=True),
        ForestRow(name="people's labels alone", measured=rate.humans_only),
        ForestRow(name="the panel alone", measured=rate.judges_alone),
    )
    if any(is_known(each.measured) for each in rows):
        yield plot(
            "rate",
            "How many items pass",
            (
                panel(
                    "Share of items that pass, all principles",
                    "Three rows with intervals: the share corrected by people, the share from human labels alone, and "
                    "what the panel alone would say.",
                    Forest(rows=rows),
                ),
            ),
            table,
            "The panel alone says nothing about its own errors: its interval is narrow and may miss the truth.",
        )
    else:
        yield table


def _warned(calibration: Calibration) -> Iterator[Block]:
    rates = (calibration.panel.rate, *(each.rate for each in calibration.judges))
    if warned := tuple(dict.fromkeys(text for each in rates for text in each.warnings)):
        yield Bullets(points=tuple((said(text),) for text in warned))


def rate_table(caption: str, rates: tuple[RateResult, ...]) -> Table:
    """Return corrected rates beside what people alone and the rater alone say."""
    by_principle = any(each.principle for each in rates)
    return Table(
        caption=words(caption),
        columns=(
            *columns("Principle" if by_principle else "Verdicts of", "Method"),
            *columns(
                "Corrected by people",
                "Human labels alone",
                "Verdicts alone",
                "Width to labels alone",
                "Labelled",
                "Judged",
                numbers=6,
            ),
        ),
        rows=tuple(
            (
                text_cell(foreign(each.principle) if by_principle else rater(each.rater)),
                text_cell(said(each.method) if each.method else "refused"),
                percent_cell(each.rate),
                percent_cell(each.humans_only),
                percent_cell(each.judges_alone),
                text_cell(_width(each)),
                count_cell(each.labelled),
                count_cell(each.judged),
            )
            for each in rates
        ),
    )


def _width(each: RateResult) -> str:
    if each.width_ratio is None:
        return "not known"
    return f"{each.width_ratio:.2f} times" + (", adds nothing" if each.adds_nothing else "")


# -- Likeness --------------------------------------------------------------------------------------


def _likeness(found: PanelCalibration) -> Iterator[Block]:
    number = (
        f"Of {plural(found.judges, 'judge')}, effectively independent: {sentence(plain_parts(found.n_eff))}. "
        f"Mean correlation of their errors: {sentence(plain_parts(found.mean_error_correlation))}."
    )
    yield Paragraph(words=words(number))
    if not found.pairs:
        return
    names = _ordered_names(found)
    agreement = {(each.first, each.second): each.agreement for each in found.pairs}
    errors = {(each.first, each.second): each.error_correlation for each in found.pairs}
    yield plot(
        "likeness",
        "How alike the judges are",
        (
            panel(
                "Agreement and correlated errors of the judges",
                "A square with a row and a column for each judge, like ones beside each other. Above the diagonal: "
                "share of equal answers. Below it: correlation of errors. Each cell has its interval and the number "
                "of items.",
                Likeness(names=names, agreement=_grid(names, agreement), errors=_grid(names, errors)),
            ),
        ),
        Table(
            caption=words("Judges two by two"),
            columns=(
                *columns("Judges"),
                *columns("Agreement", "Correlation of errors", "Same wrong answer, both wrong", numbers=3),
            ),
            rows=tuple(
                (
                    text_cell(foreign(each.first), " and ", foreign(each.second)),
                    percent_cell(each.agreement),
                    plain_cell(each.error_correlation),
                    percent_cell(each.same_wrong),
                )
                for each in found.pairs
            ),
            extra=PAIRS,
        ),
        "Agreement stands above the diagonal, correlation of errors below it.",
    )


def _ordered_names(found: PanelCalibration) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for each in found.pairs for name in (each.first, each.second)))
    values = {
        frozenset((each.first, each.second)): each.agreement.value
        for each in found.pairs
        if isinstance(each.agreement, Estimate)
    }
    likeness = [[values.get(frozenset((one, other)), 0.0) for other in names] for one in names]
    return tuple(names[place] for place in order_by_likeness(likeness))


def _grid(names: tuple[str, ...], values: dict[tuple[str, str], Measured]) -> Grid:
    return tuple(
        tuple(values.get((one, other), values.get((other, one))) for other in names) for one in names
    )


def _drops(found: PanelCalibration) -> Iterator[Block]:
    if found.drops:
        yield Table(
            caption=words("Without one judge"),
            columns=(
                *columns("Without"),
                *columns("The majority's agreement changes by", "Saves", numbers=2),
            ),
            rows=tuple(
                (foreign_cell(each.judge), points_cell(each.change), text_cell(usd(each.saves_nanousd)))
                for each in found.drops
            ),
        )


# -- Disagreement and confidence -------------------------------------------------------------------


def _disagreement(found: PanelCalibration) -> Iterator[Block]:
    table = Table(
        caption=words("Wrong verdicts by disagreement of the judges"),
        columns=(*columns("Disagreement"), *columns("Items", "Wrong", numbers=2)),
        rows=tuple(
            (text_cell(f"{each.low:.2f} to {each.high:.2f}"), count_cell(each.n), percent_cell(each.wrong))
            for each in found.disagreement
        ),
    )
    note = (
        f"How well disagreement tells wrong verdicts from right ones (0.5 is not at all, 1 is always): "
        f"{sentence(plain_parts(found.disagreement_auroc))}. Errors that lie where all judges agree, which "
        f"nobody would look at: {sentence(percent_parts(found.errors_among_unanimous))}."
    )
    if any(is_known(each.wrong) for each in found.disagreement):
        yield plot(
            "disagreement",
            "Does disagreement find errors?",
            (
                panel(
                    "Share of wrong verdicts by disagreement",
                    "A dot for each range of disagreement, from 0, one voice, to 1, no two agree: the share of "
                    "verdicts that differ from the label of people, with its interval. Larger dots rest on more items.",
                    DisagreementCurve(bins=found.disagreement),
                ),
            ),
            table,
            note,
        )
    elif found.disagreement:
        yield table
        yield Paragraph(words=words(note), tone="note")


def _confidence(found: PanelCalibration) -> Iterator[Block]:
    if not found.reliability:
        return
    yield Fold(
        words=words("What the panel's confidence is worth"),
        extra=CONFIDENCE,
        blocks=(
            *(
                reliability_chart(f"panel-confidence-{number}", _THE_PANEL, each)
                for number, each in enumerate(found.reliability, start=1)
                if each.bins
            ),
            reliability_table(_THE_PANEL, found.reliability),
        ),
    )
