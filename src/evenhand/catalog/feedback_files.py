"""Feedback files, with the generator and the suites they name."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.generators import LoadedGenerator, read_generator
from evenhand.catalog.record_files import RecordFile, follow_or_note, read_record
from evenhand.catalog.source import Place, refuse
from evenhand.catalog.suites import LoadedSuite, read_suite
from evenhand.errors import Finding
from evenhand.records.feedback import Feedback


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFeedback:
    """A feedback file with everything it names."""

    feedback: Feedback
    path: Path
    """Its file."""
    generator: LoadedGenerator | None
    """Whoever revises; None where nothing is revised."""
    revised: LoadedSuite | None
    """The suite whose replies are revised; None where none are."""
    preferred: LoadedSuite | None
    """The suite whose pairs are labelled; None where none are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFile:
    """A feedback file that was read, right or wrong."""

    file: RecordFile[Feedback]
    loaded: LoadedFeedback | None
    """The feedback; None where something is wrong in it or in a file it names."""
    findings: tuple[Finding, ...]
    """Everything wrong in the file and in all files it names."""


def load_feedback(path: Path, root: Path) -> LoadedFeedback:
    """Return the feedback of a file with everything it names.

    Args:
        path: A YAML file.
        root: The workspace; nothing a file names may lie outside.

    Raises:
        FileError: A file has findings; those of all files are in the error.
    """
    feedback = read_feedback(path, root)
    refuse(feedback.findings)
    assert feedback.loaded is not None
    return feedback.loaded


def read_feedback(path: Path, root: Path) -> FeedbackFile:
    """Read a feedback file and all files it names with everything wrong in them."""
    file: RecordFile[Feedback] = read_record(path, Feedback, "feedback/v1")
    findings = list(file.findings)
    revised = _suite(file, ("revise", "suite"), root, findings)
    preferred = _suite(file, ("prefer", "suite"), root, findings)
    generator = _generator(file, root, findings)
    findings = list(dict.fromkeys(findings))
    loaded = None
    if file.record and not findings:
        loaded = LoadedFeedback(
            feedback=file.record, path=path, generator=generator, revised=revised, preferred=preferred
        )
    return FeedbackFile(file=file, loaded=loaded, findings=tuple(findings))


def _suite(
    file: RecordFile[Feedback], place: Place, root: Path, findings: list[Finding]
) -> LoadedSuite | None:
    target = follow_or_note(file, place, root, findings)
    if target is None:
        return None
    suite = read_suite(target, root)
    findings += suite.findings
    return suite.loaded


def _generator(file: RecordFile[Feedback], root: Path, findings: list[Finding]) -> LoadedGenerator | None:
    place = ("revise", "generator")
    target = follow_or_note(file, place, root, findings)
    if target is None:
        return None
    generator = read_generator(target)
    findings += generator.findings
    revise = file.record.revise if file.record else None
    if generator.loaded and revise:
        needed = ("critique", "revise") if revise.critique else ("revise",)
        for kind in needed:
            if kind not in generator.loaded.templates:
                message = f"the generator {generator.loaded.generator.id} has no prompt for {kind}"
                hint = f"add {kind} to its prompts" + (
                    ", or set critique: false" if kind == "critique" else ""
                )
                findings.append(file.finding("G001", message, place, suggestion=hint))
    return generator.loaded
