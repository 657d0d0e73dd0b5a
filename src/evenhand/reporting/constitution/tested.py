"""A test of a constitution as a document: who meets which examples, and what is missed, one by one."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from evenhand.constitution.tested import Said, State, TestedConstitution, TestOutcome, TestTable
from evenhand.reporting.display import count
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Paragraph,
    Section,
    Span,
    Table,
    Words,
    code,
    foreign,
    words,
)
from evenhand.reporting.markdown import write_markdown
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, text_cell

OUTCOMES: Final[Mapping[TestOutcome, str]] = {
    TestOutcome.PASSED: "passed",
    TestOutcome.MISSED: "missed",
    TestOutcome.NOT_MEASURED: "not measured",
}
STATES: Final[Mapping[State, str]] = {
    State.ABSTAINED: "can not tell",
    State.UNDECIDED: "undecided",
    State.FAILED: "failed",
    State.SPARED: "spared",
    State.NO_VIEW: "no view",
    State.OPEN: "open",
}
"""States beside an answer, in the order in which tables have them."""

_EXCLUDED: Final = "examples that are not tested"


def render_tested(tested: TestedConstitution) -> str:
    """Return a test of a constitution as Markdown for a pull request."""
    return write_markdown(tested_document(tested), drop_order=(_EXCLUDED,), folded=True)


def tested_document(tested: TestedConstitution) -> Document:
    """Return a test of a constitution as a document."""
    sections = [Section(id="outcome", title="Outcome", blocks=tuple(_outcome(tested)))]
    for principle, tables in groupby(tested.tables, key=lambda table: table.principle):
        mine = [said for said in tested.missed if said.principle == principle]
        blocks = (_confusion(principle, list(tables)), *_missed(mine))
        sections.append(Section(id=f"principle-{len(sections)}", title=principle, blocks=blocks))
    if tested.excluded:
        sections.append(Section(id="excluded", title="Not tested", blocks=(_excluded(tested),)))
    return Document(
        title=words("Constitution ", foreign(tested.constitution), f" {tested.version}: its examples"),
        subtitle=(
            words("Run ", code(tested.run), ", panel ", foreign(tested.panel), f" ({tested.rule})"),
            words("Effective constitution ", code(tested.hash)),
        ),
        sections=tuple(sections),
    )


def outcome_words(tested: TestedConstitution) -> str:
    """Return the outcome in a sentence that holds nothing from outside."""
    if tested.outcome is TestOutcome.PASSED:
        who = {"panel": "the panel meets", "judges": "the panel and each judge meet", "nothing": ""}
        kind = "all" if tested.borderline else "all but borderline"
        said = who[tested.require.value]
        return f"passed: {said} {kind} examples" if said else "passed: nothing is required"
    return OUTCOMES[tested.outcome]


def share_words(table: TestTable) -> str:
    """Return how many examples of a table are met, of how many, with the interval."""
    if table.interval is None:
        return "not asked"
    low, high = 100 * table.interval.low, 100 * table.interval.high
    return f"{table.kept} of {table.n} ({low:.0f} to {high:.0f} %)"


def _outcome(tested: TestedConstitution) -> Iterator[Block]:
    yield Paragraph(words=words(f"{outcome_words(tested)}. {count(tested.tests)} examples."))
    faults = [words(foreign(fault)) for fault in tested.faults]
    if tested.untested:
        faults.append(words("not tested, for want of an example: ", foreign(", ".join(tested.untested))))
    if faults:
        yield Bullets(points=tuple(faults), tone="warning")
    yield Paragraph(
        words=words(
            "A rater meets an example when it gives the answer that its author expects. Abstentions, undecided and "
            "failed answers are not met and are counted by themselves. No judge was tested on an example that it may "
            "have been shown. Intervals are exact, 95 %, and take the examples for a draw from cases like them, "
            "which hand-written ones are not."
        ),
        tone="note",
    )


def _confusion(principle: str, tables: list[TestTable]) -> Table:
    labels = list(dict.fromkeys(label for table in tables for label in table.labels))
    states = [state for state in STATES if any(table.count(state) for table in tables)]
    titles: list[str | Span] = ["Rater", "Expected"]
    titles += [foreign(label) for label in labels]
    titles += [STATES[state] for state in states]
    return Table(
        caption=words("What is expected against what is said: ", foreign(principle)),
        columns=columns(*titles, "As expected", numbers=len(labels) + len(states) + 1),
        rows=tuple(row for table in tables for row in _rows(table, labels, states)),
    )


def _rows(table: TestTable, labels: list[str], states: list[State]) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(table.rows):
        name = words("panel ", foreign(table.rater)) if table.by_panel else words(foreign(table.rater))
        yield (
            Cell(words=name),
            foreign_cell(row.expected),
            *(count_cell(row.labels.get(label, 0)) for label in labels),
            *(count_cell(row.states.get(state, 0)) for state in states),
            text_cell(share_words(table) if number == 0 else ""),
        )


def _missed(missed: list[Said]) -> Iterator[Block]:
    if not missed:
        return
    yield Table(
        caption=words("Missed"),
        columns=columns("Example", "Rater", "Expected", "Said", "The rater's reason", "Why it is expected"),
        rows=tuple(
            (
                foreign_cell(said.test),
                Cell(words=words("panel ", foreign(said.rater)) if said.by_panel else (foreign(said.rater),)),
                Cell(words=_expected(said)),
                foreign_cell(said.label) if said.label else text_cell(STATES[said.state]),
                foreign_cell(said.reason),
                foreign_cell(said.why),
            )
            for said in missed
        ),
    )


def _expected(said: Said) -> Words:
    return words(foreign(said.expected), " (borderline)") if said.borderline else (foreign(said.expected),)


def _excluded(tested: TestedConstitution) -> Table:
    return Table(
        caption=words("Examples that no judge is tested on"),
        columns=columns("Example", "Principle", "Why"),
        rows=tuple(
            (foreign_cell(each.name), foreign_cell(each.principle), foreign_cell(each.reason))
            for each in tested.excluded
        ),
        extra=_EXCLUDED,
    )
