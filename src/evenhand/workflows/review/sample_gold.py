"""Items whose answers are known already, from a file of labels: they show how carefully people read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evenhand.catalog.files import shown_path
from evenhand.catalog.labels import numbered_labels
from evenhand.catalog.shape_errors import quoted
from evenhand.errors import UsageError
from evenhand.records.label import HumanLabel
from evenhand.store.columns import ItemColumns
from evenhand.workflows.calibration.given import label_words
from evenhand.workflows.read_run import StoredRun


def read_gold(stored: StoredRun, items: ItemColumns, path: Path) -> Mapping[int, str]:
    """Return the known answer of items, by their position in the run.

    A line without a candidate is about all that is shown of its case. Words are read as the suite reads those of its
    own label files.

    Raises:
        FileError: Lines of the file are wrong, or it can not be read.
        UsageError: A line is about no item of the run, gives no answer of its scale, or contradicts another.
    """
    found: dict[int, str] = {}
    for number, label, places in _placed(stored, items, path):
        place = f"{shown_path(path)}:{number}"
        if not places:
            raise UsageError(
                f"{place} is about no item of run {stored.run.id}: case {quoted(label.case_id)}, principle "
                f"{quoted(label.principle_id)}",
                hint="gold items come from the run they are drawn with",
            )
        scale = stored.decider.scale(label.principle_id)
        if not scale.holds(label.label):
            allowed = ", ".join(scale.labels) or "a number of its range"
            raise UsageError(
                f"{place} answers {quoted(label.label)}, which is not on the scale of "
                f"{quoted(label.principle_id)}",
                hint=f"the answers are: {allowed}",
            )
        for seq in places:
            if found.setdefault(seq, label.label) != label.label:
                raise UsageError(
                    f"{place} contradicts an earlier line on the same item",
                    hint="a gold item has one answer; leave out what is contested",
                )
    if not found:
        raise UsageError(f"{shown_path(path)} has no lines, so there are no gold items")
    return found


def _placed(
    stored: StoredRun, items: ItemColumns, path: Path
) -> Sequence[tuple[int, HumanLabel, Sequence[int]]]:
    """Return each line with the positions of the items it is about."""
    renamed = stored.manifest.constitution.renamed
    lines = list(numbered_labels(path, label_words(stored.manifest, path), renamed))
    wanted = {(label.case_id, label.principle_id) for _, label in lines}
    places: dict[tuple[str, str], list[int]] = {}
    for seq, place in enumerate(zip(items.case_id, items.principle_id, strict=True)):
        if place in wanted:
            places.setdefault(place, []).append(seq)
    return [
        (
            number,
            label,
            [
                seq
                for seq in places.get((label.case_id, label.principle_id), ())
                if label.candidate_id in {"", items.candidate_id[seq]}
            ],
        )
        for number, label in lines
    ]
