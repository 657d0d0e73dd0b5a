"""Read what revisions came to: the panel's verdicts on every version of every reply, and what the texts show."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from evenhand.feedback.effect_results import ChainCounts, RevisionEffects
from evenhand.feedback.effects import JudgedVersions, RepliedVersions, Told, measure_effects
from evenhand.records.constitution import Importance
from evenhand.records.gate import GateSpec
from evenhand.stats.change.noninferiority import MARGIN
from evenhand.workflows.feedback.derive_suite import Versions
from evenhand.workflows.feedback.find_refusals import Refusals
from evenhand.workflows.feedback.plan_revisions import PlannedRevisions
from evenhand.workflows.feedback.read_readings import Place, ReadVerdict, read_readings
from evenhand.workflows.feedback.read_revisions import RevisedReply
from evenhand.workflows.read_run import StoredRun

OpenReplies = Callable[[], Iterable[tuple[RevisedReply, Versions]]]
"""Opens the revised replies from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdicts on all versions, by reply."""

    of_case: Mapping[str, Mapping[tuple[str, str], ReadVerdict]]
    """What was said of each candidate under each principle, by case."""

    @staticmethod
    def of(readings: Mapping[Place, ReadVerdict]) -> "Judged":
        """Sort the verdicts of a run by case."""
        found: dict[str, dict[tuple[str, str], ReadVerdict]] = {}
        for (case, candidate, principle), verdict in readings.items():
            found.setdefault(case, {})[candidate, principle] = verdict
        return Judged(of_case=found)


def read_effects(
    planned: PlannedRevisions,
    stored: StoredRun,
    replies: OpenReplies,
    chains: ChainCounts,
    refusals: Refusals,
) -> RevisionEffects:
    """Return what revising came to.

    Args:
        planned: What was planned.
        stored: The run that judged the versions.
        replies: The revised replies.
        chains: Where the chains went.
        refusals: What tells refusals.
    """
    rounds = planned.revise.rounds
    judged = Judged.of(read_readings(stored))
    constitution = stored.manifest.constitution
    gate = planned.suite.loaded.suite.gate
    told = Told(
        titles={each.id: each.title or each.id for each in constitution.principles},
        margins={each.id: _margin(gate, each.severity) for each in constitution.principles},
        refusals=refusals.how,
        chosen_by_verdict=bool(planned.violated_in),
        seed=planned.feedback.seed,
    )
    return measure_effects(
        [cell for each, versions in replies() for cell in _cells(each, versions, judged)],
        [_texts(each, rounds, refusals) for each, _ in replies()],
        chains,
        told,
    )


def _margin(gate: GateSpec | None, severity: Importance) -> float:
    return MARGIN if gate is None else gate.margin_of(severity)


def _cells(each: RevisedReply, versions: Versions, judged: Judged) -> Iterator[JudgedVersions]:
    said = judged.of_case.get(versions.name, {})
    for principle in dict.fromkeys(principle for _, principle in said):
        verdicts = [said.get((candidate, principle)) for candidate in versions.candidate_ids]
        yield JudgedVersions(
            source=each.reply.source,
            principle_id=principle,
            rounds=tuple(step.round for step in each.revised.steps if step.principle_id == principle),
            readings=tuple(verdict.reading if verdict else None for verdict in verdicts),
        )


def _texts(each: RevisedReply, rounds: int, refusals: Refusals) -> RepliedVersions:
    texts = [each.text_after(number) for number in range(rounds + 1)]
    return RepliedVersions(
        source=each.reply.source,
        lengths=tuple(map(len, texts)),
        refused=tuple(refusals.refuses(text) for text in texts),
        unchanged=tuple(text.strip() == texts[0].strip() for text in texts[1:]),
    )


__all__ = ["OpenReplies", "read_effects"]
