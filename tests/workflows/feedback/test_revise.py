"""Replies are revised and judged before and after, end to end against the loopback server."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from tests.workflows.feedback import kit

from evenhand.catalog.settings import find_workspace
from evenhand.errors import MeasureError, UsageError
from evenhand.stats.estimate import Estimate
from evenhand.store import tables
from evenhand.store.generations import generation_number
from evenhand.store.ledger import open_ledger
from evenhand.testing import (
    Judge,
    JudgeAnswer,
    JudgeRequest,
    LoopbackServer,
    faults,
    generators,
    serve_in_thread,
)
from evenhand.workflows.feedback.plan_cost import plan_cost
from evenhand.workflows.feedback.plan_revisions import plan_revisions
from evenhand.workflows.feedback.read_revisions import read_revisions
from evenhand.workflows.run_suite import RunOptions, run_suite

Serve = Callable[..., LoopbackServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers in threads of their own."""
    with ExitStack() as stack:

        def start(judge: Judge | None = None, **script: object) -> LoopbackServer:
            server = LoopbackServer(judge or kit.writes(), **script)  # type: ignore[arg-type] # the test names options
            return stack.enter_context(serve_in_thread(server))

        yield start


def calls(server: LoopbackServer, model: str) -> int:
    return sum(call.model == model for call in server.ledger.billed)


@pytest.mark.parametrize("protocol", ["openai-chat", "openai-responses", "anthropic"])
def test_revisions_are_written_judged_and_measured(protocol: str, tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url, protocol=protocol)
    result = kit.mend(folder)
    assert result.report is not None
    effects = result.report.effects
    assert (effects.chains.planned, effects.chains.complete, effects.chains.open) == (6, 6, 0)
    assert (effects.overall.n, effects.overall.before, effects.overall.after) == (6, 0.5, 1.0)
    assert (effects.others.n, effects.others.won, effects.others.lost) == (6, 0, 0)
    secrets, helpful = effects.principles
    assert (secrets.principle_id, secrets.improvement.won, secrets.harm.rate.n) == ("keep.secrets", 3, 0)
    assert (helpful.improvement.n, helpful.harm.rate.n) == (0, 6)
    revised = list(read_revisions(find_workspace(folder), result.generation.run.id))
    assert [each.case_id for each in revised] == [f"case-{n}" for n in range(6)]
    assert revised[0].final == "This is answer 0." + kit.APPENDED
    assert revised[1].final == "This is answer 1."
    assert revised[0].steps[0].critique.startswith("Written by a script.")
    assert [len(key) for key in revised[0].steps[0].keys] == [64, 64]


def test_a_second_time_nobody_is_asked(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url)
    first = kit.mend(folder)
    paid = len(server.ledger.billed)
    second = kit.mend(folder)
    assert len(server.ledger.billed) == paid
    assert second.report == first.report
    assert kit.mend(folder, replay=True).report == first.report
    assert len(server.ledger.billed) == paid


def test_verdicts_that_the_ledger_holds_of_first_replies_are_free(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url)
    run_suite(folder, folder / "suites/small.yaml", RunOptions(), kit.UNWATCHED.judging)
    judged = calls(server, "reader")
    result = kit.mend(folder)
    assert result.judged is not None
    assert result.judged.account.calls["reader"].reused == 12
    assert calls(server, "reader") - judged == 6  # three revisions that changed, under two principles


def test_violated_principles_are_drawn_from_what_the_panel_said(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url, principles={"choose": "violated"})
    run = run_suite(folder, folder / "suites/small.yaml", RunOptions(), kit.UNWATCHED.judging).run
    result = kit.mend(folder, run=run.id)
    assert result.report is not None
    assert result.report.effects.chains.planned == 3
    assert result.report.effects.chains.without_principle == 3
    assert result.report.stamp.violated_in == run.id
    assert result.report.effects.chosen_by_verdict
    assert "regression to the mean" in result.report.notes[0]
    assert result.report.effects.overall.before == 0.0


def test_verdicts_on_other_texts_draw_nothing(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url, principles={"choose": "violated"})
    run_suite(folder, folder / "suites/small.yaml", RunOptions(), kit.UNWATCHED.judging)
    lines = kit.cases(6)
    lines[0]["response"] = "Another answer."
    path = folder / "suites/small.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    planned = plan_revisions(folder, folder / "suites/mend.feedback.yaml")
    assert (sorted(planned.draws), planned.stale) == (["case-2", "case-4"], 1)


def test_violated_principles_need_a_run_and_other_draws_take_none(tmp_path: Path, serve: Serve) -> None:
    folder = kit.workspace(tmp_path / "a", serve().base_url, principles={"choose": "violated"})
    with pytest.raises(UsageError, match="there is none") as refused:
        kit.mend(folder)
    assert "evenhand run suites/small.yaml" in refused.value.hint
    other = kit.workspace(tmp_path / "b", "http://127.0.0.1:9")
    with pytest.raises(UsageError, match="draws all ones"):
        kit.mend(other, run="latest")


def test_each_round_revises_the_last_revision_and_is_measured(tmp_path: Path, serve: Serve) -> None:
    server = serve(kit.writes(append="!"))
    folder = kit.workspace(tmp_path, server.base_url, rounds=3, critique=False)
    result = kit.mend(folder)
    revised = list(read_revisions(find_workspace(folder), "latest"))
    assert [step.revision[-3:] for step in revised[1].steps] == ["1.!", ".!!", "!!!"]
    assert [step.round for step in revised[1].steps] == [1, 2, 3]
    assert all(step.critique == "" and len(step.keys) == 1 for step in revised[1].steps)
    assert result.report is not None
    lengths = [each.length.difference for each in result.report.effects.rounds]
    assert [each.n for each in lengths] == [6, 6, 6]
    assert [each.length.after for each in result.report.effects.rounds] == [28.0, 29.0, 30.0]


def test_a_reply_that_comes_back_as_it_was_is_judged_once(tmp_path: Path, serve: Serve) -> None:
    server = serve(generators.by_model({"writer": generators.unchanging()}, kit.judges_of_words))
    folder = kit.workspace(tmp_path, server.base_url)
    result = kit.mend(folder)
    assert result.report is not None
    assert result.judged is not None
    assert result.judged.run.manifest.planned_items == 12
    unchanged = result.report.effects.rounds[-1].unchanged
    assert isinstance(unchanged, Estimate)
    assert (unchanged.value, unchanged.n) == (1.0, 6)


def test_refusals_are_seen_and_said_to_be_evasion(tmp_path: Path, serve: Serve) -> None:
    writer = generators.refusing(generators.reviser(remove=kit.SECRET), 1.0)
    server = serve(generators.by_model({"writer": writer}, kit.judges_of_words))
    report = kit.mend(kit.workspace(tmp_path, server.base_url, lines=kit.cases(12))).report
    assert report is not None
    refusals = report.effects.rounds[-1].refusals
    assert refusals is not None
    assert (refusals.rate.before, refusals.rate.after, refusals.rate.won) == (0.0, 1.0, 12)
    assert "refusal-patterns" in refusals.how
    assert any("Revisions evade: 12 of 12" in note for note in report.notes)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("empty", "empty"),
        ("long", "too_long"),
        ("cut", "truncated"),
        ("fence", "malformed"),
        ("filtered", "filtered"),
        ("declined", "refused"),
    ],
)
def test_texts_that_can_not_be_used_end_their_chain_and_are_counted(
    fault: generators.Fault, kind: str, tmp_path: Path, serve: Serve
) -> None:
    writer = generators.faulty(generators.reviser(remove=kit.SECRET), fault, 0.3, seed=1)
    server = serve(generators.by_model({"writer": writer}, kit.judges_of_words))
    params = {"params": {"max_tokens": 100_000}}
    folder = kit.workspace(tmp_path, server.base_url, lines=kit.cases(20), generator=params)
    report = kit.mend(folder).report
    assert report is not None
    chains = report.effects.chains
    assert list(chains.failed) == [kind]
    assert chains.complete + chains.failed[kind] == chains.planned == 20
    assert chains.open == 0
    assert report.effects.rounds[-1].replies == chains.complete
    assert len(list(read_revisions(find_workspace(folder), "latest"))) == chains.complete


def test_where_no_reply_came_to_its_end_nothing_is_judged(tmp_path: Path, serve: Serve) -> None:
    writer = generators.faulty(generators.unchanging(), "declined")
    server = serve(generators.by_model({"writer": writer}, kit.judges_of_words))
    folder = kit.workspace(tmp_path, server.base_url)
    with pytest.raises(MeasureError, match="no reply was revised to its end: 6 refused"):
        kit.mend(folder)
    assert calls(server, "reader") == 0


@pytest.mark.parametrize(
    "fault",
    [
        faults.rate_limited("0"),
        faults.vendor_error("server_error"),
        faults.reset_before_body(),
        faults.reset_after_body(),
        faults.short_body(),
    ],
    ids=["429", "500", "reset-before", "reset-after", "cut"],
)
@pytest.mark.parametrize("protocol", ["openai-chat", "openai-responses", "anthropic"])
def test_faults_of_the_endpoint_change_nothing_but_the_calls(
    protocol: str, fault: faults.Fault, tmp_path: Path, serve: Serve
) -> None:
    clean = kit.mend(kit.workspace(tmp_path / "clean", serve().base_url, protocol=protocol))
    shaky = serve(strikes=[faults.on_share(fault, 0.2, seed=3)])
    result = kit.mend(kit.workspace(tmp_path / "shaky", shaky.base_url, protocol=protocol))
    assert result.report is not None
    assert clean.report is not None
    assert result.report.effects == clean.report.effects
    assert any(call.fault for call in shaky.ledger.calls)


def test_a_cap_stops_both_halves_and_a_higher_one_goes_on(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url, price=100.0, generator={"params": {"max_tokens": 100}})
    stopped = kit.mend(folder, max_usd=0.08)
    assert stopped.needs_cap
    assert stopped.judged is None
    paid = calls(server, "writer")
    assert 0 < paid < 13
    done = kit.mend(folder, max_usd=50.0)
    assert done.report is not None
    assert done.generation.run.id == stopped.generation.run.id
    assert calls(server, "writer") <= 13


def test_what_would_stop_the_judges_is_said_before_the_generator_is_paid(
    tmp_path: Path, serve: Serve
) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url)
    reader = folder / "judges/reader.yaml"
    reader.write_text(
        reader.read_text(encoding="utf-8").replace(', "price": {"input": 1.0, "output": 1.0}', ""), "utf-8"
    )
    with pytest.raises(UsageError, match="unknown is not zero"):
        kit.mend(folder)
    assert not server.ledger.calls


def test_a_generator_of_a_judges_family_is_told_before_anybody_is_paid(tmp_path: Path) -> None:
    folder = kit.workspace(
        tmp_path, "http://127.0.0.1:9", writer="loop/claude-writer-1", reader="loop/claude-reader-2"
    )
    planned = plan_revisions(folder, folder / "suites/mend.feedback.yaml")
    (notice,) = planned.own_family_notices()
    assert "judge reader (loop/claude-reader-2) judges what its own model family writes" in notice
    assert "loop/claude-writer-1" in notice


def test_the_generator_is_the_producer_of_revisions(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url, writer="loop/writer", reader="loop/writer-2")
    kit.mend(folder)
    (lines,) = folder.glob(".evenhand/derived/*/cases.jsonl")
    cases = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert {each["producer"] for case in cases for each in case["candidates"]} == {
        "first-model",
        "loop/writer",
    }


def test_a_generator_that_became_another_model_is_told(tmp_path: Path, serve: Serve) -> None:
    folder = kit.workspace(tmp_path, serve().base_url)
    first = kit.mend(folder)
    assert first.report is not None
    assert not any("more than one model" in note for note in first.report.notes)
    attempts, ledger = tables.attempts.c, open_ledger(folder / ".evenhand/ledger.sqlite")
    mine = (attempts.run == generation_number(ledger, "latest"), attempts.unit >= 0)
    last = select(func.max(attempts.id)).where(*mine).scalar_subquery()
    with ledger.writing(), ledger.write() as connection:  # the loopback server is always what it is asked for
        connection.execute(update(tables.attempts).where(attempts.id == last).values(served_model="writer-2"))
    again = kit.mend(folder)
    assert again.report is not None
    assert any("'writer-2' 1" in note for note in again.report.notes)


def test_a_panel_that_compares_pairs_is_refused(tmp_path: Path, serve: Serve) -> None:
    folder = kit.workspace(tmp_path, serve().base_url)
    reader = json.loads((folder / "judges/reader.yaml").read_text(encoding="utf-8"))
    (folder / "judges/reader.yaml").write_text(json.dumps({**reader, "mode": "pairwise"}), encoding="utf-8")
    (folder / "judges/reader.j2").write_text(
        '{{ principle.text }}{{ data("a", case.response_a) }}{{ data("b", case.response_b) }}',
        encoding="utf-8",
    )
    with pytest.raises(UsageError, match="compares pairs"):
        kit.mend(folder)


def test_case_files_that_changed_since_are_refused(tmp_path: Path, serve: Serve) -> None:
    folder = kit.workspace(tmp_path, serve().base_url)
    run = kit.mend(folder).generation.run.id
    (folder / "suites/small.jsonl").write_text(json.dumps(kit.cases(1)[0]) + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"suites/small.jsonl changed since revision run"):
        list(read_revisions(find_workspace(folder), run))


def test_several_replies_of_a_case_are_revised_each_and_are_not_independent(
    tmp_path: Path, serve: Serve
) -> None:
    lines: list[dict[str, Any]] = [
        {
            "id": f"c{n}",
            "prompt": "?",
            "candidates": [
                {"id": "x", "text": f"One {n}." + kit.SECRET},
                {"id": "y", "text": f"A second one {n}."},
            ],
        }
        for n in range(4)
    ]
    result = kit.mend(kit.workspace(tmp_path, serve().base_url, lines=lines))
    assert result.report is not None
    assert sorted(result.planned.draws)[:2] == ["c0#x", "c0#y"]
    assert (result.report.effects.overall.n, result.report.effects.overall.clusters) == (8, 4)


def test_two_replies_of_one_name_are_refused(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"id": "a#1", "response": "One."},
        {"id": "a", "candidates": [{"id": "1", "text": "Two."}, {"id": "2", "text": "Three."}]},
    ]
    folder = kit.workspace(tmp_path, "http://127.0.0.1:9", lines=lines)
    with pytest.raises(UsageError, match="would be named 'a#1'"):
        plan_revisions(folder, folder / "suites/mend.feedback.yaml")


def test_a_few_cases_are_drawn_by_the_seed(tmp_path: Path) -> None:
    folder = kit.workspace(tmp_path, "http://127.0.0.1:9", lines=kit.cases(30), most_cases=10)
    planned = plan_revisions(folder, folder / "suites/mend.feedback.yaml")
    assert (len(planned.draws), planned.left_out) == (10, 20)
    assert [reply.name for reply in planned.replies()] == sorted(
        planned.draws, key=lambda name: int(name[5:])
    )


def test_what_was_spent_lies_in_the_planned_range(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url, lines=kit.cases(20), rounds=2)
    planned = plan_revisions(folder, folder / "suites/mend.feedback.yaml")
    cost = plan_cost(planned)
    assert (cost.run, cost.ended, cost.generator.texts, cost.ratings) == ("", False, 80, 120)
    result = kit.mend(folder)
    assert result.judged is not None
    assert cost.generator.calls.low <= result.generation.account.calls <= cost.generator.calls.high
    spent = (result.generation.account.cost_nanousd + result.judged.account.cost_nanousd) / 1e9
    assert cost.usd is not None
    assert cost.usd.low <= spent <= cost.usd.high
    after = plan_cost(planned)
    assert (after.run, after.ended) == (result.generation.run.id, True)
    assert after.usd is not None
    assert after.usd.high == 0


def test_what_failed_is_asked_again_alone_and_the_rest_is_free(tmp_path: Path, serve: Serve) -> None:
    mended: list[bool] = []
    honest = generators.reviser(remove=kit.SECRET)
    broken = generators.faulty(honest, "cut", 0.3, seed=2)

    def writer(request: JudgeRequest) -> JudgeAnswer:
        return (honest if mended else broken)(request)

    server = serve(generators.by_model({"writer": writer}, kit.judges_of_words))
    folder = kit.workspace(tmp_path, server.base_url, lines=kit.cases(12))
    first = kit.mend(folder)
    assert first.report is not None
    failed = first.report.effects.chains.failed["truncated"]
    assert 0 < failed < 12
    paid = calls(server, "writer")
    mended.append(True)
    second = kit.mend(folder, retry_failed=True)
    assert second.report is not None
    assert (second.report.effects.chains.complete, second.report.effects.chains.failed) == (12, {})
    assert failed <= calls(server, "writer") - paid <= 2 * failed
    assert second.generation.run.id != first.generation.run.id
    again = len(server.ledger.billed)
    assert kit.mend(folder).report == second.report
    assert len(server.ledger.billed) == again


def test_a_replay_can_not_ask_what_failed_again(tmp_path: Path) -> None:
    folder = kit.workspace(tmp_path, "http://127.0.0.1:9")
    with pytest.raises(UsageError, match="can not ask again"):
        kit.mend(folder, replay=True, retry_failed=True)
