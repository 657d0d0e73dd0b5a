"""`evenhand explain`: why a verdict is what it is, or what a code means."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Screen, Style
from evenhand.cli.session import session_of
from evenhand.errors import LedgerError, UnknownNameError
from evenhand.reporting.explain import Explanation, render_explanation
from evenhand.workflows.explain_code import Code, explain_code
from evenhand.workflows.explain_item import explain_item
from evenhand.workflows.gate.explain_run import ExplainedGate, explain_gate_of, names_a_gate

_CODE = re.compile(r"[A-Za-z][0-9]{3}")
_NEARLY_A_CODE = re.compile(r"[A-Za-z]{1,3}[0-9]{1,4}")
"""What may be a slip in a code; a case may be named so too, and goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDocument:
    """What a code of a finding means."""

    code: str
    title: str
    explain: str
    """Why it is wrong, or why it matters."""
    mend: str
    """What to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDocument:
    """Everything behind the verdicts on a case."""

    items: tuple[Explanation, ...]


def explain(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="ITEM@RUN|gate@RUN|CODE",
            help="A case, or an item as reports write it, of a run (latest without @RUN); gate, or gate/PRINCIPLE, "
            "of a run; or a code such as V001.",
        ),
    ],
) -> int:
    """Explain a verdict: the principle, what each judge said with its quotes, and the panel's arithmetic.

    Or explain the outcome of a gate, with arithmetic that can be done again by hand, or the code of a finding: what is
    wrong and how to mend it.
    """
    session = session_of(context)
    if _CODE.fullmatch(what):
        _show_code(explain_code(what), session.screen)
    elif names_a_gate(session.workspace, what):
        _show_gate(explain_gate_of(session.workspace, what), session.screen)
    else:
        _show_items(_items(session.workspace, what), session.screen)
    return 0


def _items(workspace: Path, what: str) -> tuple[Explanation, ...]:
    try:
        return explain_item(workspace, what)
    except (LedgerError, UnknownNameError):
        if _NEARLY_A_CODE.fullmatch(what):
            explain_code(what)  # says that there is no such code, with near ones
        raise


def _show_code(found: Code, screen: Screen) -> None:
    text = found.text
    screen.document(
        "explain-code/v1",
        CodeDocument(code=found.code, title=text.title, explain=text.explain, mend=text.mend),
    )
    screen.result(Mark(f"{found.code}: {text.title}", Style.STRONG))
    for heading, body in (("", text.explain), ("mend", text.mend)):
        screen.result(Mark(heading, Style.NAME))
        for line in body.split("\n"):
            screen.result("  ", line)


def _show_gate(found: ExplainedGate, screen: Screen) -> None:
    screen.document("explain-gate/v1", found)
    for line in found.lines:
        screen.result(line)
    if found.report:
        screen.say(f"as {found.report} says")


def _show_items(found: tuple[Explanation, ...], screen: Screen) -> None:
    screen.document("explain-item/v1", ItemDocument(items=found))
    for number, explanation in enumerate(found):
        if number:
            screen.result()
        for line in render_explanation(explanation).rstrip("\n").split("\n"):
            screen.result(line if line.startswith(" ") else Mark(line, Style.STRONG))
