"""A calibration of any table: it says something honest about everything, whatever is missing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.calibration.calibrate import calibrate
from evenhand.calibration.choices import Choices
from evenhand.calibration.results import PANEL, Calibration, Trust
from evenhand.calibration.table import (
    NONE,
    CalibrationTable,
    Level,
    PrincipleAnswers,
    Reference,
    Slicing,
)
from evenhand.records.scale import Reading
from evenhand.stats.estimate import Estimate, Undefined

from .example_values import HOSTILE
from .tables import (
    QUICK,
    PlantedJudge,
    draw_splits,
    label_by_people,
    plant_principle,
    planted_stamp,
    principle_of,
    renamed,
    table_of,
)
from .walk import flaws

SCALES = {
    "nominal": (("complies", "violates", "n/a", "cannot tell"), Level.NOMINAL, ()),
    "ordinal": (("1", "2", "3", "4", "5"), Level.ORDINAL, (1.0, 2.0, 3.0, 4.0, 5.0)),
    "with abstention": (("low", "high", "cannot tell"), Level.ORDINAL, (0.0, 1.0, float("nan"))),
    "numeric": (("0 to 25", "25 to 50", "50 to 75", "75 to 100"), Level.INTERVAL, (12.5, 37.5, 62.5, 87.5)),
    "pairwise": (("a", "b", "tie", "both_bad"), Level.NOMINAL, ()),
}
READINGS = {
    "nominal": (Reading.PASS, Reading.FAIL, Reading.NEUTRAL, Reading.ABSTAIN),
    "ordinal": (Reading.FAIL, Reading.FAIL, Reading.FAIL, Reading.PASS, Reading.PASS),
    "with abstention": (Reading.FAIL, Reading.PASS, Reading.ABSTAIN),
    "numeric": (Reading.NEUTRAL,) * 4,
    "pairwise": (Reading.NEUTRAL,) * 4,
}


def run(table: CalibrationTable, choices: Choices = QUICK) -> Calibration:
    return calibrate(table, choices, planted_stamp(), versions={}, command="calibrate planted-run")


def plant_scale(
    scale: str, *, n: int = 400, judges: int = 3, labelled: float = 0.7, people: int = 2, seed: int = 0
) -> PrincipleAnswers:
    """Return a principle on a scale of many kinds; judges are right on seven items in ten."""
    rng = np.random.default_rng(seed)
    categories, level, values = SCALES[scale]
    truth = rng.integers(0, len(categories), n)
    noise = rng.integers(0, len(categories), (n, judges))
    answers = np.where(rng.random((n, judges)) < 0.7, truth[:, np.newaxis], noise).astype(np.int16)
    answers[rng.random((n, judges)) < 0.03] = NONE
    inclusion = np.full(n, max(labelled, 0.01))
    drawn = rng.random(n) < labelled
    label = np.where(drawn, truth, NONE).astype(np.int16)
    return principle_of(
        scale,
        answers=answers,
        confidence=np.where(answers == NONE, np.nan, rng.uniform(0.4, 1, answers.shape)),
        reference=Reference(
            label=label,
            basis=drawn.astype(np.int8),
            inclusion=inclusion,
            blind=np.where(drawn, 1, NONE).astype(np.int16),
        ),
        split=draw_splits(rng, np.arange(n), (0.5, 0.5, 0.0)),
        people=label_by_people(rng, np.minimum(truth, 1).astype(np.int16), drawn, people, 0.9),
        categories=categories,
        readings=READINGS[scale],
        level=level,
        values=values,
        slices={"half": Slicing(values=("one", "other"), codes=rng.integers(-1, 2, n).astype(np.int16))},
    )


# -- Anything ----------------------------------------------------------------------------------------------


@st.composite
def any_principle(draw: st.DrawFn, name: str, judges: int) -> PrincipleAnswers:
    """Draws a principle with whatever may be missing."""
    scale = draw(st.sampled_from(sorted(SCALES)))
    categories, level, values = SCALES[scale]
    n = draw(st.integers(0, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = draw(st.integers(1, len(categories)))
    answers = rng.integers(draw(st.sampled_from([-1, 0])), kinds, (n, judges)).astype(np.int16)
    label = rng.integers(draw(st.sampled_from([-1, 0])), kinds, n).astype(np.int16)
    if draw(st.booleans()):
        answers = np.repeat(label[:, np.newaxis], judges, axis=1)
    inclusion = draw(st.sampled_from(["census", "equal", "unequal", "unknown", "partly unknown"]))
    chance = {
        "census": np.ones(n),
        "equal": np.full(n, 0.3),
        "unequal": rng.uniform(0.05, 1, n),
        "unknown": np.full(n, np.nan),
        "partly unknown": np.where(rng.random(n) < 0.1, np.nan, 0.5),
    }[inclusion]
    drawn = label != NONE
    clusters = np.arange(n) // draw(st.sampled_from([1, 2, 100]))
    shares = draw(st.sampled_from([(0.5, 0.5, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.4, 0.4, 0.2)]))
    return principle_of(
        name,
        answers=answers,
        confidence=np.where(answers == NONE, np.nan, rng.uniform(0, 1, answers.shape))
        if draw(st.booleans())
        else None,
        reference=Reference(
            label=label,
            basis=drawn.astype(np.int8),
            inclusion=chance,
            blind=np.where(drawn, draw(st.sampled_from([-1, 0, 1])), NONE).astype(np.int16),
        ),
        clusters=clusters,
        split=draw_splits(rng, clusters, shares),
        people=label_by_people(
            rng,
            (label > 0).astype(np.int16),
            drawn,
            draw(st.integers(0, 3)),
            draw(st.sampled_from([0.5, 1.0])),
        ),
        categories=categories,
        readings=READINGS[scale],
        level=level,
        values=values,
        slices={"s": Slicing(values=("x", "y"), codes=rng.integers(-1, 2, n).astype(np.int16))},
    )


@st.composite
def any_table(draw: st.DrawFn) -> CalibrationTable:
    """Draws a run with none to three principles and one to four judges."""
    judges = draw(st.integers(1, 4))
    names = draw(st.lists(st.sampled_from(("p", "q", "r")), max_size=3, unique=True))
    principles = [draw(any_principle(name, judges)) for name in names]
    return table_of(*principles, judges=judges)


@given(any_table(), st.sampled_from([None, 0.1]), st.sampled_from([2, 20]))
@settings(max_examples=25, deadline=None)
def test_whatever_the_table_the_record_is_whole(
    table: CalibrationTable, epsilon: float | None, too_few: int
) -> None:
    record = run(table, Choices(draws=40, epsilon=epsilon, too_few=too_few, learn_from=20))
    assert flaws(record) == []


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_every_kind_of_scale_is_measured(scale: str) -> None:
    record = run(table_of(plant_scale(scale)))
    assert flaws(record) == []
    quality = record.panel.principles[scale]
    assert all(isinstance(figure, Estimate) for figure in (quality.agreement, quality.kappa, quality.gwet))
    assert isinstance(quality.alpha, Estimate)
    assert bool(quality.ordered) is (scale in {"ordinal", "with abstention", "numeric"})


@pytest.mark.parametrize("scale", ["numeric", "pairwise"])
def test_a_scale_without_pass_and_fail_has_agreement_and_no_rate(scale: str) -> None:
    record = run(table_of(plant_scale(scale)))
    quality, rate = record.panel.principles[scale], record.principles[0].rate
    for figure in (quality.sensitivity, quality.balanced_accuracy, quality.mcc, rate.rate, rate.humans_only):
        assert isinstance(figure, Undefined)
        assert figure.reason == "no answer of this scale passes or fails"
    assert all(cell.reason.startswith("Agreement 0.") for cell in record.trust)


def test_all_scales_in_one_run() -> None:
    record = run(table_of(*(plant_scale(scale) for scale in SCALES)))
    assert flaws(record) == []
    assert isinstance(record.panel.quality.agreement, Estimate)
    assert record.panel.quality.kappa == Undefined(
        n=record.panel.quality.answered, reason="principles have different scales"
    )
    assert record.panel.rate.warnings[0].startswith("2 principles left out")


# -- Degenerate tables -------------------------------------------------------------------------------------


def test_without_labels_everything_says_why() -> None:
    record = run(table_of(plant_principle(labelled=0.0)))
    assert flaws(record) == []
    assert {cell.trust for cell in record.trust} == {Trust.TOO_FEW}
    assert all(row.words.startswith("Nothing may be decided alone") for row in record.automation)
    assert record.advice[0].words == "Label at least 20 more items of planted."


def test_labels_on_one_of_twenty_principles() -> None:
    silent = [plant_principle(f"silent-{place}", labelled=0.0, n=100) for place in range(19)]
    record = run(table_of(plant_principle("labelled"), *silent))
    assert flaws(record) == []
    assert isinstance(record.panel.rate.rate, Estimate)
    assert record.panel.rate.judged == 600
    assert record.panel.rate.warnings[0].startswith("19 principles left out")
    assert {cell.trust for cell in record.trust if cell.principle == "silent-0"} == {Trust.TOO_FEW}


def test_one_judge_is_no_panel_to_compare() -> None:
    record = run(table_of(plant_principle(judges=(PlantedJudge(),))))
    assert flaws(record) == []
    assert (record.panel.rules, record.panel.pairs, record.panel.drops) == ((), (), ())
    assert record.panel.recommended == "judge-0: it is the only judge"
    assert isinstance(record.panel.n_eff, Estimate)
    assert record.panel.n_eff.value == 1


def test_a_judge_that_never_answered_has_no_numbers() -> None:
    record = run(
        table_of(plant_principle(judges=(PlantedJudge(), PlantedJudge(silent=True), PlantedJudge())))
    )
    assert flaws(record) == []
    silent = record.judges[1]
    assert silent.overall.answered == 0
    assert isinstance(silent.overall.agreement, Undefined)
    assert silent.no_probabilities


def test_all_undecided_is_no_panel() -> None:
    planted = plant_principle(judges=(PlantedJudge(), PlantedJudge()))
    undecided = replace(
        planted,
        verdict=np.full(planted.n, NONE, dtype=np.int16),
        panel_confidence=np.full(planted.n, np.nan),
    )
    record = run(table_of(undecided))
    assert flaws(record) == []
    assert isinstance(record.panel.quality.agreement, Undefined)
    assert record.automation[0].automated == 0


def test_all_labels_equal_leaves_chance_nothing_to_explain() -> None:
    record = run(table_of(plant_principle(failing=0.0, judges=(PlantedJudge(specificity=1.0),) * 3)))
    assert flaws(record) == []
    quality = record.panel.quality
    assert isinstance(quality.agreement, Estimate)
    assert quality.agreement.value == 1
    assert isinstance(quality.kappa, Undefined)
    assert isinstance(quality.sensitivity, Undefined)


def test_hostile_names_are_only_names() -> None:
    table = renamed(table_of(*(plant_principle(name, n=200) for name in HOSTILE[:2])), HOSTILE)
    record = run(table)
    assert flaws(record) == []
    assert record.judges[0].judge == f"{HOSTILE[0]}0"


def test_a_census_gives_a_rate() -> None:
    record = run(table_of(plant_principle(labelled=1.0)))
    assert isinstance(record.panel.rate.rate, Estimate)
    assert record.data.drawn == "All items were labelled."


# -- The same again ----------------------------------------------------------------------------------------


def test_the_same_table_and_choices_give_the_same_record() -> None:
    table = table_of(plant_principle(people=2), plant_principle("b", labelled=0.5))
    assert run(table) == run(table)


def test_one_more_principle_changes_no_figure_of_another() -> None:
    first, second = plant_principle("a", people=2), plant_principle("b", people=2)
    alone, together = run(table_of(first)), run(table_of(first, second))
    assert together.panel.principles["a"] == alone.panel.principles["a"]
    assert together.judges[0].principles["a"] == alone.judges[0].principles["a"]
    assert together.principles[0].rate.rate == alone.principles[0].rate.rate
    assert together.people.principles[0] == alone.people.principles[0]


def test_another_seed_moves_limits_and_no_value() -> None:
    table = table_of(plant_principle())
    one, other = run(table), run(table, replace(QUICK, seed=7))
    first, second = one.panel.quality.kappa, other.panel.quality.kappa
    assert isinstance(first, Estimate)
    assert isinstance(second, Estimate)
    assert first.value == second.value
    assert first.interval != second.interval
    assert other.method.seed == 7


def test_the_panel_stands_beside_the_judges_in_trust() -> None:
    record = run(table_of(plant_principle()))
    assert [cell.rater for cell in record.trust] == ["judge-0", "judge-1", "judge-2", PANEL]


def test_a_figure_that_stands_in_two_places_is_one_figure() -> None:
    record = run(table_of(plant_principle("only")))
    assert record.panel.quality == record.panel.principles["only"] == record.panel.severities["high"]
    assert replace(record.panel.rate, principle="only") == record.principles[0].rate
