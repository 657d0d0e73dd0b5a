"""The judges of a run, apart from their answers."""

from collections.abc import Mapping

from evenhand.calibration.table import JudgeFacts
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.model_name import families_of
from evenhand.records.rated import CallCounts
from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Manifest
from evenhand.store.reading import run_calls, settled_counts
from evenhand.workflows.read_run import StoredRun


def judge_facts(stored: StoredRun) -> tuple[JudgeFacts, ...]:
    """Return what is known of each judge of a run, in the order of its panel."""
    states = settled_counts(stored.ledger, stored.run)
    calls = run_calls(stored.ledger, stored.run)
    return tuple(
        _facts(judge, stored.manifest, calls.get(judge.id, CallCounts()), states)
        for judge in stored.manifest.judges
    )


def _facts(
    judge: Judge, manifest: Manifest, calls: CallCounts, states: Mapping[tuple[str, str], int]
) -> JudgeFacts:
    model = _model(judge)
    mine = {state: count for (name, state), count in states.items() if name == judge.id}
    served = tuple(calls.served_models) or tuple(
        each.served_model for each in manifest.endpoints if each.judge == judge.id and each.served_model
    )
    return JudgeFacts(
        id=judge.id,
        version=judge.version,
        family=" and ".join(sorted(families_of(model))),
        model=model,
        served=served if isinstance(judge, ModelJudge) else (),
        calls=calls.attempts,
        nanousd=calls.cost_nanousd,
        rated=mine.get(RATED, 0),
        failed=sum(count for state, count in mine.items() if state not in {RATED, SPARED}),
    )


def _model(judge: Judge) -> str:
    """Return the model that answers, or who is said to have answered a recording."""
    if isinstance(judge, ModelJudge):
        return judge.model
    return judge.who if isinstance(judge, RecordedJudge) else ""
