"""What people say against a constitution: dead weight, principles nobody agrees on, gaps."""

import numpy as np
import pytest
from tests.constitution.lint.made import evidence_of

from evenhand.constitution.lint.check import lint_evidence
from evenhand.constitution.lint.checkable import not_checkable
from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.dead_weight import dead_weight
from evenhand.constitution.lint.evidence import PeopleTable, RunEvidence
from evenhand.constitution.lint.gaps import coverage_gaps
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceLint
from evenhand.stats.arrays import Bools
from evenhand.stats.estimate import Estimate

CHOICES = LintChoices()

# -- Dead weight -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alone", "agreed", "found", "unsure"),
    [
        (40, 38, False, False),
        (40, 10, True, False),
        (40, 20, True, False),
        (10, 5, False, True),
        (0, 0, False, True),
        (300, 210, False, False),
        (3, 3, False, True),
        (12, 0, True, False),
    ],
)
def test_a_principle_is_dead_weight_where_people_pass_what_it_alone_fails(
    *, alone: int, agreed: int, found: bool, unsure: bool
) -> None:
    rest = 400
    verdicts = {"one": "f" * alone + "p" * rest, "two": "p" * (alone + rest - 100) + "f" * 100}
    overall = "f" * agreed + "p" * (alone - agreed + rest - 100) + "f" * 100
    result = dead_weight(evidence_of(verdicts, overall=overall), CHOICES)
    assert [each.principles for each in result.findings] == [("one",)] * found
    assert [each.principles for each in result.unsure] == [("one",)] * unsure


def test_what_leaving_a_principle_out_changes_is_counted_as_by_hand() -> None:
    rng = np.random.default_rng(1)
    texts = {name: "".join(rng.choice(["p", "f"], 500, p=[0.8, 0.2])) for name in "abc"}
    overall = "".join(rng.choice(["p", "f"], 500, p=[0.7, 0.3]))

    def agreement(names: str) -> float:
        said = ["f" if "f" in rows else "p" for rows in zip(*(texts[name] for name in names), strict=True)]
        return float(np.mean([one == other for one, other in zip(said, overall, strict=True)]))

    result = dead_weight(evidence_of(texts, overall=overall), CHOICES)
    gains = {each.principles[0]: each.figures[0].measured.value for each in result.findings}  # type: ignore[union-attr] # findings have estimates
    assert gains
    for name, gain in gains.items():
        assert gain == pytest.approx(agreement("abc") - agreement("abc".replace(name, "")))


def test_a_principle_that_never_fails_a_reply_alone_is_dead_weight_once_it_fires_often() -> None:
    for fires, found in ((60, True), (29, False)):
        text = "f" * fires + "p" * 300
        result = dead_weight(evidence_of({"one": text, "two": text}, overall=text), CHOICES)
        assert bool(result.findings) is found
        assert bool(result.unsure) is not found


def test_replies_with_an_undecided_verdict_are_not_counted_as_failed_by_one_alone() -> None:
    verdicts = {"one": "f" * 40 + "p" * 60, "two": "u" * 40 + "p" * 60}
    (unsure, _) = dead_weight(evidence_of(verdicts, overall="p" * 100), CHOICES).unsure
    assert "it alone fails 0 of 100" in unsure.reason


def test_without_labels_of_whole_replies_it_says_what_it_needs() -> None:
    assert "--overall" in dead_weight(evidence_of({"one": "pf"}), CHOICES).needs


# -- People among themselves -----------------------------------------------------------------------


def people(truth: Bools, accuracy: float, seed: int = 0, persons: int = 3) -> PeopleTable:
    rng = np.random.default_rng(seed)
    right = rng.random((len(truth), persons)) < accuracy
    labels = np.where(right, truth[:, np.newaxis], ~truth[:, np.newaxis]).astype(np.int64)
    return PeopleTable(
        labels=labels, categories=2, level="nominal", values=None, clusters=np.arange(len(truth))
    )


def with_people(**tables: PeopleTable | None) -> RunEvidence:
    return evidence_of(dict.fromkeys(tables, "pf"), people=tuple(tables.values()))


HALF = np.arange(300) % 2 == 0


def test_people_who_guess_are_found_and_people_who_agree_are_not() -> None:
    result = not_checkable(with_people(clear=people(HALF, 0.95), fuzzy=people(HALF, 0.6)), CHOICES)
    (finding,) = result.findings
    assert finding.principles == ("fuzzy",)
    assert "below 0.4" in finding.message
    assert not result.unsure


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (people(HALF[:19], 0.5), "fewer than 20"),
        (people(np.zeros(300, dtype=bool), 1.0), "alpha is about slips"),
        (people(np.zeros(300, dtype=bool), 0.98), "alpha is about slips"),
        (people(HALF[:30], 0.8, seed=3), "leaves open whether it is below 0.4"),
    ],
)
def test_what_is_too_little_to_say_is_said(table: PeopleTable, words: str) -> None:
    result = not_checkable(with_people(one=table), CHOICES)
    assert not result.findings
    assert words in result.unsure[0].reason


def test_a_principle_that_nearly_all_replies_pass_is_not_held_against_people() -> None:
    result = not_checkable(with_people(never=people(HALF, 0.6)), CHOICES, without={"never"})
    assert not result.findings
    assert "nearly all replies get one answer" in result.unsure[0].reason


def test_two_people_who_always_contradict_each_other_are_found_though_they_agree_on_nothing() -> None:
    turns = np.arange(40) % 2
    table = PeopleTable(
        labels=np.stack([turns, 1 - turns], axis=1),
        categories=2,
        level="nominal",
        values=None,
        clusters=np.arange(40),
    )
    result = not_checkable(evidence_of({"one": "p" * 40}, people=(table,)), CHOICES)
    assert [each.principles for each in result.findings] == [("one",)]


def test_without_two_persons_on_an_item_it_says_what_it_needs() -> None:
    assert "two people" in not_checkable(with_people(one=None), CHOICES).needs


# -- Gaps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missed", "passed", "found", "unsure"),
    [(40, 200, True, False), (2, 400, False, False), (2, 60, False, True), (0, 5, False, True)],
)
def test_replies_people_fail_and_no_principle_fires_on_are_a_gap(
    *, missed: int, passed: int, found: bool, unsure: bool
) -> None:
    n = missed + passed + 50
    evidence = evidence_of(
        {"one": "p" * (n - 50) + "f" * 50}, overall="f" * missed + "p" * passed + "f" * 50, whole_labels=True
    )
    result = coverage_gaps(evidence, CHOICES)
    assert bool(result.findings) is found
    assert bool(result.unsure) is unsure
    assert result.looked_at == missed + passed


def test_a_gap_lists_its_replies_and_what_people_failed_them_under() -> None:
    evidence = evidence_of(
        {"one": "p" * 100, "two": "p" * 100},
        human={"one": "f" * 30 + "p" * 70, "two": "f" * 10 + "-" * 90},
    )
    (finding,) = coverage_gaps(evidence, CHOICES).findings
    assert finding.principles == ()
    assert finding.items[0].by == ("one", "two")
    assert finding.items[15].by == ("one",)
    assert finding.more_items == 10


@pytest.mark.parametrize(
    ("human", "overall", "gap"), [("f", "p", False), ("f", "f", False), ("p", "f", True), ("-", "f", True)]
)
def test_a_whole_reply_that_people_fail_by_a_written_principle_is_no_gap(
    *, human: str, overall: str, gap: bool
) -> None:
    evidence = evidence_of(
        {"one": "p" * 50}, human={"one": human * 50}, overall=overall * 50, whole_labels=True
    )
    assert bool(coverage_gaps(evidence, CHOICES).findings) is gap


# -- All of it -------------------------------------------------------------------------------------


def checked(found: EvidenceLint, check: Check) -> CheckResult:
    return next(each for each in found.checks if each.check is check)


def test_a_principle_that_always_fires_is_left_out_of_whole_replies() -> None:
    verdicts = {"always": "f" * 600, "one": "f" * 60 + "p" * 540}
    found = lint_evidence(evidence_of(verdicts, overall="f" * 60 + "p" * 540), CHOICES)
    assert checked(found, Check.ALWAYS).findings
    assert not checked(found, Check.DEAD_WEIGHT).findings
    assert any(note.startswith("always fires on next to every reply") for note in found.notes)


def test_every_check_answers_and_in_one_order() -> None:
    found = lint_evidence(evidence_of({"one": "pf" * 30}))
    assert [each.check for each in found.checks] == list(Check)
    assert found.blocking == 0


def test_the_figure_of_every_principle_is_told_whether_it_is_found_or_not() -> None:
    verdicts = {"one": "f" * 40 + "p" * 60, "two": "p" * 90 + "f" * 10}
    evidence = evidence_of(verdicts, overall="f" * 40 + "p" * 50 + "f" * 10)
    found = lint_evidence(evidence)
    for check, values in (
        (Check.NEVER, (0.4, 0.1)),
        (Check.ALWAYS, (0.4, 0.1)),
        (Check.DEAD_WEIGHT, (0.4, 0.1)),
    ):
        figures = checked(found, check).measured
        assert [each.name for each in figures] == ["one", "two"]
        for figure, value in zip(figures, values, strict=True):
            assert isinstance(figure.measured, Estimate)
            assert figure.measured.value == pytest.approx(value)
            assert (
                figure.measured.interval.low < value < figure.measured.interval.high
                or check is Check.DEAD_WEIGHT
            )


def test_pairs_and_principles_nothing_could_be_said_of_are_counted_and_not_taken_for_clean() -> None:
    rare = "-" * 590 + "p" * 10
    evidence = evidence_of({"one": "pf" * 300, "two": "fp" * 300, "rare": rare}, case=[*range(300)] * 2)
    checks = {each.check: each for each in lint_evidence(evidence).checks}
    assert (checks[Check.REDUNDANT].looked_at, checks[Check.REDUNDANT].out_of) == (1, 3)
    assert (checks[Check.CONFLICT].looked_at, checks[Check.CONFLICT].out_of) == (1, 3)
    assert (checks[Check.NEVER].looked_at, checks[Check.NEVER].out_of) == (3, 3)
    assert checks[Check.GAP].out_of is None
