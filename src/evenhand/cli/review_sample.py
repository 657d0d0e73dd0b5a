"""`evenhand review sample`: draw items of a run for people."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Column, Mark, Screen, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.review.sample import sample_run
from evenhand.workflows.review.sample_wishes import SampledRun, SampleWishes

_SHOWN_STRATA = 40


def review_sample(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it.")
    ] = "latest",
    *,
    items: Annotated[
        float | None,
        typer.Option("--items", metavar="N", help="Items to draw, in expectation; how many come is chance."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes",
            metavar="M",
            help="Or the minutes of all people together, double labels and repeats among them.",
        ),
    ] = None,
    seconds_per_item: Annotated[
        float | None,
        typer.Option(
            "--seconds-per-item",
            metavar="S",
            help="Time of an item; by default as measured on earlier labels, or a minute.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="NAME",
            help="Divide the items over `principle` or the groups of a slice; may be repeated.",
        ),
    ] = None,
    top_up: Annotated[
        bool, typer.Option("--top-up", help="Draw more into the design the run has; its labels stay in use.")
    ] = False,
    new_design: Annotated[
        bool, typer.Option("--new-design", help="Begin another design beside the one the run has.")
    ] = False,
    reviewers: Annotated[
        int | None, typer.Option("--reviewers", metavar="K", help="Distinct people for each item (1).")
    ] = None,
    double: Annotated[
        float | None,
        typer.Option(
            "--double", metavar="SHARE", help="Share of items that a second person labels too (0.1)."
        ),
    ] = None,
    repeats: Annotated[
        float | None,
        typer.Option(
            "--repeats",
            metavar="SHARE",
            help="Share of a person's items that are shown to them again, unmarked (0.05).",
        ),
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option(
            "--gold",
            metavar="FILE",
            help="Labels that are known to be right (JSONL): their items are mixed in and enter no estimate.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="Seed of every choice left to chance.")
    ] = None,
    no_reveal: Annotated[
        bool, typer.Option("--no-reveal", help="Never show reviewers what the judges said.")
    ] = False,
) -> int:
    """Draw items of a run for a blind review by people, so that rates can be estimated from their labels.

    Every item may be drawn, failed and undecided ones too. Half of the draw is spread evenly, half goes where the panel
    is unsure; each item keeps the probability it was drawn with, and estimates weigh its labels by it.
    """
    session = session_of(context)
    wishes = SampleWishes(
        items=items,
        minutes=minutes,
        seconds_per_item=seconds_per_item,
        by=tuple(by) if by else None,
        top_up=top_up,
        new_design=new_design,
        reviewers=reviewers,
        double=double,
        repeats=repeats,
        gold=gold,
        seed=seed,
        reveal=False if no_reveal else None,
    )
    found = sample_run(session.workspace, run, wishes)
    session.screen.document("review-sample/v1", found)
    _tell(session.screen, found)
    return 0


def _tell(screen: Screen, found: SampledRun) -> None:
    draw = found.draw
    more = f", {found.added:,} of them now" if draw.id != draw.design else ""
    screen.result(
        "drawn  ",
        Mark(f"{draw.drawn:,}", Style.STRONG),
        f" of {draw.population:,} items of run {draw.run}{more}; {draw.budget:,.1f} were expected",
    )
    if found.gold:
        screen.result(
            f"mixed in  {plural(found.gold, 'item')} whose answers are known; no estimate uses them"
        )
    _tell_strata(screen, found)
    screen.say(f"design {draw.design}, seed {draw.seed}")
    screen.say(
        f"about {found.minutes:,.0f} minutes of all people together, with double labels and repeats: "
        f"{found.pace.words}"
    )
    screen.say(
        f"a rate can be expected to within {100 * found.half_width:.1f} points either way once all is labelled, if "
        "people differ as the votes suggest"
    )
    screen.say(f"the largest weight of an item is {found.weight_ratio:.1f} times the smallest")
    for note in found.notes:
        screen.say(f"note: {note}")
    screen.say("label them with: evenhand review serve")


def _tell_strata(screen: Screen, found: SampledRun) -> None:
    columns = [
        Column(title="by " + (", ".join(found.draw.strata) or "what brought it in"), gives_way=True),
        *(Column(title=title, right=True) for title in ("items", "expected", "drawn")),
    ]
    shown = found.strata[:_SHOWN_STRATA]
    screen.table(
        columns,
        [(each.name, f"{each.population:,}", f"{each.expected:,.1f}", f"{each.drawn:,}") for each in shown],
    )
    if len(found.strata) > len(shown):
        screen.say(f"and {len(found.strata) - len(shown):,} more strata; --json lists all of them")
