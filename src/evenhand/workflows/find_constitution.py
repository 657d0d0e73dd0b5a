"""Find a constitution by its file or by its name in the workspace."""

from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UnknownNameError

_ENDINGS = (".md", ".yaml", ".yml")


def find_constitution(start: Path, name: str) -> Path:
    """Return the constitution file that `name` stands for.

    Args:
        start: Folder from which the workspace is looked for.
        name: A path from the current folder or from the workspace, or the name of a file in constitutions/.

    Raises:
        UnknownNameError: There is no such constitution.
    """
    root = find_workspace(start).root
    named = (root / "constitutions" / f"{name}{ending}" for ending in _ENDINGS)
    found = next((path for path in (Path(name), root / name, *named) if path.is_file()), None)
    if found is None:
        files = sorted(path for path in (root / "constitutions").glob("*") if path.suffix in _ENDINGS)
        raise UnknownNameError("constitution", name, [path.stem for path in files])
    return found
