"""Generators and feedback files: what they name is found, and what is wrong in them is said with its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.catalog.feedback_files import read_feedback
from evenhand.catalog.generators import load_generator, read_generator
from evenhand.catalog.lint import lint_paths
from evenhand.judging.template import check_template
from evenhand.records.generator import STEP_FIELDS

ROOT = Path(__file__).parents[2]
GENERATOR = {
    "schema": "generator/v1",
    "id": "mender",
    "version": "1.0.0",
    "model": "openai/writer-1",
    "prompts": {"revise": "revise.j2"},
}
SUITE = ROOT / "suites/demo.yaml"


def generator(folder: Path, template: str = "{{ principle.text }}", **changes: object) -> Path:
    path = folder / "judges/mender.generator.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**GENERATOR, **changes}), encoding="utf-8")
    (path.parent / "revise.j2").write_text(template, encoding="utf-8")
    return path


def test_the_shipped_generator_has_its_prompts_and_nothing_wrong_in_them() -> None:
    loaded = load_generator(ROOT / "judges/reviser.generator.yaml")
    assert set(loaded.templates) == {"critique", "revise"}
    report = lint_paths([ROOT / "judges/reviser.generator.yaml"], template_check=check_template)
    assert (report.findings, report.files) == ((), 1)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ case.response }}", "hostile text"),
        ('{{ data("x", case.respnse) }}', 'did you mean "case.response"?'),
        ("{{ scale.kind }}", "not a variable"),
        ('{{ data("x", case.decisions) }}', "not a variable"),
        ("{% for x in range(9) %}{% endfor %}", "loop"),
        ("{{ ''.__class__ }}", "not part of the template language"),
    ],
)
def test_a_prompt_may_use_the_names_of_its_kind_alone(tmp_path: Path, template: str, words: str) -> None:
    findings = lint_paths([generator(tmp_path, template)], template_check=check_template).findings
    assert [finding.code for finding in findings if finding.code == "T001"]
    assert any(words in f"{finding.message} {finding.suggestion}" for finding in findings)
    assert {finding.path.rpartition("/")[2] for finding in findings} == {"revise.j2"}


@pytest.mark.parametrize("kind", STEP_FIELDS)
def test_every_name_of_every_kind_can_be_used(kind: str) -> None:
    fields = STEP_FIELDS[kind]  # type: ignore[index] # the kinds are the keys
    written = [
        f'{{{{ data("x", {name}) }}}}' if name.startswith("case.") else f"{{{{ {name} }}}}" for name in fields
    ]
    assert check_template("\n".join(written), mode="generator", sees=fields) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prompts": {"revise": "gone.j2"}}, "F001"),
        ({"prompts": {"revise": "../../etc/passwd"}}, "F006"),
        ({"prompts": {"revize": "revise.j2"}}, ""),
        ({"prompts": {}}, ""),
        ({"schema": "judge/v1"}, "F009"),
    ],
)
def test_a_broken_generator_says_what_is_wrong_and_where(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    read = read_generator(generator(tmp_path, **changes))
    assert read.loaded is None
    assert all(finding.line >= 1 for finding in read.findings)
    assert not code or code in {finding.code for finding in read.findings}


def feedback(folder: Path, text: str) -> Path:
    path = folder / "suites/f.feedback.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"schema: feedback/v1\nid: f\n{text}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("seed: 1\n", "", "needs revise or prefer"),
        ("prefer: {suite: gone.yaml}\n", "F001", "gone.yaml"),
        ("prefer: {suite: gone.yaml, clamp: [0.6, 0.4]}\n", "", "around a half"),
        ("prefer: {suite: gone.yaml, tie_within: 0.5}\n", "", "tie_within"),
        (
            "revise: {suite: gone.yaml, generator: ../judges/mender.generator.yaml}\n",
            "G001",
            "no prompt for critique",
        ),
        ("revise: {suite: gone.yaml, generator: gone.yaml, rounds: 0}\n", "", "rounds"),
    ],
)
def test_a_broken_feedback_file_says_what_is_wrong_and_where(
    tmp_path: Path, text: str, code: str, words: str
) -> None:
    generator(tmp_path)
    read = read_feedback(feedback(tmp_path, text), tmp_path)
    assert read.loaded is None
    told = " ".join(f"{finding.code} {finding.message} {finding.suggestion}" for finding in read.findings)
    assert words in told
    assert not code or code in told
