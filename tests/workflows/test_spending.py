"""Every cent has a purpose: what each judge's calls cost adds up to the total, all of it from the ledger."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import BudgetError, UsageError
from evenhand.records.instrument import Purpose
from evenhand.records.run import RunState
from evenhand.records.spending import spending_by_judge
from evenhand.reporting.summarise import summarise
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.faults import Strike
from evenhand.workflows.list_runs import list_runs
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite

CASES = 12


@contextmanager
def serving(*strikes: Strike) -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=list(strikes))) as server:
        yield server


def run(folder: Path, *, cap: float | None = None) -> RunResult:
    suite = folder / "suites" / "small.yaml"
    return run_suite(folder, suite, RunOptions(max_usd=cap), lambda _run, _progress: None)


def workspace(folder: Path, server: LoopbackServer, *, reasks: int = 1, attempts: int = 3) -> Path:
    model_workspace(folder, server.base_url, cases=plain_cases(CASES), price=1.0, concurrency=1)
    reader = folder / "judges" / "reader.yaml"
    text = reader.read_text(encoding="utf-8")
    text = text.replace("reasks: 0", f"reasks: {reasks}").replace("attempts: 1", f"attempts: {attempts}")
    reader.write_text(text, encoding="utf-8")
    return folder


MIXED_FAULTS: Sequence[Strike] = (
    faults.on_calls(faults.unclosed(), [3, 6, 7]),
    faults.on_calls(faults.refused(), [4]),
    faults.on_calls(faults.short_body(), [5, 9]),
    faults.on_calls(faults.usage_missing(), [10, 11]),
    faults.on_calls(faults.vendor_error("server_error"), [12]),
)


def test_the_parts_add_up_to_the_total_in_the_ledger_the_report_and_the_list(tmp_path: Path) -> None:
    with serving(*MIXED_FAULTS) as server:
        result = run(workspace(tmp_path, server))
    (spent,) = spending_by_judge(result.account.shares)
    parts = (
        spent.rated_nanousd,
        spent.failed_nanousd,
        spent.asked_again_nanousd,
        spent.preflight_nanousd,
        spent.open_nanousd,
    )
    assert sum(parts) == spent.nanousd == result.account.cost_nanousd
    assert all(parts[:4]), "every purpose is met by this script"
    assert spent.unanswered_at_risk_nanousd > 0
    assert spent.estimated_replies == 2
    stored = read_run(tmp_path, "latest")
    summary = summarise(stored.run, stored.account(), stored.items())
    assert sum(each.nanousd for each in summary.spending) == summary.total_nanousd
    assert sum(each.nanousd for each in summary.cost) == summary.total_nanousd
    assert round(list_runs(tmp_path)[0].usd * 1e9) == summary.total_nanousd


def test_every_call_of_the_server_is_in_one_share(tmp_path: Path) -> None:
    with serving(*MIXED_FAULTS) as server:
        result = run(workspace(tmp_path, server))
        asked = len(server.ledger.calls)
    assert sum(share.calls for share in result.account.shares) == asked
    units = [each for each in result.account.shares if each.purpose in {Purpose.RATED, Purpose.FAILED}]
    assert sum(each.calls for each in units) == CASES - result.account.terminal.get("unreachable", 0)


def test_what_the_server_billed_is_covered_by_cost_and_risk(tmp_path: Path) -> None:
    with serving(*MIXED_FAULTS) as server:
        result = run(workspace(tmp_path, server))
        bill = sum(call.tokens_in + call.tokens_out for call in server.ledger.billed) * 1_000
    assert result.account.cost_nanousd < bill <= result.account.possibly_spent_nanousd


def test_replies_of_earlier_runs_cost_nothing_again(tmp_path: Path) -> None:
    with serving() as server:
        run(workspace(tmp_path, server))
        again = run(tmp_path)
    assert [(share.purpose, share.calls) for share in again.account.shares] == [(Purpose.REUSED, CASES)]
    assert again.account.cost_nanousd == 0
    assert spending_by_judge(again.account.shares) == ()


def test_a_provider_that_charges_ten_times_as_much_stops_a_run_with_a_cap_at_once(tmp_path: Path) -> None:
    with serving(faults.after_call(faults.usage_scaled(100), 4)) as server:
        result = run(workspace(tmp_path, server), cap=10.0)
        asked = len(server.ledger.calls)
    assert result.run.state is RunState.STOPPED
    assert "was the most it could cost" in result.reasons[0]
    assert asked == 5, "nothing is asked after the first reply that says so"


def test_without_usage_a_cap_is_kept_by_worst_cases(tmp_path: Path) -> None:
    with serving(faults.always(faults.usage_missing())) as server:
        result = run(workspace(tmp_path, server), cap=0.01)
        bill = sum(call.tokens_in + call.tokens_out for call in server.ledger.billed) * 1_000
    assert result.account.open
    assert result.account.cost_nanousd < bill + 1 <= 10_000_000
    assert result.account.possibly_spent_nanousd <= 10_000_000


def test_a_run_keeps_the_cap_it_was_given_last(tmp_path: Path) -> None:
    def resume(cap: float | None = None) -> RunResult:
        return resume_run(tmp_path, "latest", RunOptions(max_usd=cap), lambda _run, _progress: None)

    with serving() as server:
        first = run(workspace(tmp_path, server), cap=0.004)
        asked = len(server.ledger.calls)
        again = resume()
        assert (len(server.ledger.calls), again.account.open) == (asked, first.account.open)
        assert (first.needs_cap, again.needs_cap) == (True, True)
        raised = resume(0.005)
        assert first.account.cost_nanousd < raised.account.cost_nanousd <= 5_000_000
        asked = len(server.ledger.calls)
        assert resume().account.open == raised.account.open > 0
        assert len(server.ledger.calls) == asked, "the later cap is kept too"
        done = resume(100.0)
        assert (done.account.terminal, done.needs_cap) == ({"rated": CASES}, False)
        assert done.run.manifest.inputs_hash() == first.run.manifest.inputs_hash()


@pytest.mark.parametrize("cap", [0.0, 0.000001])
def test_a_cap_below_one_call_asks_nothing_not_even_preflight(tmp_path: Path, cap: float) -> None:
    with serving() as server:
        workspace(tmp_path, server)
        with pytest.raises(BudgetError, match="does not fit under the cap"):
            run(tmp_path, cap=cap)
        assert server.ledger.calls == ()
    assert read_run(tmp_path, "latest").run.state is RunState.STOPPED


def test_an_unknown_price_is_refused_and_says_where_to_give_it(tmp_path: Path) -> None:
    with serving() as server:
        reader = workspace(tmp_path, server) / "judges" / "reader.yaml"
        text = reader.read_text(encoding="utf-8")
        reader.write_text(text[: text.index("price:")], encoding="utf-8")
        with pytest.raises(
            UsageError, match=r"'loop/scripted' \(judge reader, judges/reader.yaml\)"
        ) as caught:
            run(tmp_path)
        assert "price: {input: 0.15, output: 0.60}" in caught.value.hint
        assert '[prices."loop/scripted"]' in caught.value.hint
        assert server.ledger.calls == ()
        settings = tmp_path / "evenhand.toml"
        priced = (
            settings.read_text(encoding="utf-8") + '[prices."loop/scripted"]\ninput = 1.0\noutput = 1.0\n'
        )
        settings.write_text(priced, encoding="utf-8")
        assert run(tmp_path).account.cost_nanousd > 0


@pytest.mark.parametrize("count", [0, 10**30, -1, 1.5, "7", None])
def test_counts_that_can_be_none_are_estimated_and_end_no_run(tmp_path: Path, count: object) -> None:
    def tamper(document: dict[str, object]) -> dict[str, object]:
        return {**document, "usage": {"prompt_tokens": count, "completion_tokens": 1}}

    with serving(faults.always(faults.document_edited(tamper))) as server:
        result = run(workspace(tmp_path, server))
    (spent,) = spending_by_judge(result.account.shares)
    assert (result.account.open, spent.estimated_replies) == (0, result.account.calls["reader"].attempts + 1)
