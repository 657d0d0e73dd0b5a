"""`evenhand feedback show`: what a revision run wrote."""

from typing import Annotated, Final

import typer

from evenhand.cli.output import Column, Mark, Screen, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.feedback.show_revisions import (
    ShownChain,
    ShownRevisions,
    ShownStep,
    show_revisions,
)

RevisionsDocument = ShownRevisions
"""What `--json` writes."""
_COLUMNS: Final = (
    Column(title="reply", gives_way=True),
    Column(title="texts", right=True),
    Column(title="failed"),
)
_PROMPT_DIGITS: Final = 12


def feedback_show(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run of `evenhand feedback revise`, or latest.")
    ] = "latest",
    reply: Annotated[
        str, typer.Argument(metavar="REPLY", help="A case of the run, or CASE#CANDIDATE.", show_default=False)
    ] = "",
) -> int:
    """Show what a revision run wrote: its replies, or every critique and revision of one of them.

    Each text stands with the principle it is about and the digest of what was asked.
    """
    session = session_of(context)
    found = show_revisions(session.workspace, run, reply)
    screen = session.screen
    screen.document("feedback-show/v1", found)
    state = f"{found.state.value}: {found.reason}" if found.reason else found.state.value
    screen.result("revisions ", Mark(found.run, Style.STRONG), f" of {found.feedback}, {state}")
    if reply:
        _show_chain(found.chains[0], screen)
        return 0
    screen.table(_COLUMNS, [(each.name, f"{each.texts:,}", each.failure) for each in found.chains])
    screen.say(f"{plural(len(found.chains), 'chain')} begun; the texts of one: ", _next(found))
    return 0


def _next(found: ShownRevisions) -> Mark:
    return Mark(f"evenhand feedback show {found.run} REPLY", Style.NAME)


def _show_chain(chain: ShownChain, screen: Screen) -> None:
    screen.result("reply ", Mark(chain.name, Style.STRONG))
    for title, text in (("asked", chain.prompt), ("first reply", chain.original)):
        if text is not None:
            screen.result(Mark(title, Style.NAME))
            screen.block(text, indent="  ")
    if chain.original is None:
        screen.say("the first reply is not shown: its file has changed since")
    for step in chain.steps:
        _show_step(step, screen)


def _show_step(step: ShownStep, screen: Screen) -> None:
    taken = ", taken from an earlier run" if step.reused else ""
    screen.result(
        Mark(step.kind, Style.NAME), f" under {step.principle_id} (asked {step.key[:_PROMPT_DIGITS]}{taken})"
    )
    if step.failure:
        screen.result("  ", Mark(f"failed: {step.failure}", Style.BAD), f" {step.detail}")
    else:
        screen.block(step.text, indent="  ")
