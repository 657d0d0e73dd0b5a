"""The reference pages say what the code says."""

import subprocess
import sys
from pathlib import Path

from evenhand.cli.commands import entries
from evenhand.cli.common_options import EVERY_FORMAT
from evenhand.reporting.tuning.render import RENDERERS
from evenhand.workflows.report_run import FORMATS


def test_no_reference_page_is_stale(project_root: Path) -> None:
    command = [sys.executable, str(project_root / "docs/build_reference.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{result.stdout}run: python docs/build_reference.py"


def test_every_command_is_on_the_page_of_commands(project_root: Path) -> None:
    page = (project_root / "docs/reference/cli.md").read_text(encoding="utf-8")
    assert all(f"### {entry.path}\n" in page for entry in entries())


def test_reports_are_written_in_every_format_there_is() -> None:
    assert EVERY_FORMAT == ",".join(FORMATS) == ",".join(RENDERERS)
