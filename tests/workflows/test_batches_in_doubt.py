"""Batches whose creation got no answer: looked for until their list had time to show them, and never made twice."""

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.workflows.batch_kit import (
    QUICK,
    batched_calls,
    labels,
    live_calls,
    options,
    resume,
    run,
    serving,
    truth,
    workspace,
)

from evenhand.records.run import RunState
from evenhand.testing.batches import Behaviour, Trouble

TWO = pytest.mark.parametrize("protocol", ["openai-chat", "anthropic"])
CASES = 12


@TWO
def test_a_batch_that_was_lost_on_the_way_is_found_again_by_resume(protocol: str, tmp_path: Path) -> None:
    troubles = [
        Trouble(operation="create", kind="reset_after", times=[1]),
        Trouble(operation="list", kind="not_found", times=range(1, 3)),
    ]
    with serving(Behaviour(polls=1), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = run(folder)
        assert "it is not known whether" in result.reasons[0]
        assert (result.run.state, result.account.open) == (RunState.STOPPED, CASES)
        while result.account.open:
            result = resume(folder)
        assert labels(folder) == truth(CASES)
        assert batched_calls(server) == CASES


@TWO
def test_a_batch_its_list_shows_late_is_waited_for_and_not_made_again(protocol: str, tmp_path: Path) -> None:
    troubles = [Trouble(operation="create", kind="reset_after", times=[1])]
    with serving(Behaviour(unlisted=8), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = run(folder, options(polling=replace(QUICK, grace_s=30.0)))
        assert (labels(folder), result.reasons) == (truth(CASES), ())
        assert batched_calls(server) == CASES


@TWO
def test_the_grace_does_not_begin_before_an_upload_that_takes_long(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = SimpleNamespace(time=lambda: time.time() - 900)
    monkeypatch.setattr("evenhand.store.batches.time", long_ago)
    troubles = [
        Trouble(operation="create", kind="reset_after", times=[1]),
        Trouble(operation="list", kind="not_found", times=range(1, 3)),
    ]
    with serving(Behaviour(unlisted=3), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        run(folder)
        resume(folder, options(use=None, polling=replace(QUICK, grace_s=30.0)))
        assert labels(folder) == truth(CASES)
        assert batched_calls(server) == CASES


def test_a_batch_that_never_arrived_is_made_again_after_the_grace(tmp_path: Path) -> None:
    troubles = [Trouble(operation="create", kind="server_error", times=[1])]
    with serving(troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder, options(polling=replace(QUICK, grace_s=0.1)))
        assert (labels(folder), result.reasons) == (truth(CASES), ())
        assert (batched_calls(server), result.account.calls["reader"].possible_duplicates) == (CASES, 0)


def test_what_a_batch_that_never_arrived_holds_is_asked_live_by_resume_live(tmp_path: Path) -> None:
    troubles = [
        Trouble(operation="create", kind="reset_before"),
        Trouble(operation="list", kind="not_found", times=range(1, 3)),
    ]
    with serving(troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        assert "it is not known whether account loop took batch 1" in result.reasons[0]
        result = resume(folder, options(use=False))
        assert (labels(folder), result.reasons) == (truth(CASES), ())
        assert (batched_calls(server), live_calls(server) - 1) == (0, CASES)


def test_creations_that_never_arrive_end_with_open_ratings(tmp_path: Path) -> None:
    with serving(troubles=[Trouble(operation="create", kind="reset_before")]) as server:
        folder = workspace(tmp_path, server.base_url, attempts=1)
        result = run(folder)
        assert (result.account.open, batched_calls(server)) == (CASES, 0)
        assert "resume --live" in result.reasons[0]


def test_batches_that_can_not_be_told_apart_are_told_by_their_rows_when_one_has_ended(tmp_path: Path) -> None:
    troubles = [
        Trouble(operation="poll", kind="not_found", times=[1]),
        Trouble(operation="create", kind="reset_after", times=[2]),
        Trouble(operation="list", kind="not_found", times=range(1, 3)),
    ]
    with serving(Behaviour(polls=3), Behaviour(polls=3), troubles=troubles) as server:
        theirs = workspace(tmp_path / "theirs", server.base_url, protocol="anthropic")
        run(theirs)
        folder = workspace(tmp_path / "mine", server.base_url, protocol="anthropic")
        run(folder)
        resume(theirs)
        resume(folder)
        assert labels(folder) == labels(theirs) == truth(CASES)
        assert batched_calls(server) == 2 * CASES


def test_batches_that_can_not_be_told_apart_and_are_given_up_are_possible_duplicates(tmp_path: Path) -> None:
    troubles = [
        Trouble(operation="poll", kind="not_found", times=[1]),
        Trouble(operation="create", kind="reset_after", times=[2]),
        Trouble(operation="list", kind="not_found", times=range(1, 3)),
    ]
    with serving(Behaviour(polls=99), Behaviour(polls=99), troubles=troubles) as server:
        run(workspace(tmp_path / "theirs", server.base_url, protocol="anthropic"))
        folder = workspace(tmp_path / "mine", server.base_url, protocol="anthropic")
        run(folder)
        result = resume(folder, options(use=None, forget=True))
        assert labels(folder) == truth(CASES)
        assert result.account.calls["reader"].possible_duplicates == CASES
