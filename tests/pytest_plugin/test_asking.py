"""Who is asked: nobody without --evenhand-live, each question once with it, and never for more than was allowed."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases
from tests.pytest_plugin.kit import PLUGIN, XDIST, add_gate

from evenhand.testing import JudgeAnswer, JudgeRequest, LoopbackServer, faults, judges, serve_in_thread

RunPytest = Callable[..., pytest.RunResult]
SUITE = "suites/small.yaml"
CASES = 8
LIVE = "--evenhand-live"

_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watched is not None and event in {
        "socket.connect",
        "socket.getaddrinfo",
        "socket.bind",
        "socket.sendto",
    }:
        _watched.append(f"{event} {arguments[1:]}")


sys.addaudithook(_watch)


@pytest.fixture
def network() -> Iterator[list[str]]:
    """Every use of the network, this machine's own included."""
    global _watched  # noqa: PLW0603 - an audit hook can not be taken back, only told to stop
    _watched = []
    yield _watched
    _watched = None


@pytest.fixture
def candidates() -> list[str]:
    """What the server was asked about, in order."""
    return []


@pytest.fixture
def server(candidates: list[str]) -> Iterator[LoopbackServer]:
    judge = judges.rule("secret")

    def note(request: JudgeRequest) -> JudgeAnswer:
        candidates.append(request.candidate)
        return judge(request)

    with serve_in_thread(LoopbackServer(note)) as running:
        yield running


@pytest.fixture
def asked(pytester: pytest.Pytester, server: LoopbackServer) -> Path:
    """A workspace whose only judge asks the server."""
    return model_workspace(pytester.path, server.base_url, cases=plain_cases(CASES))


def test_nobody_is_asked_without_live_and_the_error_says_what_to_do(
    asked: Path, server: LoopbackServer, run: RunPytest, network: list[str]
) -> None:
    result = run(SUITE)
    result.assert_outcomes(errors=CASES)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "could not measure case-0/keep.secrets:",
            "  judge reader: nothing is recorded about its endpoint*",
            "  help: nobody was asked. Ask the judges with --evenhand-live, *",
            "  ratings: 8 planned = 0 rated + 0 failed + 8 open",
        ]
    )
    assert network == []
    assert not server.ledger.calls


def test_live_asks_each_question_once_and_later_sessions_use_the_ledger(
    asked: Path, server: LoopbackServer, run: RunPytest
) -> None:
    run(SUITE, LIVE).assert_outcomes(passed=6, failed=2)
    paid = len(server.ledger.calls)
    assert paid >= CASES
    run(SUITE, LIVE).assert_outcomes(passed=6, failed=2)
    assert len(server.ledger.calls) == paid


def test_what_was_asked_is_replayed_without_the_network(
    asked: Path, server: LoopbackServer, run: RunPytest, network: list[str]
) -> None:
    run(SUITE, LIVE)
    network.clear()
    result = run(SUITE)
    result.assert_outcomes(passed=6, failed=2)
    result.stdout.fnmatch_lines(
        ["  cost: USD 0.00 for 0 calls, 8 answers taken from earlier runs; no model was asked *"]
    )
    assert network == []


def test_workers_ask_each_question_once(
    pytester: pytest.Pytester, asked: Path, candidates: list[str]
) -> None:
    result = pytester.runpytest_subprocess(*PLUGIN, *XDIST, "-n", "4", SUITE, LIVE)
    result.assert_outcomes(passed=6, failed=2)
    assert len([text for text in candidates if "Answer" in text]) == CASES


def test_a_part_asks_about_nothing_else(asked: Path, candidates: list[str], run: RunPytest) -> None:
    run(SUITE, LIVE, "-k", "case-1").assert_outcomes(passed=1, deselected=CASES - 1)
    assert [text.strip() for text in candidates if "Answer" in text] == ["Answer 1"]


def test_the_cap_holds_for_all_suites_and_texts_of_a_session(
    pytester: pytest.Pytester, server: LoopbackServer, run: RunPytest
) -> None:
    model_workspace(pytester.path, server.base_url, cases=plain_cases(CASES), price=2_000.0)
    pytester.makepyfile(
        test_it="""
        def test_text(evenhand):
            evenhand.verdict(response="Hello", principle="keep.secrets")
        """
    )
    result = run(SUITE, "test_it.py", LIVE, "--evenhand-max-usd", "6.2")
    result.stdout.fnmatch_lines(["*does not fit under the cap of *", "ERROR test_it.py::test_text*"])
    costs = re.findall(r"cost: USD ([0-9.]+) for", result.stdout.str())
    assert 0 < sum(map(float, costs)) <= 6.2


def test_what_may_cost_much_is_not_asked_without_a_cap(
    pytester: pytest.Pytester, server: LoopbackServer, run: RunPytest
) -> None:
    model_workspace(pytester.path, server.base_url, cases=plain_cases(CASES), price=2_000.0)
    result = run(SUITE, LIVE)
    result.assert_outcomes(errors=CASES)
    result.stdout.fnmatch_lines(
        ["*may cost up to * USD and nothing caps it", "help: *--evenhand-max-usd USD"]
    )
    assert not server.ledger.calls


def test_an_unreadable_answer_is_an_error_and_neither_passes_nor_fails(
    pytester: pytest.Pytester, run: RunPytest
) -> None:
    strike = faults.Strike(
        fault=faults.refused(),
        when=lambda call: call.request is not None and "Answer 5" in call.request.candidate,
    )
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=[strike])) as server:
        folder = model_workspace(pytester.path, server.base_url, cases=plain_cases(CASES))
        suite = folder / SUITE
        suite.write_text(
            suite.read_text(encoding="utf-8") + "limits: {failed_share: 0.5}\n", encoding="utf-8"
        )
        result = run(SUITE, LIVE)
    result.assert_outcomes(passed=5, failed=2, errors=1)
    result.stdout.fnmatch_lines(["could not measure case-5/keep.secrets:", "  judge reader: refused"])


def test_a_gate_has_a_share_of_the_suite_read_several_times_and_replays_that_too(
    asked: Path, server: LoopbackServer, run: RunPytest, candidates: list[str]
) -> None:
    add_gate(
        asked, "{compares: candidates, margin: 0.9, flakiness: {share: 0.25, readings: 3}}", name="small"
    )
    candidates.clear()
    result = run(f"{SUITE}::gate", LIVE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["gate of suite small: Gate passed*", "*1 passed*"])
    assert len([text for text in candidates if "Answer" in text]) == 2 * 2, (
        "two items, twice besides what is known"
    )
    candidates.clear()
    run(f"{SUITE}::gate").assert_outcomes(passed=1)
    assert not candidates


def test_an_account_that_can_not_be_reached_is_an_error(pytester: pytest.Pytester, run: RunPytest) -> None:
    folder = model_workspace(pytester.path, "http://127.0.0.1:9/v1", cases=plain_cases(2))
    settings = folder / "evenhand.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "patience_minutes = 0\n", encoding="utf-8")
    result = run(SUITE, LIVE)
    result.assert_outcomes(errors=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
