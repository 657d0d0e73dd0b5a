"""What is true of a made-up table comes out, welcome or not."""

from dataclasses import replace

import numpy as np
import pytest

from evenhand.calibration.results import PANEL, AdviceKind, Calibration, SliceRow, Trust
from evenhand.calibration.table import CalibrationTable, Slicing, Split, SplitFacts
from evenhand.stats.estimate import Estimate, Measured, Undefined

from .tables import QUICK, PlantedJudge, plant_principle, table_of
from .test_calibrate import run

GOOD = PlantedJudge(sensitivity=0.92, specificity=0.92)
USELESS = PlantedJudge(sensitivity=0.5, specificity=0.5)


def value(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.value


def covers(measured: Measured, truth: float) -> bool:
    assert isinstance(measured, Estimate), measured
    return measured.interval.low <= truth <= measured.interval.high


def advised(record: Calibration, kind: AdviceKind) -> list[str]:
    return [advice.words for advice in record.advice if advice.kind is kind]


# -- Judges and panels -------------------------------------------------------------------------------------


def test_a_judge_that_guesses_adds_nothing() -> None:
    record = run(table_of(plant_principle(judges=(GOOD, GOOD, USELESS), n=1500, labelled=0.4)))
    useless = record.judges[2]
    assert useless.rate.adds_nothing
    assert not record.judges[0].rate.adds_nothing
    assert [cell.trust for cell in record.trust if cell.rater == "judge-2"] == [Trust.NO]
    assert advised(record, AdviceKind.DROP)[0].startswith("judge-2 adds nothing")


def test_a_judge_asked_three_times_is_about_one_judge() -> None:
    copies = (GOOD, PlantedJudge(same_as=0), PlantedJudge(same_as=0))
    record = run(table_of(plant_principle(judges=copies, n=2000)))
    assert value(record.panel.n_eff) == pytest.approx(1, abs=0.01)
    independent = run(table_of(plant_principle(judges=(GOOD,) * 3, n=2000)))
    assert value(independent.panel.n_eff) == pytest.approx(3, abs=0.4)


def test_a_panel_worse_than_its_best_judge_gives_way() -> None:
    poor = PlantedJudge(sensitivity=0.7, specificity=0.75)
    judges = (poor, PlantedJudge(same_as=0), PlantedJudge(sensitivity=0.97, specificity=0.97))
    record = run(table_of(plant_principle(judges=judges, n=2000)))
    as_it_is = next(row for row in record.panel.rules if row.rule == "the panel as it is")
    assert value(as_it_is.gain) < -0.1
    assert record.panel.best_single == "judge-2"
    assert "judge-2" in record.panel.recommended or record.panel.recommended in {"weighted", "stack"}
    assert advised(record, AdviceKind.USE_SINGLE)[0].startswith("Use judge-2 alone")


def test_a_panel_of_independent_judges_beats_the_best_of_them() -> None:
    record = run(
        table_of(plant_principle(judges=(PlantedJudge(sensitivity=0.8, specificity=0.8),) * 5, n=2500))
    )
    chosen = next(row for row in record.panel.rules if row.rule == record.panel.recommended)
    assert chosen.beats_single
    assert value(chosen.gain) > 0.05
    assert advised(record, AdviceKind.USE)[0].startswith("Use the panel")


def test_errors_among_unanimous_verdicts_are_counted() -> None:
    copies = (PlantedJudge(sensitivity=0.7, specificity=0.8), *(PlantedJudge(same_as=0),) * 2)
    panel = run(table_of(plant_principle(judges=copies, n=2000))).panel
    assert value(panel.errors_among_unanimous) == 1
    assert isinstance(panel.disagreement_auroc, Undefined)


def test_disagreement_of_independent_judges_tells_wrong_from_right() -> None:
    panel = run(
        table_of(plant_principle(judges=(PlantedJudge(sensitivity=0.8, specificity=0.8),) * 5, n=3000))
    ).panel
    assert value(panel.disagreement_auroc) > 0.7
    wrong = [value(row.wrong) for row in panel.disagreement if isinstance(row.wrong, Estimate)]
    assert wrong == sorted(wrong)


# -- Labels ------------------------------------------------------------------------------------------------


def test_labels_a_prompt_was_tuned_on_do_not_certify_it() -> None:
    planted = plant_principle(judges=(PlantedJudge(sensitivity=0.7, specificity=0.7),) * 3, n=2000)
    learnt = (planted.split == Split.OPTIMISE)[:, np.newaxis]
    tuned = np.where(learnt, planted.reference.label[:, np.newaxis], planted.answers).astype(np.int16)
    judge = run(table_of(replace(planted, answers=tuned))).judges[0]
    assert value(judge.on_learning_labels) == 1
    assert covers(judge.overall.agreement, 0.7)


def test_labels_drawn_by_disagreement_mislead_unless_they_are_weighted() -> None:
    whole = plant_principle(
        judges=(PlantedJudge(sensitivity=0.85, specificity=0.85),) * 3, n=20_000, splits=(0.0, 1.0, 0.0)
    )
    truth = float((whole.verdict == whole.reference.label).mean())
    chance = np.where(whole.disagreement > 0, 0.2, 0.02)
    drawn = np.random.default_rng(5).random(whole.n) < chance
    label = np.where(drawn, whole.reference.label, -1).astype(np.int16)
    targeted = replace(whole, reference=replace(whole.reference, label=label, inclusion=chance))
    record = run(table_of(targeted))
    quality = record.panel.quality
    assert isinstance(quality.unweighted, Estimate)
    assert quality.unweighted.interval.high < truth
    assert covers(quality.agreement, truth)
    assert covers(record.panel.rate.rate, float((whole.reference.label == 0).mean()))


def test_labels_drawn_nobody_knows_how_give_agreement_and_no_rate() -> None:
    planted = plant_principle(n=800)
    inclusion = planted.reference.inclusion.copy()
    inclusion[np.flatnonzero(planted.split == 1)[0]] = np.nan
    record = run(table_of(replace(planted, reference=replace(planted.reference, inclusion=inclusion))))
    rate = record.panel.rate.rate
    assert isinstance(rate, Undefined)
    assert rate.reason.startswith("it is not known how 1 of")
    assert isinstance(record.panel.quality.agreement, Estimate)
    assert all("labelled items only" in cell.reason for cell in record.trust)
    assert "not recorded how the labelled items were drawn" in record.automation[0].words


def test_labels_given_after_seeing_the_judges_are_marked() -> None:
    record = run(table_of(plant_principle(blind=0)))
    assert record.data.blind == {"not blind": 600}
    assert "again, blind" in advised(record, AdviceKind.FIX_LABELS)[0]


def test_people_who_do_not_agree_stop_everything() -> None:
    record = run(
        table_of(plant_principle("muddled", people=3, person_accuracy=0.55), plant_principle("clear"))
    )
    muddled = {cell.trust for cell in record.trust if cell.principle == "muddled"}
    assert muddled == {Trust.PEOPLE_DISAGREE}
    assert record.advice[0].kind is AdviceKind.REWRITE
    assert "muddled" in record.advice[0].words


def test_a_panel_as_good_as_people_counts_as_one() -> None:
    record = run(table_of(plant_principle(people=3, person_accuracy=0.9, n=3000)))
    trust = {cell.rater: cell.trust for cell in record.trust}
    assert trust[PANEL] is Trust.AS_A_PERSON
    assert value(record.panel.against_people) > 0.97


def test_clusters_make_everything_less_sure() -> None:
    one = plant_principle(n=1200)
    sample = np.repeat(np.arange(0, 1200, 4), 4)  # four copies of every fourth item
    copies = replace(
        one,
        answers=one.answers[sample],
        confidence=one.confidence[sample],
        verdict=one.verdict[sample],
        panel_confidence=one.panel_confidence[sample],
        disagreement=one.disagreement[sample],
        reference=replace(one.reference, label=one.reference.label[sample]),
        split=one.split[sample],
    )
    clustered = replace(copies, clusters=np.arange(1200) // 4)

    def width(measured: Measured) -> float:
        assert isinstance(measured, Estimate)
        return measured.interval.high - measured.interval.low

    believed, honest = run(table_of(copies)).judges[0], run(table_of(clustered)).judges[0]
    assert value(honest.overall.agreement) == value(believed.overall.agreement)
    for name in ("agreement", "kappa", "sensitivity", "balanced_accuracy"):
        assert width(getattr(honest.overall, name)) > 1.5 * width(getattr(believed.overall, name))


# -- Splits and automation ---------------------------------------------------------------------------------


def test_a_suite_with_a_gate_split_only_is_cross_fitted_and_says_so() -> None:
    record = run(table_of(plant_principle(splits=(0.0, 1.0, 0.0), n=1000)))
    assert "cross-fitted" in record.method.procedure[0]
    assert record.panel.best_single
    both = run(table_of(plant_principle(n=1000)))
    assert "measured on those of the gate split" in both.method.procedure[0]


def opened(table: CalibrationTable) -> CalibrationTable:
    splits: SplitFacts = replace(table.splits, opened=True)
    return replace(table, splits=splits)


def test_sealed_labels_certify_once_they_are_opened() -> None:
    table = table_of(plant_principle(splits=(0.4, 0.3, 0.3), n=1000))
    sealed, open_ = run(table), run(opened(table))
    assert open_.panel.quality.labelled > sealed.panel.quality.labelled
    assert sealed.panel.quality.labelled == table.splits.labelled[1]


def test_a_sure_panel_may_decide_much_alone_and_a_poor_one_nothing() -> None:
    sure = run(table_of(plant_principle(judges=(GOOD,) * 3, n=3000)))
    assert sure.automation[0].automated > 0.9
    assert sure.automation[0].words.startswith("The panel may decide alone")
    poor = run(table_of(plant_principle(judges=(USELESS,) * 3, n=3000)))
    assert [row.automated for row in poor.automation] == [0.0, 0.0]
    assert poor.automation[0].words.endswith("All items go to people.")
    assert poor.automation[0].threshold is None


@pytest.mark.parametrize(
    ("judge", "labels", "source"),
    [
        (GOOD, 1000, "stack"),
        (GOOD, 200, "mean probability"),
        (replace(GOOD, gives_confidence=False), 200, "share of the judges"),
    ],
)
def test_the_confidence_that_automation_goes_by_is_named(
    judge: PlantedJudge, labels: int, source: str
) -> None:
    record = run(table_of(plant_principle(judges=(judge,) * 3, n=labels)))
    assert source in record.automation[0].confidence_source


@pytest.mark.parametrize(
    ("judge", "labels", "source"),
    [
        (GOOD, 1200, "mean probability of the judges"),
        (replace(GOOD, gives_confidence=False), 150, "share of the judges who say what the panel says"),
    ],
)
def test_no_label_has_a_say_in_the_thresholds_it_certifies(
    judge: PlantedJudge, labels: int, source: str
) -> None:
    planted = plant_principle(judges=(judge,) * 3, n=labels, splits=(0.0, 1.0, 0.0))
    record = run(table_of(planted))
    assert record.automation[0].confidence_source == source
    assert (
        record.panel.reliability[-1].kind != source
    )  # what a confidence is worth is cross-fitted all the same


@pytest.mark.parametrize("n", [300, 1500])  # by votes or probabilities, and by a stack
def test_items_of_a_principle_without_labels_are_not_decided_alone(n: int) -> None:
    seen = plant_principle("seen", judges=(GOOD,) * 3, n=n)
    unseen = plant_principle("unseen", judges=(GOOD,) * 3, n=n, labelled=0.0, first_cluster=n)
    alone, both = run(table_of(seen)).automation[1], run(table_of(seen, unseen)).automation[1]
    assert alone.automated > 0.3
    assert both.automated == pytest.approx(alone.automated / 2)


def test_slices_that_are_worse_stand_out() -> None:
    good = plant_principle(judges=(GOOD,) * 3, n=3000)
    bad = np.arange(3000) % 5 == 0
    wrong = bad & (np.random.default_rng(3).random(3000) < 0.35)
    verdict = np.where(wrong, 1 - good.verdict, good.verdict).astype(np.int16)
    slicing = Slicing(values=("en", "ar", "rare"), codes=np.where(bad, 1, 0).astype(np.int16))
    slicing.codes[:6] = 2
    rows = {
        row.value: row
        for row in run(table_of(replace(good, verdict=verdict, slices={"language": slicing}))).slices
    }
    assert rows["ar"].adjusted_p is not None
    assert rows["ar"].adjusted_p < 0.001
    assert rows["ar"].worse is not None
    assert rows["ar"].worse > 0.99
    assert rows["en"].adjusted_p == 1
    assert isinstance(rows["rare"].agreement, Undefined)
    assert rows["rare"].adjusted_p is None


def test_slices_of_one_dimension_are_not_compared_with_those_of_another() -> None:
    good = plant_principle(judges=(GOOD,) * 3, n=3000)
    slow = np.where(np.arange(3000) % 5 == 0, 1, 0).astype(np.int16)
    verdict = np.where(slow & (np.arange(3000) % 15 == 0), 1 - good.verdict, good.verdict).astype(np.int16)
    speed = Slicing(values=("fast", "slow"), codes=slow)
    everyone = Slicing(values=("same",), codes=np.zeros(3000, dtype=np.int16))

    def rows(**slices: Slicing) -> dict[str, SliceRow]:
        record = run(table_of(replace(good, verdict=verdict, slices=slices)))
        return {row.value: row for row in record.slices}

    alone, beside = rows(speed=speed), rows(speed=speed, everyone=everyone)
    assert beside["same"].adjusted_p is None  # there is nothing else in its dimension
    for value in ("fast", "slow"):
        assert beside[value].adjusted_p == alone[value].adjusted_p
        assert beside[value].worse == pytest.approx(alone[value].worse, abs=0.02)


@pytest.mark.parametrize("splits", [(0.5, 0.5, 0.0), (0.0, 1.0, 0.0)])
def test_an_overconfident_judge_is_seen_and_calibrated_on_other_labels(
    splits: tuple[float, float, float],
) -> None:
    poor = PlantedJudge(sensitivity=0.7, specificity=0.7)
    planted = plant_principle(judges=(poor,) * 3, n=2000, splits=splits)
    sure = np.clip(np.random.default_rng(1).normal(0.95, 0.02, planted.confidence.shape), 0.5, 1)
    raw, mapped = run(table_of(replace(planted, confidence=sure))).judges[0].reliability
    assert raw.kind == "as the judge gives it"
    assert value(raw.ece) == pytest.approx(0.25, abs=0.03)
    assert "learnt from" in mapped.kind
    assert value(mapped.ece) < 0.05
    assert value(mapped.brier) < value(raw.brier)


def test_a_judge_without_probabilities_says_so() -> None:
    silent = PlantedJudge(gives_confidence=False)
    judge = run(table_of(plant_principle(judges=(silent,) * 3))).judges[0]
    assert judge.reliability == ()
    assert judge.no_probabilities == "The judge gives no probabilities."


@pytest.mark.parametrize(("accuracy", "passed"), [(0.95, True), (0.6, False)])
def test_a_judge_may_stand_in_for_a_person_it_is_as_good_as(*, accuracy: float, passed: bool) -> None:
    judge = PlantedJudge(sensitivity=accuracy, specificity=accuracy)
    planted = plant_principle(judges=(judge,), n=800, people=3, person_accuracy=0.9)
    record = run(table_of(planted), replace(QUICK, epsilon=0.1))
    found = record.judges[0].alternative_annotator
    assert found is not None
    assert (found.passed, found.annotators) == (passed, 3)
    assert run(table_of(planted)).judges[0].alternative_annotator is None
