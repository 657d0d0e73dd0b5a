"""Pairs labelled end to end: a feedback file, a scripted judge on loopback, a real ledger, labels read back."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.workflows.feedback.prefer_kit import (
    PRINCIPLES,
    fair,
    first_shown,
    pair,
    preference_workspace,
)

from evenhand.errors import FileError, NothingSelectedError, UnknownNameError, UsageError
from evenhand.feedback.results import LabelledPair, PairOutcome, PreferenceBasis
from evenhand.records.feedback import PrincipleDraw
from evenhand.records.narrow import Wishes
from evenhand.records.run import RunState
from evenhand.testing import JudgeAnswer, LoopbackServer, serve_in_thread
from evenhand.workflows.feedback.find_feedback import find_feedback
from evenhand.workflows.feedback.prefer import prepare_preferences
from evenhand.workflows.feedback.read_preferences import read_preferences
from evenhand.workflows.feedback.report_preferences import report_preferences
from evenhand.workflows.prepare import prepare
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_prepared

PAIRS = [
    pair(0, "good5", "good2"),
    pair(1, "good1", "also good4"),
    pair(2, "good3", "good3"),
    pair(3, "a long reply that is good6", "good5"),
]


def label(folder: Path, options: RunOptions | None = None) -> RunResult:
    made = prepare_preferences(folder, find_feedback(folder, "labels"))
    return run_prepared(
        made.prepared, made.with_settings(options or RunOptions()), lambda _run, _progress: None
    )


def labels_of(folder: Path) -> list[LabelledPair]:
    return list(read_preferences(folder, "latest"))


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(fair)) as running:
        yield running


# -- Probabilities ------------------------------------------------------------------------------------


def test_log_probabilities_become_soft_labels_averaged_over_both_orders(
    server: LoopbackServer, tmp_path: Path
) -> None:
    preference_workspace(tmp_path, server.base_url, PAIRS, prefer="  clamp: [0.2, 0.8]\n")
    assert label(tmp_path).run.state is RunState.FINISHED
    pairs = labels_of(tmp_path)
    assert [each.outcome for each in pairs] == [
        PairOutcome.FIRST,
        PairOutcome.SECOND,
        PairOutcome.TIE,
        PairOutcome.FIRST,
    ]
    soft = [each.p_first for each in pairs if each.p_first is not None]
    assert soft == pytest.approx([8 / 9, 1 / 9, 2 / 3], abs=1e-6)
    assert [each.p_clamped for each in pairs if each.p_clamped is not None] == pytest.approx(
        [0.8, 0.2, 2 / 3]
    )
    assert {each.basis for each in pairs if each.p_first is not None} == {PreferenceBasis.PROBABILITIES}
    assert [(raw.order, raw.basis) for raw in pairs[0].raw] == [
        ("given", PreferenceBasis.PROBABILITIES),
        ("swapped", PreferenceBasis.PROBABILITIES),
    ]
    assert (pairs[0].first, pairs[0].second, pairs[0].first_producer) == ("good5", "good2", "maker-one")


def test_repeats_of_an_endpoint_without_log_probabilities_become_shares(tmp_path: Path) -> None:
    def one_in_four(request: object) -> JudgeAnswer:
        number = getattr(request, "number")  # noqa: B009 - what the server hands over
        return JudgeAnswer(label="a" if number % 4 else "b", reason="")

    with serve_in_thread(LoopbackServer(one_in_four)) as server:
        address = server.base_url.removesuffix("/v1")
        preference_workspace(tmp_path, address, PAIRS[:2], protocol="anthropic", judge="repeats: 8\n")
        label(tmp_path)
    pairs = labels_of(tmp_path)
    assert {each.basis for each in pairs} == {PreferenceBasis.REPEATS}
    for each in pairs:
        per_order = {
            order: [raw.p_first for raw in each.raw if raw.order == order] for order in ("given", "swapped")
        }
        assert {len(shares) for shares in per_order.values()} == {8}
        means = [sum(share for share in shares if share is not None) / 8 for shares in per_order.values()]
        assert each.p_first == pytest.approx(sum(means) / 2)


def test_a_judge_with_a_position_bias_makes_every_pair_inconsistent(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(first_shown)) as server:
        preference_workspace(tmp_path, server.base_url, PAIRS)
        label(tmp_path)
    pairs = labels_of(tmp_path)
    assert {each.outcome for each in pairs} == {PairOutcome.INCONSISTENT}
    assert [each.p_first for each in pairs] == pytest.approx([0.5] * 4)


def test_a_judge_that_answers_at_once_between_two_sides_is_asked_for_nothing_else(
    server: LoopbackServer, tmp_path: Path
) -> None:
    judge = "answer: {reason: none, quotes: false, ties: false}\n"
    preference_workspace(tmp_path, server.base_url, PAIRS, judge=judge)
    label(tmp_path)
    pairs = labels_of(tmp_path)
    assert {raw.said for each in pairs for raw in each.raw} <= {"a", "b"}
    assert [each.outcome for each in pairs[:3]] == [PairOutcome.FIRST, PairOutcome.SECOND, PairOutcome.TIE]
    assert (pairs[2].p_first, pairs[2].p_neither) == (0.5, 0.0)


# -- The draw -----------------------------------------------------------------------------------------


def drawn(folder: Path) -> dict[str, tuple[str, ...]]:
    return {each.case_id: each.principle_ids for each in labels_of(folder)}


def test_each_pair_meets_the_principles_drawn_for_it_and_adding_pairs_changes_no_draw(
    server: LoopbackServer, tmp_path: Path
) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    pairs = [pair(number, "good5", "good2") for number in range(30)]
    preference_workspace(few, server.base_url, pairs[:10], seed=7)
    preference_workspace(many, server.base_url, pairs[::-1], seed=7)
    label(few)
    label(many)
    some, every = drawn(few), drawn(many)
    assert {len(names) for names in every.values()} == {1}
    assert {name for names in every.values() for name in names} == set(PRINCIPLES)
    assert some == {case: every[case] for case in some}
    first = {each.case_id: each.p_first for each in labels_of(few)}
    assert first == {each.case_id: each.p_first for each in labels_of(many) if each.case_id in first}


def test_stratified_draws_come_up_equally_often(server: LoopbackServer, tmp_path: Path) -> None:
    pairs = [pair(number, "good5", "good2") for number in range(12)]
    prefer = "  principles: {choose: stratified, count: 2}\n"
    preference_workspace(tmp_path, server.base_url, pairs, prefer=prefer)
    label(tmp_path)
    counts = Counter(name for names in drawn(tmp_path).values() for name in names)
    assert counts == dict.fromkeys(PRINCIPLES, 6)


def test_all_takes_the_principles_that_the_feedback_selects(server: LoopbackServer, tmp_path: Path) -> None:
    prefer = "  principles: {choose: all, select: {exclude: [be.brief, stay.*]}}\n"
    preference_workspace(tmp_path, server.base_url, PAIRS, prefer=prefer)
    result = label(tmp_path)
    assert set(drawn(tmp_path).values()) == {("keep.secrets", "tell.truth")}
    assert result.account.planned == 2 * 2 * len(PAIRS)


def test_the_run_says_what_was_drawn(server: LoopbackServer, tmp_path: Path) -> None:
    preference_workspace(tmp_path, server.base_url, PAIRS, seed=7)
    manifest = label(tmp_path).run.manifest
    assert manifest.narrow is not None
    assert "1 of its principles for each case, random, with seed 7" in manifest.narrow.words()
    assert manifest.preference is not None
    assert (manifest.preference.feedback, manifest.preference.path) == (
        "labels",
        "suites/labels.feedback.yaml",
    )


def test_violated_principles_are_refused_with_the_reason(server: LoopbackServer, tmp_path: Path) -> None:
    preference_workspace(tmp_path, server.base_url, PAIRS, prefer="  principles: {choose: violated}\n")
    with pytest.raises(FileError) as refused:
        label(tmp_path)
    (finding,) = refused.value.findings
    assert "a comparison finds none; choose random, stratified or all" in finding.message
    wishes = Wishes(principle_draw=PrincipleDraw(choose="violated"))
    with pytest.raises(UsageError, match="violated principles can not be drawn for pairs"):
        prepare(tmp_path, tmp_path / "suites" / "pairs.yaml", wishes)


def test_a_selection_that_leaves_nothing_is_refused(server: LoopbackServer, tmp_path: Path) -> None:
    prefer = "  principles: {select: {include: [no.such]}}\n"
    preference_workspace(tmp_path, server.base_url, PAIRS, prefer=prefer)
    with pytest.raises(NothingSelectedError, match="selects no principle"):
        label(tmp_path)


def test_a_suite_that_rates_single_replies_is_refused(server: LoopbackServer, tmp_path: Path) -> None:
    folder = preference_workspace(tmp_path, server.base_url, PAIRS)
    judge = folder / "judges" / "comparer.yaml"
    text = judge.read_text(encoding="utf-8").replace("mode: pairwise\n", "")
    judge.write_text(text.replace("case.response_a, case.response_b", "case.response"), encoding="utf-8")
    (folder / "judges" / "comparer.j2").write_text('{{ data("reply", case.response) }}', encoding="utf-8")
    with pytest.raises(UsageError, match="rate one candidate each"):
        label(folder)


def test_a_name_that_is_no_feedback_file_is_answered_with_those_there_are(
    server: LoopbackServer, tmp_path: Path
) -> None:
    preference_workspace(tmp_path, server.base_url, PAIRS)
    with pytest.raises(UnknownNameError) as refused:
        find_feedback(tmp_path, "labls")
    assert "labels" in refused.value.hint


# -- Going on, and reading back ---------------------------------------------------------------------


def test_a_run_that_stopped_goes_on_with_the_same_draw(server: LoopbackServer, tmp_path: Path) -> None:
    pairs = [pair(number, "good5", "good2") for number in range(6)]
    preference_workspace(tmp_path, server.base_url, pairs, seed=3)
    whole = label(tmp_path)
    once = drawn(tmp_path)
    calls = sum(each.attempts for each in whole.account.calls.values())
    assert calls == 12
    replayed = label(tmp_path, RunOptions(replay=True))
    assert replayed.account.open == 0
    assert drawn(tmp_path) == once
    resumed = resume_run(tmp_path, replayed.run.id, RunOptions(), lambda _run, _progress: None)
    assert resumed.run.manifest.narrow == whole.run.manifest.narrow


def test_an_unfinished_run_leaves_pairs_unmeasured_and_resume_measures_them(
    server: LoopbackServer, tmp_path: Path
) -> None:
    preference_workspace(tmp_path, server.base_url, PAIRS, prefer="  tie_within: 0.2\n")
    stopped = label(tmp_path, RunOptions(replay=True))
    assert stopped.run.state is RunState.STOPPED
    assert {each.outcome for each in labels_of(tmp_path)} == {PairOutcome.UNMEASURED}
    resumed = resume_run(tmp_path, "latest", RunOptions(), lambda _run, _progress: None)
    assert resumed.run.state is RunState.FINISHED
    outcomes = [each.outcome for each in labels_of(tmp_path)]
    assert outcomes == [PairOutcome.FIRST, PairOutcome.SECOND, PairOutcome.TIE, PairOutcome.TIE]


def test_labels_are_not_read_from_cases_that_changed_since(server: LoopbackServer, tmp_path: Path) -> None:
    preference_workspace(tmp_path, server.base_url, PAIRS)
    label(tmp_path)
    cases = tmp_path / "suites" / "pairs.jsonl"
    cases.write_text(cases.read_text(encoding="utf-8").replace("good5", "good9"), encoding="utf-8")
    with pytest.raises(UsageError, match="have changed since"):
        labels_of(tmp_path)


# -- The report ---------------------------------------------------------------------------------------


def test_the_report_adds_up_and_says_what_people_said(server: LoopbackServer, tmp_path: Path) -> None:
    people = [
        {"case": f"pair-{number}", "principle": name, "annotator": "ann", "label": said}
        for name in PRINCIPLES
        for number, said in ((0, "a"), (1, "a"), (2, "b"), (3, "tie"))
    ]
    alone = {"id": "alone", "prompt": "Q?", "response": "one reply"}
    preference_workspace(tmp_path, server.base_url, [*PAIRS, alone], labels=people)
    label(tmp_path)
    written = report_preferences(tmp_path, "latest")
    summary = written.summary
    assert (summary.pairs, summary.without, summary.cases) == (4, 1, 5)
    assert sum(summary.outcomes.values()) == summary.pairs
    assert (summary.decided, summary.human_ties, summary.human_sides_open) == (3, 1, 1)
    assert getattr(summary.agreement, "value", None) == 0.5
    assert getattr(summary.flips, "value", None) == 0.0
    assert getattr(summary.longer, "value", None) == 1.0
    assert [path.suffix for path in written.reports] == [".html", ".md", ".json"]
    for path in written.reports[:2]:
        text = path.read_text(encoding="utf-8")
        assert (
            "4 pairs = 0 unmeasured + 0 inconsistent + 0 abstained + 0 split + 1 tie + 2 first + 1 second"
            in text
        )


def test_an_ordinary_run_of_pairs_has_labels_too(server: LoopbackServer, tmp_path: Path) -> None:
    preference_workspace(tmp_path, server.base_url, PAIRS)
    made = prepare_preferences(tmp_path, find_feedback(tmp_path, "labels"))
    run_prepared(made.prepared, RunOptions(), lambda _run, _progress: None)
    assert read_run(tmp_path, "latest").manifest.preference is None
    assert len(labels_of(tmp_path)) == len(PAIRS)
