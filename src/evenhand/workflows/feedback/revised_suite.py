"""What a revision run came to, as the replies it took to their end and as the suite that judges them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from evenhand.errors import MeasureError
from evenhand.feedback.effect_results import ChainCounts
from evenhand.records.generation import GenerationRun
from evenhand.store.ledger import open_ledger
from evenhand.workflows.feedback.derive_suite import Versions, arrange, derive_suite
from evenhand.workflows.feedback.plan_revisions import PlannedRevisions
from evenhand.workflows.feedback.read_revisions import Missed, RevisedReply, read_revised_replies


class RevisedSuite:
    """The replies that a run took to their end, and the suite made of them; read as often as they are needed."""

    def __init__(self, planned: PlannedRevisions, run: GenerationRun) -> None:
        """Hold the parts; nothing is read yet."""
        self._planned = planned
        self._run = run
        self._ledger = open_ledger(planned.workspace.ledger_path)
        self._missed = Missed()
        self._complete = 0

    def replies(self) -> Iterator[tuple[RevisedReply, Versions]]:
        """Yield each reply with its texts in the order in which they are judged."""
        self._missed, self._complete = Missed(), 0
        planned = self._planned
        order = partial(
            arrange,
            rounds=planned.revise.rounds,
            seed=planned.feedback.seed,
            producer=planned.generator.generator.model,
        )
        for each in read_revised_replies(planned.workspace.root, self._ledger, self._run, self._missed):
            self._complete += 1
            yield each, order(each)

    def write(self) -> Path:
        """Write the suite that judges them, and return its file.

        Raises:
            MeasureError: There is none to judge.
        """
        planned = self._planned
        path = derive_suite(planned.workspace, planned.loaded, self._run.id, self.replies())
        if not self._complete:
            kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self._missed.failed.items()))
            raise MeasureError(
                f"no reply was revised to its end: {kinds} (generator {planned.generator.generator.id})",
                hint=f"see the reasons with: evenhand feedback show {self._run.id}; then add --retry-failed",
            )
        return path

    @property
    def chains(self) -> ChainCounts:
        """Where the chains went, once the replies were read."""
        planned = self._planned
        ended = self._complete + self._missed.failed.total()
        return ChainCounts(
            planned=len(planned.draws),
            complete=self._complete,
            open=len(planned.draws) - ended,
            failed=dict(sorted(self._missed.failed.items())),
            without_principle=planned.without_principle,
            left_out=planned.left_out,
        )
