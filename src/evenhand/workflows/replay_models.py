"""Model judges that are answered from the store alone: no provider is opened, no key is read, nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.prompt import Prompter
from evenhand.judging.reader import Reader
from evenhand.judging.reuse import seek_replies
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Endpoint, Run
from evenhand.store.known_replies import KnownReplies
from evenhand.store.ledger import LedgerFile, chunks
from evenhand.workflows.known_endpoints import (
    Findings,
    known_endpoint,
    recorded_findings,
    refuse_other_instrument,
)
from evenhand.workflows.prepare import Prepared

_NO_RUN = -1
_UNITS_PER_LOOK = 500


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
    return _readers(prepared, [run.manifest, *recorded_findings(ledger)])


def count_recorded(prepared: Prepared, ledger: LedgerFile) -> Mapping[str, int]:
    """Return how many units of each model judge a reply in the ledger answers; every prompt is made for it."""
    readers = _readers(prepared, recorded_findings(ledger)).readers
    known = KnownReplies(ledger, _NO_RUN, earlier=True)
    keys = OfflineKeys(prepared.loaded.judges, prepared.loaded.constitution)
    counts = dict.fromkeys(readers, 0)
    units = (unit for unit in prepared.plan.units() if unit.judge.id in readers)
    for chunk in chunks(units if known.has_earlier else (), _UNITS_PER_LOOK):
        for settled in seek_replies(chunk, readers, known.earlier, keys).settled:
            counts[settled.unit.judge.id] += settled.reused is not None
    return counts


def _readers(prepared: Prepared, known: Sequence[Findings]) -> Replay:
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
