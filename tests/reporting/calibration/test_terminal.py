import re

import pytest

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.figures.names import room
from evenhand.reporting.calibration.terminal import render_terminal
from evenhand.reporting.display import percent_parts, sentence

from .cases import CASES, NAMES, hostile_record


def test_the_corrected_share_stands_beside_what_the_judges_alone_would_say(calibration: Calibration) -> None:
    lines = render_terminal(calibration).splitlines()
    rate = calibration.panel.rate
    assert f"  corrected by people         {sentence(percent_parts(rate.rate))}" in lines
    assert f"  the judges alone would say  {sentence(percent_parts(rate.judges_alone))}" in lines


def test_what_to_do_next_comes_before_who_may_be_trusted(calibration: Calibration) -> None:
    text = render_terminal(calibration)
    assert f"  1. {calibration.advice[0].words}" in text
    assert text.index("What to do next") < text.index("Who may be trusted")


def test_trust_is_a_table_where_it_fits_and_a_list_where_it_does_not(calibration: Calibration) -> None:
    wide, narrow = render_terminal(calibration, width=140), render_terminal(calibration, width=60)
    assert re.search(r"  principle +the panel +synthetic-judge-1 +synthetic-judge-2", wide)
    assert "  principle" not in narrow.partition("Who may be trusted")[2].splitlines()[1]
    for cell in calibration.trust:
        assert cell.trust.value in wide
        assert cell.trust.value in narrow


def test_every_rater_is_in_the_list(calibration: Calibration) -> None:
    listed = render_terminal(calibration, width=60).partition("Who may be trusted")[2]
    first = listed.partition("synthetic.principle-1\n")[2].partition("synthetic.principle-2\n")[0]
    assert "the panel" in first
    assert first.count("synthetic-judge-") == 3


@pytest.mark.parametrize("name", [*CASES])
@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_longer_than_the_window(name: str, width: int) -> None:
    assert max(room(line) for line in render_terminal(CASES[name], width=width).splitlines()) <= width


def test_numbers_are_never_cut_short(calibration: Calibration) -> None:
    narrow = render_terminal(calibration, width=44)
    for judge in calibration.judges:
        assert sentence(percent_parts(judge.overall.agreement)) in narrow


def test_hostile_text_controls_no_terminal() -> None:
    text = render_terminal(hostile_record())
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert NAMES[0] in text


def test_labels_that_were_not_blind_are_said_first() -> None:
    assert (
        render_terminal(CASES["small"]).splitlines()[2].startswith("! Not all human labels were given blind")
    )


def test_where_nothing_is_known_the_reason_is_given() -> None:
    text = render_terminal(CASES["empty"])
    assert "no estimate (n = 0, no labels)" in text
    assert "There is no human label" in text
