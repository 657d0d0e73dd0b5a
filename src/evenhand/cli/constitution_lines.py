"""A constitution in the terminal: principles by tier, conflicts with who wins, and where everything is from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.constitution.conflicts import GROUND_WORDS, Precedence
from evenhand.constitution.shown import ShownConstitution, ShownPrinciple
from evenhand.records.extension import Origin
from evenhand.records.message import flatten
from evenhand.records.principle import Importance, Principle

_RULES: Final[Mapping[str, str]] = {
    "lexicographic": "the higher tier wins, and within a tier a person decides",
    "weighted": "the greater severity wins, and a person decides between equals",
    "escalate": "a person decides",
}
_STYLES: Final[Mapping[Importance, Style]] = {"critical": Style.BAD, "high": Style.WARNING}


def show_constitution_lines(shown: ShownConstitution, screen: Screen) -> None:
    """Show a whole constitution."""
    screen.result(
        Mark(f"{shown.id} {shown.version}", Style.STRONG),
        f"  {shown.title}" if shown.title else "",
        f"  {shown.status}",
    )
    screen.result(f"{shown.file}  {shown.hash}")
    for base in shown.bases:
        screen.result("extends ", base)
    if shown.tiers:
        screen.result("tiers, highest first: ", ", ".join(shown.tiers))
    screen.result("where principles collide: ", _RULES[shown.rule])
    screen.table(
        (
            Column(title="principle"),
            Column(title="tier"),
            Column(title="severity"),
            Column(title="strength"),
            Column(title="scale"),
            Column(title="breaks/keeps/between", right=True),
            Column(title="tests", right=True),
            Column(title="from", gives_way=True),
        ),
        [_row(principle) for principle in shown.principles],
    )
    for principle in shown.principles:
        for line in _history(principle):
            screen.result(line)
    _show_conflicts(shown.conflicts, screen)
    _show_removed(shown, screen)


def show_principle_lines(shown: ShownConstitution, principle: Principle, screen: Screen) -> None:
    """Show one principle with everything that is written about it."""
    brief = next(each for each in shown.principles if each.id == principle.id)
    screen.result(Mark(principle.id, Style.STRONG), f"  {principle.title}" if principle.title else "")
    tier = f"tier {principle.tier}, " if principle.tier else "in no tier, "
    screen.result(f"{tier}severity {principle.severity}, {principle.strength}, scale {principle.scale}")
    if brief.labels:
        screen.result("answers: ", ", ".join(brief.labels))
    screen.result("from ", _source(brief.origin), f"  {brief.hash}")
    for line in _history(brief):
        screen.result(line)
    screen.block(principle.text)
    parts = {
        "exceptions": principle.exceptions,
        "applies": "; ".join(
            [
                *(f"{name}: {', '.join(values)}" for name, values in principle.scope.items()),
                *([principle.when] if principle.when else []),
            ]
        ),
        "rationale": principle.rationale,
        "notes": principle.notes,
    }
    for title, text in parts.items():
        if text:
            screen.result(Mark(title, Style.STRONG))
            screen.block(text)
    _show_conflicts([each for each in shown.conflicts if principle.id in (each.first, each.second)], screen)
    for example in principle.examples:
        expect = f", expects {example.expect}" if example.expect else ""
        screen.result(Mark(example.id, Style.NAME), f"  {example.kind}{expect}, {example.use}")
        if example.prompt:
            screen.block(flatten(example.prompt), indent="  ")
        screen.block(flatten(example.response), indent="    ")
        if example.why:
            screen.result("  why: ", example.why)


def _row(principle: ShownPrinciple) -> tuple[Part, ...]:
    kinds = principle.examples
    severity = principle.severity
    return (
        Mark(principle.id, Style.STRONG),
        principle.tier or Mark("none", Style.WARNING),
        Mark(severity, _STYLES[severity]) if severity in _STYLES else severity,
        principle.strength,
        principle.scale,
        "/".join(f"{kinds[kind]}" for kind in ("violates", "complies", "borderline")),
        f"{principle.tests}",
        "here" if principle.origin.own else _source(principle.origin),
    )


def _source(origin: Origin) -> str:
    return f"{origin.file}:{origin.line}"


def _history(principle: ShownPrinciple) -> Iterator[str]:
    if principle.aliases:
        yield f"{principle.id} was called {', '.join(principle.aliases)}"
    for each in principle.origin.overridden:
        yield f"{principle.id}: {each.by} overrides {', '.join(each.fields)}, because: {each.because}"


def _show_conflicts(conflicts: Sequence[Precedence], screen: Screen) -> None:
    if not conflicts:
        return
    screen.table(
        (
            Column(title="these collide"),
            Column(title="who wins"),
            Column(title="because"),
            Column(title="what is said about it", gives_way=True),
        ),
        [
            (
                f"{each.first} and {each.second}",
                Mark(each.winner, Style.STRONG) if each.winner else Mark("a person decides", Style.WARNING),
                GROUND_WORDS[each.ground],
                " / ".join(" ".join(text.split()) for text in each.resolutions),
            )
            for each in conflicts
        ],
    )


def _show_removed(shown: ShownConstitution, screen: Screen) -> None:
    for stone in shown.tombstones:
        screen.result(
            f"removed in {stone.removed}: ", Mark(stone.id, Style.STRONG), f", because: {stone.because}"
        )
    for each in shown.left_out:
        told = "" if each.tombstone else "; no tombstone or alias says what became of it"
        screen.result(f"left out of {each.constitution}: ", Mark(each.id, Style.STRONG), told)
    untold = sum(not each.tombstone for each in shown.left_out)
    if untold:
        screen.say(
            f"{plural(untold, 'principle')} left out without a tombstone: old verdicts point at nothing"
        )
