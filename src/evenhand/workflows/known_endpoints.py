"""What is known about the endpoints of judges without asking: from this run, earlier ones, and imported recordings."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from evenhand.errors import UsageError
from evenhand.records.judge import Judge, ModelJudge
from evenhand.records.replay import RecordingsHead
from evenhand.records.run import Endpoint, Run
from evenhand.records.settings import Account
from evenhand.store.ledger import LedgerFile
from evenhand.store.recordings import recording_heads
from evenhand.workflows.prepare import Prepared

_RUNS_LOOKED_AT = 20


class Findings(Protocol):
    """Judges, and what was found out about their endpoints."""

    @property
    def judges(self) -> Sequence[Judge]:
        """The judges as they were."""
        ...

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """What was found out."""
        ...


def earlier_findings(ledger: LedgerFile) -> list[Findings]:
    """Return what recent runs of this ledger found out by asking, the newest first; live calls may rest on it."""
    return [run.manifest for run in ledger.recent_runs(_RUNS_LOOKED_AT)]


def recorded_findings(ledger: LedgerFile) -> list[Findings]:
    """Return what recorded replies rest on: earlier runs, then the heads of imported recordings.

    A head is a stranger's word. It says under which key its replies are found, and never how an endpoint is asked.
    """
    return [*earlier_findings(ledger), *map(_as_imported, recording_heads(ledger))]


def _as_imported(head: RecordingsHead) -> RecordingsHead:
    marked = tuple(endpoint.model_copy(update={"imported": True}) for endpoint in head.endpoints)
    return head.model_copy(update={"endpoints": marked})


def asked_endpoint(judge: ModelJudge, account: Account, known: Iterable[Findings]) -> Endpoint | None:
    """Return what this ledger's own calls found out; what an imported file says, also of a replayed run, is no help."""
    return _first(judge, account, known, but_imported=True)


def known_endpoint(judge: ModelJudge, account: Account, known: Iterable[Findings]) -> Endpoint | None:
    """Return what was found out about the same model, address and settings before, over either transport."""
    return _first(judge, account, known, but_imported=False)


def _first(
    judge: ModelJudge, account: Account, known: Iterable[Findings], *, but_imported: bool
) -> Endpoint | None:
    for findings in known:
        settings = {each.id: each for each in findings.judges if isinstance(each, ModelJudge)}
        for endpoint in findings.endpoints:
            earlier = settings.get(endpoint.judge)
            asks_it = endpoint.model == judge.model.partition("/")[2]
            if endpoint.imported and but_imported:
                continue
            if earlier and asks_it and _same_question(judge, account, earlier, endpoint):
                return endpoint.model_copy(update={"judge": judge.id, "transport": account.transport})
    return None


def _same_question(judge: ModelJudge, account: Account, earlier: ModelJudge, endpoint: Endpoint) -> bool:
    return (earlier.model, earlier.params, earlier.answer, endpoint.protocol, endpoint.base_url) == (
        judge.model,
        judge.params,
        judge.answer,
        account.protocol,
        account.base_url,
    )


def refuse_other_instrument(prepared: Prepared, run: Run) -> None:
    """Refuse to ask the rest of a run somewhere else than its beginning.

    Raises:
        UsageError: An account's address or protocol has changed since the run started.
    """
    then = {endpoint.judge: endpoint for endpoint in run.manifest.endpoints}
    for judge in prepared.model_judges:
        name, account = prepared.account(judge)
        endpoint = then.get(judge.id)
        if endpoint and (endpoint.protocol, endpoint.base_url) != (account.protocol, account.base_url):
            raise UsageError(
                f"account {name!r} has another address or protocol than when run {run.id} started",
                hint="put it back to resume, or start a new run: another endpoint is another instrument",
            )
