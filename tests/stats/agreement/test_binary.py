import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import balanced_accuracy_score, matthews_corrcoef, recall_score
from tests.stats.agreement.kit import Answers, estimate, rng, seeds

from evenhand.stats.agreement.binary import BinaryAgreement, binary_agreement
from evenhand.stats.estimate import Measured, Undefined
from evenhand.stats.intervals import proportion


def measured(answers: Answers, truth: Answers, positive: int = 1) -> BinaryAgreement:
    return binary_agreement(answers, truth, positive=positive, rng=rng(), draws=200)


def judged(seed: int, n: int = 80) -> tuple[Answers, Answers]:
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, 2, size=n)
    return np.where(draw.random(n) < 0.8, truth, 1 - truth), truth


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_every_figure_equals_the_one_of_scikit_learn(seed: int) -> None:
    answers, truth = judged(seed)
    binary = measured(answers, truth)
    assert estimate(binary.sensitivity).value == pytest.approx(recall_score(truth, answers), abs=1e-12)
    assert estimate(binary.specificity).value == pytest.approx(
        recall_score(1 - truth, 1 - answers), abs=1e-12
    )
    assert estimate(binary.balanced_accuracy).value == pytest.approx(
        balanced_accuracy_score(truth, answers), abs=1e-12
    )
    assert estimate(binary.mcc).value == pytest.approx(matthews_corrcoef(truth, answers), abs=1e-12)


def test_the_positive_class_is_the_callers_choice() -> None:
    answers, truth = judged(3)
    one, other = measured(answers, truth, positive=1), measured(answers, truth, positive=0)
    assert one.sensitivity == other.specificity
    assert one.specificity == other.sensitivity
    assert estimate(one.balanced_accuracy).value == estimate(other.balanced_accuracy).value
    assert one.table.tolist() == other.table[::-1, ::-1].tolist()


def test_of_several_labels_all_others_are_negative() -> None:
    binary = measured(np.array([0, 1, 2, 2, 1]), np.array([0, 2, 1, 2, 2]), positive=2)
    assert binary.table.tolist() == [[1, 2], [1, 1]]


def test_what_is_missing_is_left_out_and_counted() -> None:
    binary = measured(np.array([1, -1, 0, -1, 1, 0]), np.array([1, 1, -1, -1, 0, 0]))
    assert (binary.unlabelled, binary.unanswered) == (2, 1)
    assert binary.table.tolist() == [[1, 0], [1, 1]]


def test_shares_have_wilsons_interval() -> None:
    binary = measured(*judged(5))
    (found, missed), (alarmed, cleared) = binary.table.tolist()
    assert binary.sensitivity == proportion(found, found + missed)
    assert binary.specificity == proportion(cleared, alarmed + cleared)
    assert binary.accuracy == proportion(found + cleared, 80)
    assert binary.prevalence == proportion(found + missed, 80)


def test_balanced_accuracy_joins_both_distances_worked_by_hand() -> None:
    # 18/20: Wilson .6990 to .9721; 24/30: .6269 to .9049. Distances below .2010, .1731; above .0721, .1049.
    answers = np.repeat([1, 0, 1, 0], [18, 2, 6, 24])
    truth = np.repeat([1, 0], [20, 30])
    interval = estimate(measured(answers, truth).balanced_accuracy).interval
    assert interval.low == pytest.approx(0.85 - (0.2010**2 + 0.1731**2) ** 0.5 / 2, abs=1e-4)
    assert interval.high == pytest.approx(0.85 + (0.0721**2 + 0.1049**2) ** 0.5 / 2, abs=1e-4)


def test_youden_is_twice_balanced_accuracy_less_one() -> None:
    binary = measured(*judged(6))
    half, whole = estimate(binary.balanced_accuracy), estimate(binary.youden)
    assert whole.value == pytest.approx(2 * half.value - 1)
    assert whole.interval.low == pytest.approx(2 * half.interval.low - 1)
    assert whole.interval.high == pytest.approx(2 * half.interval.high - 1)


def test_a_judge_without_an_error_is_not_certain() -> None:
    truth = np.arange(60) % 2
    binary = measured(truth, truth)
    for each in (binary.sensitivity, binary.balanced_accuracy, binary.youden, binary.mcc):
        found = estimate(each)
        assert found.value == found.interval.high == 1.0
        assert 0.7 < found.interval.low < 0.97


@pytest.mark.parametrize(
    ("answers", "truth", "undefined"),
    [
        (
            [],
            [],
            {"sensitivity", "specificity", "balanced_accuracy", "youden", "accuracy", "mcc", "prevalence"},
        ),
        ([1, 0], [1, 1], {"specificity", "balanced_accuracy", "youden", "mcc"}),
        ([1, 0], [0, 0], {"sensitivity", "balanced_accuracy", "youden", "mcc"}),
        ([1, 1], [1, 0], {"mcc"}),
    ],
)
def test_what_has_no_value_says_why(answers: list[int], truth: list[int], undefined: set[str]) -> None:
    binary = measured(np.array(answers, dtype=np.int64), np.array(truth, dtype=np.int64))
    figures: dict[str, Measured] = {
        name: getattr(binary, name)
        for name in (
            "sensitivity",
            "specificity",
            "balanced_accuracy",
            "youden",
            "accuracy",
            "mcc",
            "prevalence",
        )
    }
    assert {name for name, figure in figures.items() if isinstance(figure, Undefined)} == undefined
    assert all(figure.reason for figure in figures.values() if isinstance(figure, Undefined))


def test_weights_count_an_item_as_often_as_it_stands_for() -> None:
    answers, truth = judged(9, n=40)
    weights = np.where(np.arange(40) % 2 == 0, 1.0, 3.0)
    weighted = binary_agreement(answers, truth, positive=1, weights=weights, rng=rng())
    repeated = measured(np.repeat(answers, weights.astype(int)), np.repeat(truth, weights.astype(int)))
    for name in ("sensitivity", "specificity", "balanced_accuracy", "mcc", "prevalence"):
        one, many = estimate(getattr(weighted, name)), estimate(getattr(repeated, name))
        assert one.value == pytest.approx(many.value, abs=1e-12)
        assert one.interval.high - one.interval.low > many.interval.high - many.interval.low


def test_repeated_items_in_a_cluster_tell_nothing_more() -> None:
    answers, truth = judged(11, n=100)
    alone = measured(answers, truth)
    clusters = np.repeat(np.arange(100), 4)
    repeated = binary_agreement(
        np.repeat(answers, 4), np.repeat(truth, 4), positive=1, clusters=clusters, rng=rng()
    )
    for name in ("sensitivity", "balanced_accuracy", "mcc", "accuracy"):
        one, many = estimate(getattr(alone, name)).interval, estimate(getattr(repeated, name)).interval
        assert many.high - many.low == pytest.approx(one.high - one.low, rel=0.15)


@pytest.mark.parametrize("wrong", ["truth", "weights", "clusters"])
def test_shapes_that_do_not_fit_are_refused(wrong: str) -> None:
    given = {"truth": np.array([0, 1, 1]), "weights": np.ones(3), "clusters": np.array([0, 1, 2])}
    given[wrong] = given[wrong][:2]
    with pytest.raises(ValueError, match=wrong):
        binary_agreement(np.array([0, 1, 0]), positive=1, rng=rng(), **given)  # type: ignore[arg-type]  # by name
