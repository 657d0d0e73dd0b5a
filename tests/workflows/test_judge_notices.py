"""Floating aliases need an allowance before anything is paid; judging one's own family is said once, with n."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import FileError
from evenhand.reporting.summarise import summarise
from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.plan_suite import plan_suite
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as server:
        yield server


def run(folder: Path, options: RunOptions | None = None) -> RunResult:
    suite = folder / "suites" / "small.yaml"
    return run_suite(folder, suite, options or RunOptions(), lambda _run, _progress: None)


def asking(folder: Path, address: str, model: str, *, more: str = "", producer: str = "") -> Path:
    cases = [{**case, "producer": producer} for case in plain_cases(4)]
    model_workspace(folder, address, cases=cases)
    reader = folder / "judges" / "reader.yaml"
    text = reader.read_text(encoding="utf-8").replace("loop/scripted", model) + more
    reader.write_text(text, encoding="utf-8")
    return folder


def test_an_alias_that_nobody_allowed_is_refused_with_its_file_and_line_before_a_call(
    server: LoopbackServer, tmp_path: Path
) -> None:
    asking(tmp_path, server.base_url, "loop/my-judge:latest")
    with pytest.raises(FileError) as caught:
        run(tmp_path)
    (finding,) = caught.value.findings
    assert (Path(finding.path).name, finding.line, finding.code) == ("reader.yaml", 5, "L022")
    assert "allow_alias: true" in finding.suggestion
    assert server.ledger.calls == ()
    assert not (tmp_path / ".evenhand").exists()


@pytest.mark.parametrize(
    ("more", "allow"), [("allow_alias: true\n", False), ("", True), ("allow_alias: true\n", True)]
)
def test_an_alias_is_allowed_by_the_file_or_on_the_command_line_and_is_in_the_manifest(
    server: LoopbackServer, tmp_path: Path, more: str, *, allow: bool
) -> None:
    asking(tmp_path, server.base_url, "loop/my-judge:latest", more=more)
    result = run(tmp_path, RunOptions(allow_alias=allow))
    assert list(result.run.manifest.aliases) == ["reader"]


def test_a_run_that_was_allowed_an_alias_goes_on_without_asking_again(
    server: LoopbackServer, tmp_path: Path
) -> None:
    asking(tmp_path, server.base_url, "loop/my-judge:latest")

    def interrupt(_run: object, _progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_suite(tmp_path, tmp_path / "suites/small.yaml", RunOptions(allow_alias=True), interrupt)
    resumed = resume_run(tmp_path, "latest", RunOptions(), lambda _run, _progress: None)
    assert resumed.account.open == 0


@pytest.mark.parametrize(
    ("model", "producer", "count"),
    [
        ("loop/llama-3.1-8b-instruct", "meta-llama/Llama-2-7b", 4),
        ("loop/my-judge", "my-judge", 4),
        ("loop/my-judge", "a person", 0),
        ("loop/llama-3.1-8b-instruct", "", 0),
    ],
)
def test_a_judge_of_its_own_family_is_in_the_manifest_with_how_many_items(
    server: LoopbackServer, tmp_path: Path, model: str, producer: str, count: int
) -> None:
    asking(tmp_path, server.base_url, model, producer=producer)
    found = run(tmp_path).run.manifest.own_family
    assert [(own.judge, own.count, own.of) for own in found] == ([("reader", count, 4)] if count else [])


def test_the_report_says_how_many_items_a_judge_judged_of_its_own_family(
    server: LoopbackServer, tmp_path: Path
) -> None:
    asking(tmp_path, server.base_url, "loop/llama-3.1-8b-instruct", producer="Llama 2 <b>")
    run(tmp_path)
    stored = read_run(tmp_path, "latest")
    summary = summarise(stored.run, stored.account(), stored.items())
    assert [(each.judge, each.items, each.of) for each in summary.own_family] == [("reader", 4, 4)]
    (warning,) = [each for each in summary.warnings if "own model family" in each]
    assert "in 4 of 4 items" in warning
    assert "<b>" not in warning


def test_a_plan_warns_before_a_run_is_refused(server: LoopbackServer, tmp_path: Path) -> None:
    asking(tmp_path, server.base_url, "loop/llama:latest", producer="llama-2")
    plan = plan_suite(tmp_path, tmp_path / "suites" / "small.yaml")
    alias, own = plan.warnings
    assert "floating alias" in alias
    assert "judge reader judges its own model family: 4 of 4 items (llama-2)" in own
