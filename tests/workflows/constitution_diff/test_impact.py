"""Which verdicts flip when only what changed is judged again, in real ledgers of real runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.constitution.made import of
from tests.workflows.constitution_diff.impact_kit import (
    CASES,
    RULES,
    by_the_rule,
    impact,
    judge,
    make,
    run,
    says,
    write_constitution,
)
from tests.workflows.constitution_diff.kit import make_workspace

from evenhand.constitution.impact_words import impact_clause, remarks
from evenhand.errors import NothingSelectedError, UnknownNameError, UsageError
from evenhand.records.narrow import Wishes
from evenhand.stats.estimate import Estimate, Undefined
from evenhand.store.ledger import open_ledger
from evenhand.store.splits import split_uses
from evenhand.testing import LoopbackServer, serve_in_thread
from evenhand.workflows.constitution_diff.compare import compare
from evenhand.workflows.constitution_diff.impact import judge_impact, prepare_impact
from evenhand.workflows.constitution_lint.read import read_evidence
from evenhand.workflows.plan_suite import plan_run
from evenhand.workflows.read_run import read_own_run, read_run
from evenhand.workflows.run_suite import RunOptions, resume_run, run_suite

NEXT = {**RULES, "word.first": "Never say gamma."}
JUDGE = """schema: judge/v1
id: reader
version: 1.0.0
kind: model
model: loop/scripted
template: reader.j2
price: {input: 0, output: 0}
"""
TO_PASS = sum(says(n, "alpha") and not says(n, "gamma") for n in range(CASES))


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(by_the_rule)) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: LoopbackServer) -> Path:
    """A workspace that was judged once."""
    made = make(tmp_path / "ws", server.base_url)
    run(made)
    write_constitution(made, "next", NEXT)
    return made


# -- What is judged --------------------------------------------------------------------------------


def test_only_what_changed_is_asked_and_flips_are_counted_each_way(
    folder: Path, server: LoopbackServer
) -> None:
    before = len(server.ledger.calls)
    found = impact(folder)
    (only,) = found.principles
    assert (only.items, only.compared, only.to_pass, only.to_fail) == (CASES, CASES, TO_PASS, 0)
    assert [each.after for each in found.rejudged] == ["word.first"]
    assert found.calls == CASES == len(server.ledger.calls) - before
    assert [(each.case, each.before, each.now, each.reference) for each in found.changed][:1] == [
        ("c02", "violates", "complies", "violates")
    ]
    assert len(found.changed) == only.flips == TO_PASS


def test_judged_once_more_nothing_is_paid_twice(folder: Path, server: LoopbackServer) -> None:
    first = impact(folder, of="latest")
    before = len(server.ledger.calls)
    again = impact(folder, of="latest")
    assert again.run == first.run
    assert (again.calls, again.reused, len(server.ledger.calls)) == (0, CASES, before)
    assert (again.overall, again.changed) == (first.overall, first.changed)
    assert again.judged_in != first.judged_in


def test_agreement_with_people_changes_by_what_flipped_and_says_of_which_text(folder: Path) -> None:
    (only,) = impact(folder).principles
    agreement = only.agreement
    assert isinstance(agreement.before, Estimate)
    assert isinstance(agreement.now, Estimate)
    assert isinstance(agreement.change, Estimate)
    assert agreement.before.value == 1.0
    assert agreement.now.value == pytest.approx(1 - TO_PASS / CASES)
    assert agreement.change.value == pytest.approx(-TO_PASS / CASES)
    assert agreement.change.interval.low < agreement.change.value < agreement.change.interval.high
    assert (agreement.change.n, agreement.of_earlier_text) == (CASES, True)


def test_the_use_of_the_labels_is_written_down(folder: Path) -> None:
    found = impact(folder, command="evenhand constitution diff")
    uses = split_uses(open_ledger(folder / ".evenhand/ledger.sqlite"), "small")
    assert [(use.run, use.purpose, use.split) for use in uses] == [
        (found.run, "evenhand constitution diff", "gate")
    ]


def test_items_of_one_source_are_counted_as_one(tmp_path: Path, server: LoopbackServer) -> None:
    made = make(tmp_path / "grouped", server.base_url, sources=4)
    run(made)
    write_constitution(made, "next", NEXT)
    (only,) = impact(made).principles
    assert isinstance(only.passes, Estimate)
    assert only.passes.n == CASES / 4


def test_without_labels_flips_are_told_and_agreement_has_its_reason(
    tmp_path: Path, server: LoopbackServer
) -> None:
    made = make(tmp_path / "bare", server.base_url, labelled=False)
    run(made)
    write_constitution(made, "next", NEXT)
    found = impact(made)
    assert isinstance(found.overall.agreement.change, Undefined)
    assert found.overall.to_pass == TO_PASS
    assert any("no human labels" in note for note in found.notes)


def test_a_renamed_principle_is_compared_with_its_earlier_name(folder: Path) -> None:
    rules = {"word.gamma": "Never say gamma.", "word.second": RULES["word.second"]}
    write_constitution(folder, "next", rules, {"word.gamma": {"aliases": ["word.first"]}})
    (only,) = impact(folder).principles
    assert (only.before, only.principle, only.to_pass) == ("word.first", "word.gamma", TO_PASS)


@pytest.fixture
def naming(tmp_path: Path, server: LoopbackServer) -> Path:
    """A workspace whose cases name their principles, so that they know no others."""
    made = make(tmp_path / "naming", server.base_url)
    path = made / "suites/small.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    named = (json.dumps({**line, "principles": list(RULES)}) for line in lines)
    path.write_text("".join(f"{line}\n" for line in named), encoding="utf-8")
    run(made)
    return made


def test_cases_that_name_a_principle_meet_it_under_its_new_name(naming: Path) -> None:
    rules = {"word.gamma": "Never say gamma.", "word.second": RULES["word.second"]}
    write_constitution(naming, "next", rules, {"word.gamma": {"aliases": ["word.first"]}})
    found = impact(naming)
    (only,) = found.principles
    assert (only.before, only.principle, only.compared, only.to_pass) == (
        "word.first",
        "word.gamma",
        CASES,
        TO_PASS,
    )
    assert found.rejudged[0].judged_as == "word.first"
    assert {each.principle for each in found.changed} == {"word.gamma"}


@pytest.mark.parametrize("sees", ["", "sees: [principle.id, principle.text, case.response]\n"])
def test_cases_that_name_a_principle_by_an_older_name_than_the_run_meet_it(naming: Path, sees: str) -> None:
    judge_file = naming / "judges/reader.yaml"
    judge_file.write_text(judge_file.read_text(encoding="utf-8") + sees, encoding="utf-8")
    rules = {"word.now": RULES["word.first"], "word.second": RULES["word.second"]}
    write_constitution(naming, "c", rules, {"word.now": {"aliases": ["word.first"]}})
    run(naming)
    rules = {"word.gamma": "Never say gamma.", "word.second": RULES["word.second"]}
    write_constitution(naming, "next", rules, {"word.gamma": {"aliases": ["word.now", "word.first"]}})
    (only,) = [each for each in impact(naming).principles if each.binding]
    assert (only.before, only.principle, only.compared) == ("word.now", "word.gamma", CASES)


def test_cases_that_name_a_principle_that_is_gone_can_still_be_judged(naming: Path) -> None:
    write_constitution(naming, "next", {"word.first": "Never say gamma."})
    assert impact(naming).overall.to_pass == TO_PASS


def test_judges_that_see_names_are_asked_by_the_new_one(tmp_path: Path, server: LoopbackServer) -> None:
    made = make(tmp_path / "seeing", server.base_url)
    judge_file = made / "judges/reader.yaml"
    sees = "sees: [principle.id, principle.text, case.response]\n"
    judge_file.write_text(judge_file.read_text(encoding="utf-8") + sees, encoding="utf-8")
    run(made)
    rules = {"word.gamma": RULES["word.first"], "word.second": RULES["word.second"]}
    write_constitution(made, "next", rules, {"word.gamma": {"aliases": ["word.first"]}})
    found = impact(made)
    assert [(each.judged_as, each.binding) for each in found.rejudged] == [("word.gamma", False)]
    assert (found.overall.compared, found.overall.flips) == (CASES, 0)


def test_items_that_fall_out_of_a_narrower_scope_are_counted_apart(folder: Path) -> None:
    write_constitution(folder, "next", RULES, {"word.first": {"scope": {"surface": ["chat"]}}})
    (only,) = impact(folder).principles
    assert (only.items, only.compared, only.left, only.flips) == (CASES, CASES // 2, CASES // 2, 0)


def test_items_that_come_into_a_wider_scope_are_counted_apart(tmp_path: Path, server: LoopbackServer) -> None:
    made = make(tmp_path / "narrow", server.base_url)
    write_constitution(made, "c", RULES, {"word.first": {"scope": {"surface": ["chat"]}}})
    run(made)
    write_constitution(made, "next", RULES)
    (only,) = impact(made).principles
    assert (only.items, only.compared, only.joined, only.flips) == (CASES // 2, CASES // 2, CASES // 2, 0)


def test_sealed_labels_stay_closed(tmp_path: Path, server: LoopbackServer) -> None:
    made = make(tmp_path / "sealed", server.base_url)
    suite = made / "suites/small.yaml"
    text = suite.read_text(encoding="utf-8").replace("{gate: 1}", "{gate: 0.5, sealed: 0.5}")
    suite.write_text(text, encoding="utf-8")
    run(made)
    write_constitution(made, "next", NEXT)
    (only,) = impact(made).principles
    assert 0 < only.agreement.change.n < CASES == only.compared


def test_principles_that_come_and_go_are_told(folder: Path) -> None:
    write_constitution(folder, "next", {"word.first": "Never say gamma.", "word.new": "Never say beta."})
    found = impact(folder)
    assert "no verdict to compare with, because they are new: word.new" in found.notes
    assert "not judged any more, because they are gone: word.second" in found.notes


def test_what_judges_are_only_shown_is_judged_again_and_its_labels_hold(folder: Path) -> None:
    write_constitution(folder, "next", RULES, {"word.second": {"title": "Second"}})
    (only,) = impact(folder).principles
    assert (only.principle, only.binding, only.flips) == ("word.second", False, 0)
    assert only.agreement.of_earlier_text is False


def test_several_principles_are_told_together_too(folder: Path) -> None:
    write_constitution(folder, "next", {**NEXT, "word.second": "Never say alpha."})
    found = impact(folder)
    assert len(found.principles) == 2
    for name in ("items", "compared", "to_fail", "to_pass", "missing"):
        assert getattr(found.overall, name) == sum(getattr(each, name) for each in found.principles)
    assert impact_clause(found).startswith(f"of {2 * CASES} verdicts compared {found.overall.flips} flip (")


def test_a_run_of_several_readings_says_how_many_flips_are_its_own(folder: Path) -> None:
    several = run(folder, readings=2)
    found = impact(folder, of=several.run.id)
    assert found.noise is not None
    assert (found.noise.rate, found.noise.items) == (0.0, 2 * CASES)
    assert any("Asked the same again" in remark for remark in remarks(found))


def test_judges_that_do_not_read_the_rule_are_told(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "offline")
    workspace.run()
    workspace.constitution(of(0, text="Never share an address."), name="next")
    ready = prepare_impact(workspace.folder, workspace.compare(), "latest")
    assert "no change of a text moves judges that do not read it: patterns, nearest" in ready.notes
    found = judge_impact(workspace.folder, ready, RunOptions(), lambda _run, _progress: None).impact
    assert impact_clause(found).startswith("none of ")


def test_a_run_of_another_text_is_compared_by_its_own(folder: Path) -> None:
    write_constitution(folder, "c", {**RULES, "word.first": "Never say beta."})
    (note,) = [note for note in impact(folder).notes if "another text" in note]
    assert note.endswith("flips are from the text of the run to the later one")


def test_a_part_of_a_suite_is_judged_again_as_that_part(folder: Path) -> None:
    suite = folder / "suites/small.yaml"
    wishes = Wishes(cases=("c0*",))
    part = run_suite(folder, suite, RunOptions(), lambda _run, _progress: None, wishes)
    assert impact(folder, of=part.run.id).overall.items == 10
    drawn = run_suite(folder, suite, RunOptions(), lambda _run, _progress: None, Wishes(sample=5))
    with pytest.raises(UsageError, match="can not be chosen again"):
        impact(folder, of=drawn.run.id)


# -- Money, and going on ---------------------------------------------------------------------------


def test_what_it_would_take_is_known_without_a_call(folder: Path, server: LoopbackServer) -> None:
    before = len(server.ledger.calls)
    ready = prepare_impact(folder, compare(folder, "c", "next"), "latest")
    plan = plan_run(ready.prepared, look_up=True)
    assert (plan.units, plan.recorded_units, plan.judges[0].calls.low) == (CASES, 0, CASES)
    assert len(server.ledger.calls) == before


def test_a_cap_stops_it_and_resume_goes_on(tmp_path: Path, server: LoopbackServer) -> None:
    made = make(tmp_path / "dear", server.base_url, price=1000.0)
    run(made)
    write_constitution(made, "next", NEXT)
    stopped = judge(made, max_usd=5.0)
    assert 0 < stopped.impact.open < CASES
    assert stopped.impact.overall.missing == stopped.impact.open
    assert stopped.impact.overall.compared == CASES - stopped.impact.open
    name = stopped.impact.judged_in
    gone_on = resume_run(made, name, RunOptions(max_usd=1_000_000.0), lambda _run, _progress: None)
    assert gone_on.account.open == 0
    complete = impact(made, of=stopped.impact.run)
    assert (complete.calls, complete.overall.to_pass, complete.overall.missing) == (0, TO_PASS, 0)


def test_a_replay_without_a_recording_leaves_all_missing(folder: Path, server: LoopbackServer) -> None:
    before = len(server.ledger.calls)
    found = impact(folder, replay=True)
    assert (found.overall.missing, found.overall.compared, found.open) == (CASES, 0, CASES)
    assert impact_clause(found).startswith("no verdict of run")
    assert len(server.ledger.calls) == before


def test_its_suite_is_the_same_byte_for_byte_whenever_it_is_made(folder: Path) -> None:
    def files() -> dict[str, bytes]:
        derived = folder / ".evenhand/derived"
        return {str(path): path.read_bytes() for path in derived.rglob("*") if path.is_file()}

    prepare_impact(folder, compare(folder, "c", "next"), "latest")
    made = files()
    prepare_impact(folder, compare(folder, "c", "next"), "latest")
    assert files() == made
    assert {Path(path).name for path in made} == {"constitution.yaml", "suite.yaml"}


# -- What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("judges/reader.j2", "{{ principle.text }} {{ data('reply', case.response) }} Now.", "templates"),
        (
            "judges/reader.yaml",
            JUDGE,
            "judges",
        ),
        ("suites/small.jsonl", '{"id": "c00", "response": "alpha"}\n', "suites/small.jsonl"),
    ],
)
def test_flips_of_anything_but_the_constitution_are_refused(
    folder: Path, file: str, text: str, named: str
) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=f"not only the constitution changed since run .*: {named}"):
        impact(folder)


@pytest.mark.parametrize("more", [{}, {"severity": "low"}, {"rationale": "Because."}])
def test_a_change_that_no_judge_would_see_leaves_nothing_to_judge(folder: Path, more: dict[str, Any]) -> None:
    write_constitution(folder, "next", RULES, {"word.first": more})
    with pytest.raises(NothingSelectedError, match="would see"):
        impact(folder)


def test_verdicts_on_principles_that_are_gone_are_not_said_to_hold(folder: Path) -> None:
    write_constitution(folder, "next", {"word.other": "Never say delta."})
    with pytest.raises(NothingSelectedError, match="but 2 of its 2 principles are gone") as caught:
        impact(folder)
    assert "hold" not in caught.value.hint


def test_the_latest_run_is_that_of_a_suite_people_wrote_for_lint_and_proposals_too(folder: Path) -> None:
    own = impact(folder).run
    assert read_run(folder, "latest").run.id != own
    assert read_own_run(folder, "latest").run.id == own
    assert read_evidence(folder, ["latest"]).stored.run.id == own


def test_a_run_that_is_not_there_is_told_with_those_there_are(folder: Path) -> None:
    with pytest.raises(UnknownNameError):
        impact(folder, of="never")
