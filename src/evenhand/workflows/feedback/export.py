"""Export what a run said as training data: rows that others read, with all that is known of each label."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError
from evenhand.feedback.card import ExportFacts
from evenhand.feedback.provenance import provenance_of
from evenhand.feedback.shapes import SHAPES, Format, Shape, Source, flat_columns
from evenhand.feedback.splits import read_splits
from evenhand.workflows.feedback.find_labelled import find_labelled
from evenhand.workflows.feedback.people import read_people
from evenhand.workflows.feedback.shards import ShardKind
from evenhand.workflows.feedback.spool import Rules
from evenhand.workflows.feedback.standing import find_standing
from evenhand.workflows.feedback.write_export import About, write_export
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.versions import version_of

ALPHA: Final = 0.1
"""Share of decisions made alone that may be wrong, unless told otherwise (methods.md 4.1)."""
SHARD_MB: Final = 200
CALLED_FROM_PYTHON: Final = "export_feedback() called from Python"
_LICENSE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWishes:
    """What somebody wants to be exported."""

    format: Format
    plain: bool = False
    """Whether texts are plain instead of lists of messages."""
    untrusted: bool = False
    """Whether rows that nobody vouches for are wanted too, marked."""
    include_gate: bool = False
    """Whether sources with labels of the gate split may become training data."""
    splits: str = "train=1"
    """Splits with their shares of the sources."""
    seed: int = 0
    """Of the splits."""
    calibration: str | None = None
    """The run whose calibration is meant; None looks for it."""
    humans: tuple[Path, ...] = ()
    """Human labels beside those of the suite."""
    alpha: float = ALPHA
    """Share of decisions made alone that may be wrong."""
    license: str = ""
    """Licence of the sources; empty where it is not known."""
    shard_mb: float = SHARD_MB
    """Most megabytes of the rows of a file."""
    packed: bool = False
    """Whether JSON lines are packed with gzip."""
    force: bool = False
    """Whether an earlier export may be replaced."""


def export_feedback(
    start: Path, name: str, folder: Path, wishes: ExportWishes, *, command: str = CALLED_FROM_PYTHON
) -> ExportFacts:
    """Write the labels of a run as training data; nothing is written where no record becomes a row.

    The same ledger, label files and wishes give the same bytes. Where a calibration is used to certify, that use of its
    labels is written into the ledger.

    Args:
        start: Folder from which the workspace is looked for.
        name: A run that judged, or one of `feedback revise`; "latest" is the newest that judged.
        folder: Where to write; a new folder.
        wishes: What is wanted.
        command: The command line, for the record of the use of labels.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The format has no meaning for the run, a wish is out of its range, case files have changed, or the
            folder is there or can not be written.
        MeasureError: The run has not ended, or the ledger can not be read.
    """
    _refuse_wishes(wishes)
    splits = read_splits(wishes.splits, seed=wishes.seed)
    labelled = find_labelled(start, name)
    stored, shape = labelled.stored, shape_of(wishes.format, labelled.source)
    with collecting_less():
        people = read_people(
            stored,
            humans=wishes.humans,
            include_gate=wishes.include_gate,
            elsewhere=labelled.held_elsewhere(include_gate=wishes.include_gate),
        )
        standing = find_standing(
            stored,
            people,
            name=wishes.calibration,
            humans=wishes.humans,
            alpha=wishes.alpha,
            passing=shape is Shape.COMPLETION and labelled.source is not Source.PAIRS,
            command=command,
        )
        provenance = provenance_of(stored.run.id, stored.manifest, labelled.writer)
        rules = Rules(
            format=wishes.format,
            shape=shape,
            conversational=not wishes.plain,
            splits=splits,
            standing=standing,
            people=people.said.keys(),
            held=people.held,
            untrusted=wishes.untrusted,
            columns=provenance.columns(standing.facts),
        )
        about = About(
            source=labelled.source,
            provenance=provenance,
            include_gate=wishes.include_gate,
            license=wishes.license,
            version=version_of("evenhand"),
        )
        return write_export(
            labelled.read(people.said),
            folder,
            rules=rules,
            about=about,
            kind=shard_kind(wishes, shape),
            force=wishes.force,
        )


def shape_of(format_: Format, source: Source) -> Shape:
    """Return the shape that a format gives to what rows are made from.

    Raises:
        UsageError: It has no meaning there.
    """
    shape = SHAPES[format_].get(source)
    if shape is None:
        fitting = ", ".join(name for name, shapes in SHAPES.items() if source in shapes)
        raise UsageError(
            f"--format {format_} has no meaning for a run of {source}",
            hint=f"for {source} there is {fitting}",
        )
    return shape


def shard_kind(wishes: ExportWishes, shape: Shape) -> ShardKind:
    """Return what files are written."""
    return ShardKind(
        most_bytes=int(wishes.shard_mb * 1e6),
        packed=wishes.packed,
        flat=flat_columns(shape) if wishes.format is Format.PARQUET else None,
    )


def _refuse_wishes(wishes: ExportWishes) -> None:
    if not 0 < wishes.alpha < 1:
        raise UsageError(f"--alpha is {wishes.alpha:g}; it should lie between 0 and 1, such as 0.1")
    if not wishes.shard_mb > 0:
        raise UsageError(f"--shard-mb is {wishes.shard_mb:g}; it should be above 0")
    if wishes.license and not _LICENSE.fullmatch(wishes.license):
        raise UsageError(
            "--license is no short name of a licence", hint="write it as --license cc-by-4.0, or leave it out"
        )
    if wishes.packed and wishes.format is Format.PARQUET:
        raise UsageError("Parquet files are packed already", hint="leave out --gzip")


__all__ = ["ALPHA", "SHARD_MB", "ExportWishes", "export_feedback", "shape_of", "shard_kind"]
