"""Test a constitution: its examples become a suite that the ordinary engine judges, held against what is expected.

The suite lies in `.evenhand/derived/` and is named by its content: the same examples and judges are the same suite, so
that a run of it goes on, and a second one takes from the ledger what did not change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.example_cases import find_example_files, read_example_cases
from evenhand.catalog.panels import LoadedPanel, judge_names, load_panel
from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.catalog.whole_file import replace_file
from evenhand.constitution.examples import Chosen, Excluded, TestCase, choose_tests
from evenhand.constitution.tested import Judged, Require, TestedConstitution, sum_up
from evenhand.errors import NothingSelectedError, UnknownNameError, UsageError
from evenhand.records.canonical import ascii_line
from evenhand.records.constitution import Constitution
from evenhand.records.example_case import ExampleCase
from evenhand.records.judge import ModelJudge, RecordedJudge
from evenhand.records.message import plain
from evenhand.reporting.constitution.tested import render_tested
from evenhand.workflows.derived import derived_path, path_from
from evenhand.workflows.find_constitution import find_constitution, find_panel
from evenhand.workflows.prepare import Prepared, prepare
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, Watch, run_prepared

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestWishes:
    """What is tested, on whom, and when that is good enough."""

    __test__ = False  # not a test of pytest's

    constitution: str = ""
    """By file or name; empty takes the only one of the workspace."""
    panel: str = ""
    """By file or name; empty takes the only one of the workspace."""
    judges: tuple[str, ...] = ()
    """Judges to test as a panel of their own that goes by majority, by file or name; empty takes the panel."""
    principles: tuple[str, ...] = ()
    """Principles to test, by id or pattern; empty tests all."""
    require: Require = Require.PANEL
    """Who must meet the examples."""
    borderline: bool = False
    """Whether borderline examples must be met as well."""


@dataclass(frozen=True, kw_only=True)
class PreparedTest:
    """Examples ready to be judged."""

    constitution: Constitution
    chosen: Chosen
    prepared: Prepared
    wishes: TestWishes


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """A test of a constitution, judged as far as it went."""

    __test__ = False  # not a test of pytest's

    result: RunResult
    tested: TestedConstitution


def prepare_test(start: Path, wishes: TestWishes) -> PreparedTest:
    """Choose the examples, write them as a suite and load it.

    Args:
        start: Folder from which the workspace is looked for.
        wishes: What is tested, and on whom.

    Raises:
        UnknownNameError: There is no such constitution, panel, judge or principle.
        UsageError: Several could be meant, a judge compares two texts, or a file can not be written.
        FileError: A file has findings.
        NothingSelectedError: There is no example to test on.
    """
    workspace = find_workspace(start)
    path = find_constitution(start, wishes.constitution)
    constitution = load_constitution(path, workspace.root)
    panel_path = _panel(workspace, start, wishes)
    panel = load_panel(panel_path, workspace.root)
    _refuse_pairs(panel)
    files = dict(_case_files(workspace, path, constitution))
    prompts = dict(_prompts(panel))
    chosen = choose_tests(constitution, files, prompts, only=wishes.principles)
    if not chosen.tests:
        raise NothingSelectedError(
            _nothing(constitution, chosen.excluded, wishes),
            hint="give principles examples with `use: test`, or name case files in `tests`",
        )
    suite = _write(workspace, constitution, path, panel_path, chosen.tests)
    return PreparedTest(
        constitution=constitution, chosen=chosen, prepared=prepare(start, suite), wishes=wishes
    )


def run_test(start: Path, test: PreparedTest, options: RunOptions, watch: Watch) -> TestRun:
    """Judge the examples and say what became of them.

    Raises:
        UsageError: A price is unknown, or the like; see `run_prepared`.
        MeasureError: Nothing could be measured: no ledger, no key, no endpoint.
    """
    result = run_prepared(test.prepared, options, watch)
    panel = test.prepared.loaded.panel
    judged = Judged(
        run=result.run.id,
        panel=panel.id,
        rule=panel.rule,
        judges=tuple(judge.id for judge in test.prepared.loaded.judges),
        require=test.wishes.require,
        borderline=test.wishes.borderline,
    )
    items = read_run(start, result.run.id).items()
    chosen = test.chosen
    tested = sum_up(test.constitution, chosen.tests, items, judged, chosen.excluded, chosen.untested)
    return TestRun(result=result, tested=tested)


def write_tested(tested: TestedConstitution, path: Path) -> None:
    """Write a test of a constitution as Markdown.

    Raises:
        UsageError: The file can not be written.
    """
    replace_file(path, [render_tested(tested).encode()])


def _panel(workspace: Workspace, start: Path, wishes: TestWishes) -> Path:
    if not wishes.judges:
        return find_panel(start, wishes.panel)
    if wishes.panel:
        raise UsageError(
            "a panel is tested, or judges by themselves", hint="leave out --panel, or the judges"
        )
    files = list(dict.fromkeys(_judge_file(workspace, name) for name in wishes.judges))
    written = [path.relative_to(workspace.root.resolve()).as_posix() for path in files]
    name = f"judges-{sha256(ascii_line(written).encode()).hexdigest()[:16]}"
    folder = derived_path(workspace) / name
    panel = {
        "schema": "panel/v1",
        "id": "tested-judges",
        "judges": [path_from(folder, path) for path in files],
        "rule": "majority",
    }
    path = folder / "tested.panel.yaml"
    _keep(path, [ascii_line(panel).encode()])
    return path


def _judge_file(workspace: Workspace, name: str) -> Path:
    """Return the file of a judge that is named by a path or by its name in judges/."""
    root = workspace.root.resolve()
    folder = root / "judges"
    tried = (Path(name), root / name, *(folder / f"{name}{ending}" for ending in _ENDINGS))
    found = next((path.resolve() for path in tried if path.is_file()), None)
    if found is None:
        raise UnknownNameError("judge", name, judge_names(folder))
    if not found.is_relative_to(root):
        raise UsageError(
            f"{name} lies outside the workspace {root}", hint="name its workspace too: --workspace DIR"
        )
    return found


def _refuse_pairs(panel: LoadedPanel) -> None:
    for each in panel.judges:
        judge = each.judge
        if isinstance(judge, ModelJudge | RecordedJudge) and judge.mode == "pairwise":
            raise UsageError(
                f"judge {judge.id} compares two texts, and an example of a constitution has one",
                hint="name a panel, or judges, that rate one text",
            )


def _case_files(
    workspace: Workspace, path: Path, constitution: Constitution
) -> Iterator[tuple[str, list[tuple[str, ExampleCase]]]]:
    """Yield the cases of the files that each principle names."""
    for principle in constitution.principles:
        found = [
            file
            for pattern in principle.tests
            for file in find_example_files(pattern, folder=path.parent, root=workspace.root)
        ]
        if found:
            files = list(dict.fromkeys(found))
            yield principle.id, list(read_example_cases(files, constitution.scale_of(principle)))


def _prompts(panel: LoadedPanel) -> Iterator[tuple[str, str]]:
    """Yield what the prompt of each judge says by itself."""
    for each in panel.judges:
        if isinstance(each.judge, ModelJudge):
            yield each.judge.id, f"{each.judge.system}\n{each.template}"


def _nothing(constitution: Constitution, excluded: Sequence[Excluded], wishes: TestWishes) -> str:
    if wishes.principles and not excluded:
        ids = ", ".join(constitution.by_id)
        return f"no example of the principles asked for can be tested; {constitution.id} has {ids}"
    said = f": {excluded[0].name}, because {excluded[0].reason}" if excluded else ""
    return f"{constitution.id} has no example to test judges on; {len(excluded)} left out{said}"


def _write(
    workspace: Workspace,
    constitution: Constitution,
    path: Path,
    panel: Path,
    tests: Sequence[TestCase],
) -> Path:
    """Write the suite; the same content is the same file."""
    lines = [ascii_line(_case(test)).encode() for test in tests]
    root = workspace.root.resolve()
    places = [each.resolve().relative_to(root).as_posix() for each in (path, panel)]
    digest = sha256(ascii_line(places).encode() + b"".join(lines)).hexdigest()[:16]
    folder = derived_path(workspace) / f"test-{digest}"
    suite: dict[str, Any] = {
        "schema": "suite/v1",
        "id": f"{constitution.id[:90].rstrip('._-')}.examples",
        "title": "Examples of a constitution",
        "summary": "Made by evenhand from a constitution; it is written anew whenever it is needed.",
        "constitution": path_from(folder, path),
        "panel": path_from(folder, panel),
        "principles": {"include": list(dict.fromkeys(test.principle for test in tests))},
        "cases": [{"path": "cases.jsonl"}],
        # What has no answer is told example by example.
        "limits": {"failed_share": 1},
    }
    _keep(folder / "cases.jsonl", lines)
    _keep(folder / "suite.yaml", [ascii_line(suite).encode()])
    return folder / "suite.yaml"


def _case(test: TestCase) -> Mapping[str, Any]:
    said = {
        "id": test.id,
        "prompt": plain(test.prompt) or None,
        "response": plain(test.response),
        "principles": [test.principle],
        "scope": dict(test.scope),
        "slice": {"expected": test.expected.words},
        "tags": list(test.tags),
        "sensitive": list(test.sensitive),
    }
    return {key: value for key, value in said.items() if value not in (None, [], {})}


def _keep(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file, or leave the equal one that is there."""
    content = b"".join(chunks)
    if not (path.is_file() and path.read_bytes() == content):
        replace_file(path, [content])
