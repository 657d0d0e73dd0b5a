"""Write the suite of a run with another constitution, narrowed to the principles that changed.

It lies in `.evenhand/derived/impact-NAME/` and is the same byte for byte whenever it is made again, so that a run of it
can be gone on with. It names no labels: those of its items are of the suite it was made from, and so are their splits.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from evenhand.catalog.constitution_text import write_yaml
from evenhand.catalog.settings import Workspace
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.constitution.impact import sees_ids
from evenhand.constitution.impact_results import Rejudged
from evenhand.constitution.pair_principles import ids_before
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.run import Manifest
from evenhand.workflows.derived import derived_path, make_folder, path_from
from evenhand.workflows.write_lines import write_lines

_LONGEST_NAME: Final = 110
_UNSEEN: Final = {"conflicts_with": (), "tests": ()}
"""What names other principles or files, and is shown to no judge."""
_LEFT_OUT: Final = ("labels", "gate", "title", "summary")


def derive_suite(
    workspace: Workspace, manifest: Manifest, after: Constitution, rejudged: Sequence[Rejudged]
) -> Path:
    """Write the suite; return its file.

    Args:
        workspace: The workspace.
        manifest: That of the run whose suite it is.
        after: The later constitution.
        rejudged: Which of its principles are judged.

    Raises:
        UsageError: A file can not be written.
    """
    constitution = judged_constitution(manifest, after)
    principles = [each.judged_as for each in rejudged]
    made_of = {
        "suite": manifest.suite.canonical(),
        "path": manifest.suite_path,
        "constitution": constitution.canonical(),
        "principles": principles,
    }
    digest = content_hash(made_of).removeprefix("sha256:")[:12]
    folder = derived_path(workspace) / f"impact-{manifest.suite.id}-{digest}"
    make_folder(folder)
    write_lines(folder / "constitution.yaml", [write_yaml(constitution).encode()])
    path = folder / "suite.yaml"
    written = _suite(manifest, (workspace.root / manifest.suite_path).parent, folder, principles)
    write_lines(path, [dump_yaml(written).encode()])
    return path


def judged_constitution(manifest: Manifest, after: Constitution) -> Constitution:
    """Return the later constitution as judges see it, under the names by which cases and judges of a run know it.

    A principle with another name keeps its earlier one unless judges see names; one that is gone is there by its name
    alone, and is not judged. What no judge is shown is left out.
    """
    before = manifest.constitution
    old_names = {} if sees_ids(manifest.judges) else ids_before(before, after)
    names = {each.id: old_names.get(each.id, each.id) for each in after.principles}
    kept = [
        each.model_copy(
            update={"id": names[each.id], "aliases": _other_names(each, names, before), **_UNSEEN}
        )
        for each in after.principles
    ]
    known = {name for each in kept for name in (each.id, *each.aliases)}
    gone = [
        Principle(id=each.id, text="It is gone, and is not judged.")
        for each in before.principles
        if each.id not in known
    ]
    return after.model_copy(update={"principles": (*kept, *gone), "tombstones": ()})


def _other_names(principle: Principle, names: Mapping[str, str], before: Constitution) -> tuple[str, ...]:
    """Return the names beside its own by which cases and recordings of a run may know a principle.

    Args:
        principle: One of the later constitution.
        names: What each of its principles is called here, by its id.
        before: The constitution of the run.
    """
    taken = {*names.values()}
    then = before.by_id.get(names[principle.id])
    known = dict.fromkeys((*principle.aliases, *(then.aliases if then else ())))
    return tuple(name for name in known if name not in taken)


def _suite(manifest: Manifest, source: Path, folder: Path, principles: Sequence[str]) -> dict[str, Any]:
    own = manifest.suite
    said = {name: value for name, value in own.canonical().items() if name not in _LEFT_OUT}

    def from_here(path: str) -> str:
        return path_from(folder, source / path)

    return {
        **said,
        "id": f"{own.id[:_LONGEST_NAME].rstrip('._-')}.impact",
        "title": f"{own.title or own.id}: principles that changed",
        "constitution": "constitution.yaml",
        "panel": from_here(own.panel),
        "principles": {"include": list(principles)},
        "cases": [{**case, "path": from_here(case["path"])} for case in said["cases"]],
    }
