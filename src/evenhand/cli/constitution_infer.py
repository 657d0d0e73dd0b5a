"""`evenhand constitution infer`: principles that people's decisions seem to follow, proposed for people."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.common_options import EVERY_FORMAT, PlanOnly, Replay, ReportFolder, ReportFormats, Yes
from evenhand.cli.cost_check import agree_to_work
from evenhand.cli.generation_progress import GenerationWatch
from evenhand.cli.output import Column, Mark, Part, Screen, Style
from evenhand.cli.plan import money
from evenhand.cli.report import read_formats
from evenhand.cli.session import session_of
from evenhand.constitution.inverse.results import Inference, Proposal
from evenhand.judging.budget import NANOUSD
from evenhand.reporting.calibration.wording import points_parts
from evenhand.reporting.constitution.inference import verdict
from evenhand.reporting.display import sentence
from evenhand.workflows.find_constitution import find_generator
from evenhand.workflows.generation.job import GenerationOptions
from evenhand.workflows.inference.infer_principles import (
    LEAST_OVERRIDES,
    InferenceChoices,
    InferredPrinciples,
    infer_principles,
)
from evenhand.workflows.inference.plan_inference import InferencePlan, plan_inference
from evenhand.workflows.inference.write_inference import propose_amendments, write_inference

_COLUMNS = (
    Column(title="under"),
    Column(title="change of agreement", right=True),
    Column(title="p", right=True),
    Column(title="proposed principle", gives_way=True),
)

_RUNS = 3
"""Generation runs, each with the cap: proposals, votes, and votes on decisions that were held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InferencePlanDocument:
    """What inferring principles would take."""

    run: str
    plan: InferencePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceDocument:
    """What came of it."""

    inference: Inference
    verdict: str
    """The conclusion in a sentence."""
    usd: float
    """What the calls of its three generation runs cost."""
    files: tuple[str, ...]
    """Files of the report, and of proposals where they were asked for."""


def constitution_infer(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run of judges with human labels, as `evenhand runs` shows it."),
    ] = "latest",
    *,
    generator: Annotated[
        str,
        typer.Option(
            "--generator",
            metavar="GENERATOR",
            help="A generator with prompts for infer and vote: a file, or its name in judges/, such as inferrer.",
        ),
    ],
    least: Annotated[
        int,
        typer.Option("--least", metavar="N", min=1, help="Fewest decisions of people against the panel."),
    ] = LEAST_OVERRIDES,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Seed of every draw.")] = 0,
    plan_only: PlanOnly = False,
    max_usd: Annotated[
        float | None,
        typer.Option(
            "--max-usd",
            metavar="USD",
            min=0,
            help="Stop each of the three generation runs before it spends more; what is done is kept.",
        ),
    ] = None,
    yes: Yes = False,
    replay: Replay = False,
    out: ReportFolder = None,
    amendments: Annotated[
        Path | None,
        typer.Option(
            "--amendments",
            metavar="FILE",
            help="Add what is put before people to this file of proposals, as `constitution amend` writes it.",
        ),
    ] = None,
    formats: ReportFormats = EVERY_FORMAT,
) -> int:
    """Propose principles that people seem to follow where they decide against the panel.

    Made from labels of the optimise split, voted on, and held against labels of the gate split, with an interval and a
    correction for how many were tried. What is left is for people to decide; the constitution is not touched. The same
    command again goes on where it stopped; at its end it asks nobody.
    """
    session = session_of(context)
    wanted = read_formats(formats)
    choices = InferenceChoices(least_overrides=least, seed=seed)
    writer = find_generator(session.workspace, generator)
    if plan_only:
        _show_plan(session.screen, run, plan_inference(session.workspace, run, writer, choices), least)
        return 0
    if not (yes or replay):
        plan = plan_inference(session.workspace, run, writer, choices)
        agree_to_work(session, plan.usd, cap=max_usd, what=_planned(plan), runs=_RUNS)
    options = GenerationOptions(max_usd=max_usd, replay=replay, command=session.command_line)
    with GenerationWatch(session.screen) as progress:
        inferred = infer_principles(session.workspace, run, writer, options, progress.watch, choices)
    files = write_inference(session.workspace, inferred.inference, folder=out, formats=wanted)
    if amendments is not None:
        propose_amendments(session.workspace, inferred.inference, amendments)
        files = (*files, amendments)
    _show(session.screen, inferred, files)
    return 0


def _show_plan(screen: Screen, run: str, plan: InferencePlan, least: int) -> None:
    screen.document("constitution-infer-plan/v1", InferencePlanDocument(run=run, plan=plan))
    screen.result(_planned(plan))
    if plan.overrides < least:
        screen.say(
            f"note: below {least:,} decisions against the panel this refuses to ask; "
            f"--least {max(1, plan.overrides)} takes so few"
        )
    if plan.usd is None:
        screen.say(
            "note: nobody knows the price of the generator's model, so it is not asked: "
            "set `model:` in its file, and `price:` where the model is not in the shipped table"
        )


def _planned(plan: InferencePlan) -> str:
    return (
        f"{plan.decisions:,} decisions of people, {plan.overrides:,} of them against the panel: {plan.batches:,} texts "
        f"that propose, {plan.votes.low:,.0f} to {plan.votes.high:,.0f} votes, {money(plan.usd)} USD"
    )


def _show(screen: Screen, inferred: InferredPrinciples, files: tuple[Path, ...]) -> None:
    inference = inferred.inference
    spent = sum(account.cost_nanousd for account in inferred.accounts) / NANOUSD
    screen.document(
        "constitution-infer/v1",
        InferenceDocument(
            inference=inference, verdict=verdict(inference), usd=spent, files=tuple(map(str, files))
        ),
    )
    screen.result(verdict(inference))
    if inference.kept:
        screen.table(_COLUMNS, [_row(each) for each in inference.kept])
    for note in inference.notes:
        screen.say("note: ", note)
    screen.say(f"spent {spent:.4f} USD")
    for path in files:
        screen.result(str(path))


def _row(each: Proposal) -> tuple[Part, ...]:
    gain = "" if each.gain is None else sentence(points_parts(each.gain))
    return Mark(each.principle_id, Style.NAME), gain, "" if each.p is None else f"{each.p:.3f}", each.text
