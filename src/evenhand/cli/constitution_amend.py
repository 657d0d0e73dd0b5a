"""`evenhand constitution amend`: proposals for people, with the evidence."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.amend_constitution import WrittenAmendments, amend_constitution

_MOST_SHOWN = 10


def constitution_amend(
    context: typer.Context,
    *,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FILE", help="YAML to add proposals to, or Markdown (.md) to read them."
        ),
    ],
    run: Annotated[
        str, typer.Option("--run", metavar="RUN", help="The run, as `evenhand runs` shows it.")
    ] = "latest",
    humans: Annotated[
        list[Path] | None,
        typer.Option("--humans", metavar="FILE", help="Human labels beside those of the suite (JSONL)."),
    ] = None,
    overall: Annotated[
        Path | None,
        typer.Option("--overall", metavar="FILE", help="Labels of whole replies, pass or fail (JSONL)."),
    ] = None,
    no_review: Annotated[
        bool,
        typer.Option(
            "--no-review", help="Leave out the labels and guideline gaps of the workspace's review."
        ),
    ] = False,
    design: Annotated[
        str | None,
        typer.Option(
            "--design",
            metavar="NAME",
            help="Design of the review whose gaps are read; the newest by default.",
        ),
    ] = None,
) -> int:
    """Write proposals: replies people fail and no principle fires on, and what reviewers say the text leaves open.

    Each proposal is a stub with its evidence and says what a person has to write. The constitution is never touched,
    and a proposal that somebody decided (`decision:`) stays as it is when the file is written again.
    """
    session = session_of(context)
    done = amend_constitution(
        session.workspace,
        run,
        out,
        humans=tuple(humans or ()),
        overall=overall,
        review=not no_review,
        design=design,
    )
    session.screen.document("constitution-amend/v1", done)
    _show(done, session.screen)
    return 0


def _show(done: WrittenAmendments, screen: Screen) -> None:
    proposals = done.amendments.proposals
    for each in proposals[:_MOST_SHOWN]:
        screen.result(Mark(each.id, Style.STRONG), f"  {each.decision}  {each.why}")
    if len(proposals) > _MOST_SHOWN:
        screen.result(f"and {len(proposals) - _MOST_SHOWN:,} more")
    screen.say(
        f"{plural(len(proposals), 'proposal')} in ",
        Mark(done.file, Style.STRONG),
        f": {done.added:,} new, {done.decided:,} decided",
    )
    if done.closed:
        screen.say(
            f"note: of the sealed split nothing is read, {plural(done.closed, 'adjudicated item')} included"
        )
    if open_ones := sum(each.decision == "open" for each in proposals):
        screen.say(f"next:  decide the {open_ones:,} in the file: `decision:` and `because:`")
    elif not proposals:
        screen.say("next:  see what each check found, or would need: evenhand lint FILE --run RUN")
