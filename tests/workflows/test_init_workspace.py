"""A new workspace is whole, its editor headers point at its schemas, and nothing of the user's is touched."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import UsageError
from evenhand.workflows.example_files import FOLDERS, example_files, example_folder
from evenhand.workflows.init_workspace import init_workspace
from evenhand.workflows.lint_workspace import lint_workspace

HEADER = re.compile(r"^# yaml-language-server: \$schema=(\S+)$")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init_workspace(tmp_path_factory.mktemp("made")).root


def test_every_example_file_is_in_a_new_workspace(made: Path) -> None:
    names = [name for name, _ in example_files()]
    assert {name.split("/")[0] for name in names} == set(FOLDERS)
    assert all((made / name).is_file() for name in names)
    assert (made / ".gitignore").read_text(encoding="utf-8") == ".evenhand/\n"


def test_a_new_workspace_has_nothing_to_mend(made: Path) -> None:
    report = lint_workspace(made)
    assert report.findings == ()
    assert report.files > 5


def test_every_yaml_file_names_its_schema_and_keeps_to_it(made: Path) -> None:
    files = sorted(made.rglob("*.yaml"))
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        header = HEADER.match(text.partition("\n")[0])
        assert header, path
        schema = json.loads((path.parent / header[1]).read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(parse_yaml(text, path.name).data)


def test_the_settings_name_their_schema(made: Path) -> None:
    first = (made / "evenhand.toml").read_text(encoding="utf-8").partition("\n")[0]
    assert (made / first.removeprefix("#:schema ")).is_file()


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "judges").mkdir()
    (tmp_path / "judges/close-reader.yaml").write_text("mine\n", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.log", encoding="utf-8")
    report = init_workspace(tmp_path)
    assert "judges/close-reader.yaml" in report.kept
    assert (tmp_path / "judges/close-reader.yaml").read_text(encoding="utf-8") == "mine\n"
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*.log\n.evenhand/\n"


def test_a_second_time_changes_nothing(made: Path) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    assert init_workspace(made).written == ()
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_a_dangling_link_is_something_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "evenhand.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert "evenhand.toml" in init_workspace(tmp_path).kept
    assert not (tmp_path / "elsewhere.toml").exists()


@pytest.mark.parametrize("name", ["judges", "schemas"])
def test_a_file_where_a_folder_belongs_is_an_error(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=name):
        init_workspace(tmp_path)


def test_in_a_checkout_the_examples_are_the_folders_at_the_top(project_root: Path) -> None:
    assert Path(str(example_folder())) == project_root


def test_in_a_wheel_the_examples_are_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project_root: Path
) -> None:
    for name in FOLDERS:
        (tmp_path / "example" / name).mkdir(parents=True)
    given: Callable[[str], Path] = lambda _: tmp_path  # noqa: E731 - a name for the type
    monkeypatch.setattr("evenhand.workflows.example_files.files", given)
    assert Path(str(example_folder())) == tmp_path / "example"


def test_an_installation_without_examples_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.workflows.example_files.files", lambda _: tmp_path)
    monkeypatch.setattr("evenhand.__file__", os.fspath(tmp_path / "a/b/c.py"))
    with pytest.raises(UsageError, match="no example files"):
        example_folder()
