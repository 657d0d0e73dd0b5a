"""The pytest plugin: plain tests of a panel's verdicts, and suites and their gates as tests.

pytest loads it where `evenhand[pytest]` is installed. Nothing here loads what judges before a test needs it.
"""

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evenhand.pytest_plugin.fixture import Evenhand as Evenhand
from evenhand.pytest_plugin.options import add_options
from evenhand.pytest_plugin.outcomes import comparison_lines, settle
from evenhand.pytest_plugin.state import (
    DESK,
    FOLDER,
    WORKER_KEY,
    desk_of,
    handed_out,
    has_notes,
    is_worker,
    notes_folder,
    options_of,
)
from evenhand.pytest_plugin.tally import Tally
from evenhand.pytest_plugin.verdict import CannotJudgeError as CannotJudgeError
from evenhand.pytest_plugin.verdict import PanelVerdict as PanelVerdict
from evenhand.pytest_plugin.verdict import UndecidedError as UndecidedError

if TYPE_CHECKING:
    from evenhand.pytest_plugin.suite_file import SuiteFile

__all__ = ["CannotJudgeError", "Evenhand", "PanelVerdict", "UndecidedError"]

_MARKER = (
    "evenhand(suite, principles=(), cases=()): run the test once for each cell of a suite that fits, with its verdict "
    "as the argument `verdict`"
)


# -- What tests may use ------------------------------------------------------------------------------


@pytest.fixture
def evenhand(request: pytest.FixtureRequest) -> Evenhand:
    """Verdicts of suites, and of texts that no suite holds."""
    return Evenhand(lambda: desk_of(request.config), handed_out(request.node))


@pytest.fixture
def verdict(request: pytest.FixtureRequest) -> PanelVerdict:
    """The verdict on the cell that `@pytest.mark.evenhand` runs the test for."""
    if not hasattr(request, "param"):
        raise CannotJudgeError("the argument `verdict` needs a suite: @pytest.mark.evenhand(suite=...)")
    found = desk_of(request.config).verdict(*request.param)
    handed_out(request.node).append(found)
    return found


# -- Setting up --------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest about the marker, and check the options."""
    config.addinivalue_line("markers", _MARKER)
    options_of(config)
    if not is_worker(config):
        config.pluginmanager.register(Tally(config), "evenhand-tally")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the notes of the session are."""
    node.workerinput[WORKER_KEY] = str(notes_folder(node.config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the notes of the session away."""
    if FOLDER in config.stash and not is_worker(config):
        shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


# -- Collecting --------------------------------------------------------------------------------------


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SuiteFile | None":
    """Take a suite file that the settings or the command line name."""
    if file_path.suffix not in {".yaml", ".yml"}:
        return None
    from evenhand.pytest_plugin.finding import is_wanted_suite  # noqa: PLC0415 - only where there is such a file

    if not is_wanted_suite(file_path, parent):
        return None
    from evenhand.pytest_plugin.suite_file import SuiteFile  # noqa: PLC0415 - only where there is a suite

    return SuiteFile.from_parent(parent, path=file_path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a marked test once for each cell."""
    marker = metafunc.definition.get_closest_marker("evenhand")
    if marker is not None:
        from evenhand.pytest_plugin.marking import parametrize_cells  # noqa: PLC0415 - only where it is used

        parametrize_cells(metafunc, marker)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Judge what the selected tests are about, all of a suite at once, before the first of them runs."""
    if DESK in session.config.stash and not session.config.option.collectonly:
        from evenhand.pytest_plugin.selecting import judge_selected  # noqa: PLC0415 - only where it is used

        judge_selected(session)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """Decide gates when the first worker has had their suites judged, before tests are distributed."""
    if has_notes(node.config):
        desk_of(node.config).decide_gates()


# -- Telling -----------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say what a verdict, or the want of one, means for its test."""
    report = yield
    settle(item, call, report)
    return report


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say what a verdict is, where it is compared with a label."""
    return comparison_lines(op, left, right)
