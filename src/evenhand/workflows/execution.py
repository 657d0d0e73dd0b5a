"""One execution of a run: what every way of asking shares, and the counters it starts with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evenhand.judging.budget import Purse
from evenhand.judging.calling import CallingJudge
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.progress import JudgeProgress, Progress
from evenhand.judging.reader import Reader
from evenhand.judging.runner import Runner
from evenhand.records.rated import RunAccount
from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Run
from evenhand.store.ledger import LedgerFile
from evenhand.store.reading import settled_counts
from evenhand.store.run_ledger import RunLedger
from evenhand.workflows.offline_judges import offline_judges
from evenhand.workflows.prepare import Prepared
from evenhand.workflows.read_run import decider_of

_NOBODY: Mapping[str, Reader] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A run under way."""

    prepared: Prepared
    run: Run
    ledger: LedgerFile
    writer: RunLedger
    purse: Purse
    progress: Progress
    judges: Mapping[str, CallingJudge] = field(default_factory=dict)
    """Every judge that asks a model, once they are reached."""

    def runner(
        self,
        settled: bytearray,
        *,
        calling: Mapping[str, CallingJudge] | None = None,
        replaying: Mapping[str, Reader] = _NOBODY,
    ) -> Runner:
        """Return a runner that asks `calling` live, reads `replaying` from the store, and skips what is settled."""
        return Runner(
            plan=self.prepared.plan,
            decider=decider_of(self.run.manifest),
            ledger=self.writer,
            offline=offline_judges(self.prepared),
            calling=calling or {},
            replaying=replaying,
            keys=OfflineKeys(self.prepared.loaded.judges, self.prepared.loaded.constitution),
            settled=settled,
            purse=self.purse,
            progress=self.progress,
        )


def progress_of(prepared: Prepared, run: Run, ledger: LedgerFile, account: RunAccount) -> Progress:
    """Return counters that start where the run stands."""
    counts = settled_counts(ledger, run)
    per_judge = prepared.plan.units_by_judge()
    judges = {
        judge: JudgeProgress(planned=run.manifest.planned_items * units) for judge, units in per_judge.items()
    }
    for (judge, state), count in counts.items():
        if state == RATED:
            judges[judge].rated += count
        elif state == SPARED:
            judges[judge].spared += count
        else:
            judges[judge].failed[state] += count
    for judge, calls in account.calls.items():
        judges[judge].cost_nanousd = calls.cost_nanousd
        judges[judge].reused = calls.reused
    return Progress(judges=judges)


def expect_answers(run: Run, account: RunAccount, progress: Progress) -> None:
    """Let every judge be answered by whom preflight saw, and by whom the run's earlier replies are."""
    for identity in account.identities(run.manifest):
        answering = progress.judges[identity.judge].answering
        answering.served_model = next(iter(identity.models), "")
        answering.fingerprint = next(iter(identity.fingerprints), "")
