"""A gate in the terminal: the outcome, the tests worth a line, and what to do next."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.gate.asked import TOGETHER
from evenhand.gate.results import GateResult, PrincipleResult, Status, TestResult
from evenhand.gate.words import p_words
from evenhand.reporting.gate.wording import outcome_text, told_tests
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Undefined

_STYLES: Final = {
    Status.PASSED: Style.GOOD,
    Status.FAILED: Style.BAD,
    Status.UNDECIDED: Style.WARNING,
    Status.COULD_NOT_MEASURE: Style.BAD,
}
_OUTCOMES: Final = {Outcome.PASSED: Style.GOOD, Outcome.FAILED: Style.BAD, Outcome.UNDECIDED: Style.WARNING}
_MOST_REASONS: Final = 3
_MOST_TESTS: Final = 12


def show_gate(result: GateResult, screen: Screen, files: Sequence[Path]) -> None:
    """Show what a gate says."""
    screen.result(Mark(result.headline, _STYLES[result.status]))
    tests = _told(result)
    if tests:
        screen.table(
            (
                Column(title="measure"),
                Column(title="cells", right=True),
                Column(title="before", right=True),
                Column(title="now", right=True),
                Column(title="change", right=True),
                Column(title="adj. p", right=True),
                Column(title="sees", right=True),
                Column(title="outcome", gives_way=True),
            ),
            _rows(tests[:_MOST_TESTS]),
        )
    if left := len(result.tests) - len(tests[:_MOST_TESTS]):
        screen.result(f"{plural(left, 'more test' if tests else 'test')} in the report")
    reasons = [reason for reason in result.reasons if reason not in result.headline]
    for reason in reasons[:_MOST_REASONS]:
        screen.result("- ", reason)
    if len(reasons) > _MOST_REASONS:
        screen.result(f"and {plural(len(reasons) - _MOST_REASONS, 'more reason')} in the report")
    for change in result.rules_changed:
        screen.result(Mark("changed since the baseline was accepted: ", Style.WARNING), change)
    for line in _about(result):
        screen.say(line)
    for path in files:
        screen.say("wrote  ", str(path))
    for command in _next(result):
        screen.say("next:  ", Mark(command, Style.NAME))


def _told(result: GateResult) -> list[TestResult]:
    """Return the tests worth a line, the most urgent first, and those of all principles together beside them."""
    if all(test.same for test in result.tests):
        return []
    told = list(told_tests(result))
    return told + [test for test in result.tests if test.principle == TOGETHER and test not in told]


def _rows(tests: Sequence[TestResult]) -> Iterator[tuple[Part, ...]]:
    above = ""
    for test in tests:
        name = f"{test.principle}{f' ({test.slice})' if test.slice else ''}"
        if name != above:
            yield (name,)
        above = name
        yield _row(test)


def _row(test: TestResult) -> tuple[Part, ...]:
    measured = test.difference
    change = "" if isinstance(measured, Undefined) else f"{100 * measured.value:+.1f}"
    sees = "none" if test.detectable is None else f"{100 * test.detectable:.1f}"
    return (
        f"  {test.measure.value}",
        f"{test.cells:,}",
        "" if test.old is None else f"{100 * test.old:.1f}%",
        "" if test.new is None else f"{100 * test.new:.1f}%",
        change,
        p_words(test.p_adjusted).removeprefix("p ").removeprefix("= "),
        sees,
        Mark(outcome_text(test.outcome, test.tier), _OUTCOMES[test.outcome]),
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
            f"{blind:,} of {plural(whole, 'test')} can not see a drop of the margin with the cells there are "
            "(sees: the smallest drop, in points)"
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
    if result.changed and result.facts and result.status is not Status.COULD_NOT_MEASURE:
        suite = shlex.quote(result.facts.suite_path)
        yield f"evenhand baseline review {suite} {result.run}"
