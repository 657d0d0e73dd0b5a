"""What a pair's ratings come to as a preference label."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feedback.pairs import (
    CASE,
    FAILED,
    Said,
    both,
    hard,
    item_of,
    labelled,
    mirrored,
    panel_of,
    person,
    soft,
)

from evenhand.feedback.label_pair import Labelling, human_answer, label_pair
from evenhand.feedback.pair_shares import Weighing
from evenhand.feedback.results import DECIDED, LabelledPair, PairOutcome, PreferenceBasis
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.panel_fit import PanelFit
from evenhand.records.rating import Order, Outcome, Spared
from evenhand.records.suite import Case

A, B, TIE, BAD = hard("a"), hard("b"), hard("tie"), hard("both_bad")


# -- Outcomes -------------------------------------------------------------------------------------

ONE_JUDGE = [
    (both(A, A), PairOutcome.FIRST, 1.0),
    (both(B, B), PairOutcome.SECOND, 0.0),
    (both(TIE, TIE), PairOutcome.TIE, None),
    (both(BAD, BAD), PairOutcome.TIE, None),
    (both(A, B), PairOutcome.INCONSISTENT, 0.5),
    (both(B, A), PairOutcome.INCONSISTENT, 0.5),
    (both(A, TIE), PairOutcome.INCONSISTENT, 1.0),
    (both(soft(a=0.9, b=0.1), soft(a=0.45, b=0.55)), PairOutcome.INCONSISTENT, 0.675),
    (both(soft(a=0.9, b=0.1), soft(a=0.55, b=0.45)), PairOutcome.FIRST, 0.725),
    (both(soft(a=0.4, b=0.2, tie=0.4), soft(a=0.5, b=0.1, tie=0.4)), PairOutcome.INCONSISTENT, 0.75),
    (both(FAILED, FAILED), PairOutcome.UNMEASURED, None),
    (both(A, FAILED), PairOutcome.UNMEASURED, None),
    ([*both(A, A), *both(BAD, BAD)], PairOutcome.ABSTAINED, 1.0),
    ([(Order.GIVEN, A)], PairOutcome.FIRST, 1.0),
]


@pytest.mark.parametrize(("answers", "outcome", "p_first"), ONE_JUDGE)
def test_one_judge_leads_to_the_outcome_of_the_table(
    answers: list[tuple[Order, Outcome]], outcome: PairOutcome, p_first: float | None
) -> None:
    pair = labelled({"j": answers})
    assert pair.outcome is outcome
    assert pair.p_first == (None if p_first is None else pytest.approx(p_first))


PANELS = [
    ({"j": both(A, A), "k": both(B, B)}, PairOutcome.SPLIT, 0.5),
    ({"j": both(A, A), "k": both(A, A), "l": both(B, B)}, PairOutcome.FIRST, 2 / 3),
    ({"j": both(A, A), "k": both(A, A), "l": both(FAILED, FAILED)}, PairOutcome.FIRST, 1.0),
    ({"j": both(A, A), "k": both(FAILED, A), "l": both(FAILED, FAILED)}, PairOutcome.UNMEASURED, 1.0),
    ({"j": both(A, A), "k": both(A, A), "l": both(A, B)}, PairOutcome.FIRST, 5 / 6),
    (
        # Two weak voices for the first outvote a strong one for the second, whom the mean follows.
        {
            "j": both(soft(a=0.51, b=0.49), soft(a=0.51, b=0.49)),
            "k": both(soft(a=0.51, b=0.49), soft(a=0.51, b=0.49)),
            "l": both(soft(b=0.99, a=0.01), soft(b=0.99, a=0.01)),
        },
        PairOutcome.SPLIT,
        1.03 / 3,
    ),
]


@pytest.mark.parametrize(("said", "outcome", "p_first"), PANELS)
def test_a_panel_leads_to_the_outcome_of_the_table(said: Said, outcome: PairOutcome, p_first: float) -> None:
    pair = labelled(said)
    assert pair.outcome is outcome
    assert pair.p_first == pytest.approx(p_first)


def test_principles_that_point_to_different_sides_split_a_pair_and_their_mean_is_kept_beside() -> None:
    pair = labelled({"j": both(soft(a=0.9, b=0.1), soft(a=0.9, b=0.1))}, {"j": both(B, B)})
    assert pair.outcome is PairOutcome.SPLIT
    assert pair.p_first == pytest.approx(0.45)
    assert [each.outcome for each in pair.principles] == [PairOutcome.FIRST, PairOutcome.SECOND]


def test_a_principle_that_finds_a_tie_leaves_the_decision_to_the_other() -> None:
    pair = labelled({"j": both(A, A)}, {"j": both(TIE, TIE)})
    assert (pair.outcome, pair.p_first, pair.p_neither) == (PairOutcome.FIRST, 1.0, 0.5)


def test_one_unmeasured_principle_leaves_the_pair_unmeasured_and_says_what_the_other_gave() -> None:
    pair = labelled({"j": both(A, A)}, {"j": both(FAILED, FAILED)})
    assert (pair.outcome, pair.p_first) == (PairOutcome.UNMEASURED, 1.0)


def test_a_pair_with_an_open_rating_is_unmeasured() -> None:
    panel = panel_of({"j": ()})
    item = item_of({"j": both(A, A)}, panel, left_open=True)
    pair = label_pair(CASE, [item], Labelling(weighing=Weighing(panel, None)))
    assert pair.outcome is PairOutcome.UNMEASURED


@pytest.mark.parametrize(
    ("share", "within", "outcome"),
    [
        (0.54, 0.05, PairOutcome.TIE),
        (0.46, 0.05, PairOutcome.TIE),
        (0.56, 0.05, PairOutcome.FIRST),
        (0.54, 0.0, PairOutcome.FIRST),
    ],
)
def test_a_probability_close_to_a_half_is_a_tie_as_the_settings_say(
    share: float, within: float, outcome: PairOutcome
) -> None:
    answer = soft(a=share, b=1 - share)
    assert labelled({"j": both(answer, answer)}, tie_within=within).outcome is outcome


# -- Probabilities ------------------------------------------------------------------------------------


def test_the_raw_probabilities_are_kept_beside_the_clamped_one() -> None:
    pair = labelled({"j": both(soft(a=0.99, b=0.01), soft(a=0.97, b=0.03))}, clamp=(0.4, 0.6))
    assert pair.p_first == pytest.approx(0.98)
    assert pair.p_clamped == 0.6
    assert [(raw.order, raw.said) for raw in pair.raw] == [("given", "a"), ("swapped", "a")]
    assert [raw.p_first for raw in pair.raw] == pytest.approx([0.99, 0.97])


def test_each_order_weighs_the_same_however_many_repeats_it_has() -> None:
    answers = [(Order.GIVEN, A), (Order.GIVEN, A), (Order.GIVEN, A), (Order.GIVEN, A), (Order.SWAPPED, B)]
    assert labelled({"j": answers}).p_first == pytest.approx(0.5)


def test_a_judge_that_a_cascade_spared_does_not_count_and_is_not_in_the_raw_record() -> None:
    settle = {"judges": ["j"], "settle": {"confidence": 0.6}}
    spared = Spared(step=1)
    said: Said = {
        "j": both(soft(a=0.9, b=0.1), soft(a=0.9, b=0.1)),
        "k": [(Order.GIVEN, spared), (Order.SWAPPED, spared)],
    }
    pair = labelled(said, cascade=[settle, {"judges": ["k"]}])
    assert (pair.outcome, pair.basis) == (PairOutcome.FIRST, PreferenceBasis.PROBABILITIES)
    assert pair.p_first == pytest.approx(0.9)
    assert {raw.judge for raw in pair.raw} == {"j"}


def test_the_last_step_of_a_cascade_speaks_alone_as_it_does_in_the_verdict() -> None:
    settle = {"judges": ["j"], "settle": {"confidence": 0.95}}
    said: Said = {
        "j": both(soft(a=0.6, b=0.4), soft(a=0.6, b=0.4)),
        "k": both(soft(a=0.1, b=0.9), soft(a=0.3, b=0.7)),
    }
    pair = labelled(said, cascade=[settle, {"judges": ["k"]}])
    assert pair.outcome is PairOutcome.SECOND
    assert pair.p_first == pytest.approx(0.2)
    assert {raw.judge for raw in pair.raw} == {"j", "k"}


def test_weights_of_the_panel_weigh_the_probabilities() -> None:
    said = {
        "j": both(soft(a=0.8, b=0.2), soft(a=0.8, b=0.2)),
        "k": both(soft(a=0.6, b=0.4), soft(a=0.6, b=0.4)),
    }
    assert labelled(said, rule="weighted", weights={"j": 3.0, "k": 1.0}).p_first == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("answers", "basis"),
    [
        (both(A, A), PreferenceBasis.ANSWER),
        ([*both(A, A), *both(A, A)], PreferenceBasis.REPEATS),
        (both(soft(a=0.9, b=0.1), soft(a=0.8, b=0.2)), PreferenceBasis.PROBABILITIES),
        (both(soft(a=0.9, b=0.1), A), PreferenceBasis.ANSWER),
    ],
)
def test_a_label_says_the_weakest_thing_it_rests_on(
    answers: list[tuple[Order, Outcome]], basis: PreferenceBasis
) -> None:
    assert labelled({"j": answers}).basis is basis


# -- Invariants -----------------------------------------------------------------------------------

_PARTS = st.lists(st.integers(0, 20), min_size=4, max_size=4).filter(any)


@st.composite
def _outcomes(draw: st.DrawFn) -> Outcome:
    kind = draw(st.sampled_from(["hard", "soft", "failed"]))
    if kind == "failed":
        return FAILED
    if kind == "hard":
        return hard(draw(st.sampled_from(["a", "b", "tie", "both_bad"])))
    parts = draw(_PARTS)
    shares = {
        label: part / sum(parts) for label, part in zip(("a", "b", "tie", "both_bad"), parts, strict=True)
    }
    return soft(**shares)


_TABLES = st.dictionaries(
    st.sampled_from("jkl"), st.builds(both, _outcomes(), _outcomes()), min_size=1, max_size=3
)
_WAYS = st.sampled_from(["majority", "mean", "unanimous"])
_OTHER = {PairOutcome.FIRST: PairOutcome.SECOND, PairOutcome.SECOND: PairOutcome.FIRST}
_SWAPPED_CASE = Case(id="c1", prompt=CASE.prompt, candidates=CASE.candidates[::-1])


@given(st.lists(_TABLES, min_size=1, max_size=3), _WAYS, st.sampled_from([0.0, 0.05]))
def test_swapping_the_candidates_mirrors_everything(tables: list[Said], rule: str, within: float) -> None:
    tables = [{judge: table.get(judge, both(FAILED, FAILED)) for judge in tables[0]} for table in tables]
    pair = labelled(*tables, rule=rule, clamp=(0.3, 0.7), tie_within=within)
    other = labelled(
        *map(mirrored, tables), rule=rule, clamp=(0.3, 0.7), tie_within=within, case=_SWAPPED_CASE
    )
    assert other.outcome is _OTHER.get(pair.outcome, pair.outcome)
    assert (other.first, other.second) == (pair.second, pair.first)
    assert (other.flipped, other.basis) == (pair.flipped, pair.basis)
    for mine, theirs in ((pair.p_first, other.p_first), (pair.p_clamped, other.p_clamped)):
        assert theirs == (None if mine is None else pytest.approx(1 - mine))


@given(_TABLES, _WAYS)
def test_a_decided_pair_has_a_probability_on_its_side_and_the_same_answer_in_both_orders(
    said: Said, rule: str
) -> None:
    pair = labelled(said, rule=rule)
    if pair.outcome in DECIDED:
        assert pair.p_first is not None
        assert (pair.p_first > 0.5) is (pair.outcome is PairOutcome.FIRST)
        assert not pair.flipped
    if pair.p_first is not None:
        assert 0 <= pair.p_first <= 1
        assert math.isfinite(pair.p_first)


@given(_TABLES)
def test_every_rating_stands_in_the_raw_record(said: Said) -> None:
    pair = labelled(said)
    assert len(pair.raw) == sum(map(len, said.values()))
    assert all((raw.p_neither is None) is (raw.said == "malformed") for raw in pair.raw)


# -- People ---------------------------------------------------------------------------------------

RESOLVED = LabelKind.RESOLVED
PEOPLE = [
    ([], None),
    ([person("a")], "first"),
    ([person("a"), person("b", "bob")], None),
    ([person("a"), person("a", "bob"), person("b", "cleo")], "first"),
    ([person("both_bad"), person("tie", "bob")], "tie"),
    ([person("a"), person("b", "gold", RESOLVED)], "second"),
    ([person("a", "gold", RESOLVED), person("a", "final", RESOLVED), person("b", "adj", RESOLVED)], None),
    ([person("no label of a pair")], None),
]


@pytest.mark.parametrize(("labels", "answer"), PEOPLE)
def test_people_have_said_what_is_settled_or_what_most_said(
    labels: list[HumanLabel], answer: str | None
) -> None:
    assert human_answer(labels) == answer


# -- Learned rules --------------------------------------------------------------------------------------

_SURE_AND_NOT: Said = {
    "j": both(soft(a=0.9, b=0.1), soft(a=0.9, b=0.1)),
    "k": both(soft(a=0.2, b=0.8), soft(a=0.4, b=0.6)),
}


def fitted(rule: str, **numbers: object) -> PanelFit:
    fit = {"labels": ["a", "b", "tie", "both_bad"], "labelled": 50, **numbers}
    body = {"schema": "panel-fit/v1", "rule": rule, "judges": {"j": "1.0.0", "k": "1.0.0"}, "fits": [fit]}
    return PanelFit.model_validate_json(json.dumps(body))


def labelled_by(fit: PanelFit) -> LabelledPair:
    panel = panel_of(_SURE_AND_NOT, rule=fit.rule, fit="f.yaml")
    item = item_of(_SURE_AND_NOT, panel, fit=fit)
    return label_pair(CASE, [item], Labelling(weighing=Weighing(panel, fit)))


def test_learned_weights_weigh_the_probabilities_as_they_weigh_the_votes() -> None:
    pair = labelled_by(fitted("weighted", weights={"j": 3.0, "k": 1.0}))
    assert pair.outcome is PairOutcome.FIRST
    assert pair.p_first == pytest.approx((3 * 0.9 + 0.3) / 4)


def test_independence_decides_by_dawid_skene_and_gives_no_probability() -> None:
    # The first judge names the better one in nine of ten pairs; the second tells nothing.
    told = [[0.9 if row == column else 0.1 / 3 for column in range(4)] for row in range(4)]
    tables = {"j": told, "k": [[0.25] * 4] * 4}
    pair = labelled_by(fitted("dawid_skene", shares=[0.25] * 4, confusions=tables))
    assert pair.outcome is PairOutcome.FIRST
    assert pair.p_first == pytest.approx((0.9 + 0.3) / 2)


def test_a_stack_gives_the_label_its_own_probability() -> None:
    follows = [[2.0 if row == column else 0.0 for column in range(4)] for row in range(5)]
    tables = {"j": follows, "k": [[0.0] * 4] * 5}
    pair = labelled_by(fitted("stack", intercepts=[0.0] * 4, coefficients=tables))
    assert pair.outcome is PairOutcome.FIRST
    assert pair.p_first == pytest.approx(math.e**2 / (math.e**2 + 1))
