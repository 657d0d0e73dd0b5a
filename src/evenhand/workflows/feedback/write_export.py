"""Write an export: rows in files, their schema, a dataset card and a manifest, all of it or nothing."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from evenhand.catalog.files import digest_file, shown_path
from evenhand.errors import UsageError
from evenhand.feedback.card import ExportFacts
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.provenance import Provenance
from evenhand.feedback.rows import Record
from evenhand.feedback.shapes import Source, row_schema
from evenhand.feedback.trust import TrustReason
from evenhand.records.canonical import ascii_line
from evenhand.reporting.feedback.card import render_card
from evenhand.workflows.feedback.shards import ShardKind, WrittenShards, write_shards
from evenhand.workflows.feedback.spool import Rules, Spool

MANIFEST, CARD, SCHEMA = "manifest.json", "README.md", "row.schema.json"
_SCHEMA_NAME: Final = "feedback-export/v1"
_HINT: Final = "name another folder with --out"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an export says of itself beside its rows."""

    source: Source
    provenance: Provenance
    include_gate: bool
    license: str
    version: str
    """Of evenhand."""


def write_export(
    records: Iterable[Record],
    folder: Path,
    *,
    rules: Rules,
    about: About,
    kind: ShardKind,
    force: bool = False,
) -> ExportFacts:
    """Write what records come to into a new folder, in one step at the end; nothing where no record becomes a row.

    Memory does not grow with the texts: rows lie on disk until it is known which of them say the same.

    Args:
        records: What rows are made of; each is read once.
        folder: The folder; its name is taken at the end.
        rules: By what records become rows.
        about: What the export says of itself.
        kind: What files are written.
        force: Whether an earlier export may be replaced.

    Raises:
        UsageError: There is a folder, and `force` is not set or it is no export; or it can not be written.
    """
    _refuse_what_is_there(folder, force=force)
    with _staged(folder) as staged:
        with tempfile.TemporaryFile(dir=staged) as stream:
            spool = Spool(rules=rules, stream=stream)
            spool.fill(records)
            written = write_shards(spool.rows(), staged, kind)
        facts = _facts(spool, written, about)
        if facts.total:
            _write_beside(staged, facts)
            _put_in_place(staged, folder)
    return facts


def _facts(spool: Spool, written: WrittenShards, about: About) -> ExportFacts:
    rules, rows = spool.rules, dict.fromkeys(spool.rules.splits.shares, 0)
    for file in written.files:
        rows[file.split] += file.rows
    return ExportFacts(
        format=rules.format,
        shape=rules.shape,
        source=about.source,
        conversational=rules.conversational,
        provenance=about.provenance,
        standing=rules.standing.facts,
        records=spool.records,
        rows=rows,
        left_out={reason: spool.left_out[reason] for reason in LeftOut if spool.left_out[reason]},
        trust={reason: spool.trust[reason] for reason in TrustReason if spool.trust[reason]},
        untrusted=rules.untrusted,
        held_back=len(rules.held),
        include_gate=about.include_gate,
        shares=rules.splits.shares,
        seed=rules.splits.seed,
        license=about.license,
        version=about.version,
        files=written.files,
        beside=written.beside,
    )


# -- Beside the rows -------------------------------------------------------------------------------


def _write_beside(folder: Path, facts: ExportFacts) -> None:
    schema = row_schema(facts.format, facts.shape, conversational=facts.conversational)
    _save(folder / SCHEMA, _pretty(schema))
    _save(folder / CARD, render_card(facts))
    _save(folder / MANIFEST, _pretty(_manifest(folder, facts)))


def _manifest(folder: Path, facts: ExportFacts) -> dict[str, Any]:
    beside = [{"path": name, "sha256": digest_file(folder / name)} for name in (CARD, SCHEMA)]
    content = {"schema": _SCHEMA_NAME, **asdict(facts), "documents": beside}
    return dict(json.loads(ascii_line(content)))


def _pretty(content: Any) -> str:
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


# -- Places ----------------------------------------------------------------------------------------


def _refuse_what_is_there(folder: Path, *, force: bool) -> None:
    if not folder.exists() and not folder.is_symlink():
        return
    if not force:
        raise UsageError(
            f"{shown_path(folder)} is there already",
            hint=f"{_HINT}, or replace an earlier export with --force",
        )
    if folder.is_symlink() or not _is_export(folder):
        raise UsageError(
            f"{shown_path(folder)} is no export of evenhand, and --force replaces nothing else", hint=_HINT
        )


def _is_export(folder: Path) -> bool:
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("schema") == _SCHEMA_NAME


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Give a folder beside the place of the export, which is gone in the end unless it was put in its place."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise _refusal(folder, error) from error
    try:
        yield staged
    except OSError as error:
        raise _refusal(folder, error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _put_in_place(staged: Path, folder: Path) -> None:
    mask = os.umask(0o077)
    os.umask(mask)
    staged.chmod(0o777 & ~mask)
    if not folder.exists():
        staged.rename(folder)
        return
    gone = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    folder.rename(gone / "earlier")
    try:
        staged.rename(folder)
    except OSError:
        with suppress(OSError):
            (gone / "earlier").rename(folder)
        raise
    finally:
        shutil.rmtree(gone, ignore_errors=True)


def _refusal(folder: Path, error: OSError) -> UsageError:
    return UsageError(f"{shown_path(folder)} can not be written: {error.strerror or error}", hint=_HINT)


__all__ = ["CARD", "MANIFEST", "SCHEMA", "About", "write_export"]
