"""Where a history begins: at the accepted baseline of the suite, for whoever accepted it knew what had changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from evenhand.calibration.categories import Categories, categories_by_principle
from evenhand.catalog.baselines import read_baseline
from evenhand.catalog.gate_files import baseline_path
from evenhand.gate.monitor.history import Answer, ItemName, WatchedRun
from evenhand.records.baseline import Accepted, Baseline, Said
from evenhand.records.run import Run
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.monitoring.labels import ReferenceLabel
from evenhand.workflows.read_run import StoredRun


def accepted_baseline(newest: StoredRun) -> Baseline | None:
    """Return the accepted baseline of the suite of a run; None where there is none.

    Raises:
        FileError: Its file is wrong.
    """
    suite = newest.manifest.suite
    path = baseline_path(suite, newest.root / newest.manifest.suite_path, newest.root)
    if not path.is_file():
        return None
    with collecting_less():
        found = read_baseline(path)
    found = found.called(newest.manifest.constitution.renamed)
    return found if found.head.accepted and found.head.suite == suite.id else None


def runs_since(baseline: Baseline, runs: Sequence[Run]) -> Sequence[Run]:
    """Return the runs from that of the baseline on; those that ended after it was accepted, where it is not here."""
    places = {run.id: place for place, run in enumerate(runs)}
    if baseline.head.run in places:
        return runs[places[baseline.head.run] :]
    accepted = datetime.fromisoformat(_accepted(baseline).at)
    return [run for run in runs if datetime.fromisoformat(run.finished) > accepted]


def as_first_run(
    baseline: Baseline, newest: StoredRun, labels: Mapping[ItemName, ReferenceLabel]
) -> WatchedRun:
    """Return the run of a baseline that another ledger holds: its answers are a reference like those of a run here."""
    categories = categories_by_principle(newest.manifest)
    answers = {
        (case.id, candidate, principle): _answer(said[0], categories[principle], labels[name].label)
        for case in baseline.cases.values()
        for candidate, cells in case.said.items()
        for principle, said in cells.items()
        if (name := (case.id, candidate, principle)) in labels
    }
    return WatchedRun(
        run=baseline.head.run,
        finished=_accepted(baseline).at,
        whole=True,
        most_missing=newest.manifest.suite.limits.failed_share,
        answers=answers,
        again=frozenset(answers),
    )


def words_of(baseline: Baseline) -> str:
    """Return from where the suite is watched, in words."""
    return (
        f"Watched from the accepted baseline on, run {baseline.head.run}; what came before it is left out. `--since` "
        "begins elsewhere."
    )


def _accepted(baseline: Baseline) -> Accepted:
    assert baseline.head.accepted is not None
    return baseline.head.accepted


def _answer(verdict: Said, categories: Categories, label: str) -> Answer:
    if verdict is False:
        return Answer.MISSING
    return Answer.AGREES if verdict is not None and categories.find(verdict) == label else Answer.DIFFERS
