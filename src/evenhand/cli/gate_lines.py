"""A gate in the terminal: the outcome, a line for each principle, and what to do next."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.gate.results import GateResult, PrincipleResult, Status, TestResult, Tier
from evenhand.gate.words import p_words
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Undefined

_STYLES: Final = {
    Status.PASSED: Style.GOOD,
    Status.FAILED: Style.BAD,
    Status.UNDECIDED: Style.WARNING,
    Status.COULD_NOT_MEASURE: Style.BAD,
}
_OUTCOMES: Final = {Outcome.PASSED: Style.GOOD, Outcome.FAILED: Style.BAD, Outcome.UNDECIDED: Style.WARNING}
_MOST_REASONS = 8
_QUIET: Final = frozenset({Tier.STABLE, Tier.IMPROVEMENT})


def show_gate(result: GateResult, screen: Screen, files: Sequence[Path]) -> None:
    """Show what a gate says."""
    screen.result(Mark(result.headline, _STYLES[result.status]))
    tests = [test for test in result.tests if test.slice is None or test.outcome is Outcome.FAILED]
    if tests:
        screen.table(
            (
                Column(title="principle", gives_way=True),
                Column(title="measure"),
                Column(title="cells", right=True),
                Column(title="before", right=True),
                Column(title="now", right=True),
                Column(title="change", right=True),
                Column(title="adjusted p", right=True),
                Column(title="sees", right=True),
                Column(title="outcome"),
            ),
            (_row(test) for test in tests),
        )
    for reason in result.reasons[:_MOST_REASONS]:
        screen.result("  ", reason)
    if len(result.reasons) > _MOST_REASONS:
        screen.result(f"  and {plural(len(result.reasons) - _MOST_REASONS, 'more reason')}")
    for change in result.rules_changed:
        screen.result(Mark("changed since the baseline was accepted: ", Style.WARNING), change)
    for line in _about(result):
        screen.say(line)
    for path in files:
        screen.say("wrote  ", str(path))
    for command in _next(result):
        screen.say("next:  ", Mark(command, Style.NAME))


def _row(test: TestResult) -> tuple[Part, ...]:
    name = f"{test.principle}{f' ({test.slice})' if test.slice else ''}"
    measured = test.difference
    change = "" if isinstance(measured, Undefined) else f"{100 * measured.value:+.1f}"
    sees = "nothing" if test.detectable is None else f"{100 * test.detectable:.1f}"
    return (
        name,
        test.measure.value,
        f"{test.cells:,}",
        "" if test.old is None else f"{100 * test.old:.1f} %",
        "" if test.new is None else f"{100 * test.new:.1f} %",
        change,
        p_words(test.p_adjusted).removeprefix("p ").removeprefix("= "),
        sees,
        Mark(f"{test.outcome.value}: {test.tier.value}", _OUTCOMES[test.outcome]),
    )


def _about(result: GateResult) -> Iterator[str]:
    for change in result.changes:
        yield f"changed: {change}"
    for each in result.principles:
        if each.not_comparable:
            yield f"not comparable on {each.principle}: {_counted(each)}"
    if not result.tests:
        return
    blind = sum(not test.sees_margin for test in result.tests if test.slice is None)
    whole = sum(test.slice is None for test in result.tests)
    if blind:
        yield (
            f"{blind:,} of {plural(whole, 'test')} can not detect a drop of its own margin with the cells there are "
            "(column sees: the smallest drop in points)"
        )
    for note in result.notes:
        yield f"note: {note}"


def _counted(each: PrincipleResult) -> str:
    return ", ".join(f"{number:,} ({reason})" for reason, number in each.not_comparable.items())


def _next(result: GateResult) -> Iterator[str]:
    if result.status is Status.COULD_NOT_MEASURE and result.facts and result.facts.open:
        yield f"evenhand resume {result.run}"
        return
    yield f"evenhand explain gate@{result.run}"
    if result.changed and result.facts:
        suite = shlex.quote(result.facts.suite_path)
        yield f"evenhand baseline review {suite} {result.run}"
