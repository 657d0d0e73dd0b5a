"""A constitution held against what real runs of recorded judges said under it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.workflows.calibration_kit import Line, RecordedSuite, label
from tests.workflows.review.drawn_run import COUNT as DRAWN
from tests.workflows.review.drawn_run import drawn, other_than_panel, panel_says
from tests.workflows.review.drawn_run import label as label_review

from evenhand.calibration.splits import split_clusters
from evenhand.constitution.lint.evidence import Said
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceLint
from evenhand.errors import FileError, Severity, UsageError
from evenhand.workflows.constitution_lint.read import read_evidence
from evenhand.workflows.lint_run import lint_run

COUNT = 60
NAMES = [f"c{number}" for number in range(COUNT)]
SPLITS = dict(zip(NAMES, split_clusters("s", 0, (0.4, 0.4, 0.2), NAMES).tolist(), strict=True))
LEARNABLE = [name for name in NAMES if SPLITS[name] == 0]

Answer = Callable[[str, str, str, int], str]
"""From case, candidate, principle and repeat to an answer."""


def two_replies() -> list[Line]:
    return [
        {"id": name, "candidates": [{"id": each, "text": f"{name} {each}"} for each in "xy"]}
        for name in NAMES
    ]


def ratings(answer: Answer, principles: Sequence[str], repeats: int = 1) -> list[Line]:
    return [
        {
            "case": case,
            "candidate": each,
            "principle": name,
            "repeat": repeat,
            "label": answer(case, each, name, repeat),
        }
        for case in NAMES
        for each in "xy"
        for name in principles
        for repeat in range(repeats)
    ]


def complies(*_: object) -> str:
    return "complies"


def torn(_case: str, candidate: str, principle: str, _repeat: int) -> str:
    return "violates" if (candidate == "x") == (principle == "help") else "complies"


def suite(folder: Path, judges: dict[str, Answer], *, repeats: int = 1, **more: Any) -> RecordedSuite:
    names = more.pop("principles", ("help", "safe"))
    rated = {judge: ratings(answer, names, repeats) for judge, answer in judges.items()}
    repeated = f"repeats: {repeats}\n" if repeats > 1 else ""
    return RecordedSuite(folder / "w", two_replies(), rated, principles=names, judge=repeated, **more)


def lint(made: RecordedSuite, **more: Any) -> tuple[EvidenceLint, Any]:
    found = lint_run(made.folder, made.folder / "c.yaml", [made.run().run.id], **more)
    return found.evidence, found.findings


def check(found: EvidenceLint, wanted: Check) -> CheckResult:
    return next(each for each in found.checks if each.check is wanted)


def overall(made: RecordedSuite, lines: Sequence[Line]) -> Path:
    made.folder.mkdir(exist_ok=True)
    path = made.folder / "overall.jsonl"
    path.write_text(
        "".join(json.dumps({"principle": "overall", "annotator": "ann", **line}) + "\n" for line in lines)
    )
    return path


def test_an_undeclared_conflict_is_an_error_at_its_principle(tmp_path: Path) -> None:
    found, findings = lint(suite(tmp_path, {"one": torn, "two": torn}))
    (finding,) = findings
    assert finding.code == "U005"
    assert finding.severity is Severity.ERROR
    assert finding.excerpt == "- {id: safe, text: Be honest.}"
    assert finding.message.endswith('nothing says which goes first ("c0", "c1", "c2" and 57 more)')
    assert found.blocking == 1
    assert found.replies == 2 * COUNT
    assert found.judges == 2


def test_principles_that_prefer_different_replies_conflict(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": complies, "two": complies})
    made.judge = "mode: pairwise\norders: [given, swapped]\n"
    lines = [
        {"case": case, "principle": name, "order": order, "label": "a" if name == "help" else "b"}
        for case in NAMES
        for name in ("help", "safe")
        for order in ("given", "swapped")
    ]
    made.ratings = {judge: list(lines) for judge in made.ratings}
    found, findings = lint(made)
    assert found.replies == COUNT
    assert [each.code for each in findings if each.severity is Severity.ERROR] == ["U005"]
    assert check(found, Check.NEVER).needs


def test_a_conflict_that_is_declared_since_the_run_no_longer_blocks(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": torn, "two": torn})
    run = made.run().run.id
    path = made.folder / "c.yaml"
    text = path.read_text()
    path.write_text(text.replace("{id: help,", "{id: help, conflicts_with: [{id: safe, resolution: r}],"))
    found = lint_run(made.folder, path, [run])
    assert found.evidence.blocking == 0
    assert [each.severity for each in found.findings] == [Severity.WARNING]


def test_judges_who_keep_to_different_readings_make_a_principle_ambiguous(tmp_path: Path) -> None:
    def one(case: str, candidate: str, principle: str, repeat: int) -> str:
        del candidate, repeat
        return "violates" if principle == "help" and int(case[1:]) % 8 else "complies"

    found, findings = lint(suite(tmp_path, {"one": one, "two": complies}, repeats=2))
    ambiguous = check(found, Check.AMBIGUOUS)
    assert [each.principles for each in ambiguous.findings] == [("help",)]
    assert ambiguous.looked_at == 2
    assert "U001" in {each.code for each in findings}


def test_one_answer_of_each_judge_tells_no_noise_from_difference(tmp_path: Path) -> None:
    found, _ = lint(suite(tmp_path, {"one": torn, "two": complies}))
    assert check(found, Check.AMBIGUOUS).needs


def test_probabilities_of_single_answers_tell_noise_from_difference(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": complies, "two": complies})
    sure = {"complies": 0.98, "violates": 0.02}
    unsure = {"complies": 0.5, "violates": 0.5}
    contrary = {"complies": 0.02, "violates": 0.98}
    for judge, lines in made.ratings.items():
        for line in lines:
            given = (contrary if judge == "two" else sure) if line["principle"] == "help" else unsure
            line["label"] = max(given, key=lambda label: given[label])  # type: ignore[index] # lines of this test
            line["distribution"] = given  # type: ignore[index] # lines of this test
    ambiguous = check(lint(made)[0], Check.AMBIGUOUS)
    assert [each.principles for each in ambiguous.findings] == [("help",)]
    assert ambiguous.looked_at == 2


def test_a_run_with_paraphrased_prompts_adds_opinions(tmp_path: Path) -> None:
    def other(case: str, candidate: str, principle: str, repeat: int) -> str:
        del candidate, repeat
        return "violates" if principle == "safe" and int(case[1:]) % 8 else "complies"

    made = suite(tmp_path, {"one": complies}, repeats=2)
    first = made.run().run.id
    made.ratings = {"one": ratings(other, ("help", "safe"), 2)}
    second = made.run().run.id
    path = made.folder / "c.yaml"
    alone = lint_run(made.folder, path, [first]).evidence
    assert check(alone, Check.AMBIGUOUS).needs
    both = lint_run(made.folder, path, [first, second]).evidence
    assert both.runs == (first, second)
    assert [each.principles for each in check(both, Check.AMBIGUOUS).findings] == [("safe",)]


def test_labels_of_whole_replies_are_learned_from_where_they_lie_in_the_optimise_split(
    tmp_path: Path,
) -> None:
    made = suite(tmp_path, {"one": complies, "two": complies})
    path = overall(made, [{"case": name, "label": "fail"} for name in NAMES])
    found, findings = lint(made, overall=path)
    gap = check(found, Check.GAP)
    assert gap.looked_at == 2 * len(LEARNABLE)
    (finding,) = gap.findings
    assert {item.case_id for item in finding.items} <= set(LEARNABLE)
    assert [each.line for each in findings if each.code == "U008"] == [0]
    assert any(f"{2 * len(LEARNABLE):,} lie in the optimise split" in note for note in found.notes)


def test_labels_of_every_principle_of_a_reply_say_what_people_think_of_it(tmp_path: Path) -> None:
    labels = [
        label(case, "violates" if name == "help" else "complies", candidate="x", principle=name)
        for case in LEARNABLE
        for name in ("help", "safe")
    ]
    made = suite(tmp_path, {"one": complies, "two": complies}, labels=labels)
    run = made.run().run.id
    evidence = read_evidence(made.folder, [run]).evidence
    known = evidence.overall != Said.UNDECIDED
    assert known.sum() == len(LEARNABLE)
    assert (evidence.overall[known] == Said.FAIL).all()
    assert not evidence.whole_labels


def test_people_who_differ_are_read_from_all_labels_that_are_not_sealed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels = [
        label(case, str(rng.choice(["violates", "complies"])), person, candidate=each, principle="help")
        for case in NAMES
        for each in "xy"
        for person in ("ann", "bea", "cy")
    ]
    found, _ = lint(suite(tmp_path, {"one": torn, "two": torn}, labels=labels))
    not_checkable = check(found, Check.NOT_CHECKABLE)
    assert [each.principles for each in not_checkable.findings] == [("help",)]
    unsealed = sum(2 for name in NAMES if SPLITS[name] != 2)
    assert f"on {unsealed} items" in not_checkable.findings[0].message


def test_labels_of_the_workspaces_review_are_read_unless_they_are_left_out(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=DRAWN, reviewers=2)
    label_review(desk, "ann", DRAWN)
    label_review(
        desk, "bo", DRAWN, lambda number: panel_says(number) if number % 2 else other_than_panel(number)
    )
    path = tmp_path / "c.yaml"
    read = check(lint_run(tmp_path, path, ["latest"]).evidence, Check.NOT_CHECKABLE)
    assert (read.looked_at, read.needs) == (1, "")
    assert "people do not agree on" in read.findings[0].message
    without = lint_run(tmp_path, path, ["latest"], review=False).evidence
    assert check(without, Check.NOT_CHECKABLE).needs


def test_a_principle_that_changed_since_the_run_is_named(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": complies, "two": complies})
    run = made.run().run.id
    path = made.folder / "c.yaml"
    text = path.read_text().replace("- {id: help, text: Be honest.}", "- {id: new, text: Be kind.}")
    path.write_text(text.replace("{id: safe, text: Be honest.}", "{id: safe, text: Be safe.}"))
    notes = lint_run(made.folder, path, [run]).evidence.notes
    assert (
        "Principles that changed since the run; what is said of them is about the earlier text: safe."
        in notes
    )
    assert "Principles that are no longer in the constitution: help." in notes
    assert "Principles that were not judged in the run, and nothing is said of them: new." in notes


def test_a_principle_that_was_renamed_since_the_run_is_told_under_its_name_of_today(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": torn, "two": torn})
    run = made.run().run.id
    path = made.folder / "c.yaml"
    text = path.read_text().replace("{id: help,", "{id: help.more, aliases: [help],")
    path.write_text(text)
    found = lint_run(made.folder, path, [run])
    assert [each.principles for each in found.evidence.findings] == [("help.more", "safe")]
    assert "Principles that have another name now, which is said here: help (now help.more)." in (
        found.evidence.notes
    )
    assert not any("no longer" in note or "not judged" in note for note in found.evidence.notes)
    path.write_text(
        text.replace("{id: safe,", "{id: safe, conflicts_with: [{id: help.more, resolution: r}],")
    )
    assert lint_run(made.folder, path, [run]).evidence.blocking == 0


def test_principles_that_became_one_since_the_run_are_not_taken_for_each_other(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": torn, "two": torn})
    run = made.run().run.id
    path = made.folder / "c.yaml"
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if "{id: help," not in line]
    path.write_text("".join(kept).replace("{id: safe,", "{id: safe, aliases: [help],"))
    found = lint_run(made.folder, path, [run])
    assert "Principles that are no longer in the constitution: help." in found.evidence.notes
    assert found.evidence.findings[0].principles == ("help", "safe")


def test_what_can_not_be_meant_is_refused(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": complies, "two": complies})
    run = made.run().run.id
    path = made.folder / "c.yaml"
    with pytest.raises(UsageError, match="no run is named"):
        lint_run(made.folder, path, [])
    with pytest.raises(UsageError, match="of a whole reply") as caught:
        lint_run(made.folder, path, [run], overall=overall(made, [{"case": "c0", "label": "meh"}]))
    assert caught.value.hint == "its labels are pass or fail"
    with pytest.raises(UsageError, match="meets a reply"):
        lint_run(made.folder, path, [run], overall=overall(made, [{"case": "z", "label": "fail"}]))
    stranger = made.folder / "other.yaml"
    stranger.write_text(
        "schema: constitution/v1\nid: o\nversion: 1.0.0\nprinciples: [{id: kind, text: Be kind.}]\n"
    )
    with pytest.raises(UsageError, match="shares no principle"):
        lint_run(made.folder, stranger, [run])
    stranger.write_text("schema: constitution/v1\nid: o\n")
    with pytest.raises(FileError):
        lint_run(made.folder, stranger, [run])


def test_nothing_is_written_by_a_lint(tmp_path: Path) -> None:
    made = suite(tmp_path, {"one": torn, "two": torn})
    stored = made.run()
    before = {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    lint_run(made.folder, made.folder / "c.yaml", [stored.run.id])
    after = {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    assert {path.name for path in after if not path.name.endswith(("-wal", "-shm"))} == {
        path.name for path in before if not path.name.endswith(("-wal", "-shm"))
    }
    assert after[made.folder / "c.yaml"] == before[made.folder / "c.yaml"]
