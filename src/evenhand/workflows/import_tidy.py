"""Import tidy folders: a suite, recorded judges and human labels out of items, verdicts and humans."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evenhand.catalog.files import shown_path
from evenhand.catalog.tidy import TidyFolder, tidy_folders
from evenhand.errors import UsageError
from evenhand.records.tidy import ImportedSet, ImportReport, TidyMapping
from evenhand.workflows.tidy.cases import item_quirks
from evenhand.workflows.tidy.declare import RESOLVED
from evenhand.workflows.tidy.names import set_name
from evenhand.workflows.tidy.quirks import table_quirks
from evenhand.workflows.tidy.reading import Reading, Wishes, read_folder
from evenhand.workflows.tidy.write import Written, write_set

NO_MAPPING = TidyMapping.model_validate_json('{"schema": "tidy-mapping/v1"}')


def import_tidy(
    source: Path,
    root: Path,
    *,
    name: str = "",
    constitution: str = "",
    mapping: TidyMapping = NO_MAPPING,
    judges: Sequence[str] = (),
    force: bool = False,
) -> ImportReport:
    """Import a folder that holds the tidy layout, or every folder below it that does.

    Each becomes a suite with its cases, human labels and recorded ratings, a recorded judge for each judge, a panel
    of them all, and, unless the caller names one, a constitution with one principle for each criterion. A set is
    written whole or not at all.

    Args:
        source: The folder.
        root: Folder of the workspace that is written to.
        name: Name of the suite, or of what stands before the names of the sub-folders; by default the folder's.
        constitution: Constitution to judge by, as a path from the workspace.
        mapping: What the folder's criteria, labels and fields mean in it.
        judges: Judges to import, by the folder's names; none means all.
        force: Whether files that exist are written again.

    Raises:
        UsageError: The folder does not hold the layout, files exist or can not be written, or labels fit no scale.
        UnknownNameError: A judge that is wanted is not there.
        FileError: Rows or lines are bad; they are named.
    """
    folders = tidy_folders(source)
    stem = set_name(name or source.resolve().name)
    names = [_name_below(stem, folder, source) for folder in folders]
    if not force:
        _refuse_to_overwrite(root, names)
    wishes = Wishes(constitution=constitution, mapping=mapping, judges=frozenset(judges))
    return ImportReport(
        sets=tuple(
            _import_set(folder, each, wishes, root) for folder, each in zip(folders, names, strict=True)
        )
    )


def _name_below(stem: str, folder: TidyFolder, source: Path) -> str:
    parts = folder.path.relative_to(source).parts
    return f"{stem}.{set_name('.'.join(parts))}" if parts else stem


def _refuse_to_overwrite(root: Path, names: Sequence[str]) -> None:
    for name in names:
        targets = (f"suites/{name}.yaml", f"suites/{name}", f"constitutions/{name}.yaml", f"judges/{name}")
        for target in targets:
            if (root / target).exists():
                raise UsageError(
                    f"{target} exists already", hint="choose another --name, or write it again with --force"
                )


def _import_set(folder: TidyFolder, name: str, wishes: Wishes, root: Path) -> ImportedSet:
    reading = read_folder(folder, name, wishes)
    try:
        written = _write_whole(reading, wishes, root)
    except OSError as error:
        problem = f"{error.filename or root}: {error.strerror}"
        raise UsageError(
            f"the set {name} can not be written: {problem}", hint="is the workspace there?"
        ) from error
    return _imported(reading, written)


def _write_whole(reading: Reading, wishes: Wishes, root: Path) -> Written:
    """Write into a staging folder of the workspace, then move every file to its place."""
    with tempfile.TemporaryDirectory(prefix=".import-", dir=root) as staged:
        written = write_set(reading, wishes, Path(staged))
        for path in written.files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(Path(staged) / path, root / path)  # noqa: PTH105 - the name says that it overwrites
    return written


def _imported(reading: Reading, written: Written) -> ImportedSet:
    survey = reading.survey
    resolved = tuple(name for name in survey.annotators if name in RESOLVED)
    return ImportedSet(
        name=reading.name,
        source=shown_path(reading.folder.path),
        items=reading.items.count,
        verdict_rows=survey.verdict_rows,
        human_rows=survey.human_rows,
        judges={judge_id: name for name, judge_id in reading.judge_ids.items()},
        criteria=reading.criteria,
        people=len(survey.annotators) - len(resolved),
        resolved=resolved,
        mode="pairwise" if reading.pairwise else "absolute",
        rating_lines=written.rating_lines,
        label_lines=written.label_lines,
        reply_lines=written.reply_lines,
        empty_verdicts=survey.empty_verdicts,
        duplicate_rows=survey.duplicate_rows,
        unknown_verdicts=survey.unknown_verdicts.total(),
        left_out_verdicts=survey.left_out_verdicts,
        quirks=(
            *item_quirks(reading.items, pairwise=reading.pairwise),
            *table_quirks(reading),
            *written.quirks,
        ),
        files=written.files,
    )
