"""What is counted of two runs, whatever they said."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.constitution.made import example, made, of, rename

from evenhand.constitution.asked import shown_beside
from evenhand.constitution.diff import diff_constitutions
from evenhand.constitution.impact import find_rejudged, measure_impact
from evenhand.constitution.impact_results import PrincipleImpact, Rejudged
from evenhand.constitution.impact_words import apart, flipped_ways
from evenhand.records.baseline import (
    Baseline,
    BaselineCase,
    BaselineHead,
    Counted,
    PanelMark,
    PrincipleMark,
    Said,
)
from evenhand.records.judge import Judge, ModelJudge, NearestJudge, PatternJudge
from evenhand.records.scale import Reading
from evenhand.stats.estimate import Estimate, Undefined

READINGS = {
    "complies": Reading.PASS,
    "violates": Reading.FAIL,
    "not_applicable": Reading.NEUTRAL,
}
NAMES = ("p", "q")
REJUDGED = tuple(
    Rejudged(before=name, after=f"{name}.new", judged_as=f"{name}.new", binding=name == "p") for name in NAMES
)
Verdicts = Mapping[tuple[str, str], Said]
"""Verdicts by case and principle."""


def baseline(
    verdicts: Verdicts,
    *,
    suffix: str = "",
    labels: Mapping[tuple[str, str], str] | None = None,
    sources: int = 0,
) -> Baseline:
    """Return a run of one candidate a case."""
    mark = PrincipleMark(severity="medium", binding="b", shown="s", scale="c", readings=READINGS)
    found: dict[str, BaselineCase] = {}
    for case in sorted({case for case, _ in verdicts}):
        said = {f"{name}{suffix}": (verdict,) for (at, name), verdict in verdicts.items() if at == case}
        reference = {name: label for (at, name), label in (labels or {}).items() if at == case}
        found[case] = BaselineCase(
            id=case,
            prompt="",
            outputs={"1": ""},
            said={"1": said},
            reference={"1": reference},
            source=f"s{int(case) // sources}" if sources else "",
        )
    head = BaselineHead(
        suite="s",
        run="r",
        evenhand="1",
        constitution="c 1.0.0",
        principles={f"{name}{suffix}": mark for name in NAMES},
        judges=(),
        panel=PanelMark(id="p", rule="majority", hash="h"),
        units=Counted(planned=0, rated=0),
    )
    return Baseline(head=head, cases=found)


CELLS = st.dictionaries(
    st.tuples(st.sampled_from([str(n) for n in range(8)]), st.sampled_from(NAMES)),
    st.sampled_from([*READINGS, None, False]),
    max_size=16,
)
LABELS = st.dictionaries(
    st.tuples(st.sampled_from([str(n) for n in range(8)]), st.sampled_from(NAMES)),
    st.sampled_from(list(READINGS)),
    max_size=16,
)
COUNTS = ("items", "compared", "missing", "left", "joined", "to_fail", "to_pass", "to_other")


def measured(
    old: Verdicts, new: Verdicts, labels: Mapping[tuple[str, str], str] | None = None
) -> PrincipleImpact:
    sides = baseline(old, labels=labels), baseline(new, suffix=".new")
    return measure_impact(*sides, REJUDGED, seed=1).overall


@given(CELLS, CELLS, LABELS)
def test_every_item_of_the_run_is_compared_or_told_apart(
    old: Verdicts, new: Verdicts, labels: Mapping[tuple[str, str], str]
) -> None:
    found = measured(old, new, labels)
    assert found.items == len(old)
    undecided = found.became_undecided + found.became_decided + found.stayed_undecided
    assert found.items == found.compared + undecided + found.missing + found.left
    assert found.flips <= found.compared
    assert found.joined == len(new.keys() - old.keys())


@given(CELLS, CELLS)
def test_the_way_back_flips_the_other_way(old: Verdicts, new: Verdicts) -> None:
    there, back = measured(old, new), measured(new, old)
    assert (there.to_fail, there.to_pass, there.to_other) == (back.to_pass, back.to_fail, back.to_other)
    assert (there.left, there.joined, there.became_undecided) == (
        back.joined,
        back.left,
        back.became_decided,
    )
    if isinstance(there.passes, Estimate):
        assert isinstance(back.passes, Estimate)
        assert there.passes.value == pytest.approx(-back.passes.value)


@given(CELLS, LABELS)
def test_the_same_verdicts_flip_nothing(old: Verdicts, labels: Mapping[tuple[str, str], str]) -> None:
    found = measured(old, old, labels)
    assert (found.flips, found.left, found.joined) == (0, 0, 0)
    for change in (found.passes, found.agreement.change):
        assert change.value == 0 if isinstance(change, Estimate) else change.n < 2  # too few clusters


@given(CELLS, CELLS, LABELS)
def test_together_is_the_sum_of_the_principles(
    old: Verdicts, new: Verdicts, labels: Mapping[tuple[str, str], str]
) -> None:
    sides = baseline(old, labels=labels), baseline(new, suffix=".new")
    found = measure_impact(*sides, REJUDGED, seed=1)
    for name in COUNTS:
        assert getattr(found.overall, name) == sum(getattr(each, name) for each in found.principles)
    changed = found.overall.flips + found.overall.became_undecided + found.overall.became_decided
    assert len(found.changed) == changed


def test_agreement_is_counted_on_the_side_of_the_rule_and_else_by_the_word() -> None:
    old = {("0", "p"): "complies", ("1", "p"): "not_applicable", ("2", "p"): "violates"}
    new = {("0", "p"): "violates", ("1", "p"): "complies", ("2", "p"): "violates"}
    labels = {("0", "p"): "complies", ("1", "p"): "not_applicable", ("2", "p"): "violates"}
    agreement = measured(old, new, labels).agreement
    assert isinstance(agreement.before, Estimate)
    assert isinstance(agreement.now, Estimate)
    assert agreement.before.value == 1.0
    assert agreement.now.value == pytest.approx(1 / 3)


def test_without_a_label_there_is_a_reason_and_no_number() -> None:
    agreement = measured({("0", "p"): "complies"}, {("0", "p"): "complies"}).agreement
    assert isinstance(agreement.change, Undefined)
    assert agreement.change.reason


def test_items_of_one_source_count_as_one() -> None:
    old = {(str(n), "p"): "complies" for n in range(12)}
    new = {key: "violates" if int(key[0]) < 3 else "complies" for key in old}
    sides = baseline(old, sources=3), baseline(new, suffix=".new", sources=3)
    passes = measure_impact(*sides, REJUDGED, seed=1).overall.passes
    assert isinstance(passes, Estimate)
    assert passes.n == 4
    assert passes.value == pytest.approx(-0.25)


def test_words_name_what_flipped_and_what_is_apart() -> None:
    old: Verdicts = {("0", "p"): "complies", ("1", "p"): "violates", ("2", "p"): None, ("3", "p"): "complies"}
    new: Verdicts = {
        ("0", "p"): "violates",
        ("1", "p"): "not_applicable",
        ("2", "p"): "complies",
        ("3", "p"): False,
    }
    found = measured(old, new)
    assert list(flipped_ways(found)) == ["1 to fail", "1 to another answer"]
    assert list(apart(found)) == ["1 became decided", "1 are missing, because ratings failed or are open"]


# -- What is judged again --------------------------------------------------------------------------

MODEL = ModelJudge.model_validate_json(
    '{"schema": "judge/v1", "id": "m", "version": "1.0.0", "kind": "model", "model": "a/b", "template": "m.j2"}'
)
SHOWS = MODEL.model_copy(update={"shots": MODEL.shots.model_copy(update={"max": 1})})
BLIND = MODEL.model_copy(update={"sees": ("principle.text", "case.response")})
NAMED = MODEL.model_copy(update={"sees": ("principle.id", "principle.text", "case.response")})
NEAREST = NearestJudge.model_validate_json(
    '{"schema": "judge/v1", "id": "n", "version": "1.0.0", "kind": "nearest"}'
)
PATTERN = PatternJudge.model_validate_json(
    '{"schema": "judge/v1", "id": "p", "version": "1.0.0", "kind": "pattern", '
    '"principles": {"*": {"prior": {"complies": 1, "violates": 0}}}}'
)


@pytest.mark.parametrize(
    ("edit", "asked"),
    [
        (of(0, text="Never."), {"m", "shows", "blind", "named", "n", "p"}),
        (of(0, title="Other"), {"m", "shows"}),
        (example(0, 1, response="Other."), {"shows", "n"}),
        (example(0, 2, response="Other."), {"n"}),
        (example(0, 0, response="Other."), set()),
        (rename(0, "privacy.other"), {"named"}),
        (of(0, severity="low"), set()),
    ],
)
def test_each_judge_is_asked_again_where_it_would_see_the_change(edit: object, asked: set[str]) -> None:
    judges: dict[str, Judge] = {
        "m": MODEL,
        "shows": SHOWS,
        "blind": BLIND,
        "named": NAMED,
        "n": NEAREST,
        "p": PATTERN,
    }
    before, after = made(), made(edit)  # type: ignore[arg-type]  # an edit of the table
    diff = diff_constitutions(before, after)
    found = {
        name for name, judge in judges.items() if find_rejudged(before, after, diff, (judge,), pairwise=False)
    }
    assert found == asked


def test_a_pair_is_asked_again_for_its_text_and_not_for_its_scale() -> None:
    before, after = made(), made(of(2, scale="help"))
    diff = diff_constitutions(before, after)
    assert not find_rejudged(before, after, diff, (MODEL,), pairwise=True)
    assert find_rejudged(before, after, diff, (MODEL,), pairwise=False)


def test_a_judge_of_patterns_is_shown_nothing_beside_the_rule() -> None:
    assert shown_beside(made().principles[0], PATTERN) == {}
