"""What the votes of a run leave open, read as columns, is what they leave open item by item."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update
from tests.workflows.calibration_kit import Line, RecordedSuite, cases

from evenhand.records.rated import RatedItem
from evenhand.records.rating import FailedRating, Rating, Spared
from evenhand.records.scale import NumericScale, OrdinalScale, Scale
from evenhand.review.selection import ROADS
from evenhand.review.uncertainty import LEAST
from evenhand.store import tables
from evenhand.store.columns import item_columns, verdict_blocks, vote_blocks
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.review.panel_votes import PanelVotes, read_panel_votes

COUNT = 40
JUDGES = ("one", "two", "three")
GRADES = (
    "scales:\n  grades:\n    type: ordinal\n    values: ['1', '2', '5', none]\n    abstain: [none]\n    pass_at: '2'\n"
    "    describe: {'1': bad, '2': fair, '5': good}\n"
)
NUMBERS = "scales:\n  grades: {type: numeric, minimum: -2, maximum: 10}\n"

Make = Callable[[str, random.Random], list[Line]]


def votes_of(stored: StoredRun) -> PanelVotes:
    return read_panel_votes(stored, item_columns(stored.ledger, stored.run))


# -- The same, slowly ------------------------------------------------------------------------------


def shares(rating: Rating, scale: Scale) -> Iterator[tuple[str, float]]:
    """What one rating gives to each label."""
    opinions = [label for label in scale.labels if label not in scale.abstain]
    if rating.stated is not None and len(rating.distribution) == 1 and rating.label in opinions:
        for label in opinions:
            rest = (1 - rating.stated) / (len(opinions) - 1)
            yield label, rating.stated if label == rating.label else rest
    else:
        total = sum(share for _, share in rating.distribution)
        yield from ((label, share / total) for label, share in rating.distribution)


def uncertainty(item: RatedItem, scale: Scale, units: Mapping[str, int]) -> float:
    votes: dict[str, float] = defaultdict(float)
    silent = asked = 0.0
    for unit in item.units:
        weight = 1 / units[unit.judge]
        asked += 0 if isinstance(unit.outcome, Spared) else weight
        silent += weight if isinstance(unit.outcome, FailedRating) else 0
        if isinstance(unit.outcome, Rating):
            for label, share in shares(unit.outcome, scale):
                votes[label] += weight * share
    silent += sum(votes.pop(label, 0) for label in scale.abstain)
    if item.verdict is None or item.verdict.label is None:
        return 1
    spread = _spread(votes, scale)
    return max(LEAST, min(1, spread + (1 - spread) * silent / asked))


def _spread(votes: Mapping[str, float], scale: Scale) -> float:
    mass = sum(votes.values())
    if isinstance(scale, OrdinalScale | NumericScale):
        numbers = {label: scale.score(label) or 0.0 for label in votes}
        mean = sum(votes[label] * number for label, number in numbers.items()) / mass
        variance = sum(votes[label] * (number - mean) ** 2 for label, number in numbers.items()) / mass
        width = (
            max(scale.points.values()) - min(scale.points.values()) if isinstance(scale, OrdinalScale) else 12
        )
        return 4 * variance / width**2
    return min(1, 2 * (1 - sum((share / mass) ** 2 for share in votes.values())))


def check(stored: StoredRun) -> PanelVotes:
    found = votes_of(stored)
    manifest = stored.manifest
    units = {judge.id: manifest.units_per_item // len(manifest.judges) for judge in manifest.judges}
    expected = [uncertainty(item, stored.decider.scale(item.principle_id), units) for item in stored.items()]
    np.testing.assert_allclose(found.uncertainty, expected, atol=1e-5)
    return found


# -- Runs of every kind ----------------------------------------------------------------------------


def ratings(make: Make, seed: int = 0) -> dict[str, list[Line]]:
    dice = random.Random(seed)
    return {judge: [line for n in range(COUNT) for line in make(f"c{n}", dice)] for judge in JUDGES}


def plain(case: str, dice: random.Random) -> list[Line]:
    answer = dice.choice(["complies", "violates", "not_applicable", "cannot_tell", None])
    failed = {"label": "", "failure": "refused"}
    return [{"case": case, **(failed if answer is None else {"label": answer})}]


def with_probabilities(case: str, dice: random.Random) -> list[Line]:
    if dice.random() < 0.3:
        return plain(case, dice)
    share = dice.random()
    spread = {"complies": share * 0.9, "violates": (1 - share) * 0.9, "cannot_tell": 0.1}
    return [{"case": case, "label": "complies", "distribution": spread}]


def graded(case: str, dice: random.Random) -> list[Line]:
    return [{"case": case, "label": dice.choice(["1", "2", "5", "none"])}]


def numbered(case: str, dice: random.Random) -> list[Line]:
    spread = {"3": 0.5, "7.5": 0.5}
    more = {"distribution": spread} if dice.random() < 0.3 else {}
    return [{"case": case, "label": "3" if more else str(dice.randrange(-2, 11)), **more}]


@pytest.mark.parametrize("make", [plain, with_probabilities])
@pytest.mark.parametrize("panel", ["", "on_missing: undecided\n", "quorum: 1\n"])
def test_labels_and_probabilities_count_as_they_stand(tmp_path: Path, make: Make, panel: str) -> None:
    found = check(RecordedSuite(tmp_path / "w", cases(COUNT), ratings(make), panel=panel).run())
    assert len(np.unique(found.uncertainty.round(6))) > 3


@pytest.mark.parametrize(("make", "scale"), [(graded, GRADES), (numbered, NUMBERS)])
def test_ordered_scales_count_by_their_numbers(tmp_path: Path, make: Make, scale: str) -> None:
    suite = RecordedSuite(
        tmp_path / "w",
        cases(COUNT),
        ratings(make),
        constitution=scale,
        scale="grades",
        panel="rule: median\n",
    )
    check(suite.run())


def test_two_principles_on_one_scale_and_items_without_ratings(tmp_path: Path) -> None:
    def make(case: str, dice: random.Random) -> list[Line]:
        names = ["honest", "civil"] if dice.random() < 0.8 else ["honest"]
        return [{**plain(case, dice)[0], "principle": name} for name in names]

    suite = RecordedSuite(tmp_path / "w", cases(COUNT), ratings(make), principles=("honest", "civil"))
    check(suite.run())


def test_every_reading_of_a_panel_that_was_asked_several_times_votes(tmp_path: Path) -> None:
    def twice(case: str, dice: random.Random) -> list[Line]:
        return [{**line, "repeat": repeat} for repeat in range(2) for line in with_probabilities(case, dice)]

    check(RecordedSuite(tmp_path / "w", cases(COUNT), ratings(twice)).run(readings=2))


def test_the_two_orders_of_a_pair_are_half_a_vote_each(tmp_path: Path) -> None:
    def make(case: str, dice: random.Random) -> list[Line]:
        return [
            {"case": case, "label": dice.choice(["a", "b", "tie"]), "order": order}
            for order in ("given", "swapped")
        ]

    pairs = [
        {"id": f"c{number}", "candidates": [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}]}
        for number in range(COUNT)
    ]
    judge = "mode: pairwise\norders: [given, swapped]\n"
    check(RecordedSuite(tmp_path / "w", pairs, ratings(make), judge=judge).run())


# -- Single decisions ------------------------------------------------------------------------------


def small_run(folder: Path, *answers: str) -> StoredRun:
    """One case; each judge gives an answer, or fails where it is empty."""
    said: dict[str, list[Line]] = {
        f"j{number}": [
            {"case": "c0", "label": answer} if answer else {"case": "c0", "label": "", "failure": "refused"}
        ]
        for number, answer in enumerate(answers)
    }
    return RecordedSuite(folder, cases(1), said).run()


@pytest.mark.parametrize(
    ("answers", "expected", "road"),
    [
        (["complies"] * 5, LEAST, "unanimous"),
        (["complies"] * 4 + ["violates"], 0.64, "split"),
        (["complies"] * 3 + ["violates"] * 2, 0.96, "split"),
        (["complies", "violates"], 1, "undecided"),
        (["complies"] * 4 + [""], 0.2, "unanimous"),
        (["complies"] * 4 + ["cannot_tell"], 0.2, "split"),
        (["", "", ""], 1, "failed"),
    ],
)
def test_an_item_is_as_uncertain_as_its_votes(
    tmp_path: Path, answers: list[str], expected: float, road: str
) -> None:
    found = votes_of(small_run(tmp_path / "w", *answers))
    np.testing.assert_allclose(found.uncertainty, [expected], atol=1e-6)
    assert ROADS[found.road[0]] == road


def test_a_stated_confidence_leaves_the_rest_to_the_other_answers(tmp_path: Path) -> None:
    stored = small_run(tmp_path / "w", "complies", "complies")
    _change(stored, tables.ratings, stated=0.7)
    # 0.7 for complies, 0.15 each for violates and not_applicable
    np.testing.assert_allclose(votes_of(stored).uncertainty, [2 * (1 - 0.7**2 - 2 * 0.15**2)], atol=1e-6)
    check(stored)


@pytest.mark.parametrize(("raw", "confidence", "expected"), [(0.99, 0.8, 0.64), (0.8, 0.8, LEAST)])
def test_a_calibrated_probability_of_a_cascade_stands_for_its_votes(
    tmp_path: Path, raw: float, confidence: float, expected: float
) -> None:
    stored = small_run(tmp_path / "w", "complies", "complies")
    step = {"step": 1, "confidence": confidence, "raw": raw}
    _change(stored, tables.verdicts, road=json.dumps([{"step": 0, "confidence": 0.5, "raw": 0.6}, step]))
    np.testing.assert_allclose(votes_of(stored).uncertainty, [expected], atol=1e-9)


def _change(stored: StoredRun, table: object, **values: object) -> None:
    with stored.ledger.writing(), stored.ledger.write() as connection:
        connection.execute(update(table).values(**values))  # type: ignore[arg-type]  # any table


def test_votes_and_verdicts_are_those_of_the_ledger(tmp_path: Path) -> None:
    stored = small_run(tmp_path / "w", "complies", "violates", "")
    (votes,) = vote_blocks(stored.ledger, stored.run)
    assert [tuple(row) for row in votes] == [
        (0, "=complies", None, None),
        (1, "=violates", None, None),
        (2, "refused", None, None),
    ]
    (verdicts,) = verdict_blocks(stored.ledger, stored.run)
    assert [(item, bool(settled), road) for item, settled, _, road in verdicts] == [(0, False, None)]
