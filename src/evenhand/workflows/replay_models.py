"""Model judges that are answered from the store alone: no provider is opened, no key is read, nothing is sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.judging.prompt import Prompter
from evenhand.judging.reader import Reader
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Endpoint, Run
from evenhand.store.ledger import LedgerFile
from evenhand.workflows.known_endpoints import earlier_findings, known_endpoint, refuse_other_instrument
from evenhand.workflows.prepare import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What can be replayed."""

    readers: Mapping[str, Reader]
    """The judges whose recordings can be looked up, by id."""
    unknown: tuple[str, ...]
    """Judges about whose endpoint nothing is recorded, so that no key of theirs is known."""

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """What is known about each judge's endpoint."""
        return tuple(reader.prompter.endpoint for reader in self.readers.values())


def replay_models(prepared: Prepared, run: Run, ledger: LedgerFile) -> Replay:
    """Return what it takes to read the recordings of the suite's judges.

    Raises:
        UsageError: An account's address or protocol has changed since the run started.
    """
    refuse_other_instrument(prepared, run)
    known = [run.manifest, *earlier_findings(ledger)]
    readers: dict[str, Reader] = {}
    for judge in prepared.model_judges:
        _, account = prepared.account(judge)
        endpoint = known_endpoint(judge, account, known)
        if endpoint is not None:
            readers[judge.id] = reader_of(prepared, judge, endpoint)
    unknown = tuple(judge.id for judge in prepared.model_judges if judge.id not in readers)
    return Replay(readers=readers, unknown=unknown)


def reader_of(prepared: Prepared, judge: ModelJudge, endpoint: Endpoint) -> Reader:
    """Return what renders the prompts of a judge and reads its replies."""
    constitution = prepared.loaded.constitution
    return Reader(
        judge=judge,
        prompter=Prompter(
            judge=judge,
            template=prepared.loaded.templates[judge.id],
            constitution=constitution,
            endpoint=endpoint,
        ),
        price=prepared.price(judge),
        evidence_required=frozenset(
            each.id for each in constitution.principles if each.evidence == "required"
        ),
    )
