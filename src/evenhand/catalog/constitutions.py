"""Constitutions from files, in either spelling, with everything they extend merged into them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from evenhand.catalog.compose import Part, compose
from evenhand.catalog.constitution_checks import check_constitution, check_written
from evenhand.catalog.files import shown_path
from evenhand.catalog.locate import validate
from evenhand.catalog.record_files import RecordFile, follow_reference, read_record
from evenhand.catalog.source import refuse
from evenhand.catalog.workspace import find_root
from evenhand.errors import Finding, Severity
from evenhand.records.constitution import Constitution
from evenhand.records.extension import LeftOut, Origin

_SCHEMA = "constitution/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstitutionFile(RecordFile[Constitution]):
    """A constitution's file that was read, right or wrong, with its bases.

    `record` is the effective constitution, None where anything is wrong in one of the files; `document` holds its data,
    with the places in all files; `findings` are those of all files.
    """

    written: Constitution | None
    """The constitution as the file spells it; None where its shape or content is wrong."""
    bases: tuple[Path, ...] = ()
    """Files that it extends, and those that they extend, each once."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Where each principle is written, by id."""
    left_out: tuple[LeftOut, ...] = ()
    """Principles of the bases that it does not take."""


def load_constitution(path: Path, root: Path | None = None) -> Constitution:
    """Return the effective constitution of a YAML or Markdown file.

    Args:
        path: The file.
        root: The workspace; nothing it extends may lie outside. By default the one around `path`.

    Raises:
        FileError: A file has findings; those of all files are in the error.
    """
    file = read_constitution(path, root)
    refuse(file.findings)
    assert file.record is not None
    return file.record


def read_constitution(path: Path, root: Path | None = None) -> ConstitutionFile:
    """Read the effective constitution of a file with everything wrong in it and in those it extends.

    Args:
        path: The file.
        root: The workspace; nothing it extends may lie outside. By default the one around `path`.
    """
    return _Reader(root or find_root(path.parent)).read(path)


def read_written_constitution(path: Path) -> RecordFile[Constitution]:
    """Read a constitution as its file spells it; what it extends is not looked at."""
    return read_record(path, Constitution, _SCHEMA, check_written)


class _Reader:
    """Reads each file once, however often it is extended."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[Path, ConstitutionFile] = {}
        self._open: list[Path] = []

    def read(self, path: Path) -> ConstitutionFile:
        name = path.resolve()
        if name not in self._known:
            self._open.append(name)
            self._known[name] = self._read(path)
            self._open.pop()
        return self._known[name]

    def _read(self, path: Path) -> ConstitutionFile:
        file = read_written_constitution(path)
        if file.record is None:
            return _as_it_is(file, {})
        origins = dict(_own_origins(file, file.record))
        if not file.record.extends:
            return _as_it_is(file, origins)
        findings = list(file.findings)
        bases = self._bases(file, file.record, findings)
        return self._composed(file, file.record, origins, bases, findings)

    def _bases(
        self, file: RecordFile[Constitution], written: Constitution, findings: list[Finding]
    ) -> list[ConstitutionFile]:
        """Return the bases that could be read, right or wrong."""
        bases = []
        for index, extension in enumerate(written.extends):
            place = ("extends", index, "ref")
            target = follow_reference(file, place, root=self._root)
            if isinstance(target, Finding):
                findings.append(target)
            elif target in self._open:
                names = [*self._open[self._open.index(target) :], target]
                circle = " extends ".join(shown_path(name) for name in names)
                hint = "take one of these out of extends"
                findings.append(file.finding("C014", f"a circle: {circle}", place, suggestion=hint))
            else:
                base = self.read(target)
                findings += base.findings
                if base.record is not None:
                    findings += _pinned(file, index, extension.hash, base.record)
                bases.append(base)
        return bases

    def _composed(
        self,
        file: RecordFile[Constitution],
        written: Constitution,
        origins: Mapping[str, Origin],
        bases: list[ConstitutionFile],
        findings: list[Finding],
    ) -> ConstitutionFile:
        parts = [_part(base, base.record, base.origins, base.left_out) for base in bases if base.record]
        paths = dict.fromkeys(path for base in bases for path in (base.path, *base.bases))
        if len(parts) < len(written.extends):
            return ConstitutionFile(
                path=file.path,
                document=file.document,
                record=None,
                findings=_each_once(findings),
                written=written,
                bases=tuple(paths),
            )
        composed = compose(_part(file, written, origins), parts)
        findings += composed.findings
        record = None
        if composed.origins or not composed.findings:
            record, wrong = validate(TypeAdapter(Constitution), Constitution, composed.document)
            findings += [*wrong, *check_constitution(composed.document)]
        refused = any(finding.severity is Severity.ERROR for finding in findings)
        return ConstitutionFile(
            path=file.path,
            document=composed.document,
            record=None if refused else record,
            findings=_each_once(findings),
            written=written,
            bases=tuple(paths),
            origins=composed.origins,
            left_out=composed.left_out,
        )


def _as_it_is(file: RecordFile[Constitution], origins: Mapping[str, Origin]) -> ConstitutionFile:
    """Return a file that extends no other one, or that can not be read."""
    return ConstitutionFile(
        path=file.path,
        document=file.document,
        record=file.record,
        findings=file.findings,
        written=file.record,
        origins=origins,
    )


def _part(
    file: RecordFile[Constitution],
    constitution: Constitution,
    origins: Mapping[str, Origin],
    left_out: tuple[LeftOut, ...] = (),
) -> Part:
    return Part(
        path=file.path,
        constitution=constitution,
        document=file.document,
        origins=origins,
        left_out=left_out,
    )


def _own_origins(file: RecordFile[Constitution], written: Constitution) -> Iterator[tuple[str, Origin]]:
    source = file.document.source
    for index, principle in enumerate(written.principles):
        line = source.value_span(("principles", index)).line
        yield (
            principle.id,
            Origin(constitution=written.id, file=source.path, line=line, own=True),
        )


def _pinned(
    file: RecordFile[Constitution], index: int, written: str, base: Constitution
) -> Iterator[Finding]:
    """Yield a finding where a base is not what the hash beside its name says."""
    if written.removeprefix("sha256:") == base.hash.removeprefix("sha256:"):
        return
    if not written:
        message, place = f"the content of {base.id} is not pinned", ("extends", index, "ref")
        yield file.finding("C013", message, place, suggestion=f"write below it: hash: {base.hash}")
    else:
        message = f"{base.id} has changed since its hash was written"
        hint = f"if the change is meant, write {base.hash}"
        yield file.finding("C013", message, ("extends", index, "hash"), suggestion=hint)


def _each_once(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
