"""The judges of a run, apart from their answers."""

from collections.abc import Mapping

from evenhand.calibration.table import JudgeFacts
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.model_name import families_of
from evenhand.records.rated import CallCounts, RunAccount
from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Manifest
from evenhand.store.reading import settled_counts
from evenhand.workflows.read_run import StoredRun


def judge_facts(stored: StoredRun, account: RunAccount) -> tuple[JudgeFacts, ...]:
    """Return what is known of each judge of a run, in the order of its panel."""
    states = settled_counts(stored.ledger, stored.run)
    return tuple(_facts(judge, stored.manifest, account, states) for judge in stored.manifest.judges)


def _facts(
    judge: Judge, manifest: Manifest, account: RunAccount, states: Mapping[tuple[str, str], int]
) -> JudgeFacts:
    calls = account.calls.get(judge.id, CallCounts())
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
