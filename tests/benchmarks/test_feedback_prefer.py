"""Labels read from recorded judges of pairs are those their authors' probabilities give."""

from pathlib import Path

import pytest
from benchmarks.feedback_prefer import Labels, brier, import_set, label_alone, order_row

from evenhand.feedback.results import DECIDED, LabelledPair, PairOutcome, PreferenceBasis
from evenhand.stats.estimate import Estimate

JUDGES = {"mistral-7b-instruct": 0.750, "gpt-3.5-turbo": 0.756, "gpt-4-turbo": 0.784}
"""Agreement with people as the set's own description gives it."""


@pytest.fixture(scope="module")
def suite(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("trust")
    return import_set(shared_data, "trust_or_escalate", workspace)


def labels_of(suite: Path, *judges: str) -> list[LabelledPair]:
    return label_alone(suite.parent.parent, suite, judges)


@pytest.mark.parametrize(("judge", "agreement"), JUDGES.items())
def test_a_judges_labels_agree_with_people_as_often_as_is_known(
    suite: Path, judge: str, agreement: float
) -> None:
    pairs = labels_of(suite, judge)
    assert {pair.basis for pair in pairs} == {PreferenceBasis.PROBABILITIES}
    assert all(pair.outcome in DECIDED and pair.flipped is None for pair in pairs)
    right = [pair.outcome.value == pair.principles[0].human for pair in pairs]
    assert len(right) == 500
    assert sum(right) / len(right) == pytest.approx(agreement)


def test_soft_labels_of_the_panel_are_closer_to_people_than_hard_ones(suite: Path) -> None:
    known = Labels(judge="all", pairs=labels_of(suite, *JUDGES)).with_people()
    soft = brier([(pair.p_first, first) for pair, first in known if pair.p_first is not None])
    hard = brier([(float(pair.p_first > 0.5), first) for pair, first in known if pair.p_first is not None])
    assert isinstance(soft, Estimate)
    assert isinstance(hard, Estimate)
    assert soft.interval.high < hard.value


def test_a_judge_of_both_orders_has_flips_that_are_kept_apart(shared_data: Path, tmp_path: Path) -> None:
    suite = import_set(shared_data, "judgebench", tmp_path)
    judge = "arena_hard-o1-mini-2024-09-12"
    pairs = label_alone(tmp_path, suite, [judge])
    flipped = [pair for pair in pairs if pair.flipped]
    assert flipped
    kept_apart = {PairOutcome.INCONSISTENT, PairOutcome.UNMEASURED}
    assert {pair.outcome for pair in flipped} <= kept_apart
    assert len(order_row("judgebench", Labels(judge=judge, pairs=pairs))) == 13
