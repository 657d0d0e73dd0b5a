"""A comparison of constitutions in the terminal: the conclusion first, then principle by principle."""

from collections.abc import Iterator
from typing import Final

from evenhand.cli.constitution_impact_lines import show_impact
from evenhand.cli.output import Column, Mark, Part, Screen, Style
from evenhand.constitution.changes import Change, ConstitutionDiff, Effect, Fate, PrincipleChange
from evenhand.constitution.comparison import Comparison
from evenhand.constitution.staleness import Staleness
from evenhand.constitution.words import KNOWN_BY, PANEL, marked, name_of, said_of, told_warnings

_STYLES: Final = {Effect.BINDING: Style.BAD, Effect.SHOWN: Style.WARNING, Effect.ADVISORY: Style.FAINT}
_ADDED: Final = Style.GOOD
_MOST_SIDE: Final = 160
"""Characters of what stood somewhere that are shown."""


def show_comparison(screen: Screen, comparison: Comparison) -> None:
    """Show what changed and what that does."""
    screen.result(Mark(comparison.headline, _headline_style(comparison.diff)))
    _show_diff(screen, comparison.diff)
    if comparison.impact:
        show_impact(screen, comparison.impact)
    if comparison.staleness:
        _show_staleness(screen, comparison.staleness)


def _show_diff(screen: Screen, diff: ConstitutionDiff) -> None:
    screen.result("from  ", _side(diff.before.name, diff.before.id, diff.before.version))
    screen.result("to    ", _side(diff.after.name, diff.after.id, diff.after.version))
    rule = diff.version_rule
    screen.result("      ", rule.said if rule.holds else Mark(rule.said, Style.WARNING))
    for each in diff.principles:
        _show_principle(screen, each)
    if diff.whole:
        screen.result()
        screen.result(Mark("outside of principles", Style.STRONG))
        for change in diff.whole:
            screen.result("  ", *_change(change))
    for about, warning in told_warnings(diff):
        screen.problem(Mark("warning: ", Style.WARNING), f"{about}: {warning}")


def _side(name: str, constitution: str, version: str) -> str:
    return f"{name} ({constitution} {version})"


def _headline_style(diff: ConstitutionDiff) -> Style:
    if diff.with_effect(Effect.BINDING) or diff.with_fate(Fate.REMOVED):
        return Style.WARNING
    return Style.GOOD if diff.is_empty else Style.STRONG


def _show_principle(screen: Screen, each: PrincipleChange) -> None:
    style = _ADDED if each.fate is Fate.ADDED else _STYLES[each.effect]
    screen.result()
    screen.result(Mark(name_of(each), Style.STRONG), "  ", Mark(said_of(each), style))
    for line in _about(each):
        screen.result("  ", line)
    for change in each.changes:
        screen.result("  ", *_change(change))
        if change.words:
            screen.block(marked(change.words), indent="  ")


def _about(each: PrincipleChange) -> Iterator[str]:
    if each.tombstone:
        yield f"tombstone: {each.tombstone}"
    if each.guess:
        yield f"a guess: {each.guess}"


def _change(change: Change) -> Iterator[Part]:
    yield change.what
    if not change.words and (change.before or change.after):
        yield f": {_shown(change.before)} became {_shown(change.after)}"


def _shown(text: str) -> str:
    if not text:
        return "nothing"
    return text if len(text) <= _MOST_SIDE else f"{text[: _MOST_SIDE - 1]}…"


_ANSWER_COLUMNS: Final = (
    Column(title="run"),
    Column(title="suite", gives_way=True),
    Column(title="principle", gives_way=True),
    Column(title="of", gives_way=True),
    Column(title="answers", right=True),
    Column(title="standing"),
)
_LABEL_COLUMNS: Final = (
    Column(title="labels of"),
    Column(title="suite", gives_way=True),
    Column(title="principle", gives_way=True),
    Column(title="labels", right=True),
    Column(title="standing"),
    Column(title="known by", gives_way=True),
)


def _show_staleness(screen: Screen, found: Staleness) -> None:
    if found.answers:
        screen.result()
        screen.table(
            _ANSWER_COLUMNS,
            [
                (each.run, each.suite, each.principle, each.judge or PANEL, f"{each.count:,}", each.standing)
                for each in found.answers
            ],
        )
    if found.labels:
        screen.result()
        screen.table(
            _LABEL_COLUMNS,
            [
                (
                    each.source,
                    each.suite,
                    each.principle,
                    f"{each.count:,}",
                    each.standing,
                    KNOWN_BY[each.known],
                )
                for each in found.labels
            ],
        )
    for note in found.notes:
        screen.say(Mark("note:  ", Style.WARNING), note)
