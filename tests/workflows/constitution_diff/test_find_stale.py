"""What is stale through a change, in real ledgers of real runs."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases
from tests.constitution.made import Edit, drop, example, of, rename
from tests.workflows.constitution_diff.kit import CASES, Workspace, label, make_workspace
from tests.workflows.review.drawn_run import drawn
from tests.workflows.review.drawn_run import label as label_items

from evenhand.constitution.staleness import Staleness, Standing
from evenhand.constitution.words import conclusion
from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.constitution_diff.compare import compare
from evenhand.workflows.constitution_diff.find_stale import find_stale
from evenhand.workflows.run_suite import RunOptions, run_suite

TEXT = of(0, text="Never share an address.")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "ws")


def answers(found: Staleness) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in found.answers:
        counts[each.principle, each.judge or "verdicts", each.standing] += each.count
    return counts


def labels(found: Staleness) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in found.labels:
        counts[each.principle, each.standing, each.known] += each.count
    return counts


# -- Runs ------------------------------------------------------------------------------------------


def test_answers_on_a_principle_that_asks_something_else_are_stale_in_every_run(workspace: Workspace) -> None:
    first, second = workspace.run(), workspace.run()
    workspace.constitution(TEXT, name="next")
    found = workspace.stale()
    assert answers(found) == {
        ("privacy.contact", "verdicts", "stale"): 2 * CASES,
        ("privacy.contact", "patterns", "stale"): 2 * CASES,
        ("privacy.contact", "nearest", "stale"): 2 * CASES,
    }
    assert (found.lost_verdicts, found.lost_runs, found.runs) == (2 * CASES, 2, 2)
    assert [each.run for each in found.answers][:1] == [second.run.id]
    assert {each.run for each in found.answers} == {first.run.id, second.run.id}


@pytest.mark.parametrize(
    "edit",
    [of(0, severity="low"), of(0, rationale="Other."), example(0, 0, response="No."), of(1, notes="n")],
)
def test_a_change_that_asks_nobody_anything_else_leaves_everything_as_it_is(
    workspace: Workspace, edit: Edit
) -> None:
    workspace.label(label(0))
    workspace.run()
    workspace.constitution(edit, name="next")
    found = workspace.stale()
    assert (found.answers, found.labels) == ((), ())


def test_a_new_name_with_an_alias_keeps_what_was_said(workspace: Workspace) -> None:
    workspace.run()
    workspace.constitution(rename(0, "privacy.address"), name="next")
    found = workspace.stale()
    assert found.lost_verdicts == 0
    assert {each.standing for each in found.answers} == {Standing.CURRENT}


def test_verdicts_on_a_principle_that_is_gone_are_orphaned(workspace: Workspace) -> None:
    workspace.run()
    workspace.constitution(drop(2), name="next")
    found = workspace.stale()
    assert answers(found)["style.plain", "verdicts", "orphaned"] == CASES
    assert found.lost_verdicts == CASES


def test_runs_of_the_later_text_hold_and_those_of_an_older_one_were_stale_before(
    workspace: Workspace,
) -> None:
    for edits in ((of(0, text="Once upon a time."),), (), (TEXT,)):
        workspace.constitution(*edits)
        workspace.run()
    workspace.constitution()
    workspace.constitution(TEXT, name="next")
    found = workspace.stale()
    standings = [each.standing for each in found.answers if each.judge == ""]
    assert standings == [Standing.CURRENT, Standing.STALE, Standing.OLDER]
    assert (found.lost_verdicts, found.lost_runs) == (CASES, 1)


def test_nothing_is_stale_between_equals_and_nothing_is_read(workspace: Workspace) -> None:
    workspace.run()
    assert workspace.stale("acme", "acme") == Staleness(answers=(), labels=(), runs=0)


def test_nothing_is_written(workspace: Workspace) -> None:
    workspace.label(label(0))
    workspace.run()
    workspace.constitution(TEXT, name="next")
    before = {path: path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file()}
    workspace.stale()
    assert {path: path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file()} == before


def test_a_workspace_that_was_never_judged_has_nothing_stale(workspace: Workspace) -> None:
    workspace.constitution(TEXT, name="next")
    assert workspace.stale() == Staleness(answers=(), labels=(), runs=0)
    assert not (workspace.folder / ".evenhand").exists()


def test_runs_of_another_constitution_are_passed_over(workspace: Workspace) -> None:
    workspace.run()
    workspace.constitution(lambda data: data.update(id="other"), name="a")
    workspace.constitution(lambda data: data.update(id="other"), TEXT, name="b")
    assert workspace.stale("a", "b").runs == 0


def test_a_judge_that_votes_by_shots_would_be_asked_otherwise_after_a_shot_changed(
    workspace: Workspace,
) -> None:
    workspace.run()
    workspace.constitution(example(0, 1, response="I will not say."), name="next")
    found = workspace.stale()
    assert answers(found) == {
        ("privacy.contact", "verdicts", "current"): CASES,
        ("privacy.contact", "patterns", "current"): CASES,
        ("privacy.contact", "nearest", "reworded"): CASES,
    }
    assert (found.reworded_answers, found.lost_verdicts) == (CASES, 0)


@pytest.mark.parametrize(
    ("judge", "edit", "standing"),
    [
        ("", "title: Secrets", "reworded"),
        ("sees: [principle.text, case.response]\n", "title: Secrets", "current"),
        ("", "rationale: Because.", "current"),
        ("", "rationale: Because., show_rationale_to: [judges]", "current"),
        (
            "sees: [principle.text, principle.rationale, case.response]\n",
            "rationale: Because., show_rationale_to: [judges]",
            "reworded",
        ),
        ("", "examples: [{id: x, kind: violates, response: r, use: shot}]", "current"),
        ("shots: {max: 1}\n", "examples: [{id: x, kind: violates, response: r, use: shot}]", "reworded"),
        ("shots: {max: 1}\n", "examples: [{id: x, kind: violates, response: r}]", "current"),
    ],
)
def test_replies_are_looked_at_by_what_their_judge_is_shown(
    tmp_path: Path, judge: str, edit: str, standing: str
) -> None:
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as server:
        folder = model_workspace(tmp_path / "ws", server.base_url, cases=plain_cases(3))
        file = folder / "judges/reader.yaml"
        file.write_text(file.read_text(encoding="utf-8") + judge, encoding="utf-8")
        result = run_suite(folder, folder / "suites/small.yaml", RunOptions(), lambda _run, _progress: None)
    assert result.account.open == 0
    text = (folder / "constitutions/c.yaml").read_text(encoding="utf-8")
    (folder / "next.yaml").write_text(
        text.replace("Keep secrets.", f"Keep secrets., {edit}"), encoding="utf-8"
    )
    found = find_stale(folder, compare(folder, "c", str(folder / "next.yaml")))
    assert [each.standing for each in found.answers if each.judge] in ([standing], [])


# -- Labels ----------------------------------------------------------------------------------------


def test_labels_are_of_the_text_that_the_first_run_pinned_which_read_them(workspace: Workspace) -> None:
    workspace.label(label(0), label(1))
    workspace.run()
    workspace.constitution(TEXT)
    workspace.label(label(0), label(1), label(2))
    workspace.run()
    workspace.label(label(0), label(1), label(2), label(3), label(4, "help.fully"))
    workspace.constitution(name="before")
    workspace.constitution(TEXT, name="next")
    found = workspace.stale("before", "next")
    assert labels(found) == {
        ("privacy.contact", "stale", "pinned"): 2,
        ("privacy.contact", "current", "pinned"): 1,
        ("privacy.contact", "stale", "assumed"): 1,
    }
    assert (found.lost_labels, {each.source for each in found.labels}) == (3, {"suites/labels.jsonl"})


def test_labels_under_an_earlier_name_are_those_of_the_principle(workspace: Workspace) -> None:
    workspace.label(label(0))
    workspace.run()
    workspace.constitution(rename(0, "privacy.address"), TEXT, name="next")
    assert labels(workspace.stale()) == {("privacy.contact", "stale", "pinned"): 1}


def test_a_suite_with_mistakes_is_told_and_passed_over(workspace: Workspace) -> None:
    workspace.run()
    workspace.write("suites/broken.yaml", "schema: suite/v1\nid: broken\n")
    workspace.constitution(TEXT, name="next")
    (note,) = workspace.stale().notes
    assert note.startswith("suites/broken.yaml has mistakes")


def test_labels_of_a_review_are_held_against_the_text_that_people_saw(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    desk = drawn(folder, items=20)
    label_items(desk, "ann", 7)
    label_items(desk, "bo", 3)
    shutil.copy(folder / "c.yaml", folder / "next.yaml")
    text = (folder / "c.yaml").read_text(encoding="utf-8").replace("Be honest.", "Be frank.")
    (folder / "next.yaml").write_text(text, encoding="utf-8")
    there = find_stale(folder, compare(folder, str(folder / "c.yaml"), str(folder / "next.yaml")))
    assert labels(there) == {("honest", "stale", "written"): 10}
    back = find_stale(folder, compare(folder, str(folder / "next.yaml"), str(folder / "c.yaml")))
    assert labels(back) == {("honest", "current", "written"): 10}


# -- Words -----------------------------------------------------------------------------------------


def test_the_conclusion_counts_what_is_stale(workspace: Workspace) -> None:
    workspace.label(*(label(number) for number in range(5)))
    workspace.run()
    workspace.constitution(TEXT, name="next")
    compared = workspace.compare()
    assert conclusion(compared.diff, find_stale(workspace.folder, compared)) == (
        f"1 principle changed what it asks; {CASES} verdicts in 1 run and 5 human labels are stale"
    )
