"""What preflight finds is kept, used again, and leaves no connection behind; over real HTTP."""

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import ProviderStopError
from evenhand.testing import Dialect, LoopbackServer, Support, dialects, faults, judges, serve_in_thread
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite

CASES = 5


def run(folder: Path) -> RunResult:
    return run_suite(folder, folder / "suites" / "small.yaml", RunOptions(), lambda _run, _progress: None)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A server that shapes answers as llama.cpp does."""
    with serve_in_thread(LoopbackServer(judges.rule("secret"), dialect=dialects.LLAMA_CPP)) as server:
        yield server


def test_the_manifest_keeps_what_preflight_found(server: LoopbackServer, tmp_path: Path) -> None:
    manifest = run(model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))).run.manifest
    assert [(each.judge, each.means, each.logprobs) for each in manifest.endpoints] == [
        ("reader", "json_object", 20)
    ]
    assert "openai transport" in manifest.versions


def over(folder: Path, transport: str) -> Path:
    """Let the account of a workspace use a transport."""
    settings = folder / "evenhand.toml"
    lines = [line for line in settings.read_text(encoding="utf-8").splitlines() if "transport" not in line]
    settings.write_text("\n".join([*lines, f'transport = "{transport}"', ""]), encoding="utf-8")
    return folder


def test_a_run_records_which_transport_carried_its_calls(server: LoopbackServer, tmp_path: Path) -> None:
    native = over(model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES)), "native")
    manifest = run(native).run.manifest
    assert [(each.transport, each.means) for each in manifest.endpoints] == [("native", "json_object")]
    assert manifest.versions["native transport"].startswith("aiohttp ")
    assert not {"openai", "openai transport"} & manifest.versions.keys()


def test_a_transport_changes_no_question_and_no_answer(server: LoopbackServer, tmp_path: Path) -> None:
    """Both transports are one instrument: what one was answered holds for the other, preflight included."""
    sdk = run(over(model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES)), "sdk"))
    asked = len(server.ledger.calls)
    native = run(over(tmp_path, "native"))
    assert len(server.ledger.calls) == asked
    assert native.account.terminal == sdk.account.terminal
    assert [each.transport for each in native.run.manifest.endpoints] == ["native"]


def test_a_run_may_go_on_over_the_other_transport(tmp_path: Path) -> None:
    cut = faults.after_call(faults.vendor_error("payment_required"), 3)
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=[cut])) as server:
        stopped = run(over(model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES)), "sdk"))
        assert stopped.account.open
        port = server.port
    with serve_in_thread(LoopbackServer(judges.rule("secret"), port=port)):
        ended = resume_run(
            over(tmp_path, "native"), stopped.run.id, RunOptions(), lambda _run, _progress: None
        )
    assert (ended.account.open, ended.account.failed) == (0, 0)
    assert {"openai transport", "native transport"} <= ended.run.manifest.versions.keys()


def test_the_next_run_does_not_look_again(server: LoopbackServer, tmp_path: Path) -> None:
    model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))
    run(tmp_path)
    asked = len(server.ledger.calls)
    again = run(tmp_path)
    assert again.account.preflight.attempts == 0
    assert again.run.manifest.endpoints
    assert len(server.ledger.calls) == asked, "every reply is in the ledger"


def test_a_run_that_preflight_stops_closes_its_connections(tmp_path: Path) -> None:
    refusing = Dialect(json_schema=Support.IGNORED)
    with serve_in_thread(LoopbackServer(judges.lazy("complies"), dialect=refusing)) as server:
        model_workspace(tmp_path, server.base_url, cases=plain_cases(CASES))
        reader = tmp_path / "judges" / "reader.yaml"
        insisting = reader.read_text(encoding="utf-8").replace("answer: {", "answer: {means: json_schema, ")
        reader.write_text(insisting, encoding="utf-8")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with pytest.raises(ProviderStopError):
                run(tmp_path)
            gc.collect()
    assert not [str(each.message) for each in caught if each.category is ResourceWarning]
