"""A panel that is asked several times: what is asked, what is paid, and what each reading said."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.workflows.gate.readings_kit import (
    NO,
    PATTERNS,
    YES,
    Fickle,
    add_second,
    change,
    run,
    stored_manifest,
    suite_of,
    workspace,
    write_steps,
)

import evenhand
from evenhand.errors import UsageError
from evenhand.gate.flips import CellReadings
from evenhand.records.narrow import Wishes
from evenhand.records.rated import CallCounts
from evenhand.records.run import RunState
from evenhand.testing import LoopbackServer, faults, serve_in_thread
from evenhand.workflows.export_ratings import rating_lines
from evenhand.workflows.export_recordings import export_recordings
from evenhand.workflows.gate.readings import read_readings
from evenhand.workflows.import_recordings import import_recordings
from evenhand.workflows.plan_suite import plan_suite
from evenhand.workflows.prepare import prepare
from evenhand.workflows.read_run import read_run
from evenhand.workflows.report_run import report_run
from evenhand.workflows.run_suite import RunOptions, run_prepared

CASES = 4
WAVERS = {"Answer 1": (YES, NO, YES), "Answer 2": (NO, NO, YES)}
SAID = [(YES, YES, YES), (YES, NO, YES), (NO, NO, YES), (YES, YES, YES)]


@contextmanager
def fickle(**strikes: object) -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS), **strikes)) as server:  # type: ignore[arg-type]
        yield server


def cells(folder: Path, name: str = "latest") -> list[CellReadings]:
    return list(read_readings(read_run(folder, name)))


def said(folder: Path, name: str = "latest") -> list[tuple[object, ...]]:
    return [cell.said for cell in cells(folder, name)]


# -- What is asked and paid ------------------------------------------------------------------------


def test_each_reading_is_the_panel_asked_once_more(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        done = run(folder, readings=3)
    assert (done.run.state, done.account.terminal) == (RunState.FINISHED, {"rated": 3 * CASES})
    assert (done.run.manifest.readings, done.run.manifest.units_per_item) == (3, 3)
    assert said(folder) == SAID


def test_the_verdict_of_such_a_run_pools_what_was_said_every_time(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder, readings=3)
    verdicts = [item.verdict.label for item in read_run(folder, "latest").items() if item.verdict]
    assert verdicts == [YES, YES, NO, YES]


def test_the_first_reading_takes_the_replies_of_an_ordinary_run(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        first = run(folder)
        before = len(server.ledger.calls)
        done = run(folder, readings=3)
        assert len(server.ledger.calls) - before == 2 * CASES
    assert done.account.calls["reader"].reused == CASES
    assert said(folder) == SAID
    assert said(folder, first.run.id) == [each[:1] for each in SAID]


def test_an_ordinary_run_takes_its_replies_from_the_first_reading(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder, readings=3)
        before = len(server.ledger.calls)
        run(folder)
        assert len(server.ledger.calls) == before
    assert said(folder) == [each[:1] for each in SAID]


def test_more_readings_pay_for_those_that_are_new(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder, readings=2)
        done = run(folder, readings=3)
    assert done.account.calls["reader"].reused == 2 * CASES
    assert said(folder) == SAID


def test_the_repeats_of_a_judge_stay_together_in_a_reading(tmp_path: Path) -> None:
    votes = {"Answer 0 secret": (NO, NO, YES, YES, YES, NO)}
    with serve_in_thread(LoopbackServer(Fickle(votes))) as server:
        folder = workspace(tmp_path, server.base_url, cases=1, repeats=3)
        done = run(folder, readings=2)
    assert done.run.manifest.units_per_item == 6
    assert said(folder) == [(NO, YES)]


def test_a_plan_counts_every_reading(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        change(folder, "judges/reader.yaml", "input: 0.0, output: 0.0", "input: 1000, output: 1000")
        once, thrice = (plan_suite(folder, suite_of(folder), readings=readings) for readings in (1, 3))
        assert (once.units, thrice.units) == (CASES, 3 * CASES)
        assert once.usd
        assert thrice.usd
        assert thrice.usd.low == pytest.approx(3 * once.usd.low, rel=0.01)
        done = run(folder, readings=3, max_usd=100.0)
    assert once.usd.high < thrice.usd.high
    assert thrice.usd.low / 2 < done.account.cost_nanousd / 1e9 < thrice.usd.high


def test_options_that_ask_for_other_readings_than_were_prepared_are_a_defect(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1")
    with pytest.raises(ValueError, match="prepared for 2 readings, not 1"):
        run_prepared(
            prepare(folder, suite_of(folder), readings=2), RunOptions(), lambda _run, _progress: None
        )


# -- The manifest ----------------------------------------------------------------------------------


def test_the_manifest_of_an_ordinary_run_says_nothing_of_readings(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder)
    assert "reading" not in stored_manifest(folder)
    assert "asked_once" not in stored_manifest(folder)


def test_the_number_of_readings_is_an_input_of_the_run(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1")
    hashes = {
        prepare(folder, suite_of(folder), readings=readings).manifest(command="").inputs_hash()
        for readings in (1, 2, 3)
    }
    assert len(hashes) == 3
    assert prepare(folder, suite_of(folder)).manifest(command="").inputs_hash() in hashes


# -- Missing and undecided -------------------------------------------------------------------------


def test_a_reading_behind_which_a_rating_failed_is_missing(tmp_path: Path) -> None:
    seen = iter(range(1000))
    second_ask = faults.Strike(
        fault=faults.refused(),
        when=lambda call: (
            call.request is not None and "Answer 3" in call.request.candidate and next(seen) == 1
        ),
    )
    with fickle(strikes=(second_ask,)) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder, readings=3)
    assert said(folder)[3] == (YES, False, YES)


def test_a_reading_whose_repeats_tie_is_undecided(tmp_path: Path) -> None:
    votes = {"Answer 0 secret": (YES, NO, YES, YES)}
    with serve_in_thread(LoopbackServer(Fickle(votes))) as server:
        folder = workspace(tmp_path, server.base_url, cases=1, repeats=2)
        run(folder, readings=2)
    assert said(folder) == [(None, YES)]


def test_a_reading_that_is_still_open_is_missing(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder)
    stopped = run(folder, readings=2, replay=True)
    assert stopped.account.open == CASES
    assert said(folder) == [(each[0], False) for each in SAID]


# -- Replays ---------------------------------------------------------------------------------------


def test_a_replay_gives_the_same_readings_and_asks_nobody(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder, readings=3)
    before = "".join(rating_lines(folder, "latest"))
    done = run(folder, readings=3, replay=True)
    assert (done.run.state, done.account.calls["reader"].attempts) == (RunState.FINISHED, 0)
    assert said(folder) == SAID
    assert "".join(rating_lines(folder, "latest")) == before


def test_a_replay_elsewhere_gives_the_same_readings(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path / "here", server.base_url, cases=CASES)
        run(folder, readings=3)
    export_recordings(folder, "latest", tmp_path / "r.jsonl")
    there = tmp_path / "there"
    shutil.copytree(folder, there, ignore=shutil.ignore_patterns(".evenhand"))
    import_recordings(there, tmp_path / "r.jsonl")
    done = run(there, readings=3, replay=True)
    assert done.account.calls["reader"] == CallCounts(reused=3 * CASES, imported=3 * CASES)
    assert said(there) == SAID
    assert "".join(rating_lines(there, "latest")) == "".join(rating_lines(folder, "latest"))


# -- Judges that need no call ----------------------------------------------------------------------


def recorded(folder: Path, *answers: tuple[str, int, str], repeats: int = 1) -> None:
    """Make the judge of a workspace one whose answers are recorded: case, repeat, label."""
    (folder / "judges" / "reader.yaml").write_text(
        "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: recorded\n"
        f"repeats: {repeats}\nratings: {{path: r.jsonl}}\n",
        encoding="utf-8",
    )
    lines = [
        {"case": case, "principle": "keep.secrets", "repeat": repeat, "label": label}
        for case, repeat, label in answers
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "judges" / "r.jsonl").write_text(text, encoding="utf-8")


def test_a_recorded_judge_is_read_as_often_as_its_recording_has_repeats_for(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=2)
    recorded(
        folder,
        *[("case-0", repeat, YES) for repeat in range(3)],
        *[("case-1", repeat, (YES, NO, NO)[repeat]) for repeat in range(3)],
    )
    done = run(folder, readings=3)
    assert done.run.manifest.asked_once == ()
    assert said(folder) == [(YES, YES, YES), (YES, NO, NO)]


def test_more_readings_than_a_recording_holds_are_refused_with_their_number(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=1)
    recorded(folder, *[("case-0", repeat, YES) for repeat in range(6)], repeats=2)
    with pytest.raises(UsageError, match="holds 3 readings, not 5") as refused:
        run(folder, readings=5)
    assert refused.value.hint == "ask 3 times"


def test_judges_that_say_the_same_each_time_are_asked_once_and_are_in_every_reading(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        (folder / "judges" / "words.yaml").write_text(PATTERNS, encoding="utf-8")
        change(folder, "judges/one.panel.yaml", "[reader]", "[reader, words]")
        done = run(folder, readings=3)
    assert (done.run.manifest.asked_once, done.run.manifest.units_per_item) == (("words",), 4)
    assert done.account.terminal == {"rated": 4 * CASES}
    # The words decide with the reader: "secret" is in the first answer, and where the two differ nobody wins.
    assert said(folder) == [(None, None, None), (YES, None, YES), (None, None, YES), (YES, YES, YES)]


@pytest.mark.parametrize("kind", ["patterns", "one recording"])
def test_a_panel_of_which_nobody_can_say_anything_else_is_not_asked_again(tmp_path: Path, kind: str) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=1)
    if kind == "patterns":
        (folder / "judges" / "reader.yaml").write_text(PATTERNS.replace("words", "reader"), encoding="utf-8")
    else:
        recorded(folder, ("case-0", 0, YES))
    with pytest.raises(
        UsageError, match="none of the judges of panel one asks a model or has recorded repeats"
    ):
        run(folder, readings=2)


def test_each_reading_of_a_cascade_goes_its_own_road(tmp_path: Path) -> None:
    with fickle() as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        (folder / "judges" / "words.yaml").write_text(PATTERNS, encoding="utf-8")
        write_steps(folder, "words", "reader", confidence=0.9)
        done = run(folder, readings=3)
    # The words are sure of the first answer, which tells the secret; the reader is asked about the other three.
    assert said(folder) == [(NO, NO, NO), *SAID[1:]]
    assert done.account.terminal == {"rated": CASES + 3 * (CASES - 1), "spared": 3}
    summary = report_run(folder, "latest", folder=tmp_path).summary
    assert summary.cascade is not None
    assert [(step.reached, step.settled) for step in summary.cascade.steps] == [(4, 1), (3, 3)]


def test_a_step_that_one_reading_needs_is_asked_for_all(tmp_path: Path) -> None:
    votes = {"Answer 1": ("cannot_tell", YES, YES)}
    with serve_in_thread(LoopbackServer(Fickle(votes, second=NO))) as server:
        folder = workspace(tmp_path, server.base_url, cases=3)
        add_second(folder)
        write_steps(folder, "reader", "second", confidence=0.5)
        first = run(folder)
        done = run(folder, readings=3)
    assert said(folder) == [(YES, YES, YES), (NO, YES, YES), (YES, YES, YES)]
    assert done.account.terminal == {"rated": 9 + 3, "spared": 6}
    verdicts = [item.verdict.label for item in read_run(folder, first.run.id).items() if item.verdict]
    assert verdicts == [each[0] for each in said(folder)], "the first reading is the ordinary run"
    assert said(folder, first.run.id) == [each[:1] for each in said(folder)]


@pytest.mark.parametrize("readings", [0, 21])
def test_an_impossible_number_of_readings_is_refused(tmp_path: Path, readings: int) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=1)
    with pytest.raises(UsageError, match="no number of readings"):
        run(folder, readings=readings)


# -- Readers of such a run -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def thrice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which three of four items were judged three times."""
    with fickle() as server:
        folder = workspace(tmp_path_factory.mktemp("thrice"), server.base_url, cases=CASES)
        run(folder, Wishes(cases=("case-1", "case-2", "case-3")), readings=3)
    return folder


def test_a_part_of_a_suite_can_be_read_several_times(thrice: Path) -> None:
    assert said(thrice) == SAID[1:]
    assert [cell.case for cell in cells(thrice)] == ["case-1", "case-2", "case-3"]


def test_the_report_says_that_it_is_of_several_readings_and_how_often_a_judge_said_the_same(
    thrice: Path, tmp_path: Path
) -> None:
    report = report_run(thrice, "latest", folder=tmp_path)
    told = {path.suffix: path.read_text(encoding="utf-8") for path in report.reports}
    assert all("The whole panel was asked 3 times" in told[kind] for kind in (".md", ".html"))
    record = json.loads(told[".json"])
    assert (record["stamp"]["readings"], record["conservation"]["planned"]) == (3, 3 * (CASES - 1))
    assert [(each["judge"], each["differing"]) for each in record["repeats"]] == [("reader", 2)]


def test_frames_and_exports_hold_every_reading(thrice: Path) -> None:
    frames = evenhand.load(workspace=thrice)
    assert sorted(frames.ratings["repeat"].unique()) == [0, 1, 2]
    assert len(frames.ratings) == 3 * (CASES - 1)
    lines = list(rating_lines(thrice, "latest"))
    assert len(lines) == 1 + 4 * (CASES - 1)
