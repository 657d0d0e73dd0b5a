"""The companion of a run: a drawn share of its items, judged several times by the same judges."""

import json
from pathlib import Path

import pytest
from tests.cli.kit import plain_cases
from tests.workflows.gate.readings_kit import (
    NO,
    PATTERNS,
    YES,
    Fickle,
    change,
    run,
    suite_of,
    workspace,
    write_steps,
)

from evenhand.errors import UsageError
from evenhand.gate.flips import flip_rates
from evenhand.records.narrow import Wishes
from evenhand.records.run import Run, RunState
from evenhand.testing import LoopbackServer, serve_in_thread
from evenhand.workflows.gate.again import read_again
from evenhand.workflows.gate.flakiness import find_companion, run_companion
from evenhand.workflows.gate.readings import read_readings
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult

CASES = 40
WAVERS = {f"Answer {n}": (YES, NO, YES, YES, YES) for n in range(CASES)}


def companion(folder: Path, options: RunOptions | None = None, **chosen: object) -> RunResult:
    done = run_companion(
        folder,
        suite_of(folder),
        options or RunOptions(),
        lambda _run, _progress: None,
        **chosen,  # type: ignore[arg-type]  # the tests name options that there are
    )
    assert done is not None
    return done


def found(folder: Path, run_: Run) -> str | None:
    there = find_companion(read_run(folder, "latest").ledger, run_)
    return there.id if there else None


def drawn(folder: Path, name: str = "latest") -> list[str]:
    return [item.case_id for item in read_run(folder, name).items()]


# -- What it judges --------------------------------------------------------------------------------


def test_a_twentieth_of_the_items_is_judged_five_times(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        done = companion(folder)
    manifest = done.run.manifest
    assert (done.run.state, manifest.readings, manifest.planned_items) == (RunState.FINISHED, 5, 2)
    cells = list(read_readings(read_run(folder, "latest")))
    assert [len(cell.said) for cell in cells] == [5, 5]
    # Of ten pairs of five readings, the one that differs is in four.
    wavering = sum(
        "secret" not in case["response"] for case in plain_cases(CASES) if case["id"] in drawn(folder)
    )
    assert flip_rates(cells).overall.flips == 4 * wavering


@pytest.mark.parametrize(("share", "items"), [(0.001, 1), (0.05, 2), (0.051, 3), (0.5, 20), (1.0, CASES)])
def test_at_least_one_item_and_at_most_all_are_drawn(tmp_path: Path, share: float, items: int) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        assert companion(folder, share=share, readings=2).run.manifest.planned_items == items


def test_the_draw_is_the_same_each_time_and_does_not_hang_on_the_order_of_the_cases(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        companion(folder, share=0.2)
        first = drawn(folder)
        lines = [json.dumps(case) + "\n" for case in reversed(plain_cases(CASES))]
        (folder / "suites" / "small.jsonl").write_text("".join(lines), encoding="utf-8")
        again = companion(folder, share=0.2)
    assert sorted(drawn(folder)) == sorted(first)
    assert again.account.calls["reader"].reused == again.account.planned


def test_a_larger_share_holds_the_smaller_one(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        companion(folder, share=0.1, readings=2)
        few = set(drawn(folder))
        companion(folder, share=0.3, readings=2)
    assert few < set(drawn(folder))


def test_it_is_drawn_from_the_part_that_the_run_judged(tmp_path: Path) -> None:
    part = Wishes(cases=("case-1*",))
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        companion(folder, wishes=part, share=0.5, readings=2)
    chosen = drawn(folder)
    assert len(chosen) == 6, "case-1 and case-10 to case-19 are eleven"
    assert all(case.startswith("case-1") for case in chosen)


def test_its_first_reading_costs_nothing_beside_the_run_it_goes_with(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        run(folder)
        before = len(server.ledger.calls)
        done = companion(folder)
        assert len(server.ledger.calls) - before == 2 * 4
        assert done.account.calls["reader"].reused == 2
        companion(folder)
        assert len(server.ledger.calls) - before == 2 * 4, "a second one costs nothing at all"


def test_it_can_be_replayed_without_anybody_to_ask(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        companion(folder)
    before = list(read_readings(read_run(folder, "latest")))
    replayed = companion(folder, RunOptions(replay=True))
    assert (replayed.run.state, replayed.account.calls["reader"].attempts) == (RunState.FINISHED, 0)
    assert list(read_readings(read_run(folder, "latest"))) == before


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01])
def test_an_impossible_share_is_refused(tmp_path: Path, share: float) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1")
    with pytest.raises(UsageError, match="no share of the items"):
        companion(folder, share=share)


# -- Panels that can not be asked again ------------------------------------------------------------


def recorded(folder: Path, repeats: int) -> None:
    """Make the judge one whose recording has so many repeats."""
    (folder / "judges" / "reader.yaml").write_text(
        "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: recorded\nratings: {path: r.jsonl}\n",
        encoding="utf-8",
    )
    lines = [
        {"case": case["id"], "principle": "keep.secrets", "repeat": repeat, "label": YES}
        for case in plain_cases(CASES)
        for repeat in range(repeats)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "judges" / "r.jsonl").write_text(text, encoding="utf-8")


def test_a_panel_that_would_say_the_same_again_has_no_companion(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=CASES)
    recorded(folder, repeats=1)
    assert run_companion(folder, suite_of(folder), RunOptions(), lambda _run, _progress: None) is None
    assert not (folder / ".evenhand").exists()


def test_a_recorded_panel_is_read_as_often_as_it_can_be(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=CASES)
    recorded(folder, repeats=3)
    done = companion(folder)
    assert (done.run.manifest.readings, done.account.terminal) == (3, {"rated": 6})


def test_a_cascade_has_a_companion_whose_readings_stand_beside_the_run(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle(WAVERS))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        (folder / "judges" / "words.yaml").write_text(PATTERNS, encoding="utf-8")
        write_steps(folder, "words", "reader", confidence=0.9)
        companion(folder, share=0.1)
        run(folder)
    again, notes = read_again(read_run(folder, "latest"))
    assert notes == ()
    tell = {case["id"]: "secret" in case["response"] for case in plain_cases(CASES)}
    assert set(again.values()) == {(NO,) * 5, (YES, NO, YES, YES, YES)}
    assert all((said == (NO,) * 5) == tell[case] for (case, _, _), said in again.items())


# -- Whose companion it is -------------------------------------------------------------------------


def test_a_companion_is_found_by_its_judges_and_cases(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        alone = run(folder).run
        assert found(folder, alone) is None
        first = companion(folder).run
        newest = companion(folder).run
        later = run(folder).run
    assert found(folder, alone) == found(folder, later) == newest.id != first.id


CHANGES = {
    "the prompt": ("judges/reader.j2", "{{ principle.text }}", "{{ principle.text }} "),
    "the principle": ("constitutions/c.yaml", "Keep secrets.", "Keep secrets!"),
    "a parameter": ("judges/reader.yaml", "attempts: 1", "attempts: 1\nparams: {max_tokens: 500}"),
    "the model": ("judges/reader.yaml", "loop/scripted", "loop/scripted-2"),
    "the rule": ("judges/one.panel.yaml", "id: one", "id: one\nrule: unanimous"),
    "a case": ("suites/small.jsonl", "Answer 3", "Another answer"),
}
"""File, what it says, and what it says then."""


@pytest.mark.parametrize("what", CHANGES)
def test_judges_or_cases_that_changed_have_another_companion(tmp_path: Path, what: str) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        old = companion(folder).run
        change(folder, *CHANGES[what])
        changed = run(folder).run
        assert found(folder, changed) is None
        new = companion(folder).run
    assert found(folder, changed) == new.id
    assert found(folder, old) == old.id


def test_a_companion_that_stopped_is_none(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=CASES)
        alone = run(folder).run
    stopped = companion(folder, RunOptions(replay=True))
    assert stopped.run.state is RunState.STOPPED
    assert found(folder, alone) is None


def test_a_model_that_its_vendor_swapped_is_another_instrument(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9/v1", cases=CASES)
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        change(folder, "evenhand.toml", "http://127.0.0.1:9/v1", server.base_url)
        done = companion(folder).run
    (endpoint,) = done.manifest.endpoints
    swapped = endpoint.model_copy(update={"served_model": "another"})
    unnamed = endpoint.model_copy(update={"served_model": ""})
    for seen, companion_of in ((endpoint, done.id), (swapped, None), (unnamed, done.id)):
        manifest = done.manifest.model_copy(update={"endpoints": (seen,)})
        other = Run(
            id="other", state=RunState.FINISHED, reason="", created="", finished="", manifest=manifest
        )
        assert found(folder, other) == companion_of
