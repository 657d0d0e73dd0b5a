"""Export the replies of a run, so that another workspace can replay it: no key, no header, no address of a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evenhand.judging.plan import places_of_run
from evenhand.records.canonical import canonical_json
from evenhand.records.judge import ModelJudge
from evenhand.records.replay import RecordingsHead
from evenhand.store.recordings import RunReplies
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.write_lines import write_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedRecordings:
    """A file of recordings that was written."""

    run: str
    path: str
    replies: int
    left_out: int
    """Replies that are too long for a line."""


def export_recordings(start: Path, name: str, path: Path, *, everything: bool = False) -> ExportedRecordings:
    """Write the replies behind the ratings of a run as JSONL; the same ledger gives the same bytes.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        path: File to write; `.gz` at the end of its name means gzip.
        everything: Whether replies that were no ratings are written too, for an audit.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The file can not be written.
        LedgerError: The ledger can not be read.
    """
    stored = read_run(start, name)
    manifest = stored.manifest
    places = places_of_run(manifest)
    replies = RunReplies(stored.ledger, stored.run, places, everything=everything)
    write_lines(path, _lines(stored, replies))
    return ExportedRecordings(
        run=stored.run.id, path=str(path), replies=replies.count, left_out=replies.left_out
    )


def _lines(stored: StoredRun, replies: RunReplies) -> Iterator[bytes]:
    manifest = stored.manifest
    head = RecordingsHead(
        schema_="recordings/v1",
        suite=manifest.suite.id,
        replies=replies.count,
        judges=tuple(judge for judge in manifest.judges if isinstance(judge, ModelJudge)),
        endpoints=tuple(each.model_copy(update={"imported": False}) for each in manifest.endpoints),
    )
    yield canonical_json(head.canonical()) + b"\n"
    for reply in replies:
        yield canonical_json(reply.canonical()) + b"\n"
