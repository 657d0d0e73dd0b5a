"""A cascade from files to report: what is planned, asked, spared, explained, replayed and exported."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace

from evenhand.errors import UsageError
from evenhand.records.narrow import Wishes
from evenhand.records.rating import Spared
from evenhand.reporting.explain import render_explanation
from evenhand.testing import JudgeAnswer, LoopbackServer, serve_in_thread
from evenhand.testing.exchange import JudgeRequest
from evenhand.workflows.explain_item import explain_item
from evenhand.workflows.export_ratings import rating_lines
from evenhand.workflows.plan_suite import plan_suite
from evenhand.workflows.read_run import read_run
from evenhand.workflows.report_run import report_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite

COUNT = 100
HARD = {n for n in range(COUNT) if n % 4 == 0}
PANEL = """schema: panel/v1
id: steps
judges: [quick, other, strong]
cascade:
  - judges: [quick, other]
    settle: {disagreement: 0}
  - judges: [strong]
    settle: {confidence: 0.45}
"""


def answers(request: JudgeRequest) -> JudgeAnswer:
    """The quick judges differ on every fourth candidate, and the strong one knows."""
    if not request.candidate.startswith("Answer "):  # preflight
        return JudgeAnswer(label="complies")
    number = int(request.candidate.removeprefix("Answer "))
    tells = number % 3 == 0
    wrong = request.model == "other" and number in HARD
    return JudgeAnswer(label="violates" if tells != wrong else "complies", reason=f"I am {request.model}.")


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(answers)) as server:
        yield server


def workspace(folder: Path, server: LoopbackServer, panel: str = PANEL) -> Path:
    """Three model judges in a cascade, and human labels."""
    cases = [{"id": f"case-{n}", "prompt": "Say it.", "response": f"Answer {n}"} for n in range(COUNT)]
    model_workspace(folder, server.base_url, cases=cases)
    for name in ("quick", "other", "strong"):
        price = 10.0 if name == "strong" else 0.1
        (folder / "judges" / f"{name}.yaml").write_text(
            f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: loop/{name}\ntemplate: reader.j2\n"
            f"answer: {{reasks: 0, probabilities: repeats}}\nprice: {{input: {price}, output: {price}}}\n"
        )
    (folder / "judges" / "one.panel.yaml").write_text(panel)
    labels = [
        {
            "case": f"case-{n}",
            "principle": "keep.secrets",
            "annotator": "final",
            "label": "violates" if n % 3 == 0 else "complies",
        }
        for n in range(COUNT)
    ]
    (folder / "suites" / "labels.jsonl").write_text("".join(json.dumps(label) + "\n" for label in labels))
    with (folder / "suites" / "small.yaml").open("a") as suite:
        suite.write("labels: [{path: labels.jsonl}]\n")
    return folder


def run(folder: Path, options: RunOptions | None = None) -> RunResult:
    suite = folder / "suites" / "small.yaml"
    return run_suite(folder, suite, options or RunOptions(), lambda _run, _progress: None)


def calls(server: LoopbackServer, *, probes: int = 0) -> Counter[str]:
    counts = Counter(call.model for call in server.ledger.billed)
    return Counter({model: count - probes for model, count in counts.items()})


def test_the_report_says_what_each_step_came_to_and_what_it_saved(
    server: LoopbackServer, tmp_path: Path
) -> None:
    folder = workspace(tmp_path, server)
    result = run(folder)
    assert (result.account.spared, result.account.open) == (COUNT - len(HARD), 0)
    asked = {judge: counts.attempts for judge, counts in result.account.calls.items()}
    assert asked == {"quick": COUNT, "other": COUNT, "strong": len(HARD)}
    written = report_run(folder, "latest")
    summary = written.summary
    law = summary.conservation
    assert law.planned == law.rated + sum(law.failed.values()) + law.spared + law.open == 3 * COUNT
    assert summary.cascade is not None
    first, last = summary.cascade.steps
    assert (first.reached, first.settled, first.escalated, first.people) == (
        COUNT,
        COUNT - len(HARD),
        len(HARD),
        0,
    )
    assert (last.reached, last.settled, last.escalated, last.people) == (len(HARD), len(HARD), 0, 0)
    assert (first.calls, last.calls) == (2 * COUNT, len(HARD))
    (saving,) = summary.cascade.savings
    assert (saving.judge, saving.spared, saving.basis) == ("strong", COUNT - len(HARD), "its calls")
    mean = last.nanousd / len(HARD)
    assert saving.low_nanousd is not None
    assert saving.high_nanousd is not None
    assert saving.low_nanousd <= mean * saving.spared <= saving.high_nanousd
    assert [each.matched.n for step in summary.cascade.steps for each in step.agreement] == [75, 25]
    assert all(best.judge != "strong" for best in summary.best_judges)
    for path in written.reports:
        text = path.read_text()
        assert "spared" in text
        assert path.suffix == ".json" or "Not calibrated" in text


def test_a_saving_is_told_by_the_price_where_the_judge_was_hardly_asked(
    server: LoopbackServer, tmp_path: Path
) -> None:
    folder = workspace(
        tmp_path,
        server,
        PANEL.replace("[quick, other]\n", "[quick]\n").replace("[strong]", "[other, strong]"),
    )
    run(folder)
    cascade = report_run(folder, "latest", formats=("json",)).summary.cascade
    assert cascade is not None
    for saving, judge in zip(cascade.savings, ("other", "strong"), strict=True):
        assert (saving.judge, saving.spared, saving.basis) == (judge, COUNT, "its price")
        assert 0 < (saving.low_nanousd or 0) < (saving.high_nanousd or 0)


def test_an_explanation_shows_the_road_with_its_arithmetic(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server)
    run(folder)
    (hard,) = explain_item(folder, "case-4@latest")
    (easy,) = explain_item(folder, "case-5@latest")
    told = render_explanation(hard)
    assert "step 1: disagreement" not in told  # a tie has no verdict that could hold
    assert "step 1: step 2 is asked" in told
    assert "step 2: confidence 0.5 is at least 0.45" in told
    assert [outcome.decision for outcome in hard.cascade] == ["escalated", "settled"]
    assert "not asked: step 1 of the cascade settled the item" in render_explanation(easy)


def test_an_explanation_of_an_open_item_shows_the_steps_behind_it(
    server: LoopbackServer, tmp_path: Path
) -> None:
    folder = workspace(tmp_path, server)
    run(folder)
    with (folder / "judges" / "strong.yaml").open("a") as strong:
        strong.write("params: {max_tokens: 500}\n")
    run(folder, RunOptions(replay=True))  # which holds no reply to these questions
    (hard,) = explain_item(folder, "case-4@latest")
    told = render_explanation(hard)
    assert "verdict: open" in told
    assert "panel steps, rule majority, 1 of its steps answered" in told
    assert "step 1: quick: complies" in told
    assert told.index("step 1: step 2 is asked") < told.index("ratings are still open")
    assert [outcome.decision for outcome in hard.cascade] == ["escalated"]


def test_a_plan_says_at_least_the_first_step_and_at_most_all(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server)
    plan = plan_suite(folder, folder / "suites" / "small.yaml")
    assert {judge.judge: judge.calls.low for judge in plan.judges} == {
        "quick": COUNT,
        "other": COUNT,
        "strong": 0,
    }
    assert all(judge.calls.high >= COUNT for judge in plan.judges)
    assert plan.cascade_steps == 2
    assert not server.ledger.calls


def test_a_replay_walks_the_same_road_and_asks_nobody(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server)
    first = run(folder)
    before = len(server.ledger.calls)
    again = run(folder, RunOptions(replay=True))
    assert len(server.ledger.calls) == before
    assert again.account.terminal == first.account.terminal
    one, other = (list(rating_lines(folder, each.run.id))[1:] for each in (first, again))
    assert one == other
    assert sum('"spared"' in line for line in one) == COUNT - len(HARD)


def test_a_second_run_takes_every_step_from_the_ledger(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server)
    run(folder)
    before = len(server.ledger.calls)
    again = run(folder)
    assert len(server.ledger.calls) == before
    assert sum(counts.reused for counts in again.account.calls.values()) == 2 * COUNT + len(HARD)


def test_a_stricter_threshold_asks_only_what_was_not_asked_before(
    server: LoopbackServer, tmp_path: Path
) -> None:
    folder = workspace(tmp_path, server)
    run(folder)
    before = calls(server)
    stricter = PANEL.replace("{disagreement: 0}", "{disagreement: 0, confidence: 0.8}")
    (folder / "judges" / "one.panel.yaml").write_text(stricter)
    result = run(folder)
    assert result.account.spared == 0
    assert calls(server) - before == {"strong": COUNT - len(HARD)}


def test_a_changed_calibration_is_another_run(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server, PANEL + "calibration: map.json\n")

    def calibrate(worth: float) -> None:
        knots = {"judge": "strong", "version": "1.0.0", "knots": [[0.0, 0.0], [0.5, worth]]}
        content = {"schema": "calibration-map/v1", "maps": [knots]}
        (folder / "judges" / "map.json").write_text(json.dumps(content))

    calibrate(0.4)
    first = run(folder)
    people = [item for item in read_run(folder, "latest").items() if item.verdict and not item.verdict.label]
    assert len(people) == len(HARD)  # the judge's 0.5 is worth 0.4
    assert all(item.verdict and item.verdict.undecided == "escalated" for item in people)
    cascade = report_run(folder, "latest", formats=("json",)).summary.cascade
    assert cascade is not None
    assert cascade.is_calibrated
    calibrate(1.0)
    with pytest.raises(UsageError, match="calibration"):
        resume_run(folder, first.run.id, RunOptions(), lambda _run, _progress: None)
    assert run(folder).progress.items_undecided == 0


def test_a_part_of_a_suite_walks_the_same_road(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server)
    suite = folder / "suites" / "small.yaml"
    options = RunOptions(command="a test")
    some = run_suite(folder, suite, options, lambda _run, _progress: None, Wishes(cases=("case-1*",)))
    asked = {"case-1", *(f"case-{n}" for n in range(10, 20))}
    hard = {n for n in HARD if f"case-{n}" in asked}
    assert some.account.terminal == {"rated": 2 * len(asked) + len(hard), "spared": len(asked) - len(hard)}
    again = run_suite(folder, suite, options, lambda _run, _progress: None, Wishes(disagreed=True))
    assert again.account.terminal == {"rated": 3 * len(hard)}
    assert sum(counts.attempts for counts in again.account.calls.values()) == 0


def test_what_is_spared_is_told_in_every_unit(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server)
    run(folder)
    for item in read_run(folder, "latest").items():
        spared = [unit.judge for unit in item.units if isinstance(unit.outcome, Spared)]
        assert spared == ([] if item.seq in HARD else ["strong"])
        assert len(item.units) == 3
