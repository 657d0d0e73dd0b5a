"""Suites from files, with everything they name: constitution, panel, judges, templates, cases, labels, recordings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.constitutions import ConstitutionFile, read_constitution
from evenhand.catalog.files import shown_path
from evenhand.catalog.gate_checks import check_gate
from evenhand.catalog.panels import PanelFile, read_panel
from evenhand.catalog.record_files import RecordFile, follow_or_note, read_record
from evenhand.catalog.source import refuse, select_texts, whole_file
from evenhand.catalog.suite_checks import check_suite, drifted
from evenhand.catalog.workspace import find_root
from evenhand.errors import Finding
from evenhand.records.calibration import CalibrationMap
from evenhand.records.constitution import Constitution
from evenhand.records.judge import Judge
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit
from evenhand.records.suite import LabelFile, Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSuite:
    """A suite with everything it names, checked together."""

    suite: Suite
    constitution: Constitution
    panel: Panel
    """The panel; it names its judges by their ids."""
    calibration: CalibrationMap | None
    """The calibration map the panel names."""
    fit: PanelFit | None
    """The panel's fit, where its rule is learned."""
    judges: tuple[Judge, ...]
    """The judges, in the panel's order."""
    templates: Mapping[str, str]
    """Text of the prompt template of each judge that asks a model, by judge id."""
    root: Path
    """The workspace."""
    path: Path
    """The suite's file."""
    constitution_path: Path
    constitution_bases: tuple[Path, ...] = ()
    """Files that the constitution extends, directly or not."""
    panel_path: Path
    judge_paths: Mapping[str, Path]
    """File of each judge, by judge id."""
    template_paths: Mapping[str, Path]
    """File of each template, by judge id."""
    recordings: Mapping[str, tuple[Path, ...]]
    """Files of ratings or replies of each recorded judge, by judge id."""
    case_files: Mapping[Path, str]
    """Files of cases in their order, each with the word it adds to the tags of its cases."""
    label_paths: tuple[Path, ...]
    """Files of labels, one for each entry of the suite's `labels`."""

    def labels(self) -> Iterator[tuple[LabelFile, Path]]:
        """Yield each entry of the suite's `labels` with its file."""
        return zip(self.suite.labels, self.label_paths, strict=True)

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Files of labels, each once."""
        return tuple(dict.fromkeys(self.label_paths))

    @property
    def recording_files(self) -> tuple[Path, ...]:
        """Files of recorded ratings and replies, each once."""
        return tuple(dict.fromkeys(path for paths in self.recordings.values() for path in paths))


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFile:
    """A suite's file that was read, right or wrong."""

    file: RecordFile[Suite]
    constitution: ConstitutionFile | None
    """The constitution's file, if it was found."""
    panel: PanelFile | None
    """The panel's file, if it was found."""
    loaded: LoadedSuite | None
    """The suite; None where something is wrong in it or in a file it names."""
    findings: tuple[Finding, ...]
    """Everything wrong in the suite's file and in all files it names."""


def load_suite(path: Path, root: Path | None = None) -> LoadedSuite:
    """Return the suite of a file with everything it names; cases and labels are found, not read.

    Args:
        path: A YAML file.
        root: The workspace; nothing a file names may lie outside. By default the one around `path`.

    Raises:
        FileError: A file has findings; those of all files are in the error.
    """
    suite = read_suite(path, root or find_root(path.parent))
    refuse(suite.findings)
    assert suite.loaded is not None
    return suite.loaded


def read_suite(path: Path, root: Path) -> SuiteFile:
    """Read a suite and all files it names with everything wrong in them."""
    file: RecordFile[Suite] = read_record(path, Suite, "suite/v1")
    findings = [*file.findings, *_outside(path, root)]
    constitution_path = follow_or_note(file, ("constitution",), root, findings)
    constitution = read_constitution(constitution_path, root) if constitution_path else None
    panel_path = follow_or_note(file, ("panel",), root, findings)
    panel = read_panel(panel_path, root) if panel_path else None
    findings += constitution.findings if constitution else ()
    findings += panel.findings if panel else ()
    cases = _follow_all(file, "cases", root, findings)
    labels = _follow_all(file, "labels", root, findings)
    if constitution and constitution.record:
        findings += check_suite(file, constitution.record, panel)
        findings += check_gate(file, constitution.record, root)
    findings = list(dict.fromkeys(findings))
    loaded = None
    if not findings and constitution and panel:
        loaded = _put_together(file, constitution, panel, cases, labels, root)
    return SuiteFile(
        file=file, constitution=constitution, panel=panel, loaded=loaded, findings=tuple(findings)
    )


def _outside(path: Path, root: Path) -> Iterator[Finding]:
    if path.exists() and not path.resolve().is_relative_to(root.resolve()):
        message = f"the suite lies outside the workspace {shown_path(root)}"
        yield whole_file(
            shown_path(path), "F006", message, suggestion="run evenhand in the suite's own workspace"
        )


def _follow_all(file: RecordFile[Suite], key: str, root: Path, findings: list[Finding]) -> list[Path]:
    paths: list[Path] = []
    for place, _ in select_texts(file.document.data, key, None, "path"):
        target = follow_or_note(file, place, root, findings)
        if target is None:
            continue
        if key == "cases" and target in paths:
            findings.append(
                file.finding("S003", "this file of cases is named twice", place, suggestion="keep one")
            )
        findings += drifted(file, place, target)
        paths.append(target)
    return paths


def _put_together(
    file: RecordFile[Suite],
    constitution: ConstitutionFile,
    panel: PanelFile,
    cases: list[Path],
    labels: list[Path],
    root: Path,
) -> LoadedSuite:
    suite, rules, bench = file.record, constitution.record, panel.loaded
    assert suite is not None
    assert rules is not None
    assert bench is not None
    judges = bench.judges
    return LoadedSuite(
        suite=suite,
        constitution=rules,
        panel=bench.panel,
        calibration=bench.calibration.called(rules.renamed) if bench.calibration else None,
        fit=bench.fit.called(rules.renamed) if bench.fit else None,
        judges=tuple(each.judge for each in judges),
        templates={each.judge.id: each.template for each in judges if each.template_path},
        root=root,
        path=file.path,
        constitution_path=constitution.path,
        constitution_bases=constitution.bases,
        panel_path=bench.path,
        judge_paths={each.judge.id: each.path for each in judges},
        template_paths={each.judge.id: each.template_path for each in judges if each.template_path},
        recordings={each.judge.id: each.recording_paths for each in judges if each.recording_paths},
        case_files={path: entry.tag for path, entry in zip(cases, suite.cases, strict=True)},
        label_paths=tuple(labels),
    )
