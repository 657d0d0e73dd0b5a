"""`evenhand plan`: what a run would take."""

from dataclasses import dataclass, fields
from typing import Annotated

import typer

from evenhand.cli.narrowing import Disagreed, Failed, Of, Only, Sample, Seed, Times, read_wishes
from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.find_suite import find_suite
from evenhand.workflows.plan_suite import JudgePlan, Range, RunPlan, plan_suite
from evenhand.workflows.prepare import how_to_price

_COLUMNS = (
    Column(title="judge"),
    Column(title="model", gives_way=True),
    Column(title="calls", right=True),
    Column(title="tokens read", right=True),
    Column(title="tokens written", right=True),
    Column(title="USD", right=True),
)
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """What a run would take."""

    suite: str
    part: str
    """The part of the suite that would be judged, in words; empty is the whole."""
    cases: int
    principles: int
    items: int
    units: int
    """Ratings in the plan."""
    offline_units: int
    """Those that need no call."""
    recorded_units: int | None
    """Those that a reply in the ledger answers for free; null where there is no ledger."""
    judges: tuple[JudgePlan, ...]
    """Judges that make calls."""
    minutes: Range
    usd: Range | None
    """Null where the price of a model is not known."""
    prices_as_of: str
    """Date of the price table; empty where no price is from it."""
    warnings: tuple[str, ...]
    """What to know about the judges before they are asked."""
    sampled: bool
    cascade_steps: int
    """Steps of the panel's cascade: ranges begin at the first alone; 0 without one."""


def plan(
    context: typer.Context,
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="A suite file, or its name in suites/.")],
    *,
    only: Only = None,
    sample: Sample = None,
    seed: Seed = None,
    failed: Failed = False,
    disagreed: Disagreed = False,
    of: Of = "",
    readings: Times = 1,
    again: Annotated[
        bool, typer.Option("--again", help="Plan to ask everything again, whatever the ledger holds.")
    ] = False,
) -> int:
    """Say what a run would take: calls, tokens, cost and time, each as a range from low to high. Calls nobody.

    Ratings that a reply in the ledger answers are free, and counted by themselves.
    """
    session = session_of(context)
    wishes = read_wishes(only, sample=sample, seed=seed, failed=failed, disagreed=disagreed, of=of)
    path = find_suite(session.workspace, suite)
    found = plan_suite(session.workspace, path, wishes, look_up=not again, readings=readings)
    session.screen.document("plan/v1", _document(found))
    _show(found, session.screen)
    return 0


def _document(found: RunPlan) -> PlanDocument:
    return PlanDocument(**{field.name: getattr(found, field.name) for field in fields(PlanDocument)})


def _show(found: RunPlan, screen: Screen) -> None:
    screen.result("suite ", Mark(found.suite, Style.STRONG), f": {_size(found)}")
    if found.part:
        screen.result("  part  ", Mark("a part of the suite: ", Style.WARNING), found.part)
    if found.recorded_units:
        screen.result(f"  free  {plural(found.recorded_units, 'rating')} that replies in the ledger answer")
    if found.judges:
        screen.table(_COLUMNS, [_row(judge) for judge in found.judges])
    prices = f", {found.price_words}" if found.price_words else ""
    screen.result("  cost  ", Mark(money(found.usd), Style.STRONG), f" USD{prices}")
    if found.batch_usd and found.batch_usd != found.usd:
        screen.result("        ", f"{money(found.batch_usd)} USD with --batch, within a day")
    screen.result("  time  ", _time(found))
    if found.cascade_steps and found.judges:
        screen.say(
            f"the panel is a cascade of {plural(found.cascade_steps, 'step')}: at least the first is asked about every "
            "item, at most all are"
        )
    if found.sampled:
        screen.say("tokens are scaled up from a sample of the prompts")
    for warning in found.warnings:
        screen.problem(Mark("warning: ", Style.WARNING), warning)
    for judge in found.judges:
        if judge.usd is None:
            screen.say(
                Mark("price: ", Style.WARNING),
                f"that of {judge.model} (judge {judge.judge}) is not known; {how_to_price(judge.model)}",
            )
    screen.say("next:  ", Mark(f"evenhand run {found.suite}", Style.NAME))


def _time(found: RunPlan) -> str:
    return f"{spread(found.minutes, '.1f')} minutes of calls" if found.judges else "no call is made"


def _size(found: RunPlan) -> str:
    return (
        f"{plural(found.cases, 'case')}, {plural(found.principles, 'principle')}, {plural(found.items, 'item')}, "
        f"{plural(found.units, 'rating')} ({found.offline_units:,} without a call)"
    )


def _row(judge: JudgePlan) -> tuple[Part, ...]:
    return (
        judge.judge,
        judge.model,
        spread(judge.calls, ",.0f"),
        spread(judge.input_tokens, ",.0f"),
        spread(judge.output_tokens, ",.0f"),
        money(judge.usd),
    )


def money(usd: Range | None) -> str:
    """Return what something would cost, as a range."""
    return _UNKNOWN if usd is None else spread(usd, ",.4f" if usd.high < 0.1 else ",.2f")


def spread(value: Range, form: str) -> str:
    """Return a range, or one number where both ends are written alike."""
    low, high = format(value.low, form), format(value.high, form)
    return low if low == high else f"{low} to {high}"
