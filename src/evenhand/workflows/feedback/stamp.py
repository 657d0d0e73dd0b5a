"""Put together what the report of a revision run says."""

import hashlib
from collections.abc import Iterator, Mapping

from evenhand.feedback.effect_results import RevisionEffects
from evenhand.feedback.revision_report import (
    GeneratorStamp,
    JudgeStamp,
    RevisionReport,
    RevisionStamp,
    Spent,
)
from evenhand.records.generation import GenerationAccount, GenerationManifest
from evenhand.records.judge import ModelJudge, RecordedJudge
from evenhand.records.rated import RunAccount
from evenhand.stats.estimate import Estimate
from evenhand.store.generations import models_that_wrote
from evenhand.workflows.feedback.plan_revisions import PlannedRevisions
from evenhand.workflows.generation.job import GenerationResult
from evenhand.workflows.prepare import relative_path
from evenhand.workflows.read_run import StoredRun


def stamp_revisions(
    planned: PlannedRevisions, generation: GenerationResult, stored: StoredRun, effects: RevisionEffects
) -> RevisionReport:
    """Return the record of a revision run whose replies `stored` judged."""
    manifest, judged = generation.run.manifest, stored.manifest
    constitution = judged.constitution
    draw = planned.revise.principles
    stamp = RevisionStamp(
        feedback=planned.feedback.id,
        run=generation.run.id,
        judged_by=stored.run.id,
        judged_suite=judged.suite_path,
        suite=relative_path(planned.workspace, planned.suite.loaded.path),
        constitution=constitution.id,
        constitution_version=constitution.version,
        constitution_hash=constitution.hash,
        panel=judged.panel.id,
        generator=_generator(manifest),
        judges=tuple(
            JudgeStamp(
                id=judge.id,
                version=judge.version,
                model=judge.model if isinstance(judge, ModelJudge) else "",
            )
            for judge in judged.judges
        ),
        rounds=planned.revise.rounds,
        critique=planned.revise.critique,
        choose=draw.choose,
        count=draw.count,
        violated_in=planned.violated_in,
        seed=planned.feedback.seed,
        command=manifest.command,
    )
    return RevisionReport(
        stamp=stamp,
        effects=effects,
        generating=_generating(generation.account),
        judging=_judging(stored.account()),
        own_family=tuple(planned.own_family_notices()),
        notes=tuple(_notes(planned, stored, effects, models_that_wrote(stored.ledger, generation.run.id))),
    )


def _generator(manifest: GenerationManifest) -> GeneratorStamp:
    generator = manifest.generator
    texts = {"system": generator.system, **{str(kind): text for kind, text in manifest.templates.items()}}
    return GeneratorStamp(
        id=generator.id,
        version=generator.version,
        model=generator.model,
        served_model=manifest.endpoint.served_model if manifest.endpoint else "",
        prompts={kind: f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" for kind, text in texts.items()},
    )


def _generating(account: GenerationAccount) -> Spent:
    return Spent(
        calls=account.calls,
        reused=account.reused,
        possible_duplicates=account.possible_duplicates,
        input_tokens=account.input_tokens,
        output_tokens=account.output_tokens,
        nanousd=account.cost_nanousd,
        at_risk_nanousd=account.at_risk_nanousd,
    )


def _judging(account: RunAccount) -> Spent:
    counts = [account.preflight, *account.calls.values()]
    return Spent(
        calls=sum(each.attempts for each in counts),
        reused=sum(each.reused for each in counts),
        possible_duplicates=sum(each.possible_duplicates for each in counts),
        input_tokens=sum(each.input_tokens for each in counts),
        output_tokens=sum(each.output_tokens for each in counts),
        nanousd=account.cost_nanousd,
        at_risk_nanousd=sum(each.at_risk_nanousd for each in counts),
    )


def _notes(
    planned: PlannedRevisions, stored: StoredRun, effects: RevisionEffects, wrote: Mapping[str, int]
) -> Iterator[str]:
    if len(wrote) > 1:
        told = ", ".join(f"{name!r} {count:,}" for name, count in wrote.items())
        yield f"Texts were written by more than one model, as far as replies name one: {told}."
    if effects.chosen_by_verdict:
        yield (
            "Principles were drawn because this panel had found them violated: where it was wrong by chance, it is "
            "less wrong the second time, so that a part of the improvement, and of harm to others, is no effect of "
            "revising (regression to the mean)."
        )
    refusals = effects.rounds[-1].refusals
    if (
        refusals
        and isinstance(refusals.rate.difference, Estimate)
        and refusals.rate.difference.interval.low > 0
    ):
        yield (
            f"Revisions evade: {refusals.rate.won:,} of {refusals.rate.n:,} replies became refusals. A refusal keeps "
            "many rules and helps nobody, so a part of the improvement may be no better reply."
        )
    if planned.stale:
        yield (
            f"{planned.stale:,} verdicts of run {planned.violated_in} are on other texts than the suite holds now; "
            "nothing was drawn for them."
        )
    recorded = [judge.id for judge in stored.manifest.judges if isinstance(judge, RecordedJudge)]
    if recorded:
        yield f"Recorded judges know no revision, and are missing on everything here: {', '.join(recorded)}."
    if stored.account().failed:
        yield f"{stored.account().failed:,} ratings failed; verdicts that lack them are counted apart."


__all__ = ["stamp_revisions"]
