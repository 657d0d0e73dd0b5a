"""Find a feedback file by its path or by its name in the workspace."""

from pathlib import Path
from typing import Final

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UnknownNameError, UsageError

_ENDINGS: Final = (".feedback.yaml", ".feedback.yml")


def find_feedback(start: Path, name: str) -> Path:
    """Return the feedback file that `name` stands for.

    Args:
        start: Folder from which the workspace is looked for.
        name: A path from the current folder or from the workspace, or NAME of suites/NAME.feedback.yaml.

    Raises:
        UnknownNameError: There is no such file.
        UsageError: It lies outside the workspace.
    """
    root = find_workspace(start).root
    named = (root / "suites" / f"{name}{ending}" for ending in _ENDINGS)
    found = next((path for path in (Path(name), root / name, *named) if path.is_file()), None)
    if found is None:
        raise UnknownNameError("feedback file", name, known_feedback(root))
    if not found.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"{name} lies outside the workspace {root}", hint="name its workspace too: --workspace DIR"
        )
    return found


def known_feedback(root: Path) -> list[str]:
    """Return the names of the feedback files of a workspace."""
    files = sorted((root / "suites").glob("*.feedback.y*ml"))
    return [path.name.partition(".feedback.")[0] for path in files]
