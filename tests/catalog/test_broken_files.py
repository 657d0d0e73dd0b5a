"""Golden messages: what people are told about files with the mistakes people make (ux.md D3 and G.5)."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.catalog import broken_files

from evenhand.catalog.cases import scan_cases
from evenhand.catalog.codes import all_codes
from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.judges import load_judge
from evenhand.catalog.panels import load_panel
from evenhand.catalog.settings import load_settings
from evenhand.catalog.suites import load_suite
from evenhand.errors import FileError, Finding

GOLDEN = Path(__file__).with_name("broken_files.golden.txt")

KINDS: Mapping[str, tuple[Mapping[str, str], Callable[[Path], object]]] = {
    "constitutions": (broken_files.CONSTITUTIONS, load_constitution),
    "judges": (broken_files.JUDGES, lambda path: load_judge(path, Path())),
    "panels": (broken_files.PANELS, lambda path: load_panel(path, Path())),
    "suites": (broken_files.SUITES, load_suite),
    "settings": (broken_files.SETTINGS, load_settings),
    "cases": (broken_files.CASES, lambda path: scan_cases([path])),
}
FOLDERS = {"panels": "judges"}
ALL = [(kind, name) for kind, (files, _) in KINDS.items() for name in files]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "evenhand.toml": "",
        "constitutions/c.yaml": broken_files.SOUND,
        "judges/main.panel.yaml": "schema: panel/v1\nid: main\njudges: [reader]\n",
        "judges/reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: nearest\n",
        "judges/twin.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: nearest\n",
        "judges/j.j2": "x",
        "suites/c.jsonl": '{"id": "a", "response": "r"}\n',
        "suites/l.jsonl": "",
        "secret.j2": "x",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def _findings(kind: str, name: str) -> tuple[Finding, ...]:
    files, load = KINDS[kind]
    path = Path(FOLDERS.get(kind, kind)) / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(files[name], encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load(path)
    return caught.value.findings


def _rendered(finding: Finding) -> str:
    """Draw a finding in the shape of ux.md G.5."""
    head = (
        f"{finding.path}:{finding.line}:{finding.column} {finding.severity} {finding.code}: {finding.message}"
    )
    excerpt = finding.excerpt.replace("\t", " ").replace("\x07", "?")
    caret = " " * (finding.column - finding.excerpt_start) + "^" * finding.width
    return f"{head}\n   | {excerpt}\n   | {caret} {finding.suggestion}"


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_broken_file_is_explained_at_the_place_of_each_mistake(
    workspace: Path, kind: str, name: str
) -> None:
    findings = _findings(kind, name)
    assert all(finding.code in all_codes() for finding in findings)
    assert all(finding.line and finding.column for finding in findings if finding.code != "F010")
    golden = GOLDEN.read_text(encoding="utf-8").split("\n\n")
    title = f"{kind}: {name}\n"
    expected = next(entry.removeprefix(title) for entry in golden if entry.startswith(title))
    assert "\n".join(map(_rendered, findings)) == expected.rstrip("\n")


def test_the_golden_file_has_at_least_forty_messages_and_none_for_files_that_are_gone() -> None:
    titles = [entry.partition("\n")[0] for entry in GOLDEN.read_text(encoding="utf-8").split("\n\n")]
    assert titles == [f"{kind}: {name}" for kind, name in ALL]
    assert len(titles) >= 40


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_the_caret_stands_inside_the_line_that_is_shown(workspace: Path, kind: str, name: str) -> None:
    for finding in (finding for finding in _findings(kind, name) if finding.column):
        assert finding.excerpt or name == "an empty file.yaml"
        assert 0 <= finding.column - finding.excerpt_start <= len(finding.excerpt)
