"""What `evenhand calibrate` says on a terminal: the answer first."""

from collections.abc import Iterator, Sequence

from evenhand.calibration.results import PANEL, Calibration, DataFacts, RateResult, Trust
from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.stats.estimate import Estimate, Measured
from evenhand.workflows.calibrate import WrittenCalibration
from evenhand.workflows.calibration.write_fit import WrittenFit
from evenhand.workflows.plan_labels import PlannedLabels, PlannedTarget

_TRUST_COLUMNS = (
    Column(title="rater"),
    Column(title="trust"),
    Column(title="for", gives_way=True),
)
_STYLES = {
    Trust.AS_A_PERSON: Style.GOOD,
    Trust.WITH_SPOT_CHECKS: Style.GOOD,
    Trust.NOT_SHOWN: Style.WARNING,
    Trust.NO: Style.BAD,
    Trust.PEOPLE_DISAGREE: Style.WARNING,
    Trust.TOO_FEW: Style.FAINT,
}
_MOST_ADVICE = 5
_MOST_NOTES = 12
_PLAN_COLUMNS = (
    Column(title="for"),
    Column(title="labels to certify", right=True),
    Column(title="without judges", right=True),
    Column(title="still to label", right=True),
    Column(title="minutes", right=True),
    Column(title="USD", right=True),
)
_UNKNOWN = "unknown"


def show_calibration(written: WrittenCalibration, screen: Screen) -> None:
    """Show whom to trust, what to do, the rate, and where the report is."""
    found = written.calibration
    screen.table(_TRUST_COLUMNS, list(_trust_rows(found)))
    screen.result()
    for number, advice in enumerate(found.advice[:_MOST_ADVICE], start=1):
        screen.result(f"{number}. ", advice.words)
    screen.result()
    for line in _rate_lines(found.panel.rate):
        screen.result(*line)
    screen.result(_basis(found))
    screen.result()
    for path in written.reports:
        screen.result(str(path))
    if written.fit:
        screen.result(written.fit.path)
        for line in _worth(written.fit):
            screen.say(*line)
        screen.say(
            "next:  ",
            "name it in the panel, with its rule: ",
            Mark(f"rule: {written.fit.fit.rule}", Style.NAME),
        )
    if written.maps:
        screen.result(written.maps.path)
        screen.say("next:  ", "name it in a panel with a cascade: ", Mark("calibration: FILE", Style.NAME))
    for note in found.data.notes[:_MOST_NOTES]:
        screen.say(Mark("note:  ", Style.WARNING), note)


def _worth(written: WrittenFit) -> Iterator[Sequence[Part]]:
    """Yield what a learned rule is worth on labels that it was not learned from."""
    held_out = written.fit.held_out
    if held_out is None:
        yield (
            Mark("note:  ", Style.WARNING),
            "there are no labels to measure the rule on that it did not learn from",
        )
        return
    gain, low, high = held_out.gain
    words = (
        f"on {held_out.labels:,} labels it is right on {held_out.accuracy:.1%}, {held_out.single} alone on "
        f"{held_out.single_accuracy:.1%} (gain {gain:+.1%}, {low:+.1%} to {high:+.1%})"
    )
    if held_out.beats_single:
        yield "worth: ", words
    else:
        yield Mark("note:  ", Style.WARNING), f"it does not beat the best single judge: {words}"
    if written.left_out:
        yield "too few labels, a majority there: ", ", ".join(written.left_out)


def _trust_rows(found: Calibration) -> Iterator[Sequence[Part]]:
    """Yield a row for each rater and degree of trust, with the principles it holds for; the panel first."""
    raters = dict.fromkeys(cell.rater for cell in found.trust)
    for rater in sorted(raters, key=lambda name: name != PANEL):
        cells = [cell for cell in found.trust if cell.rater == rater]
        for trust in Trust:
            alike = [cell for cell in cells if cell.trust is trust]
            if alike:
                words = _principles([cell.principle for cell in alike], of=len(cells))
                if idle := [cell.principle for cell in alike if cell.adds_nothing]:
                    words += f"; adds nothing for {_principles(idle, of=len(alike))}"
                yield rater, Mark(trust.value, _STYLES[trust]), words


def _principles(names: Sequence[str], *, of: int) -> str:
    """Name principles one by one, unless they are all of several."""
    return "all of them" if len(names) == of > 1 else ", ".join(names)


def _rate_lines(rate: RateResult) -> Iterator[Sequence[Part]]:
    if isinstance(rate.rate, Estimate):
        yield "pass rate ", Mark(_share(rate.rate), Style.STRONG), f", {rate.method}"
    else:
        yield "pass rate ", Mark("not given", Style.WARNING), f": {rate.rate.reason}"
    if isinstance(rate.judges_alone, Estimate):
        yield (f"  the judges alone would have said {_share(rate.judges_alone)}",)
    if isinstance(rate.humans_only, Estimate):
        yield (f"  the human labels alone say {_share(rate.humans_only)}",)


def _basis(found: Calibration) -> str:
    data, splits = found.data, found.data.splits
    learn, certify, sealed = splits.labelled
    return (
        f"{_labels(data)}; labelled items: {learn:,} to learn from, "
        f"{certify:,} to certify with, {sealed:,} sealed{' and opened' if splits.opened else ''}; used "
        f"{plural(len(splits.accesses), 'time')} before"
    )


def _labels(data: DataFacts) -> str:
    if data.people == 0:
        return "settled labels only, of no single person"
    return f"{plural(data.labels, 'label')} of {plural(data.people, 'person')}"


def _share(measured: Estimate) -> str:
    low, high = measured.interval.low, measured.interval.high
    return f"{measured.value:.1%} ({low:.1%} to {high:.1%})"


# -- Plans -----------------------------------------------------------------------------------------


def show_plan(found: PlannedLabels, screen: Screen) -> None:
    """Show how many more labels are needed, how long they take and what they cost."""
    screen.result(
        f"for intervals of ±{found.half_width:g}, from {plural(found.labelled, 'labelled item')}, "
        f"{found.certifying:,} of them to certify with:"
    )
    screen.table(_PLAN_COLUMNS, [_plan_row(each) for each in found.targets])
    if found.share < 1:
        screen.say(
            f"{found.share:.0%} of the labels come to certify, so more items are labelled than the intervals need"
        )
    if max((each.more or 0 for each in found.targets), default=0) > found.unlabelled:
        screen.say(f"only {found.unlabelled:,} items are left to label: more takes more cases in the suite")
    if found.seconds_per_label is None:
        screen.say(
            "how long a label takes is not recorded; give it with --seconds-per-label, or as `seconds` in the lines"
        )
    for warning in found.warnings:
        screen.problem(Mark("warning: ", Style.WARNING), warning)


def _plan_row(each: PlannedTarget) -> Sequence[Part]:
    return (
        each.target,
        _count(each.labels),
        _count(each.without_judge),
        _UNKNOWN if each.more is None or each.most_more is None else _span(each.more, each.most_more),
        _UNKNOWN
        if each.work is None
        else f"{each.work.likely_minutes:,.0f} ({each.work.minutes.low:,.0f} to {each.work.minutes.high:,.0f})",
        _UNKNOWN
        if each.work is None or each.most_usd is None
        else f"{each.work.money:,.2f} to {each.most_usd:,.2f}",
    )


def _count(measured: Measured) -> str:
    if not isinstance(measured, Estimate):
        return measured.reason
    low, high = measured.interval.low, measured.interval.high
    return f"{measured.value:,.0f} ({low:,.0f} to {high:,.0f})"


def _span(likely: int, most: int) -> str:
    return f"{likely:,}" if likely == most else f"{likely:,}, {most:,} to be sure"
