"""Read the preference labels of a run back: pair by pair, from its stored ratings and its case files."""

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from evenhand.catalog.cases import read_cases
from evenhand.errors import UsageError
from evenhand.feedback.label_pair import Labelling, label_pair
from evenhand.feedback.pair_shares import Weighing
from evenhand.feedback.results import LabelledPair
from evenhand.records.run import Manifest
from evenhand.records.suite import Case
from evenhand.workflows.read_run import StoredRun, read_run


def read_preferences(workspace: Path, run: str) -> Iterator[LabelledPair]:
    """Yield every pair of a run with its preference label, in the order of the suite; memory does not grow with them.

    Any run that compares pairs has labels; one that `feedback prefer` started brings its clamp and its tie with it.

    Args:
        workspace: Folder from which the workspace is looked for.
        run: The run, by its name or "latest".

    Raises:
        LedgerError: There is no ledger, or it can not be read.
        UnknownNameError: There is no such run.
        UsageError: The run compares no pairs, or the file of its cases is not what it was.
    """
    stored = read_run(workspace, run)
    return label_pairs(stored)


def label_pairs(
    stored: StoredRun, *, left_out: Callable[[Case], None] = lambda _case: None
) -> Iterator[LabelledPair]:
    """Yield every pair of a stored run, as `read_preferences`; `left_out` sees each case that was not asked about."""
    manifest = stored.manifest
    if manifest.mode != "pairwise":
        raise UsageError(
            f"run {stored.run.id} rates candidates one by one, so it holds no preferences",
            hint="label pairs with a suite whose judges have `mode: pairwise`",
        )
    paths, all_there = stored.unchanged_case_files()
    if not all_there:
        raise UsageError(
            f"the case files of run {stored.run.id} have changed since, and with them the texts of its pairs",
            hint="put them back as they were, or label the pairs again: evenhand feedback prefer FEEDBACK",
        )
    return _labelled(stored, read_cases(paths, read_before=True), labelling_of(manifest), left_out)


def labelling_of(manifest: Manifest) -> Labelling:
    """Return how the ratings of a run are read as preference labels."""
    settings = manifest.preference
    return Labelling(
        weighing=Weighing(manifest.panel, manifest.fit),
        clamp=settings.clamp if settings else None,
        tie_within=settings.tie_within if settings else 0.0,
    )


def _labelled(
    stored: StoredRun, cases: Iterator[Case], labelling: Labelling, left_out: Callable[[Case], None]
) -> Iterator[LabelledPair]:
    """Walk cases and items side by side: both come in the order of the suite."""
    for case_id, group in groupby(stored.items(), key=lambda item: item.case_id):
        items = list(group)
        for case in cases:
            if case.id == case_id:
                yield label_pair(case, items, labelling)
                break
            left_out(case)
    for case in cases:
        left_out(case)


__all__ = ["label_pairs", "labelling_of", "read_preferences"]
