"""`evenhand review adjudicate`: settle the items on which people differ."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.cli.review_case import show_behind, show_case
from evenhand.cli.review_options import DesignName
from evenhand.cli.session import Session, session_of
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.review import Adjudication, AdjudicationReason
from evenhand.review.adjudication_queue import AdjudicationCase, QueuedItem
from evenhand.review.guideline_gaps import render_gap
from evenhand.workflows.review.adjudicate import AdjudicationDesk, BehindItem, Decision, open_adjudication
from evenhand.workflows.write_lines import write_lines

_QUEUE = (
    Column(title="item"),
    Column(title="severity"),
    Column(title="apart", right=True),
    Column(title="people", right=True),
    Column(title="why"),
    Column(title="principle"),
    Column(title="case", gives_way=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDocument:
    """A guideline gap as the text of an issue."""

    principle: str
    items: tuple[str, ...]
    text: str
    """Markdown."""
    path: str
    """Where it was written; empty where it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicateDocument:
    """The queue, one item of it, a decision, or the guideline gaps: what was asked for; the others are empty."""

    queue: tuple[QueuedItem, ...]
    case: AdjudicationCase | None
    decision: Adjudication | None
    """Its label of a pair is in the frame of the case."""
    behind: BehindItem | None
    """Names and judges behind a decided item."""
    gaps: tuple[GapDocument, ...]


_NOTHING = AdjudicateDocument(queue=(), case=None, decision=None, behind=None, gaps=())


def review_adjudicate(
    context: typer.Context,
    *,
    name: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Who adjudicates; an adjudicator or a lead.")
    ] = "",
    design: DesignName = None,
    item: Annotated[
        str | None, typer.Option("--item", metavar="ID", help="Show this item, or decide it with --label.")
    ] = None,
    label: Annotated[str | None, typer.Option("--label", metavar="L", help="The label that holds.")] = None,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="R", help=f"Why people differed: {', '.join(AdjudicationReason)}."),
    ] = None,
    note: Annotated[
        str, typer.Option("--note", metavar="N", help="Needed where no reviewer gave the label.")
    ] = "",
    own: Annotated[
        bool, typer.Option("--own", help="Settle an item you labelled yourself; the decision is marked.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Replace the decision that holds; it is kept in the record.")
    ] = False,
    unfold: Annotated[bool, typer.Option("--unfold", help="Show texts with a content tag.")] = False,
    behind: Annotated[
        bool,
        typer.Option("--behind", help="Show names and judges behind a decided item; you decide it no more."),
    ] = False,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="Write the guideline gaps as texts of issues.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for --gaps; by default they are printed."),
    ] = None,
) -> int:
    """List the items on which people differ, show one as reviewers saw it with what they said, or decide one.

    Names and judges stay hidden. Labels are never changed: a decision is a record beside them, and the last one holds.
    """
    session = session_of(context)
    desk = open_adjudication(session.workspace)
    if gaps:
        _show_gaps(session, desk, design, out)
    elif item is None:
        _refuse_stray(label=label, reason=reason, note=note)
        _show_queue(session.screen, desk.queue(_adjudicator(name), design), name)
    elif behind:
        seen = desk.look_behind(_adjudicator(name), item)
        session.screen.document("review-adjudicate/v1", replace(_NOTHING, behind=seen))
        show_behind(session.screen, seen)
    elif label is None:
        found = desk.open(_adjudicator(name), item)
        session.screen.document("review-adjudicate/v1", replace(_NOTHING, case=found))
        show_case(session.screen, found, unfold=unfold)
    else:
        decision = _decide(
            desk, _adjudicator(name), item, label=label, reason=reason, note=note, own=own, again=again
        )
        session.screen.document("review-adjudicate/v1", replace(_NOTHING, decision=decision))
        session.screen.result("settled  ", Mark(decision.item, Style.STRONG), f"  {decision.id}")
    return 0


def _adjudicator(name: str) -> str:
    if not name:
        raise UsageError("who adjudicates?", hint="name an adjudicator or a lead with --as NAME")
    return name


def _refuse_stray(*, label: str | None, reason: str | None, note: str) -> None:
    if label is not None or reason is not None or note:
        raise UsageError(
            "which item is decided?", hint="name it with --item ID; without options the queue is listed"
        )


def _decide(
    desk: AdjudicationDesk,
    name: str,
    item: str,
    *,
    label: str,
    reason: str | None,
    note: str,
    own: bool,
    again: bool,
) -> Adjudication:
    if reason is None:
        raise UsageError(
            "why did people differ?", hint=f"--reason is one of: {', '.join(AdjudicationReason)}"
        )
    if reason not in set(AdjudicationReason):
        raise UnknownNameError("reason", reason, list(AdjudicationReason))
    after = desk.open(name, item).after if again else ""
    decision = Decision(label=label, reason=AdjudicationReason(reason), note=note, after=after, own=own)
    return desk.decide(name, item, decision)


def _show_queue(screen: Screen, queue: tuple[QueuedItem, ...], name: str) -> None:
    screen.document("review-adjudicate/v1", replace(_NOTHING, queue=queue))
    if queue:
        screen.table(_QUEUE, [_row(each) for each in queue])
        screen.say(f"show one with: evenhand review adjudicate --as {name} --item ID")
    else:
        screen.say("no item waits for an adjudicator")


def _row(each: QueuedItem) -> tuple[Part, ...]:
    why = ", ".join(reason.value for reason in each.reasons)
    return (
        Mark(each.id, Style.STRONG),
        each.severity,
        f"{each.disagreement:.2f}",
        f"{each.people:,}",
        f"{why}, labelled by you" if each.own else why,
        each.principle_id,
        each.case_id,
    )


def _show_gaps(session: Session, desk: AdjudicationDesk, design: str | None, out: Path | None) -> None:
    screen, written = session.screen, []
    for gap in desk.gaps(design):
        text, path = render_gap(gap), ""
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            place = out / f"{gap.name}.md"
            write_lines(place, [text.encode()], hint="name another folder with --out")
            path = str(place)
            screen.result(path)
        else:
            for line in text.split("\n"):
                screen.result(line)
        items = tuple(each.item for each in gap.items)
        written.append(GapDocument(principle=gap.principle.principle.id, items=items, text=text, path=path))
    screen.document("review-adjudicate/v1", replace(_NOTHING, gaps=tuple(written)))
    screen.say(f"{plural(len(written), 'principle')} with guideline gaps")
