"""Label the pairs of a feedback file: the ordinary run of its suite, of the principles drawn for each pair."""

from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.catalog.feedback_files import LoadedFeedback, load_feedback
from evenhand.catalog.settings import find_workspace
from evenhand.catalog.suites import LoadedSuite
from evenhand.errors import UsageError
from evenhand.records.feedback import Feedback, Prefer, PreferenceSettings
from evenhand.records.narrow import Wishes
from evenhand.workflows.prepare import Prepared, prepare, relative_path
from evenhand.workflows.run_suite import RunOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPreferences:
    """A feedback file whose pairs can be judged."""

    feedback: Feedback
    prepared: Prepared
    """The items of its suite whose principles were drawn."""
    settings: PreferenceSettings
    """How their ratings are read, for the manifest."""

    def with_settings(self, options: RunOptions) -> RunOptions:
        """Return the options of its run, with how the ratings are read."""
        return replace(options, preference=self.settings)


def prepare_preferences(start: Path, path: Path) -> PreparedPreferences:
    """Load a feedback file and draw the principles of its pairs.

    What is judged is a part of the suite that the manifest names by draw and seed, so that `resume_run` finds it again.

    Args:
        start: Folder from which the workspace is looked for.
        path: The feedback file.

    Raises:
        FileError: A file has findings.
        UsageError: The feedback labels no pairs, its suite compares none, or its draw has no meaning for pairs.
        NothingSelectedError: No principle or no pair is left.
    """
    workspace = find_workspace(start)
    loaded = load_feedback(path, workspace.root)
    prefer = _prefer(loaded)
    assert loaded.preferred is not None
    wishes = Wishes(principle_draw=prefer.principles, principle_seed=loaded.feedback.seed)
    _refuse_single_replies(loaded.preferred)
    prepared = prepare(start, loaded.preferred.path, wishes)
    settings = PreferenceSettings(
        feedback=loaded.feedback.id,
        path=relative_path(workspace, path),
        clamp=prefer.clamp,
        tie_within=prefer.tie_within,
    )
    return PreparedPreferences(feedback=loaded.feedback, prepared=prepared, settings=settings)


def _prefer(loaded: LoadedFeedback) -> Prefer:
    if loaded.feedback.prefer is None:
        raise UsageError(
            f"feedback {loaded.feedback.id} has no `prefer:`, so it labels no pairs",
            hint="add `prefer:` with the suite of the pairs; `evenhand schema feedback` shows its settings",
        )
    return loaded.feedback.prefer


def _refuse_single_replies(suite: LoadedSuite) -> None:
    modes = {getattr(judge, "mode", "absolute") for judge in suite.judges}
    if modes != {"pairwise"}:
        raise UsageError(
            f"the judges of suite {suite.suite.id} rate one candidate each, and a preference is about two",
            hint="name a panel in the suite whose judges have `mode: pairwise`, such as pair-reader",
        )


__all__ = ["PreparedPreferences", "prepare_preferences"]
