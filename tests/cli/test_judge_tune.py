"""`evenhand judge tune` in a process of its own, on recorded judges and on a scripted one."""

import json
import random
from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import run_process
from tests.workflows.calibration_kit import Line, RecordedSuite, label
from tests.workflows.tuning.tuning_kit import TEMPLATE, tuning_workspace

from evenhand.cli.documents import document_schema
from evenhand.testing import JudgeAnswer, JudgeRequest

COUNT = 900
RIGHT, WRONG = "complies", "violates"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A suite of one recorded judge, and three others beside it."""
    dice = random.Random(7)
    truth = {f"c{number}": dice.choice([RIGHT, WRONG]) for number in range(COUNT)}

    def lines(accuracy: float) -> list[Line]:
        other = {RIGHT: WRONG, WRONG: RIGHT}
        return [
            {"case": case, "label": said if dice.random() < accuracy else other[said]}
            for case, said in truth.items()
        ]

    suite = RecordedSuite(
        folder=tmp_path,
        cases=[
            {"id": name, "response": f"Answer {name}.", "slice": {"half": "ab"[place % 2]}}
            for place, name in enumerate(truth)
        ],
        ratings={"old": lines(0.7), "good": lines(0.93), "same": lines(0.72), "bad": lines(0.4)},
        labels=[label(case, text) for case, text in truth.items()],
    )
    suite.write()
    (tmp_path / "p.panel.yaml").write_text("schema: panel/v1\nid: p\njudges: [old]\n", encoding="utf-8")
    return tmp_path


def tune(folder: Path, *arguments: str) -> tuple[str, ...]:
    return ("judge", "tune", "suite.yaml", "--judge", "old", *arguments)


@pytest.mark.parametrize(
    ("candidates", "more", "code", "words"),
    [
        (("good", "same", "bad"), ("--slice", "half"), 0, "The gate accepts the candidate"),
        (("same",), (), 4, "Not decided"),
        (("bad",), (), 5, "No candidate is better"),
    ],
)
def test_the_outcome_is_told_and_is_the_exit_code(
    folder: Path, candidates: tuple[str, ...], more: tuple[str, ...], code: int, words: str
) -> None:
    files = [part for name in candidates for part in ("--candidate", f"{name}.yaml")]
    ended = run_process(*tune(folder, *files, *more), cwd=folder)
    assert ended.code == code, ended.err
    assert words in ended.out
    assert f"candidates tried on these labels: {len(candidates)} now" in ended.out
    assert ("sealed gain: +" in ended.out) == (code == 0)
    reports = sorted(path.suffix for path in (folder / "reports").iterdir())
    assert reports == [".html", ".json", ".md"]


def test_a_candidate_that_is_worse_on_a_group_is_refused(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "good.jsonl").read_text().splitlines()]
    for line in lines:
        if int(line["case"][1:]) % 2:
            line["label"] = RIGHT
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (folder / "lopsided.jsonl").write_text(text, encoding="utf-8")
    judge = (folder / "good.yaml").read_text().replace("good", "lopsided")
    (folder / "lopsided.yaml").write_text(judge, encoding="utf-8")
    ended = run_process(*tune(folder, "--candidate", "lopsided.yaml", "--slice", "half"), cwd=folder)
    assert ended.code == 1, ended.out + ended.err
    assert "The gate refuses the candidate" in ended.out
    assert "not done: The sealed labels were left closed" in ended.err


def test_the_document_holds_what_the_report_holds(folder: Path) -> None:
    ended = run_process(*tune(folder, "--candidate", "good.yaml", "--format", "json", "--json"), cwd=folder)
    assert ended.code == 0, ended.err
    document = ended.document
    report = json.loads(Path(document["files"][0]).read_text())
    assert document["schema"] == "evenhand/judge-tune/v1"
    assert (document["outcome"], document["exit_code"]) == ("accepted", 0)
    for key in ("candidates", "chosen", "gate", "sealed", "tried_now", "tried_ever", "reason"):
        assert document[key] == report[key]
    jsonschema.Draft202012Validator(document_schema("evenhand/judge-tune/v1")).validate(document)
    assert document["proposal"] == [], "the candidate is a file of the workspace already"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nobody proposes a candidate"),
        (("--candidate", "good.yaml", "--must-be", "nicer"), "nicer"),
        (("--candidate", "good.yaml", "--shown", "1"), "between 0 and 1"),
        (("--candidate", "nobody.yaml"), "nobody.yaml"),
        (("--candidate", "good.yaml", "--humans", "nobody.jsonl"), "nobody.jsonl"),
        (("--few-shot", "0"), "few-shot"),
    ],
)
def test_what_can_not_be_asked_for_is_told(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    ended = run_process(*tune(folder, *arguments), cwd=folder)
    assert (ended.code, words in ended.err) == (2, True), ended.err


def test_few_shot_is_proposed_as_files_outside_the_judges(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=500) as workspace:
        before = sorted(path.name for path in (workspace.folder / "judges").iterdir())
        ended = run_process(
            *("judge", "tune", "s", "--judge", "reader", "--few-shot", "12", "--draws", "2", "--seed", "3"),
            *("--out", "proposed", "--json"),
            cwd=workspace.folder,
        )
        assert ended.code == 0, ended.err
        document = ended.document
        assert [Path(path).name for path in document["proposal"]] == [
            "reader.yaml",
            "reader.j2",
            "examples.yaml",
        ]
        assert (workspace.folder / "proposed/reader.j2").read_text() == TEMPLATE
        assert sorted(path.name for path in (workspace.folder / "judges").iterdir()) == before
        assert document["chosen"]["shown"] > 0


def test_a_tuning_that_may_cost_more_than_agreed_asks_nobody(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=300, price=400.0) as workspace:
        better = workspace.judge("careful", f"Read carefully. {TEMPLATE}")
        ended = run_process(
            "judge", "tune", "s", "--judge", "reader", "--candidate", better, cwd=workspace.folder
        )
        assert ended.code == 2
        assert "nobody can be asked here" in ended.err
        assert not workspace.server.ledger.calls


def test_wordings_of_a_model_are_tried_from_the_command_line(tmp_path: Path) -> None:
    careful = f"Read carefully. {TEMPLATE}"

    def writer(_request: JudgeRequest) -> JudgeAnswer:
        return JudgeAnswer(raw=careful)

    with tuning_workspace(tmp_path, writer, cases=400) as workspace:
        ended = run_process(
            *("judge", "tune", "s", "--judge", "reader", "--reword", "words", "--rewordings", "1"),
            cwd=workspace.folder,
        )
        assert ended.code == 0, ended.err
        assert "starts: 1 wording to write" in ended.err
        proposal = next((workspace.folder / "reports").glob("*-proposal"))
        assert (proposal / "reader.j2").read_text() == careful
        assert '"1.1.0"' in (proposal / "reader.yaml").read_text()


def test_a_generator_that_is_not_there_is_told_with_near_names(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=60) as workspace:
        ended = run_process(
            "judge", "tune", "s", "--judge", "reader", "--reword", "word", cwd=workspace.folder
        )
        assert (ended.code, "words" in ended.err) == (2, True), ended.err
