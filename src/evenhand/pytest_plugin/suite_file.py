"""A suite file as tests: one for each cell, and one for the suite's gate."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evenhand.pytest_plugin.cells import Cell, SuiteCells, cell_ids
from evenhand.pytest_plugin.finding import GATE, is_gate_alone
from evenhand.pytest_plugin.state import desk_of, handed_out, tell_cell
from evenhand.pytest_plugin.verdict import CannotJudgeError, UndecidedError

if TYPE_CHECKING:
    from _pytest._code.code import ExceptionInfo, TerminalRepr, TracebackStyle


class VerdictFailedError(AssertionError):
    """A panel says that an output breaks a principle."""


class SuiteFile(pytest.File):
    """A suite file."""

    suite: SuiteCells

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each cell of the suite, and one for its gate."""
        try:
            self.suite = desk_of(self.config).suite_of(self.path)
        except CannotJudgeError as error:
            raise self.CollectError(str(error)) from None
        if self.session.isinitpath(self.path) or not is_gate_alone(self.path, self.config):
            for cell, name in zip(self.suite.cells, cell_ids(self.suite.cells), strict=True):
                yield CellItem.from_parent(self, name=name, cell=cell)
        elif not self.suite.has_gate:
            raise self.CollectError(
                f"suite {self.suite.name} has no gate; write `gate: {{compares: judges}}` in it"
            )
        if self.suite.has_gate:
            yield GateItem.from_parent(self, name=GATE)


class SuiteItem(pytest.Item):
    """A test of a suite file."""

    parent: SuiteFile

    @property
    def suite(self) -> SuiteCells:
        """The suite."""
        return self.parent.suite

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the suite's file and the test's name."""
        return self.path, None, self.name

    def repr_failure(
        self, excinfo: "ExceptionInfo[BaseException]", style: "TracebackStyle | None" = None
    ) -> "str | TerminalRepr":
        """Return an outcome in words; where something broke, its traceback."""
        if isinstance(excinfo.value, VerdictFailedError | UndecidedError | CannotJudgeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class CellItem(SuiteItem):
    """One cell: passes when its verdict does, and is skipped when the answer is outside the rate."""

    def __init__(self, *, cell: Cell, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]  # pytest's own arguments are passed on
        self.cell = cell

    def setup(self) -> None:
        """Leave out what is in quarantine."""
        reason = self.suite.quarantined.get(self.cell)
        tell_cell(self, self.suite.name, self.cell.name, "quarantined" if reason else "not measured")
        if reason:
            pytest.skip(f"{self.name}: {reason}")

    def runtest(self) -> None:
        """Hold the verdict against the principle."""
        verdict = desk_of(self.config).verdict(self.suite, self.cell)
        handed_out(self).append(verdict)
        if verdict.is_undecided:
            raise UndecidedError(verdict.said)
        if verdict.fails:
            raise VerdictFailedError(verdict.said)
        if not verdict.passes:
            pytest.skip(f"{self.name}: {verdict.said}")


class GateItem(SuiteItem):
    """The suite's gate, which was decided once for the whole session."""

    def runtest(self) -> None:
        """Hold the outcome against what lets a pipeline go on."""
        gate = desk_of(self.config).gate(self.suite)
        if gate.status == "failed":
            raise VerdictFailedError(gate.words)
        if gate.status == "undecided":
            raise UndecidedError(gate.words)
        self.add_report_section("call", "evenhand", gate.words)
