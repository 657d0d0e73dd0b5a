"""Rating in batches: every row joined to its unit, nothing lost, nothing asked twice but what got no answer (A12)."""

from pathlib import Path
from typing import Any

import pytest
from tests.workflows.batch_kit import (
    PROTOCOLS,
    attempts_of,
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

from evenhand.errors import UsageError
from evenhand.judging.batch_sending import BatchSender
from evenhand.records.run import AttemptState, RunState
from evenhand.testing import BatchScript, LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.batches import Behaviour, Trouble, every, rows
from evenhand.workflows.gate.readings import read_readings
from evenhand.workflows.read_run import read_run

ALL = pytest.mark.parametrize("protocol", PROTOCOLS)
TWO = pytest.mark.parametrize("protocol", ["openai-chat", "anthropic"])
CASES = 12


@ALL
def test_a_batched_run_rates_like_a_live_one_at_half_the_price(protocol: str, tmp_path: Path) -> None:
    with serving(Behaviour(polls=2)) as server:
        batched = workspace(tmp_path / "batched", server.base_url, protocol=protocol)
        live = workspace(tmp_path / "live", server.base_url, protocol=protocol)
        first, second = run(batched), run(live, options(use=False))
        assert labels(batched) == labels(live) == truth(CASES)
        assert (first.run.state, first.reasons, batched_calls(server)) == (RunState.FINISHED, (), CASES)
        mine, theirs = first.account.calls["reader"], second.account.calls["reader"]
        assert mine.cost_nanousd * 2 == theirs.cost_nanousd > 0


def test_every_reading_of_a_panel_can_be_asked_in_a_batch(tmp_path: Path) -> None:
    with serving() as server:
        folder = workspace(tmp_path, server.base_url, offline=True)
        done = run(folder, options(readings=3))
        assert (batched_calls(server), done.account.terminal) == (3 * CASES, {"rated": 4 * CASES})
    verdicts = {name: label for name, label in truth(CASES).items() if name.endswith("/reader")}
    said = [cell.said for cell in read_readings(read_run(folder, "latest"))]
    assert said == [(label,) * 3 for label in verdicts.values()]


DISORDERS = {
    "reordered": (Behaviour(order="reversed"), 0),
    "duplicated": (Behaviour(duplicated=every(3)), 0),
    "with strangers": (Behaviour(strangers=3), 0),
    "with blank lines": (Behaviour(blank_lines=True), 0),
    "expired": (Behaviour(ends="expired", executed=0.5), CASES // 2),
    "partial": (Behaviour(dropped=every(4)), CASES // 4),
    "errored": (Behaviour(errored=every(4)), CASES // 4),
    "cut": (Behaviour(cut=True), 1),
    "swapped": (Behaviour(swapped=rows(2, 7)), 4),
    "all at once": (
        Behaviour(
            order="reversed",
            duplicated=rows(1),
            dropped=rows(3),
            errored=rows(5),
            strangers=2,
            swapped=rows(8),
        ),
        4,
    ),
    "wholly expired": (Behaviour(ends="expired", executed=0.0), CASES),
}


@TWO
@pytest.mark.parametrize("name", DISORDERS)
def test_rows_in_disorder_are_joined_by_id_and_only_what_got_no_answer_is_asked_again(
    protocol: str, name: str, tmp_path: Path
) -> None:
    behaviour, asked_again = DISORDERS[name]
    with serving(behaviour) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = run(folder)
        assert labels(folder) == truth(CASES)
        assert (result.run.state, result.account.open) == (RunState.FINISHED, 0)
        made = attempts_of(folder)
        assert len({each.unit for each in made}) == CASES
        assert len(made) - CASES == asked_again


def test_a_row_that_comes_twice_with_two_answers_counts_once_and_both_are_kept(tmp_path: Path) -> None:
    other = judges.lazy("violates")
    behaviour = Behaviour(duplicated=every(1), second=other)
    with serving(behaviour) as server:
        folder = workspace(tmp_path / "one", server.base_url)
        result = run(folder)
        assert labels(folder) == truth(CASES)
        assert len(attempts_of(folder)) == 2 * CASES
        assert result.account.calls["reader"].cost_nanousd * 2 == pytest.approx(
            sum(call.tokens_in + call.tokens_out for call in server.ledger.billed if call.batch) * 100_000
        )
        again = run(folder)
        assert (labels(folder), again.account.calls["reader"].reused) == (truth(CASES), CASES)


def test_a_row_that_failed_and_then_came_counts(tmp_path: Path) -> None:
    behaviour = Behaviour(errored=rows(0), duplicated=rows(0), second=judges.rule("secret"))
    with serving(behaviour) as server:
        folder = workspace(tmp_path, server.base_url, protocol="anthropic")
        run(folder)
        assert labels(folder) == truth(CASES)
        assert batched_calls(server) == CASES


def test_strange_rows_are_reported_and_never_joined(tmp_path: Path) -> None:
    with serving(Behaviour(strangers=5)) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        (shown,) = result.progress.batches.values()
        assert any("5 rows are none of ours (stranger-" in remark for remark in shown.remarks)
        assert len(attempts_of(folder)) == CASES


def test_rows_in_no_result_file_are_possible_duplicates(tmp_path: Path) -> None:
    with serving(Behaviour(dropped=rows(0, 1, 2))) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        counts = result.account.calls["reader"]
        assert (counts.possible_duplicates, counts.at_risk_nanousd > 0) == (3, True)
        assert batched_calls(server) == CASES + 3
        states = [each.state for each in attempts_of(folder)]
        assert states.count(AttemptState.UNKNOWN) == 3


@TWO
def test_a_malformed_reply_is_asked_once_more_in_the_next_batch(protocol: str, tmp_path: Path) -> None:
    strikes = [faults.on_attempts(faults.wrong_nonce(), [1])]
    with serving(strikes=strikes) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = run(folder)
        assert labels(folder) == truth(CASES)
        assert batched_calls(server) == 2 * CASES
        assert len(result.progress.batches) == 2


def test_a_reply_that_stays_malformed_is_a_failed_rating(tmp_path: Path) -> None:
    with serving(strikes=[faults.always(faults.wrong_nonce())]) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        assert result.account.terminal == {"malformed": CASES}
        assert batched_calls(server) == 2 * CASES


@TWO
def test_a_row_whose_prompt_is_refused_is_a_failed_rating(protocol: str, tmp_path: Path) -> None:
    with serving(Behaviour(errored=rows(3), error="context_exceeded")) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = run(folder)
        assert result.account.terminal == {"rated": CASES - 1, "too_long": 1}
        assert batched_calls(server) == CASES - 1


def test_rows_that_never_get_an_answer_stay_open_and_are_asked_live(tmp_path: Path) -> None:
    with serving(later=Behaviour(errored=rows(0))) as server:
        folder = workspace(tmp_path, server.base_url, cases=1)
        result = run(folder)
        assert (result.account.open, len(attempts_of(folder))) == (1, 3)
        assert "resume --live" in result.reasons[0]
        result = resume(folder, options(use=False))
        assert (labels(folder), result.run.state) == (truth(1), RunState.FINISHED)


@TWO
def test_a_batch_of_refusals_speaks_for_the_account_and_fails_no_rating(
    protocol: str, tmp_path: Path
) -> None:
    with serving(Behaviour(errored=every(1), error="unsupported_parameter")) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = run(folder)
        assert (result.account.open, result.account.terminal) == (CASES, {})
        assert "account loop" in result.reasons[0]
        resume(folder)
        assert labels(folder) == truth(CASES)


def test_a_failed_validation_stops_with_the_vendors_words(tmp_path: Path) -> None:
    problem = "Enqueued token limit reached for scripted"
    with serving(Behaviour(ends="failed", problem=problem)) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        assert problem in result.reasons[0]
        assert (result.account.open, batched_calls(server)) == (CASES, 0)
        assert result.account.possibly_spent_nanousd == result.account.preflight.cost_nanousd
        resume(folder)
        assert labels(folder) == truth(CASES)


@TWO
def test_several_batches_are_made_where_one_is_full(protocol: str, tmp_path: Path) -> None:
    with serving() as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        result = run(folder, options(most_rows=5))
        assert sorted(shown.rows for shown in result.progress.batches.values()) == [2, 5, 5]
        assert labels(folder) == truth(CASES)


def test_judges_of_one_account_and_two_models_get_a_batch_each(tmp_path: Path) -> None:
    models = {"reader": "loop/one", "second": "loop/two", "third": "loop/one"}
    with serving() as server:
        folder = workspace(tmp_path, server.base_url, models=models)
        result = run(folder)
        assert labels(folder) == truth(CASES, *models)
        assert sorted(shown.rows for shown in result.progress.batches.values()) == [CASES, 2 * CASES]


@TWO
def test_a_mixed_run_asks_live_who_has_no_batch_api(protocol: str, tmp_path: Path) -> None:
    models = {"reader": "loop/one", "live": "own/two"}
    with serving(Behaviour(polls=2, order="reversed")) as server:
        own = f'[accounts.own]\nprotocol = "openai-chat"\nbase_url = "{server.base_url}"\nbatch = false\n'
        folder = workspace(
            tmp_path, server.base_url, protocol=protocol, models=models, accounts=own, offline=True
        )
        result = run(folder)
        assert labels(folder) == truth(CASES, *models, "words")
        assert (batched_calls(server), live_calls(server) - 2) == (CASES, CASES)
        assert result.run.state is RunState.FINISHED
        assert result.progress.items_decided + result.progress.items_undecided == CASES


def test_a_batched_reply_serves_a_live_run_and_the_other_way_round(tmp_path: Path) -> None:
    with serving() as server:
        folder = workspace(tmp_path, server.base_url)
        run(folder)
        again = run(folder, options(use=False))
        assert (again.account.calls["reader"].reused, live_calls(server)) == (CASES, 1)
    with serving() as server:
        other = workspace(tmp_path / "other", server.base_url)
        run(other, options(use=False))
        again = run(other)
        assert (again.account.calls["reader"].reused, batched_calls(server)) == (CASES, 0)


def test_a_batch_is_cut_to_what_fits_under_the_cap_and_says_so(tmp_path: Path) -> None:
    with serving(later=Behaviour(polls=1)) as server:
        folder = workspace(tmp_path, server.base_url, cases=40)
        result = run(folder, options(max_usd=0.5))
        spent = sum(
            (1 if call.batch else 2) * (call.tokens_in + call.tokens_out) for call in server.ledger.billed
        )
        assert spent * 50_000 <= 500_000_000
        assert 0 < result.account.open < 40
        assert "does not fit under the cap" in result.reasons[0]
        assert len(result.progress.batches) > 1
        resume(folder, options(use=None, max_usd=100.0))
        assert labels(folder) == truth(40)


def test_a_suite_without_a_batch_api_is_told_so(tmp_path: Path) -> None:
    with serving() as server:
        folder = workspace(tmp_path, server.base_url, accounts="batch = false\n")
        with pytest.raises(UsageError, match="batch API"):
            run(folder)


def test_an_endpoint_that_has_no_batch_api_is_told_and_costs_nothing(tmp_path: Path) -> None:
    server = LoopbackServer(judges.rule("secret"), batches=BatchScript(served=False))
    with serve_in_thread(server):
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        assert "has it a batch API?" in result.reasons[0]
        assert (result.account.open, batched_calls(server)) == (CASES, 0)
        resume(folder, options(use=False))
        assert labels(folder) == truth(CASES)


CONTROL_TROUBLES = {
    "polls": [Trouble(operation="poll", kind="server_error", times=[1, 2])],
    "downloads": [
        Trouble(operation="download", kind="server_error", times=[1]),
        Trouble(operation="download", kind="cut", times=[2]),
    ],
    "upload": [Trouble(operation="upload", kind="reset_after", times=[1])],
    "create": [Trouble(operation="create", kind="reset_after", times=[1])],
}


@TWO
@pytest.mark.parametrize("name", CONTROL_TROUBLES)
def test_trouble_with_single_calls_costs_no_second_batch(protocol: str, name: str, tmp_path: Path) -> None:
    with serving(troubles=CONTROL_TROUBLES[name]) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        run(folder)
        assert labels(folder) == truth(CASES)
        assert batched_calls(server) == CASES


def test_the_money_of_a_row_is_taken_before_anything_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits, place = BatchSender._fits_the_cap, BatchSender._place
    expected, spent = [], []

    def watched_fits(sender: BatchSender, worst: int) -> bool:
        expected.append(sender._desk.purse.spent_nanousd + worst)
        return fits(sender, worst)

    async def watched_place(sender: BatchSender, *rest: Any) -> Any:
        spent.append(sender._desk.purse.spent_nanousd)
        return await place(sender, *rest)

    monkeypatch.setattr(BatchSender, "_fits_the_cap", watched_fits)
    monkeypatch.setattr(BatchSender, "_place", watched_place)
    with serving() as server:
        run(workspace(tmp_path, server.base_url), options(most_rows=5))
    assert (len(spent), spent) == (CASES, expected)


@TWO
def test_a_batch_is_read_although_its_account_takes_none_any_more(protocol: str, tmp_path: Path) -> None:
    troubles = [Trouble(operation="poll", kind="not_found", times=[1])]
    with serving(Behaviour(ends="expired", executed=0.5), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        run(folder)
        workspace(tmp_path, server.base_url, protocol=protocol, accounts="batch = false\n")
        result = resume(folder)
        assert (result.account.open, batched_calls(server)) == (CASES // 2, CASES // 2)
        assert "resume --live" in result.reasons[0]
        result = resume(folder)
        assert labels(folder) == truth(CASES)
        assert (batched_calls(server), live_calls(server) - 1) == (CASES // 2, CASES // 2)


def test_batches_given_up_are_cancelled_at_the_provider(tmp_path: Path) -> None:
    troubles = [Trouble(operation="poll", kind="not_found", times=[1])]
    with serving(Behaviour(polls=99, executed=0.25), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url)
        run(folder)
        resume(folder, options(use=None, forget=True))
        assert labels(folder) == truth(CASES)
        assert batched_calls(server) == CASES // 4 + CASES


def test_a_batch_that_can_not_be_cancelled_is_given_up_and_that_is_said(tmp_path: Path) -> None:
    troubles = [
        Trouble(operation="poll", kind="not_found", times=[1]),
        Trouble(operation="cancel", kind="not_found"),
    ]
    with serving(Behaviour(polls=99), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url)
        run(folder)
        result = resume(folder, options(use=None, forget=True))
        assert labels(folder) == truth(CASES)
        assert "given up, and not cancelled" in result.progress.batches[1].remarks[0]


def test_batches_given_up_are_asked_again_and_counted(tmp_path: Path) -> None:
    troubles = [Trouble(operation="poll", kind="not_found", times=[1])]
    with serving(Behaviour(polls=99), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        assert "goes on at account loop" in result.reasons[-1]
        result = resume(folder, options(use=None, forget=True))
        assert labels(folder) == truth(CASES)
        assert result.account.calls["reader"].possible_duplicates == CASES


def test_results_that_can_not_be_read_now_are_read_by_resume(tmp_path: Path) -> None:
    with serving(troubles=[Trouble(operation="download", kind="cut", times=range(1, 12))]) as server:
        folder = workspace(tmp_path, server.base_url)
        result = run(folder)
        while result.account.open:
            result = resume(folder)
        assert labels(folder) == truth(CASES)
        assert (batched_calls(server), len(attempts_of(folder))) == (CASES, CASES)


def test_a_cancelled_batch_is_read_as_far_as_it_went(tmp_path: Path) -> None:
    with serving(Behaviour(ends="expired", executed=0.25)) as server:
        folder = workspace(tmp_path, server.base_url, protocol="anthropic")
        result = run(folder, options(use=True))
        assert labels(folder) == truth(CASES)
        assert result.account.calls["reader"].failed == CASES * 3 // 4


@TWO
def test_resume_live_reads_the_batch_under_way_and_asks_live_only_what_it_left(
    protocol: str, tmp_path: Path
) -> None:
    troubles = [Trouble(operation="poll", kind="not_found", times=[1])]
    with serving(Behaviour(ends="expired", executed=0.5, polls=2), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url, protocol=protocol)
        run(folder)
        result = resume(folder, options(use=False))
        assert labels(folder) == truth(CASES)
        assert (batched_calls(server), live_calls(server) - 1) == (CASES // 2, CASES // 2)
        assert result.account.calls["reader"].batched == CASES


def test_a_finished_batched_run_is_not_asked_again_by_resume(tmp_path: Path) -> None:
    with serving() as server:
        folder = workspace(tmp_path, server.base_url)
        first = run(folder)
        assert resume(folder).account == first.account
        assert batched_calls(server) == CASES


def test_a_cap_of_nothing_reads_a_batch_and_asks_for_no_more(tmp_path: Path) -> None:
    troubles = [Trouble(operation="poll", kind="not_found", times=[1])]
    with serving(Behaviour(ends="expired", executed=0.5), troubles=troubles) as server:
        folder = workspace(tmp_path, server.base_url)
        run(folder)
        result = resume(folder, options(use=None, max_usd=0.0))
        assert (result.account.terminal, result.account.open) == ({"rated": CASES // 2}, CASES // 2)
        assert (batched_calls(server), live_calls(server)) == (CASES // 2, 1)
