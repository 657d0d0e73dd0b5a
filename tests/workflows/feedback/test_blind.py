"""Nobody who judges before and after sees which is which."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.workflows.feedback import kit

from evenhand.catalog.cases import read_cases
from evenhand.catalog.feedback_files import load_feedback
from evenhand.catalog.settings import find_workspace
from evenhand.feedback.results import RevisedCase, RevisionStep
from evenhand.judging import fence
from evenhand.judging.prompt import Prompt, Prompter
from evenhand.records.rating import FailedRating
from evenhand.records.run import Endpoint, Unit
from evenhand.records.suite import Candidate, Case
from evenhand.workflows.feedback.derive_suite import Versions, arrange, case_name, derive_suite
from evenhand.workflows.feedback.plan_revisions import Reply
from evenhand.workflows.feedback.read_revisions import RevisedReply
from evenhand.workflows.prepare import prepare
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def revised(
    original: str, *revisions: str, name: str = "odd-name", producer: str = "mallory-9"
) -> RevisedReply:
    candidate = Candidate(text=original, producer=producer)
    case = Case(id=name, prompt="Which?", candidates=(candidate,), slice={"topic": "t"})
    steps = tuple(
        RevisionStep(round=number, principle_id="keep.secrets", critique="", revision=text, keys=("k",))
        for number, text in enumerate(revisions, 1)
    )
    made = RevisedCase(
        case_id=name,
        candidate_id="1",
        source=name,
        slice=case.slice,
        prompt=case.prompt,
        original=original,
        original_producer=producer,
        steps=steps,
    )
    return RevisedReply(reply=Reply(name=name, case=case, candidate=candidate), revised=made)


def ordered(each: RevisedReply, *, rounds: int = 1, seed: int = 3) -> Versions:
    return arrange(each, rounds=rounds, seed=seed, producer="mallory-9")


def written(folder: Path, each: RevisedReply) -> bytes:
    workspace = find_workspace(folder)
    loaded = load_feedback(folder / "suites/mend.feedback.yaml", workspace.root)
    return (
        derive_suite(workspace, loaded, "run", [(each, ordered(each))]).with_name("cases.jsonl").read_bytes()
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace; its server is never asked."""
    return kit.workspace(tmp_path, "http://127.0.0.1:9")


def test_the_suite_is_the_same_bytes_whichever_reply_came_first(folder: Path) -> None:
    for number in range(20):
        one, other = f"First text {number}.", f"Second text {number}."
        assert written(folder, revised(one, other)) == written(folder, revised(other, one))


@given(texts, texts, st.integers(0, 99))
def test_order_and_names_say_nothing_of_which_came_first(one: str, other: str, seed: int) -> None:
    before, after = (ordered(each, seed=seed) for each in (revised(one, other), revised(other, one)))
    assert before.texts == after.texts
    assert before.candidate_ids == after.candidate_ids[::-1]
    assert set(before.texts) == {str(place) for place in range(1, len(before.texts) + 1)}


def test_over_many_replies_the_first_stands_first_in_half() -> None:
    each = [revised(f"First {n}.", f"Revised {n}.", name=f"case-{n}") for n in range(400)]
    first = sum(ordered(one).candidate_ids[0] == "1" for one in each)
    assert 160 < first < 240


@given(st.lists(texts, min_size=2, max_size=4))
def test_every_version_is_found_under_its_candidate(versions: list[str]) -> None:
    made = ordered(revised(versions[0], *versions[1:]), rounds=len(versions) - 1)
    assert [made.texts[name] for name in made.candidate_ids] == versions
    assert len(set(made.texts.values())) == len(made.texts)


def test_a_judge_is_shown_the_same_bytes_whichever_reply_came_first(folder: Path) -> None:
    one, other = "It is late.", "It is quite late."
    shown = [prompts_by_text(folder, each) for each in (revised(one, other), revised(other, one))]
    assert shown[0] == shown[1]
    assert set(shown[0]) == {
        (one, "keep.secrets"),
        (other, "keep.secrets"),
        (one, "help.much"),
        (other, "help.much"),
    }
    for request in shown[0].values():
        assert "mallory-9" not in request
        assert "odd-name" not in request


def prompts_by_text(folder: Path, each: RevisedReply) -> dict[tuple[str, str], str]:
    """What the judge would be shown of each text under each principle, its nonce left out."""
    written(folder, each)
    prepared = prepare(folder, folder / ".evenhand/derived/revise-run/suite.yaml")
    (judge,) = prepared.model_judges
    endpoint = Endpoint(
        judge=judge.id, account="loop", protocol="openai-chat", model="reader", means="json_schema"
    )
    prompter = Prompter(
        judge=judge,
        template=prepared.loaded.templates[judge.id],
        constitution=prepared.loaded.constitution,
        endpoint=endpoint,
    )
    found = {}
    for item in prepared.plan.items():
        prompt = prompter.render(Unit(seq=0, item=item, judge=judge))
        assert isinstance(prompt, Prompt)
        found[str(item.candidates[0].text), item.principle_id] = fence.mask(
            json.dumps([prompt.request.system, *(turn.content for turn in prompt.request.turns)]),
            prompt.nonce,
        )
    return found


def test_the_derived_suite_keeps_what_the_panel_is_told_of_the_case(folder: Path) -> None:
    each = revised("One.", "Two.")
    case = each.reply.case.model_copy(
        update={
            "scope": {"request": "harmful"},
            "tags": ("a",),
            "principles": ("keep.*",),
            "reference": "Right.",
        }
    )
    each = replace(each, reply=replace(each.reply, case=case))
    written(folder, each)
    (read,) = read_cases([folder / ".evenhand/derived/revise-run/cases.jsonl"])
    assert (read.scope, read.tags, read.principles, read.reference) == (
        {"request": "harmful"},
        ("a",),
        ("keep.*",),
        "Right.",
    )
    assert (read.id, read.source, read.prompt) == ("odd-name~revised", "odd-name", "Which?")


def test_the_case_is_named_otherwise_than_the_suites_own_so_that_nothing_known_of_that_meets_it() -> None:
    assert case_name("case-1") == "case-1~revised"
    long = ["n" * 300, "n" * 299 + "m"]
    assert len({case_name(name) for name in long}) == 2
    assert all(len(case_name(name)) <= 300 for name in long)


def test_a_label_or_recording_of_the_first_reply_is_not_taken_for_one_of_a_revision(folder: Path) -> None:
    recorded = {"case": "odd-name", "candidate": "1", "principle": "keep.secrets", "label": "violates"}
    (folder / "suites/r.jsonl").write_text(json.dumps(recorded) + "\n", encoding="utf-8")
    judge = {
        "schema": "judge/v1",
        "id": "reader",
        "version": "1.0.0",
        "kind": "recorded",
        "ratings": {"path": "../suites/r.jsonl"},
    }
    (folder / "judges/reader.yaml").write_text(json.dumps(judge), encoding="utf-8")
    written(folder, revised("One.", "Two."))
    run = run_suite(
        folder, folder / ".evenhand/derived/revise-run/suite.yaml", RunOptions(), kit.UNWATCHED.judging
    ).run
    outcomes = [unit.outcome for item in read_run(folder, run.id).items() for unit in item.units]
    assert len(outcomes) == 4
    assert all(isinstance(outcome, FailedRating) for outcome in outcomes)
