"""What the commands of a review say on a terminal."""

from collections.abc import Iterator

from evenhand.calibration.words import number_with_limits, share_with_limits
from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.review.progress import ItemCounts, PersonProgress, TimeSpent
from evenhand.review.progress_estimate import EstimateSoFar, Projection
from evenhand.review.quality import PersonQuality, QualityKind, QualityMeasure
from evenhand.stats.estimate import Measured, Undefined
from evenhand.workflows.review.status import LabelEstimate, ReviewQuality, ReviewStatus
from evenhand.workflows.review.verify import Verified

_PEOPLE = (
    Column(title="person"),
    Column(title="role"),
    *(Column(title=title, right=True) for title in ("labels", "gold", "repeats", "skipped", "flags")),
    Column(title="minutes", right=True),
    Column(title="s/label", right=True),
    Column(title="last (UTC)"),
)
_PROJECTIONS = (
    Column(title="labels", right=True),
    Column(title="more", right=True),
    Column(title="half width", right=True),
    Column(title="minutes", right=True),
    Column(title="when"),
)


def show_status(found: ReviewStatus, screen: Screen) -> None:
    """Show how a review stands, what it says so far, and whether its record is whole."""
    draw, progress = found.draw, found.progress
    screen.result(
        Mark(draw.design, Style.STRONG),
        f"  run {draw.run}, suite {draw.suite}, {draw.constitution}, {plural(found.draws, 'draw')}",
    )
    for name, value in _item_lines(progress.items):
        screen.result(f"{name:<16}", value)
    for name, value in _time_lines(progress.time):
        screen.result(f"{name:<16}", value)
    screen.result()
    if progress.people:
        screen.table(_PEOPLE, [_person(each) for each in progress.people])
        screen.result()
    _show_estimate(found.estimate, screen)
    _show_record(found.record, screen)


def _item_lines(items: ItemCounts) -> Iterator[tuple[str, Part]]:
    yield "drawn", f"{items.drawn:,} of {items.population:,} items"
    yield "labelled", f"{items.labelled:,}"
    yield "closed", f"{items.closed:,}"
    yield "wanting more", f"{items.wanting_more:,} labelled items want another person"
    waiting = f"{items.to_adjudicate:,}, and {items.adjudicated:,} are settled"
    yield "to adjudicate", Mark(waiting, Style.WARNING) if items.to_adjudicate else waiting
    yield "open", f"{items.open:,} before somebody just now"
    yield "skipped", f"{items.skipped:,}"
    yield "flagged", f"{items.flagged:,}"
    if items.gold:
        yield "gold", f"{items.gold:,} items beside the draw"


def _time_lines(time: TimeSpent) -> Iterator[tuple[str, Part]]:
    yield "spent", f"{time.active_minutes:,.0f} minutes active, {time.idle_minutes:,.0f} idle"
    yield "still to go", f"about {time.minutes_left:,.0f} minutes of all people together ({time.pace.words})"


def _person(each: PersonProgress) -> tuple[Part, ...]:
    usual = "" if each.seconds_per_label is None else f"{each.seconds_per_label:.0f}"
    role = "imported" if each.role is None else each.role.value
    return (
        Mark(each.name, Style.STRONG),
        role if each.active or each.role is None else f"{role}, left",
        *(f"{count:,}" for count in (each.labelled, each.gold, each.repeats, each.skipped, each.flagged)),
        f"{each.active_minutes:,.0f}",
        usual,
        each.last[:16].replace("T", " "),
    )


# -- The estimate ----------------------------------------------------------------------------------


def _show_estimate(estimate: LabelEstimate, screen: Screen) -> None:
    if estimate.found is None:
        screen.result(Mark("no estimate: ", Style.WARNING), estimate.refused)
        screen.result()
        return
    found = estimate.found
    for name, measured in _numbers(found):
        screen.result(f"{name:<16}", _told(measured))
    if found.method:
        screen.result(f"{'by':<16}", found.method)
    if found.projections:
        screen.result()
        screen.table(_PROJECTIONS, [_projection(each) for each in found.projections])
    screen.result()
    screen.result(Mark("worth it?  ", Style.NAME), found.advice)
    for note in (*found.warnings, *estimate.notes):
        screen.say(f"note: {note}")
    screen.result()


def _numbers(found: EstimateSoFar) -> Iterator[tuple[str, Measured]]:
    yield "panel = people", found.agreement
    yield "passing", found.passing
    yield "labels alone", found.humans_only
    yield "judges alone", found.judges_alone


def _told(measured: Measured) -> Part:
    if isinstance(measured, Undefined):
        return Mark(f"no number: {measured.reason}", Style.WARNING)
    return f"{share_with_limits(measured)}, n = {measured.n:,}"


def _projection(each: Projection) -> tuple[Part, ...]:
    minutes = "unknown" if each.minutes is None else f"{each.minutes:,.0f}"
    return f"{each.labels:,}", f"{each.more:,}", f"{100 * each.half_width:.1f} points", minutes, each.why


# -- The record ------------------------------------------------------------------------------------


_MOST_PROBLEMS = 5


def _show_record(found: Verified, screen: Screen) -> None:
    if found.is_whole:
        screen.result(
            Mark("record whole  ", Style.GOOD),
            f"{plural(found.checkpoint.number, 'event')}, checkpoint {found.checkpoint}",
        )
        screen.say(
            "keep the checkpoint elsewhere and give it as --since: a record that was cut short shows then"
        )
        return
    screen.result(Mark("RECORD CHANGED", Style.BAD), f"  {plural(len(found.problems), 'problem')}")
    for words in found.problems[:_MOST_PROBLEMS]:
        screen.problem(Mark("record: ", Style.BAD), words)


# -- Questions -------------------------------------------------------------------------------------


def show_quality(found: ReviewQuality, screen: Screen) -> None:
    """Show what may be asked about how people label: questions, each with what it does not prove."""
    screen.result()
    screen.result(Mark("questions about how people label, none of them a verdict", Style.STRONG))
    for person in found.people:
        _show_person(person, screen)
    for doubt in found.gold:
        screen.result(
            "gold item ",
            Mark(doubt.item, Style.NAME),
            f" of {doubt.case_id}, {doubt.principle_id}: {doubt.same} of {doubt.people} people give the answer "
            f"{doubt.gold!r}. Is it right?",
        )
    for team in found.team:
        if not isinstance(team.alpha, Undefined):
            low, high = team.alpha.interval.low, team.alpha.interval.high
            screen.result(
                f"{team.principle}: alpha {team.alpha.value:.2f} ({low:.2f} to {high:.2f}) on "
                f"{plural(team.items, 'item')} that several people labelled"
            )


def _show_person(person: PersonQuality, screen: Screen) -> None:
    screen.result(Mark(person.person, Style.STRONG), f"  {plural(person.labels, 'label')}")
    for each in person.measures:
        if each.question:
            screen.result("  ", Mark("? ", Style.WARNING), each.question)
            screen.result("    ", Mark(each.caveat, Style.FAINT))
        elif not isinstance(each.value, Undefined):
            beside = f" ({each.detail})" if each.detail else ""
            screen.detail(f"  {each.title}: {_measured(each)}{beside}")
    if not person.questions:
        screen.result("  nothing stands out")


def _measured(each: QualityMeasure) -> str:
    told = number_with_limits if each.kind is QualityKind.KAPPA else share_with_limits
    return f"{told(each.value)}, n = {each.value.n:,}"
