"""Revisions in lines: what they would take, how they ended, what they came to."""

from collections.abc import Iterator
from typing import Final

from evenhand.calibration.words import percent, points_with_limits, share_with_limits
from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.cli.plan import money, spread
from evenhand.feedback.effect_results import ChainCounts, PairedRate, PrincipleEffect
from evenhand.feedback.revision_report import RevisionReport
from evenhand.judging.budget import usd
from evenhand.records.generation import GenerationAccount
from evenhand.reporting.feedback.revisions import conclusion, harm_words
from evenhand.stats.change.noninferiority import Outcome
from evenhand.workflows.feedback.plan_cost import GeneratorPlan, RevisionCost
from evenhand.workflows.feedback.plan_revisions import PlannedRevisions
from evenhand.workflows.plan_suite import JudgePlan

_STYLES: Final = {
    Outcome.PASSED: Style.GOOD,
    Outcome.FAILED: Style.BAD,
    Outcome.UNDECIDED: Style.WARNING,
}
_PLAN_COLUMNS: Final = (
    Column(title="who"),
    Column(title="model", gives_way=True),
    Column(title="calls", right=True),
    Column(title="tokens read", right=True),
    Column(title="tokens written", right=True),
    Column(title="USD", right=True),
)
_EFFECT_COLUMNS: Final = (
    Column(title="principle", gives_way=True),
    Column(title="revised under it", right=True),
    Column(title="n", right=True),
    Column(title="under others", right=True),
    Column(title="n", right=True),
    Column(title="harm"),
)


def replies(count: int) -> str:
    """Return a number of replies in words."""
    return "1 reply" if count == 1 else f"{count:,} replies"


# -- Before ----------------------------------------------------------------------------------------


def show_revision_plan(planned: PlannedRevisions, cost: RevisionCost, screen: Screen) -> None:
    """Show what revising would take."""
    revise = planned.revise
    screen.result(
        "revise ",
        Mark(planned.feedback.id, Style.STRONG),
        f": {replies(len(planned.draws))}, {plural(revise.rounds, 'round')}, "
        f"{plural(planned.turns, 'revision')}, {plural(cost.generator.texts, 'text')}",
    )
    if planned.without_principle or planned.left_out:
        screen.result(
            f"        {planned.without_principle:,} more without a principle, "
            f"{planned.left_out:,} not drawn or without a text"
        )
    if cost.run:
        done = "is at its end" if cost.ended else f"goes on: {cost.generator.written:,} texts are there"
        screen.result("        run ", Mark(cost.run, Style.NAME), f" of the same revisions {done}")
    screen.table(_PLAN_COLUMNS, list(_plan_rows(cost)))
    screen.result("  cost  ", Mark(money(cost.usd), Style.STRONG), " USD for writing and judging")
    screen.result(f"  time  {spread(cost.minutes, '.1f')} minutes of calls")


def _plan_rows(cost: RevisionCost) -> Iterator[tuple[Part, ...]]:
    plans: list[tuple[str, GeneratorPlan | JudgePlan]] = [
        (f"generator {cost.generator.generator}", cost.generator),
        *((f"judge {judge.judge}", judge) for judge in cost.judges),
    ]
    for name, plan in plans:
        yield (
            name,
            plan.model,
            spread(plan.calls, ",.0f"),
            spread(plan.input_tokens, ",.0f"),
            spread(plan.output_tokens, ",.0f"),
            money(plan.usd),
        )


# -- After -----------------------------------------------------------------------------------------


def writing_line(account: GenerationAccount) -> str:
    """Return what the generator took, in a line."""
    line = f"{usd(account.cost_nanousd)} USD for {plural(account.calls, 'call')}"
    if account.reused:
        line += f"; {plural(account.reused, 'text')} taken from earlier runs"
    if account.possible_duplicates:
        doubles = plural(account.possible_duplicates, "possible duplicate")
        line += f"; {doubles}, at most {usd(account.at_risk_nanousd)} USD"
    return line


def chains_line(chains: ChainCounts) -> str:
    """Return where every reply went: planned = revised + failed + open."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in chains.failed.items())
    detail = f" ({kinds})" if kinds else ""
    return (
        f"{chains.planned:,} planned = {chains.complete:,} revised + {sum(chains.failed.values()):,} failed{detail} "
        f"+ {chains.open:,} open"
    )


def show_effects(report: RevisionReport, screen: Screen) -> None:
    """Show what revisions came to."""
    effects, last = report.effects, report.effects.rounds[-1]
    screen.result(Mark(conclusion(effects), Style.STRONG))
    screen.result("  replies   ", chains_line(effects.chains))
    screen.result(
        "  improved  ",
        Mark(points_with_limits(effects.overall.difference), Style.STRONG),
        _n(effects.overall),
    )
    screen.result("  others    ", points_with_limits(effects.others.difference), _n(effects.others))
    if last.refusals is not None:
        screen.result("  refusals  ", _refusals(report))
    screen.result(
        "  unchanged ",
        share_with_limits(last.unchanged),
        f" of {replies(last.replies)}",
    )
    screen.table(_EFFECT_COLUMNS, [_effect_row(each) for each in effects.principles])
    for note in (*report.own_family, *report.notes):
        screen.problem(Mark("warning: ", Style.WARNING), note)


def _n(rate: PairedRate) -> str:
    apart = sum(rate.apart.values())
    return f", n = {rate.n:,}" + (f", {apart:,} apart" if apart else "")


def _refusals(report: RevisionReport) -> str:
    change = report.effects.rounds[-1].refusals
    assert change is not None
    rate = change.rate
    if rate.before is None or rate.after is None:
        return "could not be told"
    return (
        f"{percent(rate.before)} before, {percent(rate.after)} after, n = {rate.n:,}; "
        f"{share_with_limits(change.became)} of the others became one ({change.how})"
    )


def _effect_row(each: PrincipleEffect) -> tuple[Part, ...]:
    harm = each.harm
    return (
        each.principle_id,
        _change(each.improvement),
        f"{each.improvement.n:,}",
        _change(harm.rate),
        f"{harm.rate.n:,}",
        Mark(harm_words(harm), _STYLES[harm.outcome] if harm.rate.n else Style.FAINT),
    )


def _change(rate: PairedRate) -> str:
    return points_with_limits(rate.difference) if rate.n else "none"
