"""Find a constitution or a panel by its file or by its name in the workspace."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UnknownNameError, UsageError

_CONSTITUTIONS = (".md", ".yaml", ".yml")
_PANELS = (".panel.yaml", ".panel.yml")
_GENERATORS = (".generator.yaml", ".generator.yml")


def find_constitution(start: Path, name: str = "") -> Path:
    """Return the file of a constitution.

    Args:
        start: Folder from which the workspace is looked for.
        name: A path from the current folder or from the workspace, or the name of a file in constitutions/; empty
            takes the only one there.

    Raises:
        UnknownNameError: There is no such constitution.
        UsageError: Several could be meant, or the file lies outside the workspace.
    """
    return _find(start, name, "constitution", "constitutions", _CONSTITUTIONS)


def find_panel(start: Path, name: str = "") -> Path:
    """Return the file of a panel, as `find_constitution`; its name is looked for in judges/.

    Raises:
        UnknownNameError: There is no such panel.
        UsageError: Several could be meant, or the file lies outside the workspace.
    """
    return _find(start, name, "panel", "judges", _PANELS)


def find_generator(start: Path, name: str) -> Path:
    """Return the file of a generator, as `find_constitution`; its name is looked for in judges/.

    Raises:
        UnknownNameError: There is no such generator.
        UsageError: The file lies outside the workspace.
    """
    return _find(start, name, "generator", "judges", _GENERATORS)


def _find(start: Path, name: str, kind: str, folder: str, endings: Sequence[str]) -> Path:
    root = find_workspace(start).root
    names = _names(root / folder, endings)
    if not name:
        if len(names) != 1:
            none = f"write one in {folder}/, or make a workspace that has some with: evenhand init"
            raise UsageError(
                f"which {kind}? the workspace has {', '.join(sorted(names)) or 'none'}",
                hint="name one of them" if names else none,
            )
        return _only(kind, next(iter(names)), names)
    found = next((path for path in (Path(name), root / name) if path.is_file()), None)
    if found is None:
        found = _only(kind, name, names)
    if not found.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"{name} lies outside the workspace {root}", hint="name its workspace too: --workspace DIR"
        )
    return found


def _only(kind: str, name: str, names: Mapping[str, Sequence[Path]]) -> Path:
    """Return the file of a name; two spellings of one name may say two things."""
    paths = names.get(name, ())
    if not paths:
        raise UnknownNameError(kind, name, names)
    if len(paths) > 1:
        raise UsageError(
            f"{name} is {' and '.join(path.name for path in paths)}", hint="name the file that is meant"
        )
    return paths[0]


def _names(home: Path, endings: Sequence[str]) -> dict[str, list[Path]]:
    files = sorted(path for path in home.glob("*") if path.is_file()) if home.is_dir() else []
    found: dict[str, list[Path]] = {}
    for path in files:
        for ending in endings:
            if path.name.endswith(ending):
                found.setdefault(path.name.removesuffix(ending), []).append(path)
    return found
