import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenhand.catalog.cases import read_cases, scan_cases
from evenhand.catalog.files import digest_file
from evenhand.catalog.suite_checks import check_cases
from evenhand.catalog.suites import load_suite
from evenhand.errors import FileError

_JUDGE = "schema: judge/v1\nid: %s\nversion: 1.0.0\n"
FILES = {
    "evenhand.toml": "",
    "constitutions/rules.md": "---\nschema: constitution/v1\nid: rules\nversion: 1.0.0\n---\n"
    "\n## {#honesty.lies}\n\nT.\n\n## {#privacy.data}\n\nU.\n",
    "judges/reader.yaml": _JUDGE % "reader" + "kind: model\nmodel: openai/gpt-x\ntemplate: reader.j2\n",
    "judges/reader.j2": "Rule: {{ principle.text }}\n",
    "judges/near.yaml": _JUDGE % "near" + "kind: nearest\n",
    "judges/told.yaml": _JUDGE % "told" + "kind: recorded\nratings: {path: ../suites/ratings.jsonl}\n",
    "judges/main.panel.yaml": "schema: panel/v1\nid: main\njudges: [near, reader, told]\n",
    "suites/main.yaml": "schema: suite/v1\nid: main\nconstitution: ../constitutions/rules.md\n"
    "panel: ../judges/main.panel.yaml\ncases:\n- {path: cases.jsonl, tag: core}\n- path: more.jsonl\n"
    "labels:\n- path: labels.jsonl\n",
    "suites/cases.jsonl": '{"id": "a", "response": "r"}\n',
    "suites/more.jsonl": '{"id": "b", "response": "r"}\n',
    "suites/labels.jsonl": "",
    "suites/ratings.jsonl": "",
}
Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Write a workspace, with some files replaced; return its suite."""
    monkeypatch.chdir(tmp_path)

    def write(**changes: str) -> Path:
        names = {name.replace("/", "_").replace(".", "_"): name for name in FILES}
        content = {**FILES, **{names[name]: text for name, text in changes.items()}}
        for name, text in content.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return tmp_path / "suites" / "main.yaml"

    return write


def _findings(path: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(FileError) as caught:
        load_suite(path)
    return [(finding.path, finding.line, finding.code) for finding in caught.value.findings]


def test_a_suite_brings_everything_it_names(build: Build, tmp_path: Path) -> None:
    loaded = load_suite(build())
    assert [judge.id for judge in loaded.judges] == ["near", "reader", "told"]
    assert loaded.templates == {"reader": "Rule: {{ principle.text }}\n"}
    assert list(loaded.recordings) == ["told"]
    assert [case.tags for case in read_cases(loaded.case_files)] == [("core",), ()]
    assert [path.name for _, path in loaded.labels()] == ["labels.jsonl"]
    assert loaded.root == tmp_path.resolve()
    every = [
        loaded.path,
        loaded.constitution_path,
        loaded.panel_path,
        *loaded.judge_paths.values(),
        *loaded.label_files,
    ]
    assert all(path.is_file() for path in [*every, *loaded.template_paths.values(), *loaded.recording_files])


def test_mistakes_in_all_files_of_a_suite_are_named_at_once(build: Build) -> None:
    path = build(
        constitutions_rules_md=FILES["constitutions/rules.md"].replace("1.0.0", "1"),
        judges_near_yaml=FILES["judges/near.yaml"] + "neighbors: 3\n",
        judges_told_yaml=FILES["judges/told.yaml"].replace("ratings.jsonl", "rating.jsonl"),
        judges_main_panel_yaml=FILES["judges/main.panel.yaml"] + "rule: most\n",
        suites_main_yaml=FILES["suites/main.yaml"] + "seed: -1\n",
    )
    assert sorted(_findings(path)) == [
        ("constitutions/rules.md", 4, "V003"),
        ("judges/main.panel.yaml", 4, "V004"),
        ("judges/near.yaml", 5, "V001"),
        ("judges/told.yaml", 5, "F001"),
        ("suites/main.yaml", 10, "V006"),
    ]


def test_a_panel_names_its_judges_by_their_ids_however_the_file_names_them(build: Build) -> None:
    panel = (
        "schema: panel/v1\nid: main\njudges: [./near.yaml, reader]\n"
        "rule: weighted\nweights: {./near.yaml: 2, reader: 1}\n"
    )
    loaded = load_suite(build(judges_main_panel_yaml=panel))
    assert loaded.panel.judges == ("near", "reader")
    assert loaded.panel.weights == {"near": 2, "reader": 1}


@pytest.mark.parametrize(
    ("change", "text", "expected"),
    [
        (
            "suites_main_yaml",
            "principles: {include: ['honesty.*', privcy.data]}\n",
            ("suites/main.yaml", 10, "S001"),
        ),
        ("suites_main_yaml", "principles: {exclude: [help.*]}\n", ("suites/main.yaml", 10, "S002")),
        ("judges_told_yaml", "  principles: {honesty: x}\n", ("judges/told.yaml", 7, "S005")),
        ("judges_told_yaml", "  labels: {x: complied}\n", ("judges/told.yaml", 7, "S006")),
    ],
)
def test_names_that_meet_nothing_are_findings(build: Build, change: str, text: str, expected: Any) -> None:
    told = FILES["judges/told.yaml"].replace(
        "{path: ../suites/ratings.jsonl}", "\n  path: ../suites/ratings.jsonl"
    )
    base = told if change == "judges_told_yaml" else FILES["suites/main.yaml"]
    assert _findings(build(**{change: base + text})) == [expected]


def test_labels_of_a_pattern_judge_are_those_of_the_principles_its_rules_are_for(build: Build) -> None:
    rules = "kind: pattern\nprinciples:\n  'honesty.*':\n    prior: {complies: 0, violated: 1}\n"
    path = build(judges_near_yaml=_JUDGE % "near" + rules)
    assert _findings(path) == [("judges/near.yaml", 7, "S007")]


def test_a_pairwise_recording_speaks_in_pairwise_labels(build: Build) -> None:
    told = (
        _JUDGE % "told"
        + "kind: recorded\nmode: pairwise\nratings:\n  path: ../suites/ratings.jsonl\n  labels: {x: a, y: %s}\n"
    )
    panel = "schema: panel/v1\nid: main\njudges: [told]\n"
    assert load_suite(build(judges_told_yaml=told % "tie", judges_main_panel_yaml=panel)).judges
    assert _findings(build(judges_told_yaml=told % "complies", judges_main_panel_yaml=panel)) == [
        ("judges/told.yaml", 8, "S006")
    ]


def test_a_pinned_file_that_changed_is_refused_and_one_that_did_not_is_not(
    build: Build, tmp_path: Path
) -> None:
    pinned = FILES["suites/main.yaml"].replace("path: more.jsonl", "{path: more.jsonl, hash: '%s'}")
    path = build(suites_main_yaml=pinned % "sha256:00")
    assert _findings(path) == [("suites/main.yaml", 7, "S004")]
    path = build(suites_main_yaml=pinned % digest_file(tmp_path / "suites" / "more.jsonl"))
    assert load_suite(path).case_files


@pytest.mark.parametrize("template", ["../secret.j2", "/etc/passwd", "link.j2", "a\\b.j2"])
def test_a_template_may_not_leave_the_folder_of_its_judge(
    build: Build, tmp_path: Path, template: str
) -> None:
    path = build(judges_reader_yaml=FILES["judges/reader.yaml"].replace("reader.j2", json.dumps(template)))
    (tmp_path / "secret.j2").write_text("secret")
    (tmp_path / "judges" / "link.j2").symlink_to(tmp_path / "secret.j2")
    assert [(file, line) for file, line, _ in _findings(path)] == [("judges/reader.yaml", 6)]


def test_a_suite_outside_of_the_workspace_is_refused(build: Build, tmp_path: Path) -> None:
    path = build()
    with pytest.raises(FileError) as caught:
        load_suite(path, tmp_path / "judges")
    assert "F006" in {finding.code for finding in caught.value.findings}


def test_a_case_for_a_principle_that_is_not_there_is_named(build: Build) -> None:
    loaded = load_suite(build(suites_more_jsonl='{"id": "b", "principles": ["honesty.*", "privcy.data"]}\n'))
    (finding,) = check_cases(scan_cases(loaded.case_files), loaded.constitution)
    assert (finding.line, finding.code, finding.suggestion) == (1, "S008", 'did you mean "privacy.data"?')
