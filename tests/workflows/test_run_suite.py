"""How runs end and go on: states that are true, labels read as the suite says now, names of every kind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import MeasureError, UnknownNameError, UsageError
from evenhand.records.run import RunState
from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.explain_item import explain_item
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite

CASES = 5


def run(folder: Path, options: RunOptions | None = None) -> RunResult:
    suite = folder / "suites" / "small.yaml"
    return run_suite(folder, suite, options or RunOptions(), lambda _run, _progress: None)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as server:
        yield server


def test_a_run_without_its_key_is_stopped_and_says_why(server: LoopbackServer, tmp_path: Path) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES), key_variable="NO_SUCH_KEY_IS_SET")
    with pytest.raises(UsageError):
        run(tmp_path)
    stopped = read_run(tmp_path, "latest").run
    assert (stopped.state, "NO_SUCH_KEY_IS_SET" in stopped.reason) == (RunState.STOPPED, True)


def test_an_interruption_before_the_first_question_leaves_a_stopped_run(
    server: LoopbackServer, tmp_path: Path
) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))
    with pytest.raises(KeyboardInterrupt):
        run_suite(tmp_path, tmp_path / "suites" / "small.yaml", RunOptions(), _interrupt)
    assert read_run(tmp_path, "latest").run.state is RunState.STOPPED


@pytest.mark.parametrize("cap", [float("inf"), float("nan"), -1.0])
def test_a_cap_that_is_no_amount_is_refused_before_a_run_starts(
    server: LoopbackServer, tmp_path: Path, cap: float
) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))
    with pytest.raises(UsageError, match="cap"):
        run(tmp_path, RunOptions(max_usd=cap))
    assert not (tmp_path / ".evenhand").exists()


def test_resuming_a_finished_run_changes_nothing_and_needs_no_key(
    server: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_OF_A_TEST", "k")
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES), key_variable="KEY_OF_A_TEST")
    first = run(tmp_path)
    monkeypatch.delenv("KEY_OF_A_TEST")
    again = resume_run(tmp_path, "latest", RunOptions(), lambda _run, _progress: None)
    assert again.run == first.run
    assert (again.account, again.reasons, again.interrupted) == (first.account, (), False)


def test_labels_are_read_again_when_the_suite_reads_their_file_in_other_words(
    server: LoopbackServer, tmp_path: Path
) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))
    case = plain_cases(CASES)[0]["id"]
    line = {"case": case, "principle": "keep.secrets", "annotator": "ann", "label": "bad"}
    (tmp_path / "suites" / "labels.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    suite = tmp_path / "suites" / "small.yaml"
    plain = suite.read_text(encoding="utf-8")
    told = []
    for word in ("violates", "complies"):
        suite.write_text(
            f"{plain}labels: [{{path: labels.jsonl, labels: {{bad: {word}}}}}]\n", encoding="utf-8"
        )
        run(tmp_path)
        told += [label.label for item in read_run(tmp_path, "latest").items() for label in item.labels]
    assert told == ["violates", "complies"]


def test_a_case_with_an_at_sign_is_found_without_naming_the_run(
    server: LoopbackServer, tmp_path: Path
) -> None:
    cases = [{**case, "id": f"{case['id']}@home"} for case in plain_cases(2)]
    model_workspace(tmp_path, server.base_url, cases=cases)
    run(tmp_path)
    assert explain_item(tmp_path, cases[0]["id"])
    assert explain_item(tmp_path, f"{cases[0]['id']}@latest")
    with pytest.raises(UnknownNameError, match="there is no run 'yesterday'"):
        explain_item(tmp_path, f"{cases[0]['id']}@yesterday")


@pytest.mark.parametrize("name", ["\udcff", "\udcff@latest", "case@\udcff"])
def test_a_name_that_is_not_unicode_is_an_unknown_name(
    server: LoopbackServer, tmp_path: Path, name: str
) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(1))
    run(tmp_path)
    with pytest.raises(UnknownNameError):
        explain_item(tmp_path, name)


def test_a_run_whose_cases_change_while_it_reads_them_is_not_called_finished(
    server: LoopbackServer, tmp_path: Path
) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))
    (cases,) = (tmp_path / "suites").rglob("*.jsonl")

    def rewrite(_run: object, _progress: object) -> None:
        cases.write_text(cases.read_text(encoding="utf-8").replace("?", "!"), encoding="utf-8")

    with pytest.raises(MeasureError, match="changed while the run read it"):
        run_suite(tmp_path, tmp_path / "suites" / "small.yaml", RunOptions(), rewrite)
    assert read_run(tmp_path, "latest").run.state is RunState.STOPPED


def test_a_run_is_not_gone_on_with_at_another_address(server: LoopbackServer, tmp_path: Path) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))
    with pytest.raises(KeyboardInterrupt):
        run_suite(tmp_path, tmp_path / "suites" / "small.yaml", RunOptions(), _interrupt)
    settings = tmp_path / "evenhand.toml"
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as other:
        text = settings.read_text(encoding="utf-8").replace(server.base_url, other.base_url)
        settings.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match="another address or protocol"):
            resume_run(tmp_path, "latest", RunOptions(), lambda _run, _progress: None)
        assert other.ledger.calls == ()


def _interrupt(_run: object, _progress: object) -> None:
    raise KeyboardInterrupt
