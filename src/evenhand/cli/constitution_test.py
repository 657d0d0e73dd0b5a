"""`evenhand constitution test`: whether judges see what the constitution's own examples show."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.common_options import AllowAlias, Replay, Yes
from evenhand.cli.constitution_test_lines import show_tested
from evenhand.cli.cost_check import agree_to_cost
from evenhand.cli.output import Mark, Style
from evenhand.cli.progress import RunWatch
from evenhand.cli.run_outcome import OutcomeDocument, outcome_document
from evenhand.cli.session import session_of
from evenhand.constitution.tested import Require, TestedConstitution, TestOutcome
from evenhand.errors import UsageError
from evenhand.workflows.constitution_test import TestRun, TestWishes, prepare_test, run_test, write_tested
from evenhand.workflows.run_suite import RunOptions

_MISSED, _COULD_NOT_MEASURE, _INTERRUPTED = 1, 3, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstitutionTestDocument:
    """What judges say on the examples of a constitution."""

    tested: TestedConstitution
    run: OutcomeDocument
    """How the run went in which they were judged."""
    exit_code: int
    """What the command exits with."""


def constitution_test(
    context: typer.Context,
    constitution: Annotated[
        str,
        typer.Argument(
            metavar="[CONSTITUTION]", help="A constitution's file, or its name in constitutions/."
        ),
    ] = "",
    *,
    panel: Annotated[
        str, typer.Option("--panel", metavar="PANEL", help="Panel to test: a file, or its name in judges/.")
    ] = "",
    judges: Annotated[
        str,
        typer.Option(
            "--judges",
            metavar="A,B,...",
            help="Judges to test instead, as a panel that goes by majority: files, or names in judges/.",
        ),
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option("--principle", metavar="PATTERN", help="Test these principles alone; may be repeated."),
    ] = None,
    require: Annotated[
        str,
        typer.Option(
            "--require",
            metavar="WHO",
            help="Who must meet the examples: panel, judges (the panel and each of them), or nothing.",
        ),
    ] = Require.PANEL.value,
    borderline: Annotated[
        bool, typer.Option("--borderline", help="Borderline examples must be met as well.")
    ] = False,
    max_usd: Annotated[
        float | None,
        typer.Option("--max-usd", metavar="USD", min=0, help="Stop before more is spent."),
    ] = None,
    yes: Yes = False,
    replay: Replay = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask everything again; earlier replies are kept, and not used.")
    ] = False,
    allow_alias: AllowAlias = False,
    markdown: Annotated[
        Path | None, typer.Option("--md", metavar="FILE", help="Write it as Markdown as well.")
    ] = None,
) -> int:
    """Test judges on the constitution's own examples, and say which they miss.

    Tested is every example with `use: test`, and the cases of the files that principles name in `tests`; never a text
    that a judge is shown, whatever it is called. The examples are judged as any suite is, with the same ledger: a
    second test asks only what changed.

    Exit codes: 0 all that must be met are met, 1 some are missed, 3 could not measure, 2 usage, 5 nothing to test.
    """
    session = session_of(context)
    wishes = TestWishes(
        constitution=constitution,
        panel=panel,
        judges=tuple(name.strip() for name in judges.split(",") if name.strip()),
        principles=tuple(only or ()),
        require=_read_require(require),
        borderline=borderline,
    )
    options = RunOptions(
        max_usd=max_usd, replay=replay, again=again, allow_alias=allow_alias, command=session.command_line
    )
    test = prepare_test(session.workspace, wishes)
    if not (yes or replay):
        agree_to_cost(session, test.prepared, cap=max_usd, look_up=not again)
    with RunWatch(session.screen) as progress:
        ran = run_test(session.workspace, test, options, progress.watch)
    code = _exit_code(ran)
    screen = session.screen
    screen.document(
        "constitution-test/v1",
        ConstitutionTestDocument(
            tested=ran.tested, run=outcome_document(ran.result, divided=""), exit_code=code
        ),
    )
    show_tested(ran.tested, screen)
    for reason in ran.result.reasons:
        screen.problem(Mark("stopped: ", Style.WARNING), reason)
    if ran.result.account.open:
        screen.say("next:  ", Mark(f"evenhand resume {ran.result.run.id}", Style.NAME), ", then test again")
    elif missed := next(iter((*ran.tested.needed, *ran.tested.missed)), None):
        command = f"evenhand explain {shlex.quote(f'{missed.test}@{ran.tested.run}')}"
        screen.say("next:  ", Mark(command, Style.NAME))
    if markdown is not None:
        write_tested(ran.tested, markdown)
        screen.say("wrote  ", str(markdown))
    return code


def _read_require(word: str) -> Require:
    if word not in tuple(Require):
        raise UsageError(
            f"--require {word!r} is no one who could meet examples", hint="panel, judges or nothing"
        )
    return Require(word)


def _exit_code(ran: TestRun) -> int:
    if ran.result.interrupted:
        return _INTERRUPTED
    if ran.tested.outcome is TestOutcome.MISSED:
        return _MISSED
    unmeasured = ran.tested.outcome is TestOutcome.NOT_MEASURED or bool(ran.result.account.open)
    return _COULD_NOT_MEASURE if unmeasured else 0
