"""Everything that can be said about the files of a workspace without running anything."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenhand.catalog.constitutions import read_constitution
from evenhand.catalog.feedback_files import read_feedback
from evenhand.catalog.files import shown_path
from evenhand.catalog.gate_files import USUAL_QUARANTINE
from evenhand.catalog.generators import lint_generator, read_generator
from evenhand.catalog.judges import JudgeFile, read_judge
from evenhand.catalog.lint_constitution import lint_constitution
from evenhand.catalog.lint_extends import lint_left_out
from evenhand.catalog.lint_judges import (
    PatternCheck,
    TemplateCheck,
    lint_account,
    lint_judge,
    lint_patterns,
    lint_price_age,
)
from evenhand.catalog.lint_panels import lint_panel
from evenhand.catalog.lint_suites import lint_suite
from evenhand.catalog.panels import read_panel
from evenhand.catalog.quarantine import check_days, read_quarantine
from evenhand.catalog.settings import Workspace, find_workspace, read_settings
from evenhand.catalog.source import in_order, whole_file
from evenhand.catalog.suites import read_suite
from evenhand.catalog.workspace import FOLDERS, PROJECT_FILE, SETTINGS_FILE, find_root
from evenhand.errors import FileError, Finding, Severity

_KIND = re.compile(
    r"""^schema:[ \t]*["']?(?P<kind>constitution|judge|panel|suite|quarantine|generator|feedback)/""",
    re.MULTILINE,
)
_HEAD_BYTES = 64_000
_BY_ENDING = {
    ("judges", "panel"): "panel",
    ("judges", "generator"): "generator",
    ("suites", "feedback"): "feedback",
}
"""What a file holds that does not say, by its folder and the last part of its name."""
_SKIPPED = {"node_modules", "__pycache__", "site-packages"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """What lint found."""

    findings: tuple[Finding, ...]
    """Errors and warnings, by file and line."""
    files: int
    """How many files were looked at."""
    principles: int
    """How many principles were looked at."""

    @property
    def errors(self) -> int:
        """How many of the findings are errors."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)


def lint_paths(
    paths: Iterable[Path],
    *,
    root: Path | None = None,
    template_check: TemplateCheck | None = None,
    pattern_check: PatternCheck | None = None,
    today: date | None = None,
) -> LintReport:
    """Look at files, and at all files of folders that hold a constitution, a judge, a panel, a suite or settings.

    Args:
        paths: Files and folders.
        root: The workspace; by default the one around each file.
        template_check: Says what is wrong in a prompt template; None leaves templates unchecked.
        pattern_check: Says why a pattern can not be matched; None leaves patterns unchecked.
        today: The day, for what grows old; None leaves ages unchecked.
    """
    linter = _Linter(root, template_check, pattern_check, today)
    for file in dict.fromkeys(file for path in paths for file in _files(path)):
        linter.look_at(file)
    return LintReport(
        findings=tuple(in_order(linter.findings)), files=linter.files, principles=linter.principles
    )


class _Linter:
    """Looks at one file after the other."""

    def __init__(
        self,
        root: Path | None,
        template_check: TemplateCheck | None,
        pattern_check: PatternCheck | None,
        today: date | None,
    ) -> None:
        self.findings: list[Finding] = []
        self.files = 0
        self.principles = 0
        self._root = root
        self._workspaces: dict[Path, Workspace | None] = {}
        self._template_check = template_check
        self._pattern_check = pattern_check
        self._today = today

    def look_at(self, path: Path) -> None:
        """Add the findings of one file."""
        self.files += 1
        root = self._root or find_root(path.parent)
        kind = _kind_of(path)
        if kind == "constitution":
            self._constitution(path, root)
        elif kind == "judge":
            self._judge(read_judge(path, root), root)
        elif kind == "panel":
            panel = read_panel(path, root)
            self.findings += [*panel.findings, *lint_panel(panel)]
        elif kind == "suite":
            suite = read_suite(path, root)
            self.findings += [*suite.findings, *lint_suite(suite, self._today)]
        elif kind == "quarantine":
            self._quarantine(path)
        elif kind == "generator":
            generator = read_generator(path)
            self.findings += [*generator.findings, *lint_generator(generator, self._template_check)]
        elif kind == "feedback":
            self.findings += read_feedback(path, root).findings
        elif kind == "settings":
            self.findings += _settings(path)
        else:
            self.findings.append(_unknown(path))

    def _constitution(self, path: Path, root: Path) -> None:
        file = read_constitution(path, root)
        own = file.document.source.path  # what could be better in a base is told when the base is looked at
        self.findings += file.findings
        self.findings += [finding for finding in lint_constitution(file, root) if finding.path == own]
        self.findings += lint_left_out(file)
        self.principles += len(file.record.principles) if file.record else 0

    def _judge(self, judge: JudgeFile, root: Path) -> None:
        self.findings += [*judge.findings, *lint_judge(judge, self._template_check)]
        if workspace := self._workspace(root):
            self.findings += lint_account(judge, workspace)
            if self._today is not None:
                self.findings += lint_price_age(judge, workspace, self._today)
        if self._pattern_check is not None:
            self.findings += lint_patterns(judge, self._pattern_check)

    def _quarantine(self, path: Path) -> None:
        file = read_quarantine(path)
        self.findings += [*file.findings, *(check_days(file, self._today) if self._today else ())]

    def _workspace(self, root: Path) -> Workspace | None:
        """Return a workspace, read once; None where its settings are wrong, which is reported by themselves."""
        if root not in self._workspaces:
            try:
                self._workspaces[root] = find_workspace(root)
            except FileError:
                self._workspaces[root] = None
        return self._workspaces[root]


def _files(path: Path) -> Iterator[Path]:
    """Yield `path`, or the files of a folder that are evenhand's."""
    if not path.is_dir():
        yield path
        return
    for each in sorted(path.rglob("*")):
        inside = each.relative_to(path).parts
        hidden = any(part.startswith(".") or part in _SKIPPED for part in inside)
        if not hidden and each.is_file() and _kind_of(each):
            yield each


def _kind_of(path: Path) -> str:
    """Return what a file holds by its name and its `schema:`; an empty string where it is none of ours."""
    if path.name == SETTINGS_FILE:
        return "settings"
    if path.name == PROJECT_FILE:
        return "settings" if "[tool.evenhand" in _head(path) else ""
    head = _head(path) if path.suffix in {".yaml", ".yml", ".md"} else ""
    if path.suffix == ".md":
        head = head.split("\n---", 1)[0] if head.startswith("---") else ""
    match = _KIND.search(head)
    if match or not head:
        return match["kind"] if match else ""
    folder = path.parent.name
    if path.name == USUAL_QUARANTINE:
        return "quarantine"
    ending = path.stem.rpartition(".")[2]
    if (folder, ending) in _BY_ENDING:
        return _BY_ENDING[folder, ending]
    return folder.removesuffix("s") if folder in FOLDERS else ""


def _head(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")
    except OSError:
        return ""


def _settings(path: Path) -> list[Finding]:
    try:
        return read_settings(path)[1]
    except FileError as error:
        return list(error.findings)


def _unknown(path: Path) -> Finding:
    if not path.exists():
        return whole_file(shown_path(path), "F001", f"there is no file {shown_path(path)}")
    kinds = "constitution/v1, judge/v1, panel/v1, suite/v1, generator/v1, feedback/v1 or quarantine/v1"
    hint = f"begin it with schema: {kinds}; data is read through a suite"
    return whole_file(
        shown_path(path), "F011", "the file is none that evenhand reads by itself", suggestion=hint
    )
