"""What earlier runs say of each cell: only what was asked counts, and only of the same judges."""

from pathlib import Path

from tests.workflows.gate.readings_kit import (
    NO,
    PATTERNS,
    YES,
    Fickle,
    add_second,
    change,
    run,
    workspace,
    write_steps,
)

from evenhand.gate.flips import CellFlips
from evenhand.records.narrow import Wishes
from evenhand.testing import LoopbackServer, serve_in_thread
from evenhand.workflows.gate.history import CellHistory, per_case_history
from evenhand.workflows.read_run import read_run

CASES = 4
WAVERS = {"Answer 1": (YES, NO, YES, YES), "Answer 2": (NO, NO, NO, YES)}


def history(folder: Path, name: str = "latest", **options: int) -> dict[str, CellHistory]:
    return {each.case: each for each in per_case_history(read_run(folder, name), **options)}


def test_a_reply_that_was_used_again_is_no_evidence_that_a_judge_holds_still(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        for _ in range(3):
            run(folder)
    assert history(folder) == {}


def test_runs_that_asked_again_are_held_beside_each_other(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder)
        run(folder)
        run(folder, again=True)
        run(folder, again=True)
    found = history(folder)
    assert list(found) == [f"case-{n}" for n in range(CASES)]
    assert {case: (each.said, each.runs) for case, each in found.items()} == {
        "case-0": ((YES, YES, YES), 3),
        "case-1": ((YES, NO, YES), 3),
        "case-2": ((NO, NO, NO), 3),
        "case-3": ((YES, YES, YES), 3),
    }
    assert found["case-1"].flips == CellFlips(flips=2, pairs=3)


def test_further_readings_are_counted_once_however_often_they_are_read(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder)
        for _ in range(2):
            run(folder, Wishes(cases=("case-1", "case-2")), readings=4)
        run(folder)
    found = history(folder)
    # The first reading is the ordinary run's; the other three were asked for by the first run of four readings.
    assert {case: sorted(map(str, each.said)) for case, each in found.items()} == {
        "case-1": [YES, YES, YES, NO],
        "case-2": [YES, NO, NO, NO],
    }
    assert {each.runs for each in found.values()} == {2}


def test_cells_that_changed_have_a_history_of_their_own(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder, readings=2)
        change(folder, "suites/small.jsonl", "Answer 1", "Answer 2")
        run(folder)
    # The changed case was asked once as it now is; another case of the file takes nothing from the others.
    assert list(history(folder)) == ["case-0", "case-2", "case-3"]


def test_other_judges_are_another_history(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        first = run(folder, readings=2).run.id
        change(folder, "judges/reader.j2", "{{ principle.text }}", "{{ principle.text }} ")
        run(folder)
        assert history(folder) == {}
        change(folder, "judges/one.panel.yaml", "id: one", "id: one\nrule: unanimous")
        run(folder, again=True)
    assert history(folder) == {}
    assert len(history(folder, first)) == CASES


def test_a_reading_of_which_one_reply_was_used_again_is_no_evidence(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS, second=YES))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder)
        add_second(folder)
        change(folder, "judges/one.panel.yaml", "[reader]", "[reader, second]")
        mixed = run(folder)
        assert mixed.account.calls["reader"].reused == CASES
        run(folder, again=True)
    assert history(folder) == {}, "only the last of three asked for every reply of this panel"


def test_the_newest_runs_alone_are_looked_at(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder)
        run(folder, again=True)
        run(folder, again=True)
    assert {each.runs for each in history(folder, most_runs=2).values()} == {2}


def test_an_answer_that_sent_an_item_on_in_a_cascade_is_held_beside_those_that_settled_it(
    tmp_path: Path,
) -> None:
    votes = {"Answer 1": (YES, "cannot_tell", YES)}
    with serve_in_thread(LoopbackServer(Fickle(votes, second=NO))) as server:
        folder = workspace(tmp_path, server.base_url, cases=2)
        add_second(folder)
        write_steps(folder, "reader", "second", confidence=0.5)
        for _ in range(3):
            run(folder, again=True)
    assert {case: each.said for case, each in history(folder).items()} == {
        "case-0": (YES, YES, YES),
        "case-1": (YES, NO, YES),
    }


def test_what_was_settled_without_a_model_is_no_evidence(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=2)
        (folder / "judges" / "words.yaml").write_text(PATTERNS, encoding="utf-8")
        write_steps(folder, "words", "reader", confidence=0.9)
        for _ in range(2):
            run(folder, again=True)
    assert list(history(folder)) == ["case-1"], "the words settle the first case by themselves"


def test_a_panel_that_asks_no_model_has_no_history(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=CASES)
    (folder / "judges" / "reader.yaml").write_text(
        "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: pattern\nprinciples:\n  '*':\n"
        "    prior: {complies: 1, violates: 0}\n",
        encoding="utf-8",
    )
    run(folder)
    run(folder, again=True)
    assert history(folder) == {}
