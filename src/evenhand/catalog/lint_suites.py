"""Lint of suites: what shows only when cases, constitution and judges are looked at together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from evenhand.catalog.cases import CaseScan, scan_cases
from evenhand.catalog.files import shown_path
from evenhand.catalog.gate_checks import GateCases, lint_gate, lint_margin
from evenhand.catalog.labels import read_labels
from evenhand.catalog.recordings import read_ratings, read_replies
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Place
from evenhand.catalog.suite_checks import check_cases, selected
from evenhand.catalog.suites import LoadedSuite, SuiteFile
from evenhand.errors import FileError, Finding, Severity
from evenhand.records.constitution import Example, Principle
from evenhand.records.judge import Judge, ModelJudge, NearestJudge, RecordedJudge
from evenhand.records.label import HumanLabel
from evenhand.records.message import flatten
from evenhand.records.own_family import own_families
from evenhand.records.recording import RecordedRating, RecordedReply
from evenhand.records.scale import PAIR, Scale

_MOST_WORDS = 10


def lint_suite(suite: SuiteFile, today: date | None = None) -> Iterator[Finding]:
    """Yield what is doubtful or wrong in a suite whose files are right; reads every case, label and recording."""
    loaded = suite.loaded
    if loaded is None:
        return
    principles = selected(loaded.suite, loaded.constitution)
    for judge in loaded.judges:
        yield from _judge_and_examples(suite, judge, principles)
        yield from _judge_and_rationales(suite, judge, principles)
    yield from _scope(suite, loaded, principles, today)
    yield from _lines(suite, loaded)


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


def _judge_and_rationales(
    suite: SuiteFile, judge: Judge, principles: Iterable[Principle]
) -> Iterator[Finding]:
    """Yield a judge that is to see rationales which the constitution keeps from judges."""
    if not isinstance(judge, ModelJudge) or "principle.rationale" not in judge.sees:
        return
    kept = [each.id for each in principles if each.rationale and "judges" not in each.show_rationale_to]
    if kept:
        more = f" and {len(kept) - 1} more" if len(kept) > 1 else ""
        message = (
            f"judge {judge.id} sees principle.rationale, and that of {kept[0]}{more} is not shown to judges"
        )
        hint = "take it out of sees, or write show_rationale_to: [judges, reviewers]"
        yield _warn(suite, "L029", message, ("panel",), hint)


def _length(example: Example) -> int:
    return max(len(flatten(example.prompt)), len(flatten(example.response)))


def _scope(
    suite: SuiteFile, loaded: LoadedSuite, principles: Iterable[Principle], today: date | None
) -> Iterator[Finding]:
    gate_cases = GateCases(tags={tag for tag in loaded.case_files.values() if tag})
    try:
        scan = scan_cases(loaded.case_files, gate_cases.note if loaded.suite.gate else lambda _case: None)
    except FileError as error:
        yield from error.findings
        return
    yield from check_cases(scan, loaded.constitution)
    yield from lint_gate(suite.file, loaded.constitution, gate_cases, loaded.root, today)
    yield from _own_families(suite, loaded, scan)
    for principle in principles:
        for name in principle.scope:
            if name not in scan.scope_names:
                message = f"no case says its {name}, so the scope of {principle.id} leaves none out"
                yield _warn(suite, "L016", message, ("cases",), f"add {name} to the scope of the cases")


def _own_families(suite: SuiteFile, loaded: LoadedSuite, scan: CaseScan) -> Iterator[Finding]:
    for own in own_families(loaded.judges, scan.producers, scan.candidates):
        names = ", ".join(quoted(name) for name in own.producers)
        message = (
            f"judge {own.judge} judges its own model family: {own.count} of {own.of} candidates ({names})"
        )
        yield _warn(suite, "L023", message, ("panel",), "add a judge of another family")


def _lines(suite: SuiteFile, loaded: LoadedSuite) -> Iterator[Finding]:
    """Read labels and recordings to their ends, for what is wrong in their lines or meets nothing."""
    labelled: dict[str, set[tuple[str, str]]] = defaultdict(set)
    renamed = loaded.constitution.renamed
    for index, (spec, path) in enumerate(loaded.labels()):
        lines = _noted(read_labels(path, spec, renamed), labelled)
        yield from _words(suite, loaded, path, lines, ("labels", index, "path"))
    yield from lint_margin(suite.file, {name: len(items) for name, items in labelled.items()})
    for judge in loaded.judges:
        if not isinstance(judge, RecordedJudge):
            continue
        paths = loaded.recordings[judge.id]
        if judge.ratings:
            ratings = read_ratings(paths[0], judge.ratings, renamed)
            yield from _words(suite, loaded, paths[0], ratings, ("panel",))
        for path, replies in zip(paths if judge.replies else (), judge.replies, strict=True):
            yield from _words(suite, loaded, path, read_replies(path, replies, renamed), ("panel",))


def _noted(lines: Iterable[HumanLabel], labelled: dict[str, set[tuple[str, str]]]) -> Iterator[HumanLabel]:
    """Pass labels on and keep which items of each principle they are for."""
    for line in lines:
        if line.label and line.principle_id:
            labelled[line.principle_id].add((line.case_id, line.candidate_id))
        yield line


def _words(
    suite: SuiteFile,
    loaded: LoadedSuite,
    path: Path,
    lines: Iterable[HumanLabel | RecordedRating | RecordedReply],
    place: Place,
) -> Iterator[Finding]:
    """Count lines whose principle or label the suite does not know; nobody would ever read them."""
    strangers: Counter[str] = Counter()
    off_scale: Counter[tuple[str, str]] = Counter()
    try:
        for line in lines:
            principle = loaded.constitution.by_id.get(line.principle_id)
            if principle is None and line.principle_id:
                strangers[line.principle_id] += 1
            elif principle:
                scale = _scale(loaded, principle)
                off_scale.update((principle.id, word) for word in _labels(line) if not scale.holds(word))
    except FileError as error:
        yield from error.findings
    shown = shown_path(path)
    for name, count in strangers.most_common(_MOST_WORDS):
        message = f"{shown}: {count} lines are for {quoted(name)}, which is no principle"
        yield _warn(suite, "L020", message, place, did_you_mean(name, loaded.constitution.by_id))
    for (name, label), count in off_scale.most_common(_MOST_WORDS):
        labels = _scale(loaded, loaded.constitution.by_id[name]).labels
        message = f"{shown}: {count} lines say {quoted(label)}, which is no label of the scale of {name}"
        yield _warn(suite, "L021", message, place, did_you_mean(label, labels))


def _labels(line: HumanLabel | RecordedRating | RecordedReply) -> tuple[str, ...]:
    """Return the words of a line that stand for labels."""
    if isinstance(line, RecordedReply) or not line.label:
        return ()
    return (line.label, *(line.detail.defensible or ())) if isinstance(line, HumanLabel) else (line.label,)


def _scale(loaded: LoadedSuite, principle: Principle) -> Scale:
    pairwise = any(
        isinstance(each, ModelJudge | RecordedJudge) and each.mode == "pairwise" for each in loaded.judges
    )
    return PAIR if pairwise else loaded.constitution.scale_of(principle)


def _warn(suite: SuiteFile, code: str, message: str, place: Place, suggestion: str) -> Finding:
    source = suite.file.document.source
    span = source.value_span(place)
    return source.finding(code, message, span, suggestion=suggestion, severity=Severity.WARNING)
