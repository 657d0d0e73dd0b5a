"""The page on pytest: its examples pass as they are printed, and its table has every option."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.docs.reader import blocks

from evenhand.pytest_plugin.options import add_options

RunPytest = Callable[..., pytest.RunResult]


@pytest.fixture
def page(project_root: Path) -> Path:
    return project_root / "docs" / "pytest.md"


def test_the_printed_examples_pass(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest, page: Path
) -> None:
    (workspace / "judges/my-panel.panel.yaml").write_text(
        "schema: panel/v1\nid: my-panel\njudges: [assistant-nearest]\n", encoding="utf-8"
    )
    assert_, marker = (block.body for block in blocks(page) if block.kind == "python")
    system = "def my_system(question):\n    return 'I can not share her number.'\n\n\n"
    pytester.makepyfile(test_assert=system + assert_, test_marker=marker)
    result = run("--evenhand-undecided", "pass")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] > 4
    assert set(outcomes) <= {"passed", "failed", "warning", "warnings"}
    failed = [
        line
        for line in result.outlines
        if "test_assert.py::" in line and line.startswith(("FAILED", "ERROR"))
    ]
    assert not failed


def test_the_printed_settings_collect_the_suites(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest, page: Path
) -> None:
    settings = [block.body for block in blocks(page) if block.kind == "ini"]
    for text in settings:
        (workspace / "pytest.ini").write_text(text, encoding="utf-8")
        (workspace / "tests").mkdir(exist_ok=True)
        collected = run("--collect-only", "-q")
        assert (collected.ret == pytest.ExitCode.OK) is ("evenhand_suites" in text)


def test_the_table_has_every_option(page: Path) -> None:
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)
    options = {name for option in parser.getgroup("evenhand").options for name in option.names()}
    assert (
        set(re.findall(r"^\| `(--evenhand-[a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
        == options
    )
