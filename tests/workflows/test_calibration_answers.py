"""The arrays of a calibration say exactly what the run's report says."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workflows.calibration_kit import Line, RecordedSuite, cases

from evenhand.calibration.categories import categories_by_principle
from evenhand.judging.opinion import pool, single_answer
from evenhand.records.rating import Basis, Order, Rating
from evenhand.records.scale import COMPLY, PAIR, Scale
from evenhand.reporting.tally import tally_items
from evenhand.store.columns import item_columns
from evenhand.workflows.calibration.answers import Answers, read_answers
from evenhand.workflows.read_run import StoredRun

COUNT = 60
JUDGES = ("one", "two", "three")
GRADES = (
    "scales:\n  grades:\n    type: ordinal\n    values: ['1', '2', '3', none]\n    abstain: [none]\n    pass_at: '2'\n"
    "    describe: {'1': bad, '2': fair, '3': good}\n"
)
NUMBERS = "scales:\n  grades: {type: numeric, minimum: 0, maximum: 10, pass_at: 5}\n"


def answers_of(stored: StoredRun) -> Answers:
    items = item_columns(stored.ledger, stored.run)
    return read_answers(stored, items.principle_id, categories_by_principle(stored.manifest))


def check_against_report(stored: StoredRun) -> Answers:
    """Compare every array with the opinions and verdicts that the report is made from, and its counts."""
    found = answers_of(stored)
    categories = categories_by_principle(stored.manifest)
    judges = [judge.id for judge in stored.manifest.judges]
    for item in stored.items():
        each, verdict = categories[item.principle_id], item.verdict
        names = [*each.labels, None]
        said = {opinion.judge: opinion for opinion in verdict.opinions} if verdict else {}
        for place, judge in enumerate(judges):
            label = said[judge].label if judge in said else None
            assert names[found.answers[item.seq, place]] == (None if label is None else each.of(label))
        label = verdict.label if verdict else None
        assert names[found.verdict[item.seq]] == (None if label is None else each.of(label))
        assert found.disagreement[item.seq] == (verdict.disagreement if verdict else 0)
        share = found.panel_confidence[item.seq]
        if verdict is None or label is None:
            assert np.isnan(share)
        else:
            of_label = [part for name, part in verdict.distribution if each.of(name) == each.of(label)]
            assert share == pytest.approx(sum(of_label), abs=1e-12)
    check_counts(stored, found)
    return found


def check_counts(stored: StoredRun, found: Answers) -> None:
    tally = tally_items(stored.manifest, stored.items())
    for principle, each in tally.categories.items():
        rows = [
            seq
            for seq, name in enumerate(item_columns(stored.ledger, stored.run).principle_id)
            if name == principle
        ]
        for place, judge in enumerate(judge.id for judge in stored.manifest.judges):
            counts = Counter(each.labels[code] for code in found.answers[rows, place] if code >= 0)
            assert counts == tally.answers[principle, judge].labels


def ratings(make: Any, seed: int = 0, count: int = COUNT) -> dict[str, list[Line]]:
    dice = random.Random(seed)
    return {judge: [line for number in range(count) for line in make(f"c{number}", dice)] for judge in JUDGES}


def plain(case: str, dice: random.Random) -> list[Line]:
    answer = dice.choice([{"label": "complies"}, {"label": "violates"}, {"label": "cannot_tell"}, None])
    refused = {"label": "", "failure": "refused"}
    return [{"case": case, **(answer or refused)}] if dice.random() < 0.95 else []


def with_probabilities(case: str, dice: random.Random) -> list[Line]:
    if dice.random() < 0.2:
        return plain(case, dice)
    share = dice.choice([0.5, 0.9, 0.4999999999, dice.random()])
    named = dice.choice(["complies", "violates"])
    return [{"case": case, "label": named, "distribution": {"complies": share, "violates": 1 - share}}]


@pytest.mark.parametrize("make", [plain, with_probabilities])
@pytest.mark.parametrize(
    "panel",
    [
        "",
        "rule: unanimous\n",
        "rule: mean\n",
        "on_missing: undecided\n",
        "on_tie: worst\nquorum: 1\n",
        "rule: weighted\nweights: {one: 2, two: 1, three: 1.5}\n",
    ],
)
def test_recorded_answers_are_those_of_the_report(tmp_path: Path, make: Any, panel: str) -> None:
    suite = RecordedSuite(tmp_path / "w", cases(COUNT), ratings(make), panel=panel)
    found = check_against_report(suite.run())
    assert (found.answers >= 0).any()


@pytest.mark.parametrize("make", [plain, with_probabilities])
def test_readings_are_pooled_as_in_the_report(tmp_path: Path, make: Any) -> None:
    def thrice(case: str, dice: random.Random) -> list[Line]:
        return [{**line, "repeat": repeat} for repeat in range(3) for line in make(case, dice)]

    several = ratings(thrice)
    one = [line for line in several["one"] if not line["repeat"]]
    suite = RecordedSuite(tmp_path / "w", cases(COUNT), {**several, "one": one})
    stored = suite.run(readings=3)
    assert (stored.manifest.asked_once, stored.manifest.units_per_item) == (("one",), 7)
    check_against_report(stored)


def test_two_principles_on_two_scales_keep_to_their_own(tmp_path: Path) -> None:
    def make(case: str, dice: random.Random) -> list[Line]:
        return [
            {"case": case, "principle": "honest", "label": dice.choice("123")},
            {"case": case, "principle": "civil", "label": dice.choice(["3", "none"])},
        ]

    suite = RecordedSuite(
        tmp_path / "w",
        cases(20),
        ratings(make, count=20),
        constitution=GRADES,
        scale="grades",
        principles=("honest", "civil"),
        panel="rule: median\n",
    )
    check_against_report(suite.run())


@pytest.mark.parametrize("shares", [False, True])
@pytest.mark.parametrize("rule", ["mean", "median"])
def test_numbers_are_counted_by_the_sides_of_the_pass_mark(
    tmp_path: Path, rule: str, *, shares: bool
) -> None:
    def make(case: str, dice: random.Random) -> list[Line]:
        number = str(dice.randrange(11))
        spread = {number: 0.75, "10": 0.25} if number != "10" else {"10": 1}
        return [{"case": case, "label": number, **({"distribution": spread} if shares else {})}]

    suite = RecordedSuite(
        tmp_path / "w",
        cases(COUNT),
        ratings(make),
        constitution=NUMBERS,
        scale="grades",
        panel=f"rule: {rule}\n",
    )
    found = check_against_report(suite.run())
    assert set(np.unique(found.answers)) == {0, 1}
    assert np.isfinite(found.confidence).all() == shares


@pytest.mark.parametrize("orders", ["[given, swapped]", "[given]"])
def test_pairs_asked_in_one_order_or_two_are_those_of_the_report(tmp_path: Path, orders: str) -> None:
    def make(case: str, dice: random.Random) -> list[Line]:
        asked = ("given", "swapped") if "swapped" in orders else ("given",)
        return [{"case": case, "label": dice.choice(["a", "b", "tie"]), "order": order} for order in asked]

    pairs = [
        {"id": f"c{number}", "candidates": [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}]}
        for number in range(COUNT)
    ]
    suite = RecordedSuite(tmp_path / "w", pairs, ratings(make), judge=f"mode: pairwise\norders: {orders}\n")
    check_against_report(suite.run())


def test_repeated_answers_give_a_probability_and_a_single_one_does_not(tmp_path: Path) -> None:
    def make(case: str, dice: random.Random) -> list[Line]:
        return [
            {"case": case, "label": dice.choice(["complies", "violates"]), "repeat": repeat}
            for repeat in range(3)
        ]

    found = check_against_report(
        RecordedSuite(tmp_path / "w", cases(COUNT), ratings(make), judge="repeats: 3\n").run()
    )
    assert set(np.round(found.confidence.reshape(-1), 9)) == {2.5 / 5, 3.5 / 5}
    single = answers_of(RecordedSuite(tmp_path / "x", cases(COUNT), ratings(plain)).run())
    assert np.isnan(single.confidence).all()


def test_a_cascade_leaves_spared_judges_without_an_answer(tmp_path: Path) -> None:
    panel = "cascade:\n- {judges: [one], settle: {confidence: 0.7}}\n- {judges: [two, three]}\n"
    found = check_against_report(
        RecordedSuite(tmp_path / "w", cases(COUNT), ratings(with_probabilities), panel=panel).run()
    )
    spared = found.answers[:, 1] < 0
    assert 0 < spared.sum() < COUNT


def test_an_item_that_is_open_has_no_answers_yet(tmp_path: Path) -> None:
    stored = RecordedSuite(tmp_path / "w", cases(4), ratings(plain, count=4)).run()
    with stored.ledger.writing(), stored.ledger.write() as connection:
        connection.exec_driver_sql("DELETE FROM ratings WHERE unit = 4")
    found = check_against_report(stored)
    assert found.answers[1].tolist() == [-1, -1, -1]


SCALES = st.sampled_from([COMPLY, PAIR])


@given(scale=SCALES, weights=st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), min_size=3, max_size=3))
def test_one_rating_with_probabilities_answers_as_pooling_does(
    scale: Scale, weights: Sequence[float]
) -> None:
    total = sum(weights)
    if not total:
        return
    shares = {name: weight / total for name, weight in zip(scale.labels, weights, strict=False)}
    rating = Rating(label=scale.labels[0], distribution=tuple(shares.items()), basis=Basis.RECORDED)
    opinion = pool("j", [(Order.GIVEN, rating)], scale)
    label, found = single_answer(json.loads(json.dumps(shares)), scale)
    assert label == opinion.label
    assert tuple(found.items()) == opinion.distribution
