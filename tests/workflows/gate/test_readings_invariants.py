"""What a reading says is what an ordinary run of the same replies would have said, whatever the panel and the scale."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.calibration_kit import Line, RecordedSuite, cases

from evenhand.records.baseline import Said
from evenhand.workflows.gate.readings import read_counted_readings, read_readings

COUNT, READINGS = 25, 3
JUDGES = ("one", "two", "three")
GRADES = (
    "scales:\n  grades:\n    type: ordinal\n    values: ['1', '2', '3', none]\n    abstain: [none]\n    pass_at: '2'\n"
    "    describe: {'1': bad, '2': fair, '3': good}\n"
)
Ratings = Mapping[str, Sequence[Line]]
Answer = Callable[[random.Random], Line]


def answer(dice: random.Random) -> Line:
    word = dice.choice(["complies", "violates", "violates", "cannot_tell", ""])
    return {"label": word} if word else {"label": "", "failure": "refused"}


def likely(dice: random.Random) -> Line:
    share = dice.choice([0.5, dice.random()])
    return {"label": "complies", "distribution": {"complies": share, "violates": 1 - share}}


def grade(dice: random.Random) -> Line:
    return {"label": dice.choice(["1", "2", "3", "none"])}


def record(make: Answer, repeats: int, seed: int = 0) -> dict[str, list[Line]]:
    dice = random.Random(seed)
    return {
        judge: [
            {"case": f"c{number}", "repeat": repeat, **make(dice)}
            for number in range(COUNT)
            for repeat in range(repeats)
        ]
        for judge in JUDGES
    }


def reading_of(whole: Ratings, reading: int, repeats: int, once: Sequence[str] = ()) -> Ratings:
    """Return the recordings as they would be had only this reading been asked for."""
    return {
        judge: list(lines)
        if judge in once
        else [
            {**line, "repeat": line["repeat"] % repeats}
            for line in lines
            if line["repeat"] // repeats == reading
        ]
        for judge, lines in whole.items()
    }


def verdicts(suite: RecordedSuite) -> list[Said]:
    """Return what an ordinary run comes to: a label, None for undecided, False where a failed rating is behind that."""
    found: list[Said] = []
    for item in suite.run().items():
        assert item.verdict is not None
        lost = any(opinion.failed and opinion.label is None for opinion in item.verdict.opinions)
        found.append(False if lost and item.verdict.label is None else item.verdict.label)
    return found


PANELS = {
    "majority": "",
    "unanimous": "rule: unanimous\n",
    "mean": "rule: mean\n",
    "nobody may be missing": "on_missing: undecided\n",
    "a tie is the worst": "on_tie: worst\nquorum: 1\n",
    "weighted": "rule: weighted\nweights: {one: 2, two: 1, three: 1.5}\n",
    "steps": "cascade:\n- {judges: [one], settle: {confidence: 0.7}}\n- {judges: [two], settle: {confidence: 0.7}}\n"
    "- {judges: [three], combine: all}\n",
}


@pytest.mark.parametrize(("make", "repeats"), [(answer, 2), (likely, 1)])
@pytest.mark.parametrize("panel", PANELS)
def test_a_reading_is_what_a_run_of_its_own_would_have_said(
    tmp_path: Path, panel: str, make: Answer, repeats: int
) -> None:
    whole = record(make, READINGS * repeats)
    fields: dict[str, Any] = {"panel": PANELS[panel], "judge": f"repeats: {repeats}\n"}
    stored = RecordedSuite(tmp_path / "all", cases(COUNT), whole, **fields).run(readings=READINGS)
    said = [cell.said for cell in read_readings(stored)]
    for reading in range(READINGS):
        alone = RecordedSuite(
            tmp_path / f"{reading}", cases(COUNT), reading_of(whole, reading, repeats), **fields
        )
        assert [each[reading] for each in said] == verdicts(alone)


def test_a_judge_that_was_recorded_once_says_the_same_in_every_reading(tmp_path: Path) -> None:
    whole = {**record(answer, READINGS), "two": record(answer, 1, seed=1)["two"]}
    stored = RecordedSuite(tmp_path / "all", cases(COUNT), whole).run(readings=READINGS)
    assert (stored.manifest.asked_once, stored.manifest.units_per_item) == (("two",), 2 * READINGS + 1)
    said = [cell.said for cell in read_readings(stored)]
    for reading in range(READINGS):
        recordings = reading_of(whole, reading, 1, once=["two"])
        assert [each[reading] for each in said] == verdicts(
            RecordedSuite(tmp_path / f"{reading}", cases(COUNT), recordings)
        )


def test_readings_on_an_ordered_scale_are_its_labels(tmp_path: Path) -> None:
    whole = record(grade, READINGS)
    fields: dict[str, Any] = {"constitution": GRADES, "scale": "grades", "panel": "rule: median\n"}
    stored = RecordedSuite(tmp_path / "all", cases(COUNT), whole, **fields).run(readings=READINGS)
    said = [cell.said for cell in read_readings(stored)]
    for reading in range(READINGS):
        alone = RecordedSuite(tmp_path / f"{reading}", cases(COUNT), reading_of(whole, reading, 1), **fields)
        assert [each[reading] for each in said] == verdicts(alone)
    assert {each for readings in said for each in readings} <= {"1", "2", "3", None}


def test_numbers_count_by_the_sides_of_the_pass_mark(tmp_path: Path) -> None:
    numbers = "scales:\n  grades: {type: numeric, minimum: 0, maximum: 10, pass_at: 5}\n"
    labels = ["3", "4", "7", "8"]
    whole = {
        "one": [
            {"case": case, "repeat": repeat, "label": label}
            for case, said in (("c0", "3344"), ("c1", "7887"), ("c2", "4788"))
            for repeat, label in enumerate(said)
        ]
    }
    fields: dict[str, Any] = {"constitution": numbers, "scale": "grades", "panel": "rule: mean\n"}
    stored = RecordedSuite(tmp_path / "all", cases(3), whole, **fields).run(readings=4)
    assert {said for cell in read_readings(stored) for said in cell.said} == set(labels)
    below, above = "below 5", "5 or more"
    assert [cell.said for cell in read_counted_readings(stored)] == [
        (below,) * 4,
        (above,) * 4,
        (below, above, above, above),
    ]


def test_a_source_comes_with_its_cells(tmp_path: Path) -> None:
    made = [{**case, "source": f"doc-{number % 4}"} for number, case in enumerate(cases(COUNT))]
    stored = RecordedSuite(tmp_path / "all", made, record(answer, 2)).run(readings=2)
    assert [cell.cluster for cell in read_readings(stored)] == [
        f"doc-{number % 4}" for number in range(COUNT)
    ]
