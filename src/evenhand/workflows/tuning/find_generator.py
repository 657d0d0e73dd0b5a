"""Find a generator by its file or by its name in the workspace."""

from pathlib import Path
from typing import Final

from evenhand.catalog.generators import LoadedGenerator, load_generator
from evenhand.errors import UnknownNameError, UsageError

_ENDINGS: Final = (".generator.yaml", ".generator.yml")


def find_generator(root: Path, name: str) -> LoadedGenerator:
    """Return the generator that `name` stands for: a path, or NAME of judges/NAME.generator.yaml.

    Raises:
        UnknownNameError: There is no such generator.
        UsageError: It lies outside the workspace, or writes no other wordings.
        FileError: Its file has findings.
    """
    named = (root / "judges" / f"{name}{ending}" for ending in _ENDINGS)
    found = next((path for path in (Path(name), root / name, *named) if path.is_file()), None)
    if found is None:
        files = sorted((root / "judges").glob("*.generator.y*ml"))
        known = [path.name.partition(".generator.")[0] for path in files]
        raise UnknownNameError("generator", name, known)
    if not found.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"generator {name} lies outside the workspace", hint="copy it into the workspace")
    loaded = load_generator(found)
    if "reword" not in loaded.templates:
        raise UsageError(
            f"generator {loaded.generator.id} writes no other wordings",
            hint="give its file a prompt for them: `prompts: {reword: NAME.reword.j2}` (see `evenhand init`)",
        )
    return loaded
