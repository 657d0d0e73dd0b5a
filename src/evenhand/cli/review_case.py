"""An item before an adjudicator, on a terminal: the text as reviewers saw it, and what they said, without names."""

from evenhand.cli.output import Mark, Screen, Style
from evenhand.records.message import Text, flatten
from evenhand.review.adjudication_queue import AdjudicationCase, NamelessOpinion
from evenhand.review.prose import flowing
from evenhand.workflows.review.adjudicate import BehindItem


def show_case(screen: Screen, found: AdjudicationCase, *, unfold: bool) -> None:
    """Show an item; every text that is not ours stands behind a bar, and a tagged one only where it is asked for."""
    principle = found.principle.principle
    reasons = ", ".join(reason.value for reason in found.reasons) or "nothing waits"
    screen.result(Mark(found.item, Style.STRONG), f"  {found.case.case_id}, {found.severity}: {reasons}")
    _block(screen, f"principle {principle.id}", flowing(principle.text))
    _block(screen, "exceptions", principle.exceptions)
    _block(screen, "when", principle.when)
    folded = bool(found.case.sensitive) and not unfold
    if folded:
        screen.result(
            Mark(f"the text is tagged {', '.join(found.case.sensitive)}: --unfold shows it", Style.WARNING)
        )
    else:
        _show_texts(screen, found)
    for opinion in found.opinions:
        _show_opinion(screen, opinion, quotes=not folded)
    for flag in found.flags:
        _block(screen, "told to the lead", flag)
    if found.own:
        screen.result(Mark("you labelled this item yourself", Style.WARNING))
    if found.decision is not None:
        screen.result(
            f"decided on {found.decision.at[:10]}: {found.decision.label} ({found.decision.reason.value})"
        )
    screen.say(f"answers: {', '.join(found.principle.answers) or 'a number of the scale'}")


def show_behind(screen: Screen, found: BehindItem) -> None:
    """Show names and judges behind an item that is decided."""
    decision = found.decision
    screen.result(
        Mark(found.item, Style.STRONG), f"  {decision.label} ({decision.reason.value}) by {decision.person}"
    )
    for each in found.people:
        changed = f", and after a look at the judges: {each.changed_to}" if each.changed_to else ""
        screen.result(
            f"reviewer {each.opinion.number} is ",
            Mark(each.person, Style.NAME),
            f": {each.opinion.label}{changed}",
        )
    verdict = found.verdict if found.verdict is not None else f"undecided ({found.undecided})"
    screen.result("panel: ", Mark(verdict, Style.STRONG))
    for rating in found.ratings:
        screen.result(Mark(rating.judge, Style.NAME), f": {rating.label or rating.failed}")
        if rating.reason:
            screen.block(rating.reason, indent="  ")


def _show_texts(screen: Screen, found: AdjudicationCase) -> None:
    _block(screen, "prompt", found.case.prompt)
    names = ("LEFT (a)", "RIGHT (b)") if len(found.case.outputs) == 2 else ("candidate",)
    for name, output in zip(names, found.case.outputs, strict=False):
        _block(screen, name, output.text)


def _show_opinion(screen: Screen, opinion: NamelessOpinion, *, quotes: bool) -> None:
    unsure = "" if opinion.sure else ", not sure"
    turned = ", saw the two the other way round" if opinion.other_way_round else ""
    screen.result(
        Mark(f"reviewer {opinion.number}: ", Style.NAME), Mark(opinion.label, Style.STRONG), unsure + turned
    )
    if opinion.comment:
        screen.block(opinion.comment, indent="  ")
    for span in opinion.evidence if quotes else ():
        screen.result(f"  rests on {span.block}, {span.start} to {span.end}:")
        screen.block(span.quote, indent="  ")


def _block(screen: Screen, title: str, text: Text | None) -> None:
    if text:
        screen.result(Mark(title, Style.NAME))
        screen.block(flatten(text))
