"""Write a suite of one text, so that a text that no suite holds is judged and kept like any other.

The files lie beside the ledger and are named by their content: the same question is the same suite.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.constitution import Constitution
from evenhand.workflows.derived import path_from

_FOLDER = "texts"
_CONSTITUTIONS = (".md", ".yaml", ".yml")
_PANELS = (".panel.yaml", ".panel.yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuestion:
    """A text to judge by one principle."""

    response: str
    """The text; hostile."""
    principle: str
    """Id of the principle."""
    prompt: str = ""
    """What it answers; empty where that is not known."""
    constitution: str = ""
    """The constitution, by name or file; empty takes the only one of the workspace."""
    panel: str = ""
    """The panel, by name or file; empty takes the only one of the workspace."""
    scope: Mapping[str, str] = field(default_factory=dict)
    """Where the case lies, matched against the scope of the principle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSuite:
    """The suite that was written."""

    path: Path
    case: str
    """Name of its only case."""


def write_text_suite(start: Path, question: TextQuestion) -> TextSuite:
    """Write the suite that asks one question.

    Args:
        start: Folder from which the workspace is looked for.
        question: The text and its principle.

    Raises:
        UnknownNameError: There is no such constitution, panel or principle.
        UsageError: Several constitutions or panels could be meant, or the files can not be written.
        FileError: The constitution has findings.
    """
    workspace = find_workspace(start)
    constitution = _find(workspace, "constitution", question.constitution, "constitutions", _CONSTITUTIONS)
    panel = _find(workspace, "panel", question.panel, "judges", _PANELS)
    _require(load_constitution(constitution, workspace.root), question.principle)
    case: dict[str, Any] = {"response": question.response, "principles": [question.principle]}
    if question.prompt:
        case["prompt"] = question.prompt
    if question.scope:
        case["scope"] = dict(question.scope)
    return _write(workspace, constitution, panel, case)


def _require(constitution: Constitution, principle: str) -> None:
    if principle not in constitution.by_id:
        raise UnknownNameError(
            "principle", principle, constitution.by_id, within=f"constitution {constitution.id}"
        )


def _find(workspace: Workspace, kind: str, name: str, folder: str, endings: tuple[str, ...]) -> Path:
    """Return the file that a name stands for; without a name the only one of its kind."""
    home = workspace.root / folder
    files = sorted(path for path in home.glob("*") if path.name.endswith(endings)) if home.is_dir() else []
    names = {path.name.removesuffix(_ending(path, endings)): path for path in files}
    if not name:
        if len(files) != 1:
            raise UsageError(
                f"which {kind}? the workspace has {', '.join(names) or 'none'}", hint=f"name one: {kind}=NAME"
            )
        return files[0]
    written = (workspace.root / name).resolve()
    if written.is_file() and written.is_relative_to(workspace.root.resolve()):
        return written
    if name not in names:
        raise UnknownNameError(kind, name, names)
    return names[name]


def _ending(path: Path, endings: tuple[str, ...]) -> str:
    return next(ending for ending in endings if path.name.endswith(ending))


def _write(workspace: Workspace, constitution: Path, panel: Path, case: dict[str, Any]) -> TextSuite:
    folder = workspace.ledger_path.parent / _FOLDER
    names = {"constitution": path_from(folder, constitution), "panel": path_from(folder, panel)}
    content = json.dumps({**names, "case": case}, sort_keys=True)
    name = f"text-{sha256(content.encode()).hexdigest()[:16]}"
    suite = {
        "schema": "suite/v1",
        "id": name,
        "title": "One text",
        **names,
        "principles": {"include": case["principles"]},
        "cases": [{"path": f"{name}.jsonl"}],
        # The panel's quorum says what a failed rating means for the only item there is.
        "limits": {"failed_share": 1},
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _save(folder / f"{name}.jsonl", json.dumps({"id": name, **case}))
        _save(folder / f"{name}.yaml", json.dumps(suite, indent=1))
    except OSError as error:
        raise UsageError(f"{folder} can not be written: {error.strerror}") from error
    return TextSuite(path=folder / f"{name}.yaml", case=name)


def _save(path: Path, text: str) -> None:
    """Write a file whole, or leave the equal one that is there."""
    content = f"{text}\n".encode()
    if path.is_file() and path.read_bytes() == content:
        return
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
