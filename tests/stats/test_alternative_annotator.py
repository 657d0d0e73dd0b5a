import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from evenhand.stats.alternative_annotator import (
    AlternativeAnnotatorTest,
    _signed_rank_test,
    _t_test,
    alternative_annotator_test,
)
from evenhand.stats.estimate import Estimate, Undefined

SETS = ("summeval", "framing", "cebab_aspects", "cebab_stars", "lesion", "wax", "mtbench")


def outcome(measured: AlternativeAnnotatorTest | Undefined) -> AlternativeAnnotatorTest:
    assert isinstance(measured, AlternativeAnnotatorTest), measured
    return measured


def value(measured: object) -> float:
    assert isinstance(measured, Estimate)
    return measured.value


def panel_of(n: int, *, right: float, annotators: int = 3, seed: int = 0) -> NDArray[np.int64]:
    """Answers in two classes of annotators who are each right this often; the truth is 1."""
    return (np.random.default_rng(seed).random((n, annotators)) < right).astype(np.int64)


def test_a_judge_who_is_always_right_beats_people_who_err() -> None:
    result = outcome(
        alternative_annotator_test(np.ones(200, dtype=np.int64), panel_of(200, right=0.8), epsilon=0.1)
    )
    assert result.winning_rate == 1.0
    assert result.passed
    assert value(result.advantage_probability) > 0.9


def test_a_judge_who_guesses_beats_no_one() -> None:
    guesses = np.random.default_rng(1).integers(0, 2, 200)
    result = outcome(alternative_annotator_test(guesses, panel_of(200, right=0.9), epsilon=0.1))
    assert (result.winning_rate, result.passed) == (0.0, False)


def test_three_people_worked_by_hand() -> None:
    # The judge says 1 everywhere. On the first 20 items person 0 says 0 and the others 1; on 20 more all say 1.
    people = np.ones((40, 3), dtype=np.int64)
    people[:20, 0] = 0
    result = outcome(alternative_annotator_test(np.ones(40, dtype=np.int64), people, epsilon=0.1))
    first, second, _ = result.comparisons
    # Against person 0: the judge is as close on 40 of 40, the person on 20. Against person 1 the two always tie.
    assert (value(first.judge_advantage), value(first.annotator_advantage)) == (1.0, 0.5)
    assert (value(second.judge_advantage), value(second.annotator_advantage)) == (1.0, 1.0)
    # Differences of -1 and 0, twenty each: t = (-.5 - .1) * sqrt(40) / .50637
    assert first.p_value == pytest.approx(float(stats.t.cdf(-0.6 * 40**0.5 / 0.5063697, 39)), rel=1e-5)
    assert second.p_value == 0.0  # they never differ, and 0 is below epsilon
    assert value(result.advantage_probability) == 1.0


def test_differences_that_do_not_vary_are_decided_by_their_one_value() -> None:
    same = np.zeros(40, dtype=np.int64)
    assert _t_test(same, 0.1) == 0.0
    assert _t_test(same, 0.0) == 1.0
    assert _t_test(same + 1, 0.1) == 1.0


def test_an_annotator_with_few_items_is_left_out_and_named() -> None:
    people = panel_of(60, right=0.8)
    people[20:, 2] = -1
    result = outcome(alternative_annotator_test(np.ones(60, dtype=np.int64), people, epsilon=0.1))
    assert result.left_out == (2,)
    assert [each.annotator for each in result.comparisons] == [0, 1]


def test_items_without_a_second_annotator_or_a_verdict_are_not_kept() -> None:
    people = panel_of(100, right=0.8)
    people[:10, 1:] = -1
    judge = np.ones(100, dtype=np.int64)
    judge[10:15] = -1
    assert outcome(alternative_annotator_test(judge, people, epsilon=0.1)).items == 85


def test_too_few_items_say_so() -> None:
    result = alternative_annotator_test(np.ones(29, dtype=np.int64), panel_of(29, right=0.8), epsilon=0.1)
    assert isinstance(result, Undefined)
    assert "30 items" in result.reason


def test_scores_are_compared_by_their_distance() -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(size=100)
    people = truth[:, None] + rng.normal(size=(100, 4))
    people[rng.random((100, 4)) < 0.2] = np.nan
    near = outcome(alternative_annotator_test(truth, people, epsilon=0.1, scoring="neg_rmse"))
    far = outcome(alternative_annotator_test(truth + 5, people, epsilon=0.1, scoring="neg_rmse"))
    assert value(near.advantage_probability) > 0.6
    assert value(far.advantage_probability) < 0.05


def test_a_larger_epsilon_never_takes_a_win_away() -> None:
    judge, people = panel_of(80, right=0.85, annotators=1, seed=5)[:, 0], panel_of(80, right=0.85, seed=6)
    rates = [
        outcome(alternative_annotator_test(judge, people, epsilon=epsilon)).winning_rate
        for epsilon in (0.0, 0.05, 0.1, 0.2, 0.3)
    ]
    assert rates == sorted(rates)


@pytest.mark.parametrize(
    ("judge", "people", "epsilon", "message"),
    [
        (np.ones(3, dtype=np.int64), np.ones((4, 2), dtype=np.int64), 0.1, "shape"),
        (np.ones(4, dtype=np.int64), np.ones(4, dtype=np.int64), 0.1, "shape"),
        (np.ones(4, dtype=np.int64), np.ones((4, 2), dtype=np.int64), 1.5, "epsilon is 1.5"),
    ],
)
def test_what_can_not_be_tested_is_refused(
    judge: NDArray[np.int64], people: NDArray[np.int64], epsilon: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        alternative_annotator_test(judge, people, epsilon=epsilon)


def test_one_annotator_to_an_item_can_not_be_measured_by_others() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        alternative_annotator_test(
            np.ones(40, dtype=np.int64), panel_of(40, right=0.8), epsilon=0.1, fewest_annotators=1
        )


# -- Oracles ---------------------------------------------------------------------------------------

leads = st.lists(st.integers(-1, 1), min_size=5, max_size=40).map(np.array)


@given(leads, st.sampled_from([0.05, 0.1, 0.15, 0.2]))
def test_the_t_test_equals_the_one_of_scipy(lead: NDArray[np.int64], epsilon: float) -> None:
    if np.unique(lead).size > 1:
        theirs = stats.ttest_1samp(lead, epsilon, alternative="less").pvalue
        assert _t_test(lead, epsilon) == pytest.approx(theirs, abs=1e-12)


def test_signed_ranks_equal_every_assignment_of_signs_counted_one_by_one() -> None:
    lead = np.random.default_rng(2).integers(-1, 2, 12)
    centred = lead - 0.1
    ranks = stats.rankdata(np.abs(centred))
    signs = (np.arange(2**12)[:, None] >> np.arange(12)) & 1
    share = np.mean(signs @ ranks <= ranks[centred > 0].sum() + 1e-9)
    assert _signed_rank_test(lead, 0.1) == pytest.approx(share, abs=1e-12)


def test_signed_ranks_of_many_items_equal_scipys_approximation() -> None:
    lead = np.random.default_rng(4).integers(-1, 2, 200)
    theirs = stats.wilcoxon(lead - 0.1, alternative="less", method="approx").pvalue
    assert _signed_rank_test(lead, 0.1) == pytest.approx(theirs, abs=1e-12)


def test_signed_ranks_without_a_difference_reject_nothing() -> None:
    assert _signed_rank_test(np.zeros(10, dtype=np.int64), 0.0) == 1.0


def test_few_items_may_be_compared_by_signed_ranks() -> None:
    result = alternative_annotator_test(
        np.ones(25, dtype=np.int64),
        panel_of(25, right=0.6),
        epsilon=0.1,
        test="wilcoxon",
        fewest_items=20,
    )
    assert outcome(result).winning_rate == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_annotators_are_tested_together_as_statsmodels_does(seed: int) -> None:
    people = panel_of(120, right=0.8, annotators=6, seed=seed)
    judge = panel_of(120, right=0.85, annotators=1, seed=seed + 50)[:, 0]
    result = outcome(alternative_annotator_test(judge, people, epsilon=0.05))
    p_values = [each.p_value for each in result.comparisons]
    theirs = multipletests(p_values, alpha=0.05, method="fdr_by")[0]
    assert [each.judge_wins for each in result.comparisons] == theirs.tolist()
    assert result.winning_rate == pytest.approx(theirs.mean())


# -- Published figures -----------------------------------------------------------------------------


def published_judges(folder: Path) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    """Each judge with its answers and those of the people; codes are whole numbers, none is -1 or not-a-number."""
    scoring = json.loads((folder / "published.json").read_text())["scoring"]
    people, verdicts = read_rows(folder / "humans.csv.gz"), read_rows(folder / "verdicts.csv.gz")
    units = sorted({unit(row) for row in people})
    rows = {name: index for index, name in enumerate(units)}
    labels = {label: code for code, label in enumerate(sorted({row["label"] for row in people + verdicts}))}
    names = sorted({row["annotator"] for row in people})
    none = -1.0 if scoring == "accuracy" else np.nan

    def answer(row: dict[str, str]) -> float:
        return float(labels[row["label"]]) if scoring == "accuracy" else float(row["score"])

    table = np.full((len(units), len(names)), none)
    for row in people:
        table[rows[unit(row)], names.index(row["annotator"])] = answer(row)
    for judge in sorted({row["judge"] for row in verdicts}):
        column = np.full(len(units), none)
        for row in verdicts:
            if row["judge"] == judge and unit(row) in rows:
                column[rows[unit(row)]] = answer(row)
        yield judge, column, table


def unit(row: dict[str, str]) -> tuple[str, str]:
    return row["item_id"], row["criterion"]


def read_rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", SETS)
def test_the_published_rates_come_out(name: str, shared_data: Path) -> None:
    folder = shared_data / "alttest" / name
    published = json.loads((folder / "published.json").read_text())
    seen = {}
    for judge, answers, people in published_judges(folder):
        result = outcome(
            alternative_annotator_test(
                answers, people, epsilon=published["epsilon"], scoring=published["scoring"]
            )
        )
        seen[judge] = {
            "winning_rate": round(result.winning_rate, 2),
            "advantage_probability": round(value(result.advantage_probability), 2),
        }
    assert seen == published["results"]
