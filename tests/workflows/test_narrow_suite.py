"""A part of a suite: exactly its items are asked, and everything that tells of the run says so."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.errors import NothingSelectedError, UsageError
from evenhand.records.narrow import Wishes
from evenhand.records.run import RunState
from evenhand.testing import JudgeAnswer, JudgeRequest, LoopbackServer, faults, serve_in_thread
from evenhand.workflows.export_ratings import rating_lines
from evenhand.workflows.list_runs import list_runs
from evenhand.workflows.plan_suite import plan_suite
from evenhand.workflows.read_run import read_run
from evenhand.workflows.report_run import report_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite

CASES = 6
PRINCIPLES = ("keep.secrets", "stay.kind")
FILES = {
    "constitutions/c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples:\n"
    "  - {id: keep.secrets, text: Keep secrets., rationale: Because.}\n  - {id: stay.kind, text: Stay kind.}\n",
    "judges/r.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n',
    "judges/p.panel.yaml": "schema: panel/v1\nid: p\njudges: [first, second]\n",
    "suites/s.yaml": "schema: suite/v1\nid: s\nconstitution: ../constitutions/c.yaml\n"
    "panel: ../judges/p.panel.yaml\ncases: [{path: s.jsonl}]\nlimits: {failed_share: 1}\n",
    "suites/s.jsonl": "".join(
        json.dumps({"id": f"case-{n}", "prompt": "Q?", "response": f"Answer {n}."}) + "\n"
        for n in range(CASES)
    ),
}


def answer(request: JudgeRequest) -> JudgeAnswer:
    """The judges differ about Answer 2."""
    differs = request.model == "second" and "Answer 2." in request.candidate
    return JudgeAnswer(label="violates" if differs else "complies")


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    refuses_one = faults.Strike(
        fault=faults.refused(),
        when=lambda call: (
            call.request is not None
            and call.request.model == "first"
            and "Answer 4." in call.request.candidate
            and "kind" in call.request.user
        ),
    )
    with serve_in_thread(LoopbackServer(answer, strikes=[refuses_one])) as running:
        yield running


@pytest.fixture
def folder(server: LoopbackServer, tmp_path: Path) -> Path:
    account = f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{server.base_url}"\n'
    judges = {
        f"judges/{name}.yaml": f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: loop/{name}\n"
        "template: r.j2\nattempts: 1\nanswer: {reasks: 0}\nprice: {input: 0, output: 0}\n"
        for name in ("first", "second")
    }
    for name, text in {**FILES, **judges, "evenhand.toml": account}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, wishes: Wishes = Wishes(), **options: bool) -> RunResult:  # noqa: B008 - frozen
    suite = folder / "suites" / "s.yaml"
    return run_suite(folder, suite, RunOptions(**options), lambda _run, _progress: None, wishes)  # type: ignore[arg-type] # flags only


def judged(folder: Path, name: str = "latest") -> list[tuple[str, str]]:
    return [(item.case_id, item.principle_id) for item in read_run(folder, name).items()]


ALL = [(f"case-{n}", principle) for n in range(CASES) for principle in PRINCIPLES]
PARTS: dict[str, tuple[Wishes, list[tuple[str, str]]]] = {
    "everything": (Wishes(), ALL),
    "a principle": (Wishes(principles=("stay.*",)), [each for each in ALL if each[1] == "stay.kind"]),
    "a case": (Wishes(cases=("case-3",)), [each for each in ALL if each[0] == "case-3"]),
    "two cases": (
        Wishes(cases=("case-3", "case-5")),
        [each for each in ALL if each[0] in ("case-3", "case-5")],
    ),
    "a cell": (Wishes(cases=("case-3",), principles=("keep.secrets",)), [("case-3", "keep.secrets")]),
    "what failed": (Wishes(failed=True), [("case-4", "stay.kind")]),
    "what divided": (
        Wishes(disagreed=True),
        [("case-2", "keep.secrets"), ("case-2", "stay.kind"), ("case-4", "stay.kind")],
    ),
    "what divided of a principle": (
        Wishes(disagreed=True, principles=("keep.secrets",)),
        [("case-2", "keep.secrets")],
    ),
    "either": (
        Wishes(disagreed=True, failed=True, cases=("case-4",)),
        [("case-4", "stay.kind")],
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_exactly_the_items_of_the_part_are_judged(folder: Path, server: LoopbackServer, part: str) -> None:
    wishes, expected = PARTS[part]
    run(folder)
    before = len(server.ledger.calls)
    done = run(folder, wishes, again=True)
    assert judged(folder) == expected
    assert len(server.ledger.calls) - before == 2 * len(expected)
    assert done.account.planned == 2 * len(expected)


def test_a_part_of_what_was_judged_is_free(folder: Path, server: LoopbackServer) -> None:
    run(folder)
    before = len(server.ledger.calls)
    done = run(folder, Wishes(principles=("keep.secrets",)))
    assert len(server.ledger.calls) == before
    assert sum(calls.reused for calls in done.account.calls.values()) == 2 * CASES


def test_what_failed_is_asked_again_and_nothing_else(folder: Path, server: LoopbackServer) -> None:
    run(folder)
    before = len(server.ledger.calls)
    run(folder, Wishes(failed=True))
    assert len(server.ledger.calls) - before == 1, "the other judge's reply is in the ledger"


def test_one_judge_alone_makes_a_panel_of_its_own_and_says_so(folder: Path, server: LoopbackServer) -> None:
    done = run(folder, Wishes(judges=("second",)))
    units = Counter(unit.judge for item in read_run(folder, "latest").items() for unit in item.units)
    assert units == {"second": 2 * CASES}
    assert done.run.manifest.panel.judges == ("second",)
    assert "without the judges first" in report_run(folder, "latest", formats=["json"]).summary.stamp.part


@pytest.mark.parametrize("format_", ["json", "md", "html"])
def test_every_report_of_a_part_says_what_part_it_is(folder: Path, format_: str) -> None:
    run(folder, Wishes(principles=("stay.*",), sample=4, seed=3))
    told = report_run(folder, "latest", formats=[format_]).reports[0].read_text(encoding="utf-8")
    assert "4 of 12 items (principle=stay.*, a sample of 4 with seed 3)" in told.replace("\\*", "*").replace(
        "&#42;", "*"
    )


def test_everything_else_that_tells_of_the_run_says_it_too(folder: Path) -> None:
    run(folder, Wishes(cases=("case-1",)))
    words = "2 of 12 items (case=case-1)"
    assert list_runs(folder)[-1].part == words
    assert json.loads(next(iter(rating_lines(folder, "latest"))))["part"] == words


NOTHING = {
    "a principle": (Wishes(principles=("stay.knid",)), 'did you mean "stay.kind"?'),
    "one of two": (Wishes(principles=("stay.kind", "keep.secret")), 'did you mean "keep.secrets"?'),
    "a case": (Wishes(cases=("cse-1",)), 'did you mean "case-1"?'),
    "a judge": (Wishes(judges=("frist",)), 'did you mean "first"?'),
    "no failure": (Wishes(failed=True, cases=("case-1",)), "see what is there with: evenhand plan SUITE"),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_a_part_without_items_is_refused_with_what_is_near(folder: Path, kind: str) -> None:
    run(folder)
    wishes, hint = NOTHING[kind]
    with pytest.raises(NothingSelectedError) as caught:
        run(folder, wishes)
    assert (caught.value.exit_code, caught.value.hint) == (5, hint)


@pytest.mark.parametrize("wishes", [Wishes(failed=True), Wishes(of="latest")])
def test_wishes_about_an_earlier_run_need_one(folder: Path, wishes: Wishes) -> None:
    with pytest.raises(UsageError):
        run(folder, wishes)


def test_an_earlier_run_can_be_named(folder: Path) -> None:
    first = run(folder)
    run(folder, Wishes(cases=("case-0",)))
    assert run(folder, Wishes(failed=True, of=first.run.id)).run.manifest.planned_items == 1
    with pytest.raises(NothingSelectedError):
        run(folder, Wishes(failed=True, cases=("case-0",)))


def test_a_run_of_a_part_goes_on_with_the_part_it_began_with(folder: Path, server: LoopbackServer) -> None:
    run(folder)
    with pytest.raises(KeyboardInterrupt):
        run_suite(
            folder,
            folder / "suites" / "s.yaml",
            RunOptions(again=True),
            _interrupt,
            Wishes(disagreed=True, sample=2),
        )
    began = judged(folder)
    done = resume_run(folder, "latest", RunOptions(), lambda _run, _progress: None)
    assert (done.run.state, done.account.open) == (RunState.FINISHED, 0)
    assert judged(folder) == began
    assert sum(calls.reused for calls in done.account.calls.values()) == 0, "it was to ask again"


def _interrupt(_run: object, _progress: object) -> None:
    raise KeyboardInterrupt


def test_a_part_of_a_part_is_another_plan(folder: Path) -> None:
    hashes = {
        run(folder, wishes).run.manifest.inputs_hash()
        for wishes in (Wishes(), Wishes(cases=("case-1",)), Wishes(cases=("case-2",)), Wishes(sample=2))
    }
    assert len(hashes) == 4


def test_a_plan_counts_what_is_recorded_and_what_would_be_asked(folder: Path, server: LoopbackServer) -> None:
    suite = folder / "suites" / "s.yaml"
    fresh = plan_suite(folder, suite, look_up=True)
    assert (fresh.recorded_units, [judge.calls.low for judge in fresh.judges]) == (None, [12, 12])
    run(folder, Wishes(principles=("keep.secrets",)))
    asked = len(server.ledger.calls)
    plan = plan_suite(folder, suite, look_up=True)
    assert (plan.recorded_units, [judge.calls.low for judge in plan.judges]) == (12, [6, 6])
    part = plan_suite(folder, suite, Wishes(principles=("keep.secrets",)), look_up=True)
    assert (part.units, part.recorded_units, [judge.calls.high for judge in part.judges]) == (12, 12, [0, 0])
    assert len(server.ledger.calls) == asked
