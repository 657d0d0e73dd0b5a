"""Each judge against people."""

from collections.abc import Iterator, Mapping

from evenhand.calibration.results import PANEL, AlternativeAnnotator, Calibration, JudgeCalibration
from evenhand.reporting.calibration.extras import CONFIDENCE
from evenhand.reporting.calibration.figures.forest import Forest, ForestRow
from evenhand.reporting.calibration.figures.scorecard import Scorecard, ScoreCell
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.sections.quality import (
    agreement_forest,
    ceilings,
    coefficient_fold,
    confusion_charts,
    is_known,
    quality_table,
    reliability_chart,
    reliability_table,
    rows_of,
    severity_table,
)
from evenhand.reporting.calibration.wording import (
    TONES,
    principle_cell,
    rater,
    rater_cell,
    said,
)
from evenhand.reporting.display import percent_parts, plain_parts, sentence
from evenhand.reporting.document import Block, Cell, Fold, Paragraph, Section, Table, foreign, words
from evenhand.reporting.extras import BY_PRINCIPLE
from evenhand.reporting.sections.cells import columns, percent_cell, plain_cell, text_cell
from evenhand.stats.estimate import Measured

_PANEL_NAME = "the panel"


def judges_section(calibration: Calibration) -> Section:
    """Return the section on each judge."""
    if not calibration.judges:
        return Section(id="judges", title="Each judge", blocks=())
    ceiling = ceilings((calibration.people.overall, *calibration.people.principles))
    blocks = (
        *_scorecard(calibration),
        *_beside_people(calibration),
        *(_one(each, place, ceiling) for place, each in enumerate(calibration.judges, start=1)),
    )
    return Section(id="judges", title="Each judge", blocks=blocks)


# -- All judges ------------------------------------------------------------------------------------


def _scorecard(calibration: Calibration) -> Iterator[Block]:
    qualities = _qualities(calibration)
    trust = {(each.principle, each.rater): each for each in calibration.trust}
    principles = tuple(dict.fromkeys(each.principle for each in calibration.trust))
    if not any(is_known(each) for found in qualities.values() for each in found.values()):
        return

    def cell(name: str, who: str) -> ScoreCell | None:
        found, quality = trust.get((name, who)), qualities[who].get(name)
        return ScoreCell(trust=found.trust, agreement=quality) if found and quality else None

    yield plot(
        "scorecard",
        "Scorecard: trust and agreement with people",
        (
            panel(
                "Scorecard: trust and agreement with people",
                "A row for each principle, a column for the panel and each judge. The shape says how far the rater may "
                "be trusted; beside it stand its agreement with people and the interval.",
                Scorecard(
                    principles=principles,
                    raters=tuple(_PANEL_NAME if who == PANEL else who for who in qualities),
                    cells=tuple(tuple(cell(name, who) for who in qualities) for name in principles),
                ),
            ),
        ),
        Table(
            caption=words("Trust and agreement with people, by principle and rater"),
            columns=columns("Principle", *(rater(who) for who in qualities)),
            rows=tuple(
                (principle_cell(name), *(_scored(cell(name, who)) for who in qualities))
                for name in principles
            ),
            extra=BY_PRINCIPLE,
        ),
    )


def _scored(cell: ScoreCell | None) -> Cell:
    if cell is None:
        return text_cell("not asked")
    agreement = ", ".join(part for part in percent_parts(cell.agreement) if part)
    return Cell(words=words(cell.trust.value), detail=agreement, tone=TONES[cell.trust])


def _qualities(calibration: Calibration) -> Mapping[str, Mapping[str, Measured]]:
    """Return agreement by rater and principle, the panel first."""
    panel_first = {PANEL: calibration.panel.principles} | {
        each.judge: each.principles for each in calibration.judges
    }
    return {
        who: {name: quality.agreement for name, quality in principles.items()}
        for who, principles in panel_first.items()
    }


def _beside_people(calibration: Calibration) -> Iterator[Block]:
    overall = calibration.people.overall.ceiling
    raters = (
        (
            PANEL,
            calibration.panel.quality,
            calibration.panel.against_people,
            calibration.panel.on_learning_labels,
        ),
        *(
            (each.judge, each.overall, each.against_people, each.on_learning_labels)
            for each in calibration.judges
        ),
    )
    table = Table(
        caption=words("Panel and judges against people, all principles"),
        columns=(
            *columns("Rater"),
            *columns(
                "Agreement",
                "Without weights",
                "Failing items it fails",
                "Passing items it passes",
                "Mean of the two",
                "Kappa",
                "Gwet's AC",
                "Agreement over that of one person",
                "Agreement on labels for learning",
                numbers=9,
            ),
        ),
        rows=tuple(
            (
                rater_cell(who),
                percent_cell(quality.agreement),
                percent_cell(quality.unweighted),
                percent_cell(quality.sensitivity),
                percent_cell(quality.specificity),
                percent_cell(quality.balanced_accuracy),
                plain_cell(quality.kappa),
                plain_cell(quality.gwet),
                plain_cell(against),
                percent_cell(learning),
            )
            for who, quality, against, learning in raters
        ),
    )
    if not any(is_known(quality.agreement) for _, quality, *_ in raters):
        yield table
        return
    yield plot(
        "agreement",
        "Agreement with people beside that of people with each other",
        (
            panel(
                "Agreement with people, all principles",
                "A row for the panel and each judge: agreement with people and its interval. The band is the agreement "
                "of one person with the others.",
                Forest(
                    rows=tuple(
                        ForestRow(
                            name=_PANEL_NAME if who == PANEL else who,
                            measured=quality.agreement,
                            band=overall,
                            strong=who == PANEL,
                        )
                        for who, quality, *_ in raters
                    )
                ),
            ),
        ),
        table,
        f"The band is the agreement of one person with the others: {sentence(percent_parts(overall))}. "
        "A rater whose interval lies in it or above does as well as a person. Agreement on labels for learning is no "
        "result: where it is much higher, a prompt was fitted to those labels.",
    )


# -- One judge -------------------------------------------------------------------------------------


def _one(judge: JudgeCalibration, place: int, ceiling: Mapping[str, Measured]) -> Fold:
    who, rows = foreign(judge.judge), rows_of(judge.overall, judge.principles)
    agreement = sentence(percent_parts(judge.overall.agreement))
    opening = " agrees with people on " if is_known(judge.overall.agreement) else ", agreement with people: "
    return Fold(
        words=words(who, opening, agreement),
        extra=BY_PRINCIPLE,
        blocks=(
            Paragraph(
                words=words(
                    "Version ",
                    foreign(judge.version),
                    "; model ",
                    foreign(judge.model) if judge.model else "none",
                    ". Its agreement with people over that of one person: ",
                    f"{sentence(plain_parts(judge.against_people))}.",
                ),
                extra=BY_PRINCIPLE,
            ),
            *_alternative(judge.alternative_annotator),
            *_by_principle(judge, place, ceiling),
            *severity_table(who, judge.severities),
            coefficient_fold(who, rows, judge.severities),
            *confusion_charts(f"judge-{place}", who, judge.confusions),
            *_confidence(judge, place),
        ),
    )


def _by_principle(judge: JudgeCalibration, place: int, ceiling: Mapping[str, Measured]) -> Iterator[Block]:
    who, rows = foreign(judge.judge), rows_of(judge.overall, judge.principles)
    table = quality_table(who, rows, ceiling)
    if any(is_known(each.agreement) for _, each in rows):
        yield plot(
            f"judge-{place}-agreement",
            words(who, ": agreement with people by principle"),
            (
                panel(
                    words(who, ": agreement with people by principle"),
                    "A row for each principle: agreement of the judge with people and its interval. The band of a row "
                    "is the agreement of one person with the others on that principle.",
                    agreement_forest(rows, ceiling),
                ),
            ),
            table,
        )
    else:
        yield table


def _alternative(test: AlternativeAnnotator | None) -> Iterator[Block]:
    if test is not None:
        yield Paragraph(words=words("May it replace an annotator? ", said(test.words)), extra=BY_PRINCIPLE)


def _confidence(judge: JudgeCalibration, place: int) -> Iterator[Block]:
    who = foreign(judge.judge)
    if judge.no_probabilities:
        yield Paragraph(
            words=words(
                "Nothing can be said about its confidence: ", said(judge.no_probabilities.rstrip(".")), "."
            ),
            tone="note",
            extra=CONFIDENCE,
        )
    for number, each in enumerate(judge.reliability, start=1):
        if each.bins:
            yield reliability_chart(f"judge-{place}-confidence-{number}", who, each)
    if judge.reliability:
        yield reliability_table(who, judge.reliability)
