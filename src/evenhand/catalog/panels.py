"""Panels from files, with the judges, the calibration map and the fit they name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from evenhand.catalog.fitted_judges import strange_fit
from evenhand.catalog.judges import JudgeFile, LoadedJudge, read_judge
from evenhand.catalog.record_files import RecordFile, follow_reference, read_record
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Document, lookup, refuse, select, select_texts
from evenhand.errors import Finding, nearest_name
from evenhand.records.calibration import CalibrationMap
from evenhand.records.cascade import membership_faults
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPanel:
    """A panel with its judges."""

    panel: Panel
    """The panel; it names its judges by their ids, however the file names them."""
    path: Path
    judges: tuple[LoadedJudge, ...]
    """Its judges, in its order."""
    calibration: CalibrationMap | None = None
    """The calibration map it names."""
    fit: PanelFit | None = None
    """Its fit, where its rule is learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFile:
    """A panel's file that was read, right or wrong."""

    file: RecordFile[Panel]
    judges: tuple[JudgeFile, ...]
    """The judges' files that were found."""
    calibration: RecordFile[CalibrationMap] | None
    """The calibration map's file, if it names one that was found."""
    fit: RecordFile[PanelFit] | None
    """The file of its fit, if it names one that was found."""
    loaded: LoadedPanel | None
    """The panel; None where something is wrong in it or in a judge."""
    findings: tuple[Finding, ...]
    """Everything wrong in the panel's file, in its judges' files and in what they name."""


def load_panel(path: Path, root: Path) -> LoadedPanel:
    """Return the panel of a file with its judges.

    Args:
        path: A YAML file.
        root: The workspace; nothing a file names may lie outside.

    Raises:
        FileError: The file, or one it names, has findings.
    """
    panel = read_panel(path, root)
    refuse(panel.findings)
    assert panel.loaded is not None
    return panel.loaded


def read_panel(path: Path, root: Path) -> PanelFile:
    """Read a panel, its judges, its calibration map and its fit with everything wrong in them."""
    file: RecordFile[Panel] = read_record(path, Panel, "panel/v1", _misplaced)
    findings = _once(file)
    judges: list[JudgeFile] = []
    for place, name in select_texts(file.document.data, "judges", None):
        target = _judge_file(file, int(place[1]), name, root)
        if isinstance(target, Finding):
            findings.append(target)
        else:
            judges.append(read_judge(target, root))
            findings += judges[-1].findings
    findings += _repeated(judges)
    calibration = _beside(file, "calibration", root, findings, CalibrationMap, "calibration-map/v1")
    if calibration:
        findings += [*calibration.findings, *_strange_maps(calibration, judges)]
    fit = _beside(file, "fit", root, findings, PanelFit, "panel-fit/v1")
    if fit:
        findings += [*fit.findings, *strange_fit(fit, file.record, judges)]
    loaded = _put_together(file, judges, calibration, fit) if not findings else None
    return PanelFile(
        file=file,
        judges=tuple(judges),
        calibration=calibration,
        fit=fit,
        loaded=loaded,
        findings=tuple(findings),
    )


def _misplaced(document: Document) -> Iterator[Finding]:
    """Yield judges that are not in exactly one step of the cascade; the shape of the panel may be wrong."""
    steps = [
        [
            (int(place[3]), judge)
            for place, judge in select_texts(document.data, "cascade", number, "judges", None)
        ]
        for number, _ in enumerate(select(document.data, "cascade", None))
    ]
    judges = [judge for _, judge in select_texts(document.data, "judges", None)]
    for fault in membership_faults(judges, steps) if steps else ():
        hint = did_you_mean(str(lookup(document.data, fault.place)), fault.near) if fault.near else ""
        span = document.source.value_span(fault.place)
        yield document.source.finding("P003", fault.message, span, suggestion=hint)


def _once(file: RecordFile[Panel]) -> list[Finding]:
    """Return what is wrong in the file; the shape knows only that the cascade does not fit, which is said in full."""
    told = {finding.message for finding in file.findings if finding.code == "P003"}
    return [finding for finding in file.findings if finding.code == "P003" or finding.message not in told]


def _beside(
    file: RecordFile[Panel], key: str, root: Path, findings: list[Finding], record: Any, schema: str
) -> RecordFile[Any] | None:
    """Read the file that a key of the panel names; None where it names none, or none that is there."""
    if not any(name for _, name in select_texts(file.document.data, key)):
        return None
    target = follow_reference(file, (key,), root=root)
    if isinstance(target, Finding):
        findings.append(target)
        return None
    return read_record(target, record, schema)


def _strange_maps(file: RecordFile[CalibrationMap], judges: list[JudgeFile]) -> Iterator[Finding]:
    """Yield maps that nobody would read, and those measured on another version of their judge."""
    known: Mapping[str, str] = {
        each.file.record.id: each.file.record.version for each in judges if each.file.record
    }
    for number, each in enumerate(file.record.maps if file.record else ()):
        if each.judge not in known:
            if near := nearest_name(each.judge, known):
                message = f"the panel has no judge {quoted(each.judge)}"
                place = ("maps", number, "judge")
                yield file.finding("P004", message, place, suggestion=f'did you mean "{near}"?')
        elif each.version != known[each.judge]:
            message = (
                f"measured on version {each.version} of {each.judge}, which is now {known[each.judge]}: "
                "what its probabilities are worth is not known"
            )
            hint = "calibrate it again, or leave the map out"
            yield file.finding("P005", message, ("maps", number, "version"), suggestion=hint)


def judge_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the judge files in a folder."""
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS)
    return tuple(path.stem for path in files if not path.stem.endswith((".panel", ".generator")))


def _judge_file(file: RecordFile[Panel], index: int, name: str, root: Path) -> Path | Finding:
    """Return the file of a judge that is named by its file name without ending, or by a path."""
    place = ("judges", index)
    if "/" in name or PurePosixPath(name).suffix in _ENDINGS:
        return follow_reference(file, place, root=root, name=name)
    for ending in _ENDINGS:
        if name and (file.path.parent / f"{name}{ending}").is_file():
            return follow_reference(file, place, root=root, name=f"{name}{ending}")
    hint = did_you_mean(name, judge_names(file.path.parent))
    return file.finding("P001", f"there is no judge {quoted(name)} beside the panel", place, suggestion=hint)


def _repeated(judges: list[JudgeFile]) -> list[Finding]:
    findings: list[Finding] = []
    seen: dict[str, JudgeFile] = {}
    for judge in judges:
        if judge.file.record is None:
            continue
        name = judge.file.record.id
        other = seen.setdefault(name, judge)
        if other.file.path != judge.file.path:
            shown = other.file.document.source.path
            message = f"judge id {quoted(name)} is taken by {shown}"
            findings.append(judge.file.finding("P002", message, ("id",), suggestion="give it another id"))
    return findings


def _put_together(
    file: RecordFile[Panel],
    judges: list[JudgeFile],
    calibration: RecordFile[CalibrationMap] | None,
    fit: RecordFile[PanelFit] | None,
) -> LoadedPanel:
    panel = file.record
    assert panel is not None
    loaded = tuple(judge.loaded for judge in judges if judge.loaded)
    ids = {name: judge.judge.id for name, judge in zip(panel.judges, loaded, strict=True)}
    weights = {ids[name]: weight for name, weight in panel.weights.items()}
    cascade = tuple(
        step.model_copy(update={"judges": tuple(ids[name] for name in step.judges)}) for step in panel.cascade
    )
    named = panel.model_copy(update={"judges": tuple(ids.values()), "weights": weights, "cascade": cascade})
    return LoadedPanel(
        panel=named,
        path=file.path,
        judges=loaded,
        calibration=calibration.record if calibration else None,
        fit=fit.record if fit else None,
    )
