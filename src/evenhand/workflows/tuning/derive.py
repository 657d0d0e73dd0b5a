"""Write the parts of a suite as suites of their own, so that the ordinary engine judges them.

They lie in `.evenhand/derived/tune-SUITE-JUDGE/` and are made again, byte for byte, by every tuning. What a proposer is
given is read from the part `learn` alone, and that folder holds nothing of any other part.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evenhand.catalog.settings import Workspace
from evenhand.catalog.suites import LoadedSuite
from evenhand.records.constitution import Constitution
from evenhand.records.gate import GateSpec
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.workflows.derived import derived_path, make_folder, path_from
from evenhand.workflows.tuning.candidates import Candidate
from evenhand.workflows.tuning.material import MaterialPart, PartName
from evenhand.workflows.write_lines import write_lines

_NEVER: Final = 1e-9
"""Share of a gate split that no case falls into."""
_SPLITS: Final[Mapping[PartName, Mapping[str, float]]] = {
    PartName.LEARN: {"optimise": 1 - _NEVER, "gate": _NEVER, "sealed": 0},
    PartName.CHOOSE: {"optimise": 1 - _NEVER, "gate": _NEVER, "sealed": 0},
    PartName.GATE: {"optimise": 0, "gate": 1, "sealed": 0},
    PartName.SEALED: {"optimise": 0, "gate": 1, "sealed": 0},
}
"""What the labels of a part may do by themselves: those to learn from can not be calibrated with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the files of one tuning lie."""

    loaded: LoadedSuite
    """The suite whose judge is tuned."""
    folder: Path

    @staticmethod
    def of(workspace: Workspace, loaded: LoadedSuite, judge: str) -> "Home":
        """Return the place for a judge of a suite."""
        folder = derived_path(workspace) / f"tune-{loaded.suite.id}-{judge}"
        return Home(loaded=loaded, folder=folder)


def write_suite(
    home: Home,
    part: PartName,
    material: MaterialPart,
    bench: Sequence[Candidate],
    *,
    name: str,
    spec: GateSpec | None = None,
) -> Path:
    """Write the suite in which some candidates judge a part; return its file.

    Args:
        home: Where it goes.
        part: The part.
        material: Its cases and labels.
        bench: The candidates; all of them see the constitution of the first.
        name: Name of the suite's file.
        spec: Rules of a gate.

    Raises:
        UsageError: A file can not be written.
    """
    folder = home.folder / part.value
    constitution = write_constitution(home, bench[0].constitution)
    make_folder(folder)
    cases = (_line(case.canonical()) for case in material.cases)
    write_lines(folder / "cases.jsonl", cases)
    files = [*_write_labels(folder, material.labels)]
    panel = {
        "schema": "panel/v1",
        "id": "tune",
        "judges": [path_from(folder, write_judge(home, candidate)) for candidate in bench],
    }
    _save(folder / f"{name}.panel.yaml", panel)
    suite = home.loaded.suite
    said: dict[str, Any] = {
        "schema": "suite/v1",
        "id": f"{suite.id}.tune-{part.value}",
        "title": f"{suite.title or suite.id}: labels to {part.value}",
        "constitution": path_from(folder, constitution),
        "panel": f"{name}.panel.yaml",
        "principles": suite.principles.canonical(),
        "cases": [{"path": "cases.jsonl"}],
        "labels": files,
        "splits": _SPLITS[part],
        "seed": suite.seed,
        "limits": suite.limits.canonical(),
    }
    if spec is not None:
        said["gate"] = spec.canonical()
    path = folder / f"{name}.yaml"
    _save(path, said)
    return path


def write_judge(home: Home, candidate: Candidate) -> Path:
    """Write the file of a candidate, its template beside it; return the file."""
    folder = home.folder / "judges"
    make_folder(folder)
    path = folder / f"{candidate.name}.yaml"
    said = candidate.judge.canonical()
    if candidate.template:
        write_lines(folder / f"{candidate.name}.j2", [candidate.template.encode()])
        said["template"] = f"{candidate.name}.j2"
    recordings = iter(candidate.recordings)
    for place in _recordings(said):
        place["path"] = path_from(folder, next(recordings))
    _save(path, {**said, "id": candidate.name})
    return path


def write_constitution(home: Home, constitution: Constitution) -> Path:
    """Write a constitution; return its file, which is named by its content."""
    folder = home.folder / "constitutions"
    make_folder(folder)
    path = folder / f"{constitution.hash.partition(':')[2][:16]}.yaml"
    _save(path, constitution.canonical())
    return path


def _recordings(judge: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what names a recording in a judge, in the order in which its files are known."""
    if judge.get("kind") == "recorded":
        yield from ([judge["ratings"]] if judge.get("ratings") else judge["replies"])


def _write_labels(folder: Path, labels: Sequence[HumanLabel]) -> Iterator[dict[str, Any]]:
    """Write labels without the reasons of those who gave them; yield the entries of the suite file."""
    for kind, name in ((LabelKind.PERSON, "people"), (LabelKind.RESOLVED, "settled")):
        mine = [label for label in labels if label.kind is kind]
        write_lines(folder / f"{name}.jsonl", (_line(_plain(label)) for label in mine))
        resolved = sorted({label.annotator for label in mine}) if kind is LabelKind.RESOLVED else []
        if mine:
            yield {"path": f"{name}.jsonl", "resolved": resolved}


def _plain(label: HumanLabel) -> dict[str, Any]:
    said: dict[str, Any] = {
        "case": label.case_id,
        "principle": label.principle_id,
        "annotator": label.annotator,
        "label": label.label,
    }
    if label.candidate_id:
        said["candidate"] = label.candidate_id
    return said


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True).encode() + b"\n"


def _save(path: Path, data: Mapping[str, Any]) -> None:
    write_lines(path, [json.dumps(data, sort_keys=True, indent=1).encode(), b"\n"])
