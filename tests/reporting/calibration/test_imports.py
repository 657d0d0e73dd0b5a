"""What draws figures is loaded by the page that holds them, and by nothing else."""

import subprocess
import sys

import pytest

HEAVY = ("matplotlib", "scipy.stats")
PROGRAM = """
import sys
{what}
print([name for name in {heavy} if name in sys.modules])
"""
WHAT = {
    "import": "import evenhand",
    "help": """
from evenhand.cli import main
sys.argv, sys.stdout = ["evenhand", "--help"], sys.stderr
try:
    main()
except SystemExit as end:
    assert not end.code
sys.stdout = sys.__stdout__""",
    "run": "import evenhand.workflows.run_suite, evenhand.cli",
    "report": "import evenhand.workflows.report_run, evenhand.reporting.html, evenhand.reporting.markdown",
    "calibration report, before a figure is drawn": """
import evenhand.reporting.calibration.html, evenhand.reporting.calibration.markdown
import evenhand.reporting.calibration.json_report""",
}


@pytest.mark.parametrize("what", WHAT)
def test_neither_matplotlib_nor_the_slow_part_of_scipy_is_loaded(what: str) -> None:
    program = PROGRAM.format(what=WHAT[what], heavy=HEAVY)
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"
