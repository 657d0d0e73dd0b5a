"""The README's two commands are the ones that CI runs."""

import re
from pathlib import Path

import pytest

COMMAND = re.compile(r"^<!-- command: (\w+) -->\n```\w*\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
RUNS_BOOTSTRAP = re.compile(r"python3 requirements/bootstrap\.py (\w+)$")


@pytest.fixture
def commands(project_root: Path) -> dict[str, str]:
    return dict(COMMAND.findall((project_root / "README.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["demo", "test"])
def test_the_readme_gives_one_pasteable_line(commands: dict[str, str], name: str) -> None:
    assert "\n" not in commands[name]
    found = RUNS_BOOTSTRAP.search(commands[name])
    assert found
    assert found[1] == name


def test_the_readme_marks_no_other_command(commands: dict[str, str]) -> None:
    assert set(commands) == {"demo", "test"}


def test_ci_takes_the_test_command_from_the_readme(project_root: Path) -> None:
    script = (project_root / ".ci/run").read_text(encoding="utf-8")
    assert "command=$(readme_command test)" in script
    assert "bootstrap.py test\n" not in script


PLACE = re.compile(r"(?:tests|benchmarks|reports|docs|requirements)/[\w./-]*\w")
MODULE = re.compile(r"-m (benchmarks(?:\.\w+)+)")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/explanation.md"])
def test_every_place_a_page_sends_people_to_is_there(project_root: Path, page: str) -> None:
    text = (project_root / page).read_text(encoding="utf-8")
    missing = {place for place in PLACE.findall(text) if not (project_root / place).exists()}
    modules = {name: project_root / name.replace(".", "/") for name in MODULE.findall(text)}
    missing |= {
        name
        for name, path in modules.items()
        if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists())
    }
    assert not missing
