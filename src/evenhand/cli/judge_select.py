"""`evenhand judge select`: which judges to keep."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.calibration.select_judges import KEEP, SelectedJudges
from evenhand.cli.output import Mark, Screen, Style
from evenhand.cli.session import session_of
from evenhand.reporting.display import count, percent, percent_parts, plain_parts, sentence
from evenhand.workflows.select_judges import select_judges


def judge_select(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it.")
    ] = "latest",
    *,
    keep: Annotated[int, typer.Option("--keep", metavar="N", help="How many judges to keep.")] = KEEP,
    humans: Annotated[
        list[Path] | None,
        typer.Option("--humans", metavar="FILE", help="A file of human labels; may be repeated."),
    ] = None,
) -> int:
    """Propose the judges of a run that are good and err apart, with evidence from labels that did not choose them."""
    session = session_of(context)
    found = select_judges(
        session.workspace, run, keep=keep, humans=humans or (), command=session.command_line
    )
    session.screen.document("judge-select/v1", found)
    _tell(session.screen, found)
    return 0


def _tell(screen: Screen, found: SelectedJudges) -> None:
    screen.result("keep  ", Mark(", ".join(found.judges), Style.STRONG), f"  of {len(found.of)} judges")
    screen.say(f"together they are worth {sentence(plain_parts(found.n_eff))} independent judges")
    screen.say(f"of the worth of all judges that is {sentence(percent_parts(found.kept))}")
    screen.say(f"effective number times balanced accuracy: {sentence(plain_parts(found.held_out))}")
    screen.say(
        f"chosen from {count(found.labels)} labels; half of them would have chosen the same judges "
        f"{percent(found.stability)} of the time"
    )
    if found.runner_up:
        screen.say(f"next best: {', '.join(found.runner_up)}")
    if found.cost_share is not None:
        screen.say(f"they cost {percent(found.cost_share)} of what all cost")
