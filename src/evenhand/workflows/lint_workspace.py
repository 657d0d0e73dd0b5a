"""Check the files of a workspace: shape, references, prompt templates and patterns."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from evenhand.catalog.lint import LintReport, lint_paths
from evenhand.catalog.workspace import find_root
from evenhand.errors import NothingSelectedError
from evenhand.judging.offline.expression import why_not
from evenhand.judging.template import check_template


def lint_workspace(start: Path, paths: Sequence[Path] = ()) -> LintReport:
    """Look at files and folders, by default at the whole workspace around `start`.

    Raises:
        NothingSelectedError: There is no file of evenhand's among them.
    """
    looked_at = paths or (find_root(start),)
    today = datetime.now(UTC).date()
    report = lint_paths(looked_at, template_check=check_template, pattern_check=why_not, today=today)
    if not report.files:
        raise NothingSelectedError(
            f"there is no constitution, judge, panel, suite or settings file in {', '.join(map(str, looked_at))}",
            hint="make a workspace with: evenhand init",
        )
    return report
