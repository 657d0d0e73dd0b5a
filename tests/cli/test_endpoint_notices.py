"""What a server silently ignores is noticed in preflight, and told before the run and in its report."""

from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases, run_process

from evenhand.testing import Dialect, LoopbackServer, dialects, judges, serve_in_thread


def run(folder: Path, dialect: Dialect) -> str:
    with serve_in_thread(LoopbackServer(judges.rule("secret"), dialect=dialect)) as server:
        model_workspace(folder, server.base_url, cases=plain_cases(3))
        ended = run_process("run", "small", "--yes", cwd=folder)
    assert ended.code == 0, ended.err
    return ended.err


def test_an_endpoint_that_ignores_the_schema_and_log_probabilities_is_said_once(tmp_path: Path) -> None:
    told = run(tmp_path, dialects.TRANSFORMERS)
    (line,) = [line for line in told.splitlines() if line.startswith("note: judge reader")]
    for name in ("ignores json_schema", "ignores json_object", "ignores tool", "ignores log-probabilities"):
        assert name in line
    assert line.endswith("its answers are asked for by last_line, without log-probabilities")
    report = run_process("report", "latest", "--json", cwd=tmp_path)
    assert report.code == 0, report.err
    written = next((tmp_path / "reports").rglob("*.md")).read_text(encoding="utf-8")
    assert "silently ignores json\\_schema" in written.replace("json_schema", "json\\_schema")


def test_an_endpoint_that_does_what_it_is_asked_is_not_mentioned(tmp_path: Path) -> None:
    assert "note: judge" not in run(tmp_path, dialects.EVERYTHING)


@pytest.mark.parametrize("dialect", [dialects.LLAMA_CPP, dialects.REASONING])
def test_what_an_endpoint_refuses_is_said_too(tmp_path: Path, dialect: Dialect) -> None:
    assert "the endpoint refuses" in run(tmp_path, dialect)
