"""Careful raters are left alone, and scripted ones are asked about after some gold items."""

import pytest
from benchmarks.review_quality import PAIR_RATERS, PAIRS, RATERS, careful, main, measure

from evenhand.review.quality import QualityKind

TEAMS = 15


def test_careful_people_get_hardly_any_false_questions() -> None:
    row = measure("careful", careful, 20, teams=TEAMS)
    assert row.people == 4 * TEAMS
    assert row.share <= 0.05


@pytest.mark.parametrize(
    ("rater", "gold", "kind"),
    [
        ("random", 30, QualityKind.GOLD),
        ("always pass", 10, QualityKind.GOLD),
        ("always pass", 5, QualityKind.ONE_ANSWER),
        ("fast", 5, QualityKind.PACE),
        ("tired", 5, QualityKind.PACE),
    ],
)
def test_a_careless_rater_is_asked_about_for_what_they_do(rater: str, gold: int, kind: QualityKind) -> None:
    row = measure(rater, RATERS[rater], gold, teams=TEAMS)
    assert row.share >= 0.9
    assert row.kinds[kind] >= 0.9 * row.people


def test_a_side_that_wins_too_often_is_asked_about() -> None:
    leaning = measure("left", PAIR_RATERS["left-leaning (pairs)"], 10, teams=5, known=PAIRS)
    assert leaning.kinds[QualityKind.LEFT_RIGHT] == leaning.people
    fair = measure("fair", careful, 10, teams=TEAMS, known=PAIRS)
    assert fair.kinds.get(QualityKind.LEFT_RIGHT, 0) <= 0.05 * fair.people


def test_the_command_prints_a_row_for_each_rater(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--teams", "1"])
    printed = capsys.readouterr().out
    assert all(f"| {name} |" in printed for name in (*RATERS, *PAIR_RATERS))
