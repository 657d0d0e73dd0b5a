"""Counts of a cascade while the items stream by, and what they come to."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evenhand.records.canonical import content_hash
from evenhand.records.judge import SHORT_ANSWER_TOKENS, ModelJudge
from evenhand.records.rated import CallCounts, RatedItem, RunAccount
from evenhand.records.rating import Spared
from evenhand.records.run import Manifest
from evenhand.records.verdict import StepDecision, Verdict
from evenhand.reporting.cascade import CascadeResult, Saving, StepAgreement, StepResult
from evenhand.reporting.measuring import TOO_FEW, Measuring
from evenhand.stats.intervals import predicted_total


@dataclass(slots=True)
class StepTally:
    """Items at one step."""

    decisions: Counter[StepDecision] = field(default_factory=Counter)
    compared: int = 0
    """Items with a confidence that was compared with a threshold."""
    calibrated: int = 0
    labels: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """Labels met by verdicts settled here, by annotator and whether they match."""


class CascadeTally:
    """Counts of a run's cascade; empty without one."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.steps: dict[int, StepTally] = defaultdict(StepTally)
        self.spared: Counter[str] = Counter()

    def add(
        self, item: RatedItem, verdict: Verdict, panel: str | None, labels: Mapping[str, str | None]
    ) -> None:
        """Count one item.

        Args:
            item: The item.
            verdict: Its verdict.
            panel: The category of the verdict; None without one.
            labels: The categories of human labels that are compared, by annotator; None off the scale.
        """
        for outcome in verdict.cascade:
            step = self.steps[outcome.step]
            step.decisions[outcome.decision] += 1
            step.compared += outcome.confidence is not None
            step.calibrated += outcome.calibrated
        if verdict.cascade and panel is not None:
            settled = self.steps[verdict.cascade[-1].step]
            settled.labels.update(
                (annotator, label == panel) for annotator, label in labels.items() if label is not None
            )
        self.spared.update(unit.judge for unit in item.units if isinstance(unit.outcome, Spared))


def cascade_result(
    manifest: Manifest, account: RunAccount, tally: CascadeTally, measuring: Measuring
) -> CascadeResult | None:
    """Return what the cascade came to; None where the panel has none."""
    if not manifest.panel.cascade:
        return None
    numbers = range(1, len(manifest.panel.cascade) + 1)
    asking = [number for number in numbers if _threshold(manifest, number) is not None]
    return CascadeResult(
        steps=tuple(_step(manifest, account, tally.steps[number], number, measuring) for number in numbers),
        savings=tuple(_savings(manifest, account, tally)),
        calibration=content_hash(manifest.calibration.canonical()) if manifest.calibration else "",
        calibration_made=manifest.calibration.made if manifest.calibration else "",
        is_calibrated=all(
            tally.steps[number].calibrated == tally.steps[number].compared for number in asking
        ),
    )


def _threshold(manifest: Manifest, number: int) -> float | None:
    settle = manifest.panel.cascade[number - 1].settle
    return settle.confidence if settle else None


def _step(
    manifest: Manifest, account: RunAccount, tally: StepTally, number: int, measuring: Measuring
) -> StepResult:
    step = manifest.panel.cascade[number - 1]
    calls = [account.calls.get(judge, CallCounts()) for judge in step.judges]
    annotators = dict.fromkeys(annotator for annotator, _ in sorted(tally.labels))
    return StepResult(
        step=number,
        judges=step.judges,
        combine=step.combine,
        confidence=step.settle.confidence if step.settle else None,
        disagreement=step.settle.disagreement if step.settle else None,
        reached=tally.decisions.total(),
        settled=tally.decisions[StepDecision.SETTLED],
        escalated=tally.decisions[StepDecision.ESCALATED],
        people=tally.decisions[StepDecision.PEOPLE],
        calibrated=tally.calibrated,
        calls=sum(each.attempts for each in calls),
        nanousd=sum(each.cost_nanousd for each in calls),
        agreement=tuple(
            StepAgreement(
                annotator=annotator,
                matched=measuring.share(
                    tally.labels[annotator, True],
                    tally.labels[annotator, True] + tally.labels[annotator, False],
                ),
            )
            for annotator in annotators
        ),
    )


def _savings(manifest: Manifest, account: RunAccount, tally: CascadeTally) -> Iterator[Saving]:
    for judge in manifest.judges:
        spared = tally.spared[judge.id]
        if not spared:
            continue
        if not isinstance(judge, ModelJudge):
            yield Saving(
                judge=judge.id, spared=spared, calls=0.0, low_nanousd=0, high_nanousd=0, basis="offline"
            )
        elif (costs := account.unit_costs.get(judge.id)) and costs.units >= TOO_FEW:
            total = predicted_total(spared, costs.units, costs.mean_nanousd, costs.sd_nanousd)
            yield Saving(
                judge=judge.id,
                spared=spared,
                calls=spared * costs.calls / costs.units,
                low_nanousd=max(0, round(total.low)),
                high_nanousd=round(total.high),
                basis="its calls",
            )
        else:
            yield _by_price(manifest, account, judge, spared)


def _by_price(manifest: Manifest, account: RunAccount, judge: ModelJudge, spared: int) -> Saving:
    """Return an estimate from the price, where the judge was asked too seldom to go by its own calls."""
    calls = sum(counts.attempts for counts in account.calls.values())
    read = sum(counts.input_tokens for counts in account.calls.values())
    price = manifest.prices.get(judge.id)
    if not calls or price is None:
        return Saving(
            judge=judge.id,
            spared=spared,
            calls=float(spared),
            low_nanousd=None,
            high_nanousd=None,
            basis="unknown",
        )
    low, high = (
        round(spared * 1000 * (price.input * read / calls + price.output * written))
        for written in (SHORT_ANSWER_TOKENS, judge.params.max_tokens)
    )
    return Saving(
        judge=judge.id,
        spared=spared,
        calls=float(spared),
        low_nanousd=low,
        high_nanousd=high,
        basis="its price",
    )
