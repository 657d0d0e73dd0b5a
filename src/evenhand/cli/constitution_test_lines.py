"""A test of a constitution in the terminal: who meets which examples, and what is missed, one by one."""

from collections.abc import Sequence
from typing import Final

from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.constitution.tested import Said, TestedConstitution, TestOutcome, TestTable
from evenhand.reporting.constitution.tested import STATES, outcome_words, share_words

_STYLES: Final = {
    TestOutcome.PASSED: Style.GOOD,
    TestOutcome.MISSED: Style.BAD,
    TestOutcome.NOT_MEASURED: Style.WARNING,
}
_MOST_EXCLUDED: Final = 10
_MOST_NAMED: Final = 8


def show_tested(tested: TestedConstitution, screen: Screen) -> None:
    """Show a test of a constitution."""
    screen.result(
        Mark(f"{tested.constitution} {tested.version}", Style.STRONG),
        f"  {plural(tested.tests, 'example')}, panel {tested.panel} ({tested.rule}), run {tested.run}",
    )
    _show_outcome(tested, screen)
    screen.table(
        (
            Column(title="principle"),
            Column(title="rater"),
            Column(title="as expected", right=True),
            Column(title="expected: said", gives_way=True),
        ),
        [_row(table, first) for table, first in _with_first(tested.tables)],
    )
    if len(tested.judges) > 1:  # a judge by itself says why it missed what its panel misses
        _show_missed([said for said in tested.missed if said.by_panel], "the panel misses", screen)
    _show_missed([said for said in tested.missed if not said.by_panel], "judges miss", screen)
    for each in tested.excluded[:_MOST_EXCLUDED]:
        screen.say("not tested: ", Mark(each.name, Style.NAME), f" of {each.principle}: {each.reason}")
    if (left := len(tested.excluded) - _MOST_EXCLUDED) > 0:
        screen.say(f"not tested: {plural(left, 'more example')}; all are in --md and --json")


def _show_outcome(tested: TestedConstitution, screen: Screen) -> None:
    screen.result(Mark(outcome_words(tested), _STYLES[tested.outcome]))
    for fault in tested.faults:
        screen.result("- ", fault)
    if tested.untested:
        names = ", ".join(tested.untested[:_MOST_NAMED])
        more = f" and {left:,} more" if (left := len(tested.untested) - _MOST_NAMED) > 0 else ""
        screen.result(
            Mark("not tested: ", Style.WARNING),
            f"{plural(len(tested.untested), 'principle')} without an example to test on: {names}{more}",
        )


def _with_first(tables: Sequence[TestTable]) -> list[tuple[TestTable, bool]]:
    before = [None, *(table.principle for table in tables)]
    return [(table, table.principle != name) for table, name in zip(tables, before, strict=False)]


def _row(table: TestTable, first: bool) -> tuple[Part, ...]:  # noqa: FBT001 - one of two columns of the caller
    whole = table.interval is not None and table.kept == table.n
    style = Style.GOOD if whole else Style.WARNING
    return (
        Mark(table.principle if first else "", Style.STRONG),
        f"panel {table.rater}" if table.by_panel else table.rater,
        Mark(share_words(table), style) if table.interval else share_words(table),
        "; ".join(_confusion(table)),
    )


def _confusion(table: TestTable) -> list[str]:
    said = []
    for row in table.rows:
        counts = [f"{row.labels[label]} {label}" for label in table.labels if label in row.labels]
        counts += [f"{row.states[state]} {words}" for state, words in STATES.items() if state in row.states]
        said.append(f"{row.expected}: {', '.join(counts)}")
    return said


def _show_missed(missed: Sequence[Said], title: str, screen: Screen) -> None:
    if not missed:
        return
    screen.result(Mark(title, Style.STRONG))
    for said in missed:
        rater = "" if said.by_panel else f" {said.rater}:"
        answer = said.label or STATES[said.state]
        if said.reason and said.by_panel and said.label is None:
            answer = said.reason
        between = " (borderline)" if said.borderline else ""
        screen.result(
            "  ",
            Mark(said.test, Style.NAME),
            f" of {said.principle}:{rater} expected {said.expected}{between}, said ",
            Mark(answer, Style.WARNING),
        )
        if said.reason and answer != said.reason:
            screen.result("      says:   ", said.reason)
        if said.why:
            screen.result("      author: ", said.why)
