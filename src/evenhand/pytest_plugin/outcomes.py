"""What becomes of a test: no verdict is an error and not a failure, and whoever reads it sees what was said."""

from collections.abc import Iterator, Sequence

import pytest

from evenhand.errors import EvenhandError
from evenhand.pytest_plugin.cells import Cell
from evenhand.pytest_plugin.options import Undecidedness
from evenhand.pytest_plugin.state import HANDED_OUT, TOLD, options_of
from evenhand.pytest_plugin.verdict import CannotJudgeError, PanelVerdict, UndecidedError

_MOST_VERDICTS = 5
SECTION = "evenhand"


def settle(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Turn pytest's report on a phase of a test into what its verdict, or the want of one, means. In place."""
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, CannotJudgeError):
        _as_error(report)
    elif isinstance(error, UndecidedError):
        _undecided(report, options_of(item.config).undecided)
    if TOLD in item.stash and isinstance(report.longrepr, tuple):  # a skip, which is told where it was raised
        report.longrepr = (str(item.path), 1, report.longrepr[2])
    if report.failed and (verdicts := item.stash.get(HANDED_OUT, [])):
        report.sections.append((SECTION, "\n".join(_explained(verdicts))))
    report.evenhand = _told(item)  # type: ignore[attr-defined]  # reports carry what is put on them


def _told(item: pytest.Item) -> list[list[str]]:
    """Return suite and name of each verdict of a test with what it says, as plain values."""
    told = [item.stash[TOLD]] if TOLD in item.stash else []
    for verdict in item.stash.get(HANDED_OUT, []):
        name = Cell(verdict.case, verdict.candidate, verdict.principle).name
        told.append([verdict.suite, name, verdict.meaning or "undecided"])
    return told


def _as_error(report: pytest.TestReport) -> None:
    """Let it count as an error: what was to be measured was not there, as when a fixture fails."""
    if report.when == "call":
        report.when = "setup"


def _undecided(report: pytest.TestReport, wanted: Undecidedness) -> None:
    if wanted == "error":
        _as_error(report)
    elif wanted == "pass" and report.when == "call":
        report.outcome, report.longrepr = "passed", None


def _explained(verdicts: list[PanelVerdict]) -> Iterator[str]:
    """Yield the explanations of the last verdicts of a test, the last one first."""
    shown = verdicts[: -_MOST_VERDICTS - 1 : -1]
    for verdict in shown:
        yield verdict.headline
        yield from (f"  {line}" for line in _told_by(verdict))
    if len(verdicts) > len(shown):
        yield f"and {len(verdicts) - len(shown)} verdicts before these"


def _told_by(verdict: PanelVerdict) -> Sequence[str]:
    try:
        return verdict.tell()
    except (
        EvenhandError
    ) as error:  # its files or its ledger are gone since; that is not what the test is about
        return [f"can not be explained any more: {error!a}"]


def comparison_lines(operator: str, left: object, right: object) -> list[str] | None:
    """Return what `assert verdict == LABEL` says when it fails; None where no verdict is compared."""
    verdict, other = (left, right) if isinstance(left, PanelVerdict) else (right, left)
    if not isinstance(verdict, PanelVerdict) or not isinstance(other, str) or operator not in {"==", "!="}:
        return None
    return [f"{verdict.label!a} {operator} {other!a}", verdict.headline]
