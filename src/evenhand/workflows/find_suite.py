"""Find a suite by its file or by its name in the workspace."""

from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UnknownNameError, UsageError


def find_suite(start: Path, name: str) -> Path:
    """Return the suite file that `name` stands for.

    Args:
        start: Folder from which the workspace is looked for.
        name: A path from the current folder or from the workspace, or the name of a file in suites/.

    Raises:
        UnknownNameError: There is no such suite.
    """
    root = find_workspace(start).root
    tried = (Path(name), root / name, root / "suites" / f"{name}.yaml", root / "suites" / f"{name}.yml")
    found = next((path for path in tried if path.is_file()), None)
    if found is None:
        raise UnknownNameError("suite", name, known_suites(start))
    if not found.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"{name} lies outside the workspace {root}", hint="name its workspace too: --workspace DIR"
        )
    return found


def known_suites(start: Path) -> list[str]:
    """Return the names of the suites of the workspace around `start`."""
    files = sorted((find_workspace(start).root / "suites").glob("*.y*ml"))
    return [path.stem for path in files]
