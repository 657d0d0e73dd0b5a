"""Preference labels on a terminal and as a JSON document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evenhand.cli.output import Column, Mark, Part, Screen, Style, plural
from evenhand.feedback.preference_results import PreferenceSummary
from evenhand.feedback.results import DECIDED, PairOutcome, PreferenceBasis
from evenhand.feedback.shapes import Format
from evenhand.reporting.display import percent_parts, sentence
from evenhand.reporting.feedback.preferences import MEANINGS, law
from evenhand.stats.estimate import Measured
from evenhand.workflows.feedback.report_preferences import WrittenPreferences


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesDocument:
    """What the preference labels of a run come to, in short; the JSON report has all of it."""

    run: str
    suite: str
    feedback: str
    pairs: int
    """Pairs; the sum of `outcomes`."""
    outcomes: Mapping[PairOutcome, int]
    bases: Mapping[PreferenceBasis, int]
    """What the probabilities rest on."""
    without: int
    """Cases that were not asked about."""
    flips: Measured
    """Share of pairs whose answer changed with the order."""
    agreement: Measured
    """Share of decided pairs and principles on the side of people."""
    margin: float | None
    clamped: Measured
    longer: Measured
    """Share of decided pairs in which the longer text is preferred."""
    warnings: tuple[str, ...]
    files: tuple[str, ...]
    """Files of the report."""
    exit_code: int
    next: tuple[str, ...]
    """Commands to go on with."""


def show_preferences(written: WrittenPreferences, screen: Screen, code: int, *, alone: bool) -> None:
    """Show what the labels of a run come to; `alone` where nobody has said yet how to go on with one that stopped."""
    summary = written.summary
    screen.document("feedback-prefer/v1", _document(written, code))
    screen.result(
        "preference labels of run ", Mark(summary.stamp.run, Style.STRONG), f" of suite {summary.stamp.suite}"
    )
    screen.table(_COLUMNS, list(_rows(summary)))
    for name, text in _facts(summary):
        screen.result(f"  {name:<10} ", text)
    for path in written.reports:
        screen.result(str(path))
    for warning in summary.warnings:
        screen.problem(Mark("warning: ", Style.WARNING), warning)
    for command in _next(summary) if alone or summary.stamp.finished else ():
        screen.say("next:  ", Mark(command, Style.NAME))


_COLUMNS = (Column(title="outcome"), Column(title="pairs", right=True), Column(title="", gives_way=True))


def _rows(summary: PreferenceSummary) -> Iterator[tuple[Part, ...]]:
    for outcome, number in summary.outcomes.items():
        style = Style.GOOD if outcome in DECIDED else Style.WARNING
        yield Mark(outcome.value, style), f"{number:,}", MEANINGS[outcome]


def _facts(summary: PreferenceSummary) -> Iterator[tuple[str, str]]:
    yield "pairs", law(summary)
    if summary.without:
        yield "not asked", plural(summary.without, "case") + " without a pair or a principle"
    yield "order", f"{_said(summary.flips)} flipped with the order"
    yield "people", f"{_said(summary.agreement)} of decided labels on the side of people"
    if summary.margin is not None:
        yield "margin", f"{summary.margin:.2f} on average, where 1 is certainty"
    if summary.stamp.clamp:
        yield "clamp", f"{_said(summary.clamped)} of probabilities moved"
    yield "length", f"{_said(summary.longer)} of decided pairs prefer the longer text"
    yield "basis", ", ".join(f"{number:,} {each.value}" for each, number in summary.bases.items() if number)


def _said(measured: Measured) -> str:
    return sentence(percent_parts(measured))


def _document(written: WrittenPreferences, code: int) -> PreferencesDocument:
    summary = written.summary
    return PreferencesDocument(
        run=summary.stamp.run,
        suite=summary.stamp.suite,
        feedback=summary.stamp.feedback,
        pairs=summary.pairs,
        outcomes=summary.outcomes,
        bases=summary.bases,
        without=summary.without,
        flips=summary.flips,
        agreement=summary.agreement,
        margin=summary.margin,
        clamped=summary.clamped,
        longer=summary.longer,
        warnings=summary.warnings,
        files=tuple(str(path) for path in written.reports),
        exit_code=code,
        next=_next(summary),
    )


def _next(summary: PreferenceSummary) -> tuple[str, ...]:
    run = summary.stamp.run
    if not summary.stamp.finished:
        return (f"evenhand resume {run}", f"evenhand feedback prefer --of {run}")
    return (
        f"evenhand calibrate {run}",
        f"evenhand feedback export {run} --format {Format.PREFERENCE} --out FOLDER",
    )
