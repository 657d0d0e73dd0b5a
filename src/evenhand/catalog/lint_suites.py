"""Lint of suites: what shows only when cases, constitution and judges are looked at together."""

from collections.abc import Iterable, Iterator

from evenhand.catalog.cases import scan_cases
from evenhand.catalog.labels import read_labels
from evenhand.catalog.recordings import read_ratings, read_replies
from evenhand.catalog.source import Place
from evenhand.catalog.suite_checks import check_cases, selected
from evenhand.catalog.suites import LoadedSuite, SuiteFile
from evenhand.errors import FileError, Finding, Severity
from evenhand.records.constitution import Example, Principle
from evenhand.records.judge import Judge, ModelJudge, NearestJudge, RecordedJudge
from evenhand.records.message import flatten


def lint_suite(suite: SuiteFile) -> Iterator[Finding]:
    """Yield what is doubtful or wrong in a suite whose files are right; reads every case, label and recording."""
    loaded = suite.loaded
    if loaded is None:
        return
    principles = selected(loaded.suite, loaded.constitution)
    for judge in loaded.judges:
        yield from _judge_and_examples(suite, judge, principles)
    yield from _scope(suite, loaded, principles)
    yield from _lines(loaded)


def _judge_and_examples(suite: SuiteFile, judge: Judge, principles: Iterable[Principle]) -> Iterator[Finding]:
    for principle in principles:
        labels = {example.expect or example.kind for example in principle.examples}
        if isinstance(judge, NearestJudge) and len(labels) < 2:
            message = f"judge {judge.id} needs examples of two labels of {principle.id}"
            yield _warn(suite, "L018", message, ("panel",), "add examples, or exclude the principle")
        if not isinstance(judge, ModelJudge):
            continue
        shots = [example for example in principle.examples if example.use == "shot"]
        if judge.shots.max and not shots:
            message = f"judge {judge.id} shows examples, and {principle.id} has none with use: shot"
            yield _warn(suite, "L017", message, ("panel",), "mark an example with use: shot")
        longest = max((_length(example) for example in principle.examples), default=0)
        if longest > judge.max_candidate_chars:
            message = (
                f"an example of {principle.id} has {longest} characters, more than judge {judge.id} is shown"
            )
            yield _warn(suite, "L015", message, ("panel",), "shorten it, or raise max_candidate_chars")


def _length(example: Example) -> int:
    return max(len(flatten(example.prompt)), len(flatten(example.response)))


def _scope(suite: SuiteFile, loaded: LoadedSuite, principles: Iterable[Principle]) -> Iterator[Finding]:
    try:
        scan = scan_cases(loaded.case_files)
    except FileError as error:
        yield from error.findings
        return
    yield from check_cases(scan, loaded.constitution)
    for principle in principles:
        for name in principle.scope:
            if name not in scan.scope_names:
                message = f"no case says its {name}, so the scope of {principle.id} leaves none out"
                yield _warn(suite, "L016", message, ("cases",), f"add {name} to the scope of the cases")


def _lines(loaded: LoadedSuite) -> Iterator[Finding]:
    """Read labels and recordings to their ends, for what is wrong in their lines."""
    streams: list[Iterable[object]] = [read_labels(path, spec) for spec, path in loaded.labels()]
    for judge in loaded.judges:
        if isinstance(judge, RecordedJudge):
            paths = loaded.recordings[judge.id]
            if judge.ratings:
                streams.append(read_ratings(paths[0], judge.ratings))
            streams += [
                read_replies(path, spec)
                for path, spec in zip(paths[bool(judge.ratings) :], judge.replies, strict=True)
            ]
    for stream in streams:
        try:
            for _ in stream:
                pass
        except FileError as error:
            yield from error.findings


def _warn(suite: SuiteFile, code: str, message: str, place: Place, suggestion: str) -> Finding:
    source = suite.file.document.source
    span = source.value_span(place)
    return source.finding(code, message, span, suggestion=suggestion, severity=Severity.WARNING)
