"""Which verdicts of a run flip, in the terminal; and what it would take to know."""

from typing import Final

from evenhand.cli.output import Column, Mark, Screen, Style, plural
from evenhand.constitution.impact_results import Impact, PrincipleImpact
from evenhand.constitution.impact_words import apart, remarks
from evenhand.reporting.calibration.wording import points_parts
from evenhand.reporting.display import percent_parts, sentence
from evenhand.workflows.plan_suite import Range, RunPlan

_COLUMNS: Final = (
    Column(title="principle judged again", gives_way=True),
    Column(title="items", right=True),
    Column(title="compared", right=True),
    Column(title="to fail", right=True),
    Column(title="to pass", right=True),
    Column(title="other", right=True),
)
_MOST_ITEMS: Final = 20


def show_impact(screen: Screen, impact: Impact) -> None:
    """Show which verdicts flip."""
    screen.result()
    screen.result(
        "run ", Mark(impact.run, Style.STRONG), " judged again in ", Mark(impact.judged_in, Style.STRONG)
    )
    screen.table(_COLUMNS, [_row(each) for each in (*impact.principles, *_together(impact))])
    for each in (*impact.principles, *_together(impact)):
        _show_numbers(screen, each)
    if impact.changed:
        screen.result()
        for item in impact.changed[:_MOST_ITEMS]:
            people = f", people said {item.reference}" if item.reference else ""
            screen.result(
                f"  {item.case}/{item.candidate}/{item.principle}: {item.before or 'undecided'} became "
                f"{item.now or 'undecided'}{people}"
            )
        left = len(impact.changed) - _MOST_ITEMS
        if left > 0:
            screen.result(f"  and {plural(left, 'more item')} with --json")
    for remark in remarks(impact):
        screen.say(Mark("note:  ", Style.WARNING), remark)


def show_plan(screen: Screen, plan: RunPlan, rejudged: int) -> None:
    """Show what it would take to judge again what changed."""
    calls = Range(
        low=sum(each.calls.low for each in plan.judges), high=sum(each.calls.high for each in plan.judges)
    )
    screen.result()
    screen.result(
        Mark("to judge again: ", Style.STRONG),
        f"{plural(rejudged, 'principle')}, {plural(plan.items, 'item')}, {plural(plan.units, 'rating')}, "
        f"{plan.units - plan.offline_units:,} of them by models",
    )
    if plan.recorded_units:
        screen.result(f"  free  {plural(plan.recorded_units, 'rating')} that replies in the ledger answer")
    screen.result(f"  calls {calls.low:,.0f} to {calls.high:,.0f}")
    usd = f"{plan.usd.low:,.4f} to {plan.usd.high:,.4f} USD" if plan.usd else "unknown: a model has no price"
    screen.result("  cost  ", usd)


def _together(impact: Impact) -> tuple[PrincipleImpact, ...]:
    return (impact.overall,) if len(impact.principles) > 1 else ()


def _row(each: PrincipleImpact) -> tuple[str, ...]:
    counts = (each.items, each.compared, each.to_fail, each.to_pass, each.to_other)
    return (_name(each), *(f"{count:,}" for count in counts))


def _name(each: PrincipleImpact) -> str:
    return each.principle or "all together"


def _show_numbers(screen: Screen, each: PrincipleImpact) -> None:
    screen.result(Mark(_name(each), Style.STRONG))
    screen.result("  flipped    ", sentence(percent_parts(each.flipped)))
    screen.result("  pass rate  ", sentence(points_parts(each.passes)))
    screen.result("  agreement  ", sentence(points_parts(each.agreement.change)))
    if each.agreement.before.n:
        before, now = (
            sentence(percent_parts(share)) for share in (each.agreement.before, each.agreement.now)
        )
        screen.result("             ", f"from {before} to {now}")
    if told := ", ".join(apart(each)):
        screen.result("  apart      ", told)
