"""The answer first: who may be trusted with what, what the numbers are, and what to do next."""

from collections.abc import Iterator

from evenhand.calibration.results import PANEL, Calibration, Trust
from evenhand.reporting.calibration.extras import REASONS
from evenhand.reporting.calibration.wording import (
    plural,
    principle_cell,
    rater,
    rater_cell,
    said,
    trust_cell,
)
from evenhand.reporting.display import percent_parts
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Fold,
    Heading,
    KeyNumber,
    KeyNumbers,
    Paragraph,
    Section,
    Table,
    Words,
    words,
)
from evenhand.reporting.sections.cells import columns, text_cell
from evenhand.stats.estimate import Measured

_MEANING = {
    Trust.AS_A_PERSON: "agrees with people as well as one person does.",
    Trust.WITH_SPOT_CHECKS: "good enough to use, while people check a sample.",
    Trust.NOT_SHOWN: "may be good enough; there are too few labels to tell.",
    Trust.NO: "below the floor; do not rely on it.",
    Trust.PEOPLE_DISAGREE: "people differ too much to measure anything against them; rewrite the principle first.",
    Trust.TOO_FEW: "no number at all; label more.",
}


def answer_section(calibration: Calibration) -> Section:
    """Return the first section."""
    blocks = (
        *_warnings(calibration),
        _numbers(calibration),
        *_advice(calibration),
        *_trust(calibration),
        *_since(calibration),
    )
    return Section(id="answer", title="In short", blocks=blocks)


def warnings(calibration: Calibration) -> Iterator[str]:
    """Yield what a reader must know before any number. No text from outside is in it."""
    stamp, data = calibration.stamp, calibration.data
    if stamp.blind is False:
        yield (
            "Not all human labels were given blind: some people saw the judges first, which draws their labels "
            "towards the judges. Agreement with them is too high by an unknown amount."
        )
    if not data.labelled:
        yield "There is no human label: nothing here says whether the judges are right."
    elif stamp.blind is None:
        yield (
            "It is not recorded whether people saw the judges before they gave their labels. "
            "If they did, agreement with them is too high."
        )
    if data.without_inclusion:
        yield (
            f"For {plural(data.without_inclusion, 'labelled item')} it is not known how likely they were to be drawn. "
            "No rate of all items follows from such labels, so none is given."
        )
    if data.splits.moved:
        yield (
            f"{plural(data.splits.moved, 'label')} to certify with changed since they were first used. "
            "Earlier reports rest on other labels."
        )
    if data.splits.opened:
        yield "The sealed labels were opened for this report. They are no longer unseen."


def _warnings(calibration: Calibration) -> Iterator[Block]:
    if points := tuple(words(warning) for warning in warnings(calibration)):
        yield Bullets(points=points, tone="warning")


def _numbers(calibration: Calibration) -> KeyNumbers:
    rate, panel = calibration.panel.rate, calibration.panel
    return KeyNumbers(
        numbers=(
            _number("Items that pass, corrected by people", rate.rate, words(rate.method or "refused")),
            _number("The judges alone would say", rate.judges_alone, words("not corrected for their errors")),
            _number(
                "The panel agrees with people", panel.quality.agreement, words("on labels to certify with")
            ),
            _number(
                "One person agrees with the others",
                calibration.people.overall.ceiling,
                words("about the most to expect of a judge"),
            ),
        )
    )


def _number(name: str, measured: Measured, note: Words) -> KeyNumber:
    value, detail = percent_parts(measured)
    return KeyNumber(name=words(name), value=value, detail=detail, note=note)


def _advice(calibration: Calibration) -> Iterator[Block]:
    if calibration.advice:
        yield Heading(words=words("What to do next"))
        yield Bullets(points=tuple((said(each.words),) for each in calibration.advice), tone="steps")


def _trust(calibration: Calibration) -> Iterator[Block]:
    cells = {(each.principle, each.rater): each for each in calibration.trust}
    principles = tuple(dict.fromkeys(each.principle for each in calibration.trust))
    raters = sorted(dict.fromkeys(each.rater for each in calibration.trust), key=lambda name: name != PANEL)
    if not cells:
        yield Paragraph(words=words("There is no label to measure a judge against."))
        return

    def shown(name: str, who: str) -> Cell:
        cell = cells.get((name, who))
        return trust_cell(cell.trust, adds_nothing=cell.adds_nothing) if cell else text_cell("not asked")

    yield Table(
        caption=words("Who may be trusted with what"),
        columns=columns("Principle", *(rater(who) for who in raters)),
        rows=tuple((principle_cell(name), *(shown(name, who) for who in raters)) for name in principles),
    )
    yield _key(calibration)
    yield Fold(
        words=words("Why: the reason for each word"),
        extra=REASONS,
        blocks=(
            Table(
                caption=words("Reasons"),
                columns=columns("Principle", "Rater", "May it be trusted", "Because"),
                rows=tuple(
                    (
                        principle_cell(each.principle),
                        rater_cell(each.rater),
                        trust_cell(each.trust),
                        Cell(words=(said(each.reason),)),
                    )
                    for each in (cells.get((name, who)) for name in principles for who in raters)
                    if each is not None
                ),
                extra=REASONS,
            ),
        ),
    )


def _key(calibration: Calibration) -> Paragraph:
    used = {each.trust for each in calibration.trust}
    parts = [f"“{trust.value}”: {meaning} " for trust, meaning in _MEANING.items() if trust in used]
    if any(each.adds_nothing for each in calibration.trust):
        parts.append(
            "“adds nothing”: with its verdicts the interval is as wide as from the human labels alone."
        )
    return Paragraph(words=words("".join(parts).strip()), tone="note")


def _since(calibration: Calibration) -> Iterator[Block]:
    if calibration.since_last:
        yield Heading(words=words("Since the last calibrated run"))
        yield Bullets(points=tuple((said(each),) for each in calibration.since_last))
