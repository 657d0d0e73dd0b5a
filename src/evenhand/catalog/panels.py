"""Panels from files, with the judges they name."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evenhand.catalog.judges import JudgeFile, LoadedJudge, read_judge
from evenhand.catalog.record_files import RecordFile, follow_reference, read_record
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import refuse, select_texts
from evenhand.errors import Finding
from evenhand.records.panel import Panel

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPanel:
    """A panel with its judges."""

    panel: Panel
    """The panel; it names its judges by their ids, however the file names them."""
    path: Path
    judges: tuple[LoadedJudge, ...]
    """Its judges, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFile:
    """A panel's file that was read, right or wrong."""

    file: RecordFile[Panel]
    judges: tuple[JudgeFile, ...]
    """The judges' files that were found."""
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
    """Read a panel and its judges with everything wrong in them."""
    file: RecordFile[Panel] = read_record(path, Panel, "panel/v1")
    findings = list(file.findings)
    judges: list[JudgeFile] = []
    for place, name in select_texts(file.document.data, "judges", None):
        target = _judge_file(file, int(place[1]), name, root)
        if isinstance(target, Finding):
            findings.append(target)
        else:
            judges.append(read_judge(target, root))
            findings += judges[-1].findings
    findings += _repeated(judges)
    loaded = _put_together(file, judges) if not findings else None
    return PanelFile(file=file, judges=tuple(judges), loaded=loaded, findings=tuple(findings))


def judge_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the judge files in a folder."""
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS)
    return tuple(path.stem for path in files if not path.stem.endswith(".panel"))


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


def _put_together(file: RecordFile[Panel], judges: list[JudgeFile]) -> LoadedPanel:
    panel = file.record
    assert panel is not None
    loaded = tuple(judge.loaded for judge in judges if judge.loaded)
    ids = {name: judge.judge.id for name, judge in zip(panel.judges, loaded, strict=True)}
    weights = {ids[name]: weight for name, weight in panel.weights.items()}
    named = panel.model_copy(update={"judges": tuple(ids.values()), "weights": weights})
    return LoadedPanel(panel=named, path=file.path, judges=loaded)
