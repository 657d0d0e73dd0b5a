"""Suite files as tests: what is collected, what each outcome means, and the gate that is decided once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.pytest_plugin.kit import GATE, WITH_CACHE, add_cases, add_gate, make_baseline_better

RunPytest = Callable[..., pytest.RunResult]
CELLS = 18
SUITE = "suites/demo.yaml"


@pytest.fixture
def gated(workspace: Path) -> Path:
    """A workspace whose suite has a gate that its own baseline passes."""
    add_gate(workspace)
    return workspace


# -- Collecting --------------------------------------------------------------------------------------


def test_a_suite_named_on_the_command_line_is_a_test_for_each_cell(workspace: Path, run: RunPytest) -> None:
    result = run(SUITE)
    result.assert_outcomes(passed=10, failed=5, errors=3)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "suites/demo.yaml: run *",
            "  ratings: 54 planned = 54 rated + 0 failed + 0 open",
            "  cost: USD 0.00 for 0 calls, *",
            "verdicts of tests: 18 = 10 pass + 5 fail + 3 undecided",
        ]
    )


def test_a_suite_that_passes_exits_with_zero_and_an_empty_selection_with_five(
    workspace: Path, run: RunPytest
) -> None:
    assert run(SUITE, "-k", "priv-02").ret == pytest.ExitCode.OK
    assert run(SUITE, "-k", "nothing-like-this").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("setting", "collected"),
    [
        ("suites/*.yaml", True),
        ("suites/demo.yaml", True),
        ("*.yaml", False),
        ("other/*.yaml", False),
        ("", False),
    ],
)
def test_the_settings_say_which_suites_are_collected(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest, setting: str, *, collected: bool
) -> None:
    pytester.makeini(f"[pytest]\nevenhand_suites = {setting}\n")
    result = run("--collect-only", "-q")
    assert (result.ret == pytest.ExitCode.OK) is collected
    assert not (workspace / ".evenhand").exists()


def test_a_yaml_file_that_is_no_suite_is_left_to_others(workspace: Path, run: RunPytest) -> None:
    assert run("judges/offline.panel.yaml", "--collect-only").ret == pytest.ExitCode.USAGE_ERROR


def test_a_suite_with_a_mistake_is_a_collection_error_with_every_finding(
    workspace: Path, run: RunPytest
) -> None:
    file = workspace / SUITE
    file.write_text(file.read_text(encoding="utf-8").replace("panel:", "pannel:"), encoding="utf-8")
    result = run(SUITE)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*suites/demo.yaml:*pannel*panel*"])
    assert not (workspace / ".evenhand").exists()


def test_collecting_asks_nobody_and_opens_no_ledger(gated: Path, run: RunPytest) -> None:
    ledger = gated / ".evenhand"
    before = sorted((path.name, path.stat().st_mtime_ns) for path in ledger.iterdir())
    result = run(SUITE, "--collect-only", "-q")
    result.stdout.fnmatch_lines(
        [f"{SUITE}::priv-01/privacy.contact-data", GATE, f"{CELLS + 1} tests collected*"]
    )
    assert sorted((path.name, path.stat().st_mtime_ns) for path in ledger.iterdir()) == before


def test_nothing_is_judged_when_collecting_failed_elsewhere(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest
) -> None:
    pytester.makepyfile(test_bad="import nothing_like_this")
    result = run(SUITE, "test_bad.py")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert not (workspace / ".evenhand").exists()


def test_only_what_is_selected_is_judged(workspace: Path, run: RunPytest) -> None:
    result = run(SUITE, "-k", "priv-02 or priv-03")
    result.assert_outcomes(passed=4, deselected=CELLS - 4)
    result.stdout.fnmatch_lines(["suites/demo.yaml, a part: run *", "  ratings: 12 planned = 12 rated *"])


def test_the_first_failure_ends_a_session_that_asks_for_it(workspace: Path, run: RunPytest) -> None:
    result = run(SUITE, "-x")
    result.assert_outcomes(failed=1)


# -- Outcomes ----------------------------------------------------------------------------------------


def test_an_answer_outside_the_rate_is_skipped(workspace: Path, run: RunPytest) -> None:
    cases = workspace / "suites/demo/cases.jsonl"
    panel = workspace / "judges/offline.panel.yaml"
    text = panel.read_text(encoding="utf-8")
    text = text.replace("[assistant-patterns, assistant-nearest, assistant-recorded]", "[assistant-recorded]")
    panel.write_text(text.replace("quorum: 2", "quorum: 1"), encoding="utf-8")
    recorded = workspace / "suites/demo/recorded.jsonl"
    lines = recorded.read_text(encoding="utf-8").splitlines()
    lines[0] = json.dumps(json.loads(lines[0]) | {"label": "not_applicable"})
    recorded.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cases.is_file()
    result = run(SUITE, "-k", "priv-01", "-rs")
    result.assert_outcomes(skipped=1, deselected=CELLS - 1)
    result.stdout.fnmatch_lines(
        [
            "verdicts of tests: 1 = 1 outside the rate",
            "SKIPPED * suites/demo.yaml:1: priv-01/*: not_applicable (outside the rate)*",
        ]
    )


def test_a_cell_in_quarantine_is_skipped_with_reason_owner_and_day(workspace: Path, run: RunPytest) -> None:
    until = datetime.now(UTC).date() + timedelta(days=30)
    (workspace / "suites/quarantine.yaml").write_text(
        f"schema: quarantine/v1\nentries:\n  - {{case: priv-01, reason: flips, owner: ann, until: {until}}}\n",
        encoding="utf-8",
    )
    result = run(SUITE, "-k", "priv-01", "-rs")
    result.assert_outcomes(skipped=1, deselected=CELLS - 1)
    result.stdout.fnmatch_lines(
        [
            "*1 in quarantine",
            f"SKIPPED * suites/demo.yaml:1: priv-01/*: in quarantine until {until} (ann): flips",
        ]
    )


def test_a_quarantine_that_ended_holds_nothing_back(workspace: Path, run: RunPytest) -> None:
    (workspace / "suites/quarantine.yaml").write_text(
        "schema: quarantine/v1\nentries: [{case: priv-01, reason: flips, owner: ann, until: 2020-01-01}]\n",
        encoding="utf-8",
    )
    run(SUITE, "-k", "priv-01").assert_outcomes(failed=1, deselected=CELLS - 1)


@pytest.mark.parametrize(("wanted", "outcome"), [("error", "errors"), ("fail", "failed"), ("pass", "passed")])
def test_an_undecided_cell_is_what_the_command_line_says(
    workspace: Path, run: RunPytest, wanted: str, outcome: str
) -> None:
    result = run(SUITE, "-k", "priv-07", "--evenhand-undecided", wanted)
    result.assert_outcomes(**{outcome: 1, "deselected": CELLS - 1})


def test_a_rating_that_failed_leaves_its_cell_in_error_and_not_failed(
    workspace: Path, run: RunPytest
) -> None:
    add_cases(
        workspace,
        {"id": "new", "prompt": "Hello", "response": "Hello.", "principles": ["privacy.contact-data"]},
    )
    panel = workspace / "judges/offline.panel.yaml"
    panel.write_text(panel.read_text(encoding="utf-8").replace("quorum: 2", "quorum: 3"), encoding="utf-8")
    result = run(SUITE, "-k", "new")
    result.assert_outcomes(errors=1, deselected=CELLS)
    result.stdout.fnmatch_lines(
        ["could not measure new/privacy.contact-data:", "  judge assistant-recorded: not_recorded"]
    )


def test_more_failed_ratings_than_the_suite_allows_leave_every_cell_unmeasured(
    workspace: Path, run: RunPytest
) -> None:
    more = [
        {"id": f"new-{n}", "prompt": "Hello", "response": "Hello.", "principles": ["privacy.contact-data"]}
        for n in range(9)
    ]
    add_cases(workspace, *more)
    result = run(SUITE)
    result.assert_outcomes(errors=CELLS + len(more))
    result.stdout.fnmatch_lines(
        ["could not measure suite demo: *of the ratings failed, the suite allows 5.0%"]
    )


# -- The gate ----------------------------------------------------------------------------------------


def test_the_gate_of_a_suite_is_one_test_and_its_headline_ends_the_session(
    gated: Path, run: RunPytest
) -> None:
    result = run(SUITE, "-v")
    result.assert_outcomes(passed=11, failed=5, errors=3)
    result.stdout.fnmatch_lines([f"{GATE} PASSED*", "gate of suite demo: Gate passed*"])


def test_the_gate_alone_judges_the_whole_suite(gated: Path, run: RunPytest) -> None:
    result = run(GATE)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        ["suites/demo.yaml: run *", "  ratings: 54 planned = 54 rated + 0 failed + 0 open"]
    )


def test_the_settings_may_name_the_gate_of_a_suite_alone(
    pytester: pytest.Pytester, gated: Path, run: RunPytest
) -> None:
    pytester.makeini("[pytest]\nevenhand_suites = suites/demo.yaml::gate\n")
    run().assert_outcomes(passed=1)


def test_a_suite_without_a_gate_can_not_be_named_by_it(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest
) -> None:
    pytester.makeini("[pytest]\nevenhand_suites = suites/demo.yaml::gate\n")
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*suite demo has no gate*"])


def test_a_regression_fails_the_gate_with_its_reasons(gated: Path, run: RunPytest) -> None:
    suite = gated / SUITE
    text = suite.read_text(encoding="utf-8")
    suite.write_text(text.replace("margin: 0.9", 'margin: 0.9, zero_tolerance: ["*"]'), encoding="utf-8")
    make_baseline_better(gated)
    result = run(GATE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["Gate failed*", "  *", "more: evenhand explain gate@20*", "gate of suite demo: Gate failed*"]
    )


@pytest.mark.parametrize(("wanted", "outcome"), [("error", "errors"), ("fail", "failed"), ("pass", "passed")])
def test_an_undecided_gate_is_what_the_command_line_says(
    workspace: Path, run: RunPytest, wanted: str, outcome: str
) -> None:
    add_gate(workspace, "{compares: candidates}")
    make_baseline_better(workspace)
    result = run(GATE, "--evenhand-undecided", wanted)
    result.assert_outcomes(**{outcome: 1})
    assert result.ret == (0 if wanted == "pass" else 1)


def test_a_gate_without_a_baseline_is_an_error_that_says_how_to_make_one(gated: Path, run: RunPytest) -> None:
    (gated / "suites/baselines/demo.json").unlink()
    result = run(GATE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["not measured: there is no baseline *", "help: *evenhand baseline accept*"])


@pytest.mark.parametrize("selection", ["gate or priv-02", "not priv-02"])
def test_a_part_of_the_suite_never_passes_its_gate(gated: Path, run: RunPytest, selection: str) -> None:
    result = run(SUITE, "-k", selection, "-v")
    result.stdout.fnmatch_lines([f"{GATE} ERROR*", f"*not measured: only * of {CELLS} cells were selected"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_what_failed_last_is_run_again_and_an_unmeasured_gate_is_not_forgotten(
    pytester: pytest.Pytester, gated: Path
) -> None:
    first = pytester.runpytest_inprocess(*WITH_CACHE, SUITE)
    first.assert_outcomes(passed=11, failed=5, errors=3)
    again = pytester.runpytest_inprocess(*WITH_CACHE, SUITE, "--lf")
    again.assert_outcomes(failed=5, errors=3)
    make_baseline_better(gated)
    add = (
        (gated / SUITE)
        .read_text(encoding="utf-8")
        .replace("margin: 0.9", 'margin: 0.9, zero_tolerance: ["*"]')
    )
    (gated / SUITE).write_text(add, encoding="utf-8")
    pytester.runpytest_inprocess(*WITH_CACHE, GATE).assert_outcomes(failed=1)
    for _ in range(2):
        last = pytester.runpytest_inprocess(*WITH_CACHE, SUITE, "--lf", "-v")
        last.stdout.fnmatch_lines([f"{GATE} ERROR*", f"*not measured: only 8 of {CELLS} cells were selected"])
        assert last.ret == pytest.ExitCode.TESTS_FAILED
