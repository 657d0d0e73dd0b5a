"""What people see while a run moves."""

import io
import re
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from evenhand.cli.output import Screen
from evenhand.cli.progress import (
    Pace,
    duration,
    failures_by_kind,
    progress_line,
    progress_table,
    starting_line,
)
from evenhand.judging.progress import JudgeProgress, Progress
from evenhand.providers.throttle import Throttle
from evenhand.workflows.read_run import read_run


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def progress() -> Progress:
    close = JudgeProgress(planned=100, rated=40, reused=5, in_flight=8, cost_nanousd=120_000_000)
    close.failed.update(malformed=2, truncated=1)
    other = JudgeProgress(planned=100, rated=97)
    return Progress(
        judges={"close-reader": close, "patterns": other},
        items_decided=30,
        items_undecided=10,
        disagreement_total=8.0,
    )


def test_a_line_says_everything_in_words(progress: Progress) -> None:
    assert progress_line(progress, Pace()) == (
        "140/200 (70%), failed 3 (2 malformed, 1 truncated), 10 of 40 items undecided, "
        "mean disagreement 0.20, spent 0.1200 USD, time left unknown"
    )


def test_work_begins_with_what_is_done_already(judged: Path, progress: Progress) -> None:
    run = read_run(judged, "latest").run
    assert starting_line(run, progress) == f"run {run.id} goes on: 140 of 200 done"
    fresh = Progress(judges={"patterns": JudgeProgress(planned=1)})
    assert starting_line(run, fresh) == f"run {run.id} starts: 1 rating to make"


def test_the_table_has_a_row_for_each_judge_and_the_totals(progress: Progress) -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(progress_table(progress, Pace()))
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]  # the StringIO given above
    assert re.fullmatch(r"close-reader +43/100 +━+╌+ +5 +8 +3 \(2 malformed, 1 truncated\)", lines[1])
    assert re.fullmatch(r"patterns +97/100 +━+╌ +0 +0 +0", lines[2])
    assert lines[3].startswith("10 of 40 items undecided")


def test_each_account_has_a_line_with_its_calls_in_flight_and_its_limit(progress: Progress) -> None:
    resting, failing = Throttle(account="loop", concurrency=64), Throttle(account="far", concurrency=8)
    resting.rest(20.0)
    failing.give_up("account 'far' gave no answers for 10 min")
    progress.look = lambda: [resting.now(), failing.now()]
    console = Console(file=io.StringIO(), width=120)
    console.print(progress_table(progress, Pace()))
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]  # the StringIO given above
    assert lines[4:] == [
        "account loop: 0 of 20 calls in flight, rests for 20 s because it asked for it",
        "account far: 0 of 8 calls in flight, is asked nothing more",
    ]
    assert progress_line(progress, Pace()).endswith(
        "; account loop rests for 20 s because it asked for it; account far is asked nothing more"
    )


def test_a_large_panel_shows_who_is_behind_and_the_others_as_one() -> None:
    judges = {f"judge-{n:02}": JudgeProgress(planned=100, rated=n) for n in range(40)}
    console = Console(file=io.StringIO(), width=120)
    console.print(progress_table(Progress(judges=judges), Pace()))
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]  # the StringIO given above
    assert len(lines) == 15
    assert lines[1].startswith("judge-00")
    assert re.match(r"28 more +714/2,800 ", lines[13])


def test_time_left_follows_the_pace_of_the_last_minute() -> None:
    clock = Clock()
    pace = Pace(clock)
    for clock.now, settled in ((0, 0), (10, 1000), (100, 1010), (130, 1040), (150, 1060)):
        pace.note(settled)
    assert pace.seconds_left(60) == pytest.approx(60)


@pytest.mark.parametrize(("seen", "left"), [([], None), ([5], None), ([5, 5], None)])
def test_without_movement_no_time_is_promised(seen: list[int], left: float | None) -> None:
    clock = Clock()
    pace = Pace(clock)
    for settled in seen:
        clock.now += 1
        pace.note(settled)
    assert pace.seconds_left(10) == left


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "time left unknown"),
        (4.4, "about 4 s left"),
        (61, "about 1 min 01 s left"),
        (3 * 3600 + 125, "about 3 h 02 min left"),
    ],
)
def test_a_duration_reads_well(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_no_failure_needs_no_words() -> None:
    assert failures_by_kind(Counter()) == "0"


def test_without_a_terminal_nothing_is_drawn_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert not Screen().is_live
    assert not Screen().can_ask
    assert "\r" not in capsys.readouterr().err
