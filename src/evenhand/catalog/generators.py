"""Generators from files, each with its prompt templates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.files import read_utf8, shown_path
from evenhand.catalog.judges import MAX_TEMPLATE_BYTES
from evenhand.catalog.lint_judges import TemplateCheck, template_findings
from evenhand.catalog.record_files import RecordFile, follow_reference, read_record
from evenhand.catalog.source import Source, refuse, select_texts
from evenhand.errors import FileError, Finding
from evenhand.records.generator import STEP_FIELDS, TEMPLATE_MODE, Generator, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedGenerator:
    """A generator with the templates it names."""

    generator: Generator
    path: Path
    """Its file."""
    templates: Mapping[StepKind, str]
    """Text of its prompt for each kind of step."""
    template_paths: Mapping[StepKind, Path]
    """File of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorFile:
    """A generator's file that was read, right or wrong."""

    file: RecordFile[Generator]
    loaded: LoadedGenerator | None
    """The generator; None where something is wrong."""
    findings: tuple[Finding, ...]
    """Everything wrong in the file and in the templates it names."""


def load_generator(path: Path) -> LoadedGenerator:
    """Return the generator of a file.

    Args:
        path: A YAML file.

    Raises:
        FileError: The file, or a template it names, has findings.
    """
    generator = read_generator(path)
    refuse(generator.findings)
    assert generator.loaded is not None
    return generator.loaded


def read_generator(path: Path) -> GeneratorFile:
    """Read a generator with everything wrong in it; what its templates say is left to `lint_generator`."""
    file: RecordFile[Generator] = read_record(path, Generator, "generator/v1")
    findings = list(file.findings)
    texts: dict[StepKind, str] = {}
    paths: dict[StepKind, Path] = {}
    for kind in file.record.prompts if file.record else ():
        target = follow_reference(file, ("prompts", kind), root=file.path.parent)
        if isinstance(target, Finding):
            findings.append(target)
            continue
        paths[kind] = target
        try:
            texts[kind] = read_utf8(target, limit=MAX_TEMPLATE_BYTES)
        except FileError as error:
            findings += error.findings
    loaded = None
    if file.record and not findings:
        loaded = LoadedGenerator(generator=file.record, path=path, templates=texts, template_paths=paths)
    return GeneratorFile(file=file, loaded=loaded, findings=tuple(findings))


def lint_generator(generator: GeneratorFile, check: TemplateCheck | None) -> Iterator[Finding]:
    """Yield what is wrong in the templates of a generator whose shape is right.

    Args:
        generator: The generator's file.
        check: Says what is wrong in a template; None leaves templates unchecked.
    """
    loaded = generator.loaded
    if loaded is None or check is None:
        return
    for kind, text in loaded.templates.items():
        source = Source(path=shown_path(loaded.template_paths[kind]), lines=text.split("\n"))
        yield from template_findings(check(text, mode=TEMPLATE_MODE, sees=STEP_FIELDS[kind]), source, ())
    for place, text in select_texts(generator.file.document.data, "system"):
        problems = check(text, mode=TEMPLATE_MODE, sees=())
        yield from template_findings(problems, generator.file.document.source, place)
