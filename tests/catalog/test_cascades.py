"""Cascades in panel files: what is wrong is said with its place, what to write instead, and all of it at once."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from evenhand.catalog.lint import lint_paths
from evenhand.catalog.panels import load_panel, read_panel
from evenhand.errors import Finding

Write = Callable[..., Path]
STEPS = """
cascade:
  - judges: [quick-a, quick-b]
    settle: {confidence: 0.9}
  - judges: [strong]
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a panel of three pattern judges in a workspace."""
    (tmp_path / "evenhand.toml").write_text("")
    folder = tmp_path / "judges"
    folder.mkdir()
    for name in ("quick-a", "quick-b", "strong"):
        rules = "principles:\n  '*': {prior: {complies: 1.0, violates: 0.0}}\n"
        text = f"schema: judge/v1\nid: {name}-id\nversion: 1.0.0\nkind: pattern\n{rules}"
        (folder / f"{name}.yaml").write_text(text)

    def panel(rest: str, judges: str = "[quick-a, quick-b, strong]") -> Path:
        path = folder / "p.panel.yaml"
        path.write_text(f"schema: panel/v1\nid: p\njudges: {judges}\n{rest}")
        return path

    return panel


def found(path: Path) -> list[Finding]:
    return list(read_panel(path, path.parent.parent).findings)


def test_steps_name_judges_as_the_panel_does_and_votes_are_counted_by_their_ids(write: Write) -> None:
    path = write(STEPS)
    panel = load_panel(path, path.parent.parent).panel
    assert [step.judges for step in panel.cascade] == [("quick-a-id", "quick-b-id"), ("strong-id",)]


@pytest.mark.parametrize(
    ("rest", "code", "line", "words", "hint"),
    [
        (STEPS.replace("strong", "strog"), "P003", 8, 'names "strog"', 'did you mean "strong"?'),
        (STEPS.replace("[strong]", "[strong, quick-a]"), "P003", 8, 'judge "quick-a" is in step 1', ""),
        (STEPS.replace("quick-a, ", ""), "P003", 3, 'judge "quick-a" is in no step', ""),
        (STEPS.replace("[strong]", "[]"), "V007", 8, "judges is empty", "write at least one item"),
        (STEPS.replace("0.9", "90"), "V006", 7, "at most 1", ""),
        (STEPS.replace("confidence", "confidense"), "V001", 7, "confidense", 'did you mean "confidence"?'),
        (STEPS.replace("{confidence: 0.9}", "{}"), "V008", 7, "settle needs confidence", ""),
        (
            STEPS.replace("    settle: {confidence: 0.9}\n", ""),
            "V008",
            5,
            "cascade step 1 has no settle",
            "",
        ),
        (STEPS + "    quorum: 2\n", "V008", 5, "cascade step 2 has quorum 2, but 1 judges vote", ""),
        (STEPS + "quorum: 1\n", "V008", 9, "quorum belongs to each step", ""),
        (STEPS + "    combine: both\n", "V004", 9, "combine", "write one of: step, all"),
        ("calibration: c.json\n", "V008", 4, "calibration is for a cascade", ""),
    ],
)
def test_a_cascade_that_does_not_fit_is_told_with_its_place(
    write: Write, rest: str, code: str, line: int, words: str, hint: str
) -> None:
    findings = found(write(rest))
    about = [finding for finding in findings if finding.code == code and words in finding.message]
    assert about, findings
    assert about[0].line == line
    assert hint in about[0].suggestion


def test_every_misplaced_judge_is_told_at_once_and_none_twice(write: Write) -> None:
    rest = "cascade:\n  - judges: [quik-a, quick-b]\n    settle: {confidence: 0.9}\n  - judges: [strng, quick-b]\n"
    findings = found(write(rest))
    assert [finding.code for finding in findings] == ["P003"] * 5
    assert len({finding.message for finding in findings}) == 5


def calibration(folder: Path, *maps: Mapping[str, Any], **fields: Any) -> None:
    filled = [
        {"judge": "quick-a-id", "version": "1.0.0", "knots": [[0, 0], [1, 1]]} | dict(each) for each in maps
    ]
    content = {"schema": "calibration-map/v1", "maps": filled} | fields
    (folder / "c.json").write_text(json.dumps(content, indent=1))


CALIBRATED = STEPS + "calibration: c.json\n"


def test_a_calibration_map_is_read_with_its_panel(write: Write) -> None:
    path = write(CALIBRATED)
    calibration(path.parent, {}, made="2026-11-20", source="120 labels")
    loaded = load_panel(path, path.parent.parent).calibration
    assert loaded is not None
    assert loaded.find("quick-a-id", "any") is loaded.maps[0]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"judge": "quick-a-di"}, "P004", "no judge"),
        ({"version": "0.9.0"}, "P005", "measured on version 0.9.0 of quick-a-id, which is now 1.0.0"),
        ({"knots": [[0, 0], [1, 2]]}, "V008", "pairs of probabilities"),
        ({"knots": [[1, 0], [0, 1]]}, "V008", "rising order"),
        ({"knots": [[0, 1], [1, 0]]}, "V008", "may not fall"),
        ({"knots": [[0, 0]]}, "V007", "at least 2"),
        ({"knots": [[0, 0], [1, "1"]]}, "V003", "should be a number"),
        ({"knot": []}, "V001", "unknown key"),
        ({"labels": -1}, "V006", "at least 0"),
    ],
)
def test_what_is_wrong_in_a_calibration_map_is_told(
    write: Write, change: Mapping[str, Any], code: str, words: str
) -> None:
    path = write(CALIBRATED)
    calibration(path.parent, change)
    findings = [finding for finding in found(path) if finding.code == code]
    assert any(words in finding.message for finding in findings), found(path)
    assert all(finding.path.endswith("c.json") and finding.line > 1 for finding in findings)


def test_a_calibration_map_may_hold_judges_of_other_panels(write: Write) -> None:
    path = write(CALIBRATED)
    calibration(path.parent, {}, {"judge": "somebody-else"})
    assert not found(path)


@pytest.mark.parametrize(
    "text", ['{"schema": "calibration-map/v1", "maps": [}', "[1, 2]", "", '{"maps": 1, "maps": 2}']
)
def test_a_broken_calibration_map_is_a_finding_and_no_crash(write: Write, text: str) -> None:
    path = write(CALIBRATED)
    (path.parent / "c.json").write_text(text)
    assert found(path)


def test_a_calibration_map_that_is_not_there_is_told(write: Write) -> None:
    assert any("c.json" in finding.message for finding in found(write(CALIBRATED)))


# -- Lint ------------------------------------------------------------------------------------------


def warned(path: Path) -> list[tuple[str, int]]:
    report = lint_paths([path], root=path.parent.parent)
    return [(finding.code, finding.line) for finding in report.findings]


@pytest.mark.parametrize(
    ("rest", "warnings"),
    [
        (STEPS, []),
        (STEPS.replace("confidence: 0.9", "disagreement: 0"), []),
        (STEPS.replace("confidence: 0.9", "disagreement: 1"), [("L025", 7)]),
        (STEPS.replace("confidence: 0.9", "confidence: 0"), [("L025", 7)]),
        (STEPS + "    settle: {disagreement: 0}\n", [("L025", 9)]),
        (STEPS + "    settle: {disagreement: 0}\n    combine: all\n", []),
    ],
)
def test_a_condition_that_is_always_met_is_warned_about(
    write: Write, rest: str, warnings: list[tuple[str, int]]
) -> None:
    assert warned(write(rest)) == warnings


@pytest.mark.parametrize(
    ("repeats", "confidence", "warns"), [(3, 0.9, True), (3, 0.87, False), (9, 0.9, False)]
)
def test_a_confidence_that_counted_answers_never_reach_is_warned_about(
    write: Write, repeats: int, confidence: float, *, warns: bool
) -> None:
    path = write(STEPS + f"    settle: {{confidence: {confidence}}}\n")
    (path.parent / "t.j2").write_text('{{ data("r", case.response) }}')
    (path.parent / "strong.yaml").write_text(
        "schema: judge/v1\nid: strong-id\nversion: 1.0.0\nkind: model\nmodel: openai/gpt-4o-mini-2024-07-18\n"
        f"template: t.j2\nrepeats: {repeats}\nanswer: {{probabilities: repeats}}\n"
    )
    assert warned(path) == ([("L024", 9)] if warns else [])
