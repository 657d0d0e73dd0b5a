"""The demo: a workspace of the example files, its suite judged by three offline judges, and both reports."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from evenhand.workflows.calibrate import WrittenCalibration, calibrate_run
from evenhand.workflows.init_workspace import init_workspace
from evenhand.workflows.report_run import WrittenReport, report_run
from evenhand.workflows.run_suite import RunOptions, RunResult, Watch, run_suite

SUITE = "suites/demo.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo made."""

    folder: Path
    """The workspace."""
    result: RunResult
    report: WrittenReport
    calibration: WrittenCalibration
    """What the judges are worth, held against the authors' labels."""
    divided: str
    """Name of the item the judges are most divided about; empty where they agree."""


def run_demo(folder: Path | None, watch: Watch, *, command: str) -> DemoResult:
    """Run the demo.

    Args:
        folder: Where to make the workspace; None makes a new folder for it, which stays.
        watch: Is told when the run starts.
        command: The command line, for the manifest.

    Raises:
        UsageError: The folder can not be written to.
        MeasureError: The ledger can not be used.
    """
    root = folder or Path(tempfile.mkdtemp(prefix="evenhand-demo-"))
    init_workspace(root)
    result = run_suite(root, root / SUITE, RunOptions(command=command), watch)
    report = report_run(root, result.run.id)
    calibration = calibrate_run(root, result.run.id, command=command)
    divided = report.summary.divided[0].name if report.summary.divided else ""
    return DemoResult(folder=root, result=result, report=report, calibration=calibration, divided=divided)
