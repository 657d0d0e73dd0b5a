"""Write the report of a run's preference labels: HTML, Markdown and JSON, all from one summary."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import MeasureError
from evenhand.feedback.preference_results import OwnFamilyShare, PreferenceStamp, PreferenceSummary
from evenhand.feedback.preference_tally import PreferenceTally
from evenhand.feedback.preference_warnings import warnings_of
from evenhand.feedback.results import PairOutcome, PreferenceBasis
from evenhand.records.judge import ModelJudge
from evenhand.records.rated import RunAccount
from evenhand.records.run import RunState
from evenhand.records.suite import Case
from evenhand.reporting.feedback.preferences import render_html, render_json, render_markdown
from evenhand.workflows.feedback.read_preferences import label_pairs, labelling_of
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.report_files import write_report
from evenhand.workflows.report_run import FORMATS

_RENDERERS: Mapping[str, Callable[[PreferenceSummary, str], str]] = {
    "html": lambda summary, stem: render_html(summary, stem=stem),
    "md": lambda summary, _stem: render_markdown(summary),
    "json": lambda summary, _stem: render_json(summary),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPreferences:
    """What the labels of a run come to, and the report of it on disk."""

    summary: PreferenceSummary
    reports: tuple[Path, ...]
    """A file for each format."""


def report_preferences(
    start: Path, run: str, *, folder: Path | None = None, formats: Collection[str] = FORMATS
) -> WrittenPreferences:
    """Write the report of the preference labels of a run.

    Args:
        start: Folder from which the workspace is looked for.
        run: The run, or "latest".
        folder: Where to write; by default the workspace's reports.
        formats: Which of `FORMATS` to write.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: It compares no pairs, its cases have changed, or the folder can not be written.
        MeasureError: The ledger can not be read, or the conservation law is broken.
    """
    stored = read_run(start, run)
    summary = summarise_preferences(stored)
    target = folder or find_workspace(start).reports_path
    stem = f"{stored.manifest.suite.id}-{stored.run.id}-preferences"
    reports = write_report(target, stem, _RENDERERS, summary, formats)
    return WrittenPreferences(summary=summary, reports=reports)


def summarise_preferences(stored: StoredRun) -> PreferenceSummary:
    """Return what the labels of a run come to.

    Raises:
        UsageError: It compares no pairs, or its cases have changed.
        MeasureError: The outcomes do not add up to the pairs.
    """
    tally, account = PreferenceTally(), stored.account()
    without: Counter[str] = Counter()

    def left_out(_case: Case) -> None:
        without["cases"] += 1

    for pair in label_pairs(stored, left_out=left_out):
        tally.add(pair)
    summary = _summary(stored, tally, account, without["cases"])
    if sum(summary.outcomes.values()) != summary.pairs:
        raise MeasureError(f"{summary.pairs} pairs came to {sum(summary.outcomes.values())} outcomes")
    return summary


def _summary(
    stored: StoredRun, tally: PreferenceTally, account: RunAccount, without: int
) -> PreferenceSummary:
    manifest, judges = stored.manifest, tuple(tally.judges())
    own = tuple(
        OwnFamilyShare(judge=each.judge, count=each.count, of=each.of) for each in manifest.own_family
    )
    return PreferenceSummary(
        stamp=_stamp(stored, account),
        cases=tally.pairs + without,
        without=without,
        pairs=tally.pairs,
        outcomes={each: tally.outcomes[each] for each in PairOutcome},
        bases={each: tally.bases[each] for each in PreferenceBasis},
        flips=tally.flips.share(),
        agreement=tally.agreement.share(),
        human_ties=tally.human_ties,
        human_sides_open=tally.human_sides_open,
        margin=tally.margin,
        clamped=tally.clamped.share(),
        longer=tally.longer.share(),
        principles=tuple(sorted(tally.principles(), key=lambda each: each.principle_id)),
        judges=judges,
        judge_pairs=tuple(tally.judge_pairs()),
        own_family=own,
        warnings=tuple(
            warnings_of(judges, judges=manifest.judges, clamp=labelling_of(manifest).clamp, own_family=own)
        ),
    )


def _stamp(stored: StoredRun, account: RunAccount) -> PreferenceStamp:
    manifest, run = stored.manifest, stored.run
    settings = manifest.preference
    calls = [account.preflight, *account.calls.values()]
    return PreferenceStamp(
        run=run.id,
        created=run.created,
        finished=run.state is RunState.FINISHED,
        suite=manifest.suite.id,
        feedback=settings.feedback if settings else "",
        constitution=manifest.constitution.id,
        constitution_version=manifest.constitution.version,
        panel=manifest.panel.id,
        rule=manifest.panel.rule,
        judges=tuple(judge.id for judge in manifest.judges),
        models=dict(_models(stored)),
        part=manifest.narrow.words() if manifest.narrow else "",
        clamp=settings.clamp if settings else None,
        tie_within=settings.tie_within if settings else 0.0,
        command=manifest.command,
        cost_nanousd=account.cost_nanousd,
        calls=sum(each.attempts for each in calls),
        reused=sum(each.reused for each in calls),
    )


def _models(stored: StoredRun) -> Iterator[tuple[str, str]]:
    for judge in stored.manifest.judges:
        if isinstance(judge, ModelJudge):
            yield judge.id, judge.model


__all__ = ["WrittenPreferences", "report_preferences", "summarise_preferences"]
