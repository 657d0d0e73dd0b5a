"""What judges and panel say on the examples of a constitution, against what a good judge says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evenhand.constitution.examples import Excluded, Expected, TestCase
from evenhand.records.constitution import Constitution
from evenhand.records.rated import RatedItem
from evenhand.records.rating import FailureKind, Rating
from evenhand.records.scale import Scale
from evenhand.records.verdict import Opinion, Undecided, Verdict
from evenhand.stats.estimate import Interval
from evenhand.stats.exact_intervals import clopper_pearson_interval

_NO_VIEW = frozenset({FailureKind.NOT_COVERED.value, FailureKind.NOT_RECORDED.value})
_FOR_WANT_OF_JUDGES = frozenset({Undecided.QUORUM, Undecided.MISSING, Undecided.REFUSED})
_NOTHING_TO_MEET = (
    "every example is borderline, so that none had to be met; --borderline asks for those as well"
)


class State(StrEnum):
    """What became of an example at a rater."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    """The judge can not tell."""
    UNDECIDED = "undecided"
    """The panel leaves it to people."""
    FAILED = "failed"
    """No readable answer; for the panel: too few, because ratings failed."""
    NO_VIEW = "no_view"
    """An offline judge has nothing for the principle or the text, so it was not asked in truth."""
    SPARED = "spared"
    """An earlier step of a cascade settled it."""
    OPEN = "open"
    """The run ended before."""


ASKED = (State.ANSWERED, State.ABSTAINED, State.UNDECIDED, State.FAILED)
"""States that count in the share that is as expected; only an answer can be."""


class Require(StrEnum):
    """Who must meet the examples."""

    PANEL = "panel"
    JUDGES = "judges"
    """The panel, and each judge by itself."""
    NOTHING = "nothing"


class TestOutcome(StrEnum):
    """What a test of a constitution says."""

    __test__ = False  # not a test of pytest's

    PASSED = "passed"
    MISSED = "missed"
    """A rater that must meet the examples misses one."""
    NOT_MEASURED = "not_measured"
    """None is missed, and some that must be met have no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one rater says on one example."""

    test: str
    """Name of the case."""
    principle: str
    rater: str
    """Id of the judge or of the panel."""
    by_panel: bool
    state: State
    label: str | None
    """Its answer, abstentions included; None without one."""
    reason: str
    """The judge's reason, or why there is no answer; hostile text."""
    expected: str
    kept: bool
    """Whether it is what a good judge says."""
    must: bool
    """Whether it has to be, for the test to pass."""
    borderline: bool
    why: str
    """Why the expected answer is right, as the author of the example wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRow:
    """What a rater says where one answer is expected."""

    expected: str
    labels: Mapping[str, int]
    """How often each label was said; abstentions are no opinion, and counted below unless they are expected."""
    states: Mapping[State, int]
    """Everything else."""

    @property
    def n(self) -> int:
        """Examples."""
        return sum(self.labels.values()) + sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class TestTable:
    """What one rater says on the examples of one principle: expected against said."""

    __test__ = False  # not a test of pytest's

    principle: str
    rater: str
    by_panel: bool
    labels: tuple[str, ...]
    """Columns: labels of the scale that were said or expected."""
    rows: tuple[ExpectedRow, ...]
    n: int
    """Examples it was asked: without those spared, open, or that it has no view on."""
    kept: int
    """Those on which it says what a good judge says."""
    interval: Interval | None
    """Exact interval of the share, as if examples were drawn from cases like them; None where n is 0."""

    def count(self, state: State) -> int:
        """Return how many examples ended in a state."""
        return sum(row.states.get(state, 0) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedConstitution:
    """What judges and panel say on the examples of a constitution."""

    __test__ = False  # not a test of pytest's

    constitution: str
    version: str
    hash: str
    """Of the effective constitution."""
    panel: str
    rule: str
    judges: tuple[str, ...]
    run: str
    """The run in which they were judged; a replay of it costs nothing."""
    require: Require
    borderline: bool
    """Whether borderline examples must be met as well."""
    tests: int
    outcome: TestOutcome
    faults: tuple[str, ...]
    """Who misses what, and what was not measured, one sentence each."""
    tables: tuple[TestTable, ...]
    """By principle; the panel first."""
    missed: tuple[Said, ...]
    """Every example that a rater was asked and does not answer as a good judge does."""
    excluded: tuple[Excluded, ...]
    """Examples that no judge is tested on."""
    untested: tuple[str, ...]
    """Principles that were to be tested, and on which nothing is: of them a test that passes says nothing."""

    @property
    def needed(self) -> tuple[Said, ...]:
        """The missed examples that had to be met."""
        return tuple(said for said in self.missed if said.must)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How the examples were judged."""

    run: str
    panel: str
    rule: str
    judges: tuple[str, ...]
    require: Require = Require.PANEL
    borderline: bool = False


def sum_up(
    constitution: Constitution,
    tests: Sequence[TestCase],
    items: Iterable[RatedItem],
    judged: Judged,
    excluded: Sequence[Excluded] = (),
    untested: Sequence[str] = (),
) -> TestedConstitution:
    """Return what raters say on the examples, and whether that is enough.

    Args:
        constitution: The effective one.
        tests: What they were tested on.
        items: What was said, an item for each test; a test without an item is open.
        judged: How they were judged.
        excluded: What they were not tested on.
        untested: Principles without a test, of those that were to be tested.
    """
    rated = {(item.case_id, item.principle_id): item for item in items}
    scales = {principle.id: constitution.scale_of(principle) for principle in constitution.principles}
    said = [
        each
        for test in tests
        for each in _said_on(test, rated.get((test.id, test.principle)), scales[test.principle], judged)
    ]
    outcome, faults = _decide(said, judged)
    return TestedConstitution(
        constitution=constitution.id,
        version=constitution.version,
        hash=constitution.hash,
        panel=judged.panel,
        rule=judged.rule,
        judges=judged.judges,
        run=judged.run,
        require=judged.require,
        borderline=judged.borderline,
        tests=len(tests),
        outcome=outcome,
        faults=faults,
        tables=tuple(_tables(said, scales)),
        missed=tuple(each for each in said if each.state in ASKED and not each.kept),
        excluded=tuple(excluded),
        untested=tuple(untested),
    )


def _said_on(test: TestCase, item: RatedItem | None, scale: Scale, judged: Judged) -> Iterator[Said]:
    """Yield what the panel and each judge say on one example."""
    verdict = item.verdict if item else None
    must = judged.require is not Require.NOTHING and (judged.borderline or not test.borderline)
    state, reason = _panel_state(verdict)
    label = verdict.label if verdict else None
    yield _said(test, scale, judged.panel, label, state, reason, by_panel=True, must=must)
    opinions = {opinion.judge: opinion for opinion in verdict.opinions} if verdict else {}
    for judge in judged.judges:
        state, reason = _judge_state(judge, opinions.get(judge), item)
        label = opinions[judge].label if judge in opinions else None
        each_must = must and judged.require is Require.JUDGES
        yield _said(test, scale, judge, label, state, reason, by_panel=False, must=each_must)


def _said(
    test: TestCase,
    scale: Scale,
    rater: str,
    label: str | None,
    state: State,
    reason: str,
    *,
    by_panel: bool,
    must: bool,
) -> Said:
    has_answer = label is not None and state in {State.ANSWERED, State.ABSTAINED}
    return Said(
        test=test.id,
        principle=test.principle,
        rater=rater,
        by_panel=by_panel,
        state=state,
        label=label if has_answer else None,
        reason=reason,
        expected=test.expected.words,
        kept=has_answer and label is not None and _meets(test.expected, label, scale),
        must=must and state not in {State.SPARED, State.NO_VIEW},
        borderline=test.borderline,
        why=test.why,
    )


def _meets(expected: Expected, label: str, scale: Scale) -> bool:
    return scale.holds(label) and expected.is_met_by(label, scale)


def _panel_state(verdict: Verdict | None) -> tuple[State, str]:
    if verdict is None:
        return State.OPEN, ""
    if verdict.label is not None:
        return State.ANSWERED, ""
    reason = verdict.undecided or Undecided.QUORUM
    if verdict.opinions and all(_has_no_view(opinion) for opinion in verdict.opinions):
        return State.FAILED, "none of its judges has a view on it"
    failed = {kind for opinion in verdict.opinions for kind in opinion.failed}
    if failed - _NO_VIEW and reason in _FOR_WANT_OF_JUDGES:
        return (
            State.FAILED,
            f"undecided ({reason.value}): ratings failed ({', '.join(sorted(failed - _NO_VIEW))})",
        )
    return State.UNDECIDED, f"undecided ({reason.value})"


def _judge_state(judge: str, opinion: Opinion | None, item: RatedItem | None) -> tuple[State, str]:
    outcomes = [unit.outcome for unit in item.asked if unit.judge == judge] if item else []
    if item is not None and not outcomes and any(unit.judge == judge for unit in item.units):
        return State.SPARED, ""
    if opinion is None:
        return State.OPEN, ""
    ratings = [outcome for outcome in outcomes if isinstance(outcome, Rating)]
    if opinion.abstains:
        return State.ABSTAINED, _reason(ratings, opinion.label)
    if opinion.label is not None:
        return State.ANSWERED, _reason(ratings, opinion.label)
    if not opinion.failed:
        return State.SPARED, ""
    state = State.NO_VIEW if _has_no_view(opinion) else State.FAILED
    return state, ", ".join(dict.fromkeys(opinion.failed))


def _has_no_view(opinion: Opinion) -> bool:
    """Tell whether a judge had nothing to say on an example, rather than failed to say it."""
    return opinion.label is None and bool(opinion.failed) and set(opinion.failed) <= _NO_VIEW


def _reason(ratings: Sequence[Rating], label: str | None) -> str:
    """Return the reason given with an answer."""
    return next((rating.reason for rating in ratings if rating.label == label and rating.reason), "")


def _decide(said: Sequence[Said], judged: Judged) -> tuple[TestOutcome, tuple[str, ...]]:
    """Return the outcome, and who is at fault."""
    faults: list[str] = []
    outcome = TestOutcome.PASSED
    is_asked = judged.require is not Require.NOTHING and not judged.borderline
    if is_asked and said and all(each.borderline for each in said):
        return TestOutcome.NOT_MEASURED, (_NOTHING_TO_MEET,)
    for rater in dict.fromkeys((each.rater, each.by_panel) for each in said if each.must):
        mine = [each for each in said if (each.rater, each.by_panel) == rater and each.must]
        name = f"the panel {rater[0]} ({judged.rule})" if rater[1] else f"judge {rater[0]}"
        wrong = [each for each in mine if not each.kept and each.state not in {State.FAILED, State.OPEN}]
        missing = sum(each.state in {State.FAILED, State.OPEN} for each in mine)
        if wrong:
            outcome = TestOutcome.MISSED
            faults.append(
                f"{name} misses {len(wrong)} of {len(mine)} examples that must be met{_split(wrong)}"
            )
        if missing:
            outcome = TestOutcome.NOT_MEASURED if outcome is TestOutcome.PASSED else outcome
            faults.append(f"{name} has no answer on {missing} of {len(mine)} examples that must be met")
    return outcome, tuple(faults)


def _split(wrong: Sequence[Said]) -> str:
    """Say how many of the missed examples have no answer that could be wrong."""
    silent = sum(each.state is not State.ANSWERED for each in wrong)
    return f" ({len(wrong) - silent} wrong, {silent} without an answer)" if silent else ""


def _tables(said: Sequence[Said], scales: Mapping[str, Scale]) -> Iterator[TestTable]:
    groups: dict[tuple[str, str, bool], list[Said]] = {}
    for each in said:
        groups.setdefault((each.principle, each.rater, each.by_panel), []).append(each)
    for (principle, rater, by_panel), mine in groups.items():
        asked = [each for each in mine if each.state in ASKED]
        kept = sum(each.kept for each in asked)
        rows = tuple(_rows(mine, scales[principle]))
        used = {label for row in rows for label in row.labels} | {row.expected for row in rows}
        order = scales[principle].labels or tuple(sorted(used))
        yield TestTable(
            principle=principle,
            rater=rater,
            by_panel=by_panel,
            labels=tuple(label for label in order if label in used),
            rows=rows,
            n=len(asked),
            kept=kept,
            interval=clopper_pearson_interval(kept, len(asked)) if asked else None,
        )


def _rows(mine: Sequence[Said], scale: Scale) -> Iterator[ExpectedRow]:
    order = [*scale.labels, *dict.fromkeys(each.expected for each in mine)]
    for expected in sorted(dict.fromkeys(each.expected for each in mine), key=order.index):
        here = [each for each in mine if each.expected == expected]
        labels = Counter(each.label for each in here if each.label is not None and _has_opinion(each))
        states = Counter(each.state for each in here if not _has_opinion(each))
        yield ExpectedRow(expected=expected, labels=dict(labels), states=dict(states))


def _has_opinion(each: Said) -> bool:
    """Tell whether an answer is counted among the labels; an abstention is where it was expected."""
    return each.state is State.ANSWERED or each.kept
