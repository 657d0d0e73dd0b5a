"""Cascades: whether a step settles an item, and who is asked next (design.md section 5).

Everything here is a pure function of the opinions so far, so that the ledger alone says which step comes next: a
resumed run, a replay and a report read the same road from the same ratings.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from evenhand.judging.panel import combine, disagreement_of
from evenhand.records.calibration import CalibrationMap, JudgeMap
from evenhand.records.cascade import Settle
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PrincipleFit
from evenhand.records.scale import NumericScale, Scale
from evenhand.records.verdict import Opinion, StepDecision, StepOutcome, Undecided, Verdict

_CLOSE = 1e-9

FindMap = Callable[[str], JudgeMap | None]
"""Returns the calibration map of a judge; None where nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A step has to be asked."""

    step: int
    """Its number, from 1."""
    road: tuple[StepOutcome, ...]
    """The steps before it, all of which escalated, but where only a reading of several goes on."""


class Cascade:
    """The steps of one panel."""

    def __init__(
        self,
        panel: Panel,
        calibration: CalibrationMap | None,
        fits: Mapping[str, PrincipleFit | None] = MappingProxyType({}),
    ) -> None:
        """Prepare the panel of each step; `fits` holds what a learned rule knows about each principle."""
        self._fits = fits
        self._steps = panel.cascade
        self._panels = tuple(panel.at_step(number) for number in range(1, len(panel.cascade) + 1))
        self._calibration = calibration
        self._maps: dict[tuple[str, str], JudgeMap | None] = {}

    @property
    def steps(self) -> tuple[tuple[str, ...], ...]:
        """The judges of each step."""
        return tuple(step.judges for step in self._steps)

    def decide(self, opinions: Mapping[str, Opinion], scale: Scale, principle: str = "") -> Verdict | Ask:
        """Return the verdict, or which step is asked next.

        Args:
            opinions: What judges say whose units are all in their terminal state. A step counts when all its judges
                are there; judges of later steps than the deciding one are passed over.
            scale: The scale of the item.
            principle: The principle of the item, which calibration maps may be made for.
        """
        road: list[StepOutcome] = []
        asked: list[Opinion] = []
        for number, step in enumerate(self._steps, start=1):
            if any(judge not in opinions for judge in step.judges):
                return Ask(step=number, road=tuple(road))
            asked += [opinions[judge] for judge in step.judges]
            ruling = self._rule(number, opinions, scale, principle)
            road.append(self._outcome(number, ruling, scale, principle))
            if road[-1].decision is StepDecision.SETTLED:
                break
        return _verdict(ruling, road, asked, scale)

    def _rule(self, number: int, opinions: Mapping[str, Opinion], scale: Scale, principle: str) -> Verdict:
        panel = self._panels[number - 1]
        return combine([opinions[judge] for judge in panel.judges], panel, scale, self._fits.get(principle))

    def _outcome(self, number: int, ruling: Verdict, scale: Scale, principle: str) -> StepOutcome:
        def find_map(judge: str) -> JudgeMap | None:
            return self._find_map(judge, principle)

        settle = self._steps[number - 1].settle
        sure = weigh(ruling, scale, find_map)
        words = [*ruling.steps, *(sure.words if settle and settle.confidence is not None else ())]
        short = list(_shortfalls(settle, ruling, sure.confidence))
        decision = self._decision(number, settles=ruling.label is not None and not short)
        words += short or _met(settle, ruling, sure.confidence)
        words.append(_ends(decision, number))
        return StepOutcome(
            step=number,
            decision=decision,
            label=ruling.label,
            undecided=ruling.undecided,
            disagreement=ruling.disagreement,
            confidence=sure.confidence,
            raw=sure.raw,
            calibrated=sure.calibrated,
            words=tuple(words),
        )

    def _decision(self, number: int, *, settles: bool) -> StepDecision:
        if settles:
            return StepDecision.SETTLED
        return StepDecision.ESCALATED if number < len(self._steps) else StepDecision.PEOPLE

    def _find_map(self, judge: str, principle: str) -> JudgeMap | None:
        if self._calibration is None:
            return None
        key = (judge, principle)
        if key not in self._maps:
            self._maps[key] = self._calibration.find(judge, principle)
        return self._maps[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """How sure a verdict is, before and after calibration."""

    raw: float | None
    """Mean probability of its label over the voters; None without a label."""
    confidence: float | None
    """The same with each voter's probability read through its map."""
    calibrated: bool
    """Whether every voter had a map."""
    words: tuple[str, ...]
    """The arithmetic."""


def weigh(ruling: Verdict, scale: Scale, find_map: FindMap) -> Sureness:
    """Return how sure a verdict is of its label; a number has no probability."""
    label = ruling.label
    if label is None or isinstance(scale, NumericScale):
        return Sureness(raw=None, confidence=None, calibrated=False, words=())
    voters = [opinion for opinion in ruling.opinions if opinion.label is not None and not opinion.abstains]
    maps = [find_map(opinion.judge) for opinion in voters]
    raw = [dict(opinion.distribution).get(label, 0.0) for opinion in voters]
    worth = [
        share if each is None else calibrated_share(opinion, label, each, scale)
        for opinion, share, each in zip(voters, raw, maps, strict=True)
    ]
    mean, before = math.fsum(worth) / len(worth), math.fsum(raw) / len(raw)
    words = [
        f"{opinion.judge}: {share:.9g} for {label} is worth {value:.9g} by its calibration"
        for opinion, share, value, each in zip(voters, raw, worth, maps, strict=True)
        if each is not None
    ]
    shown = ", ".join(f"{value:.9g}" for value in worth)
    words.append(f"confidence in {label}: " + (f"mean of {shown} is {mean:.9g}" if len(worth) > 1 else shown))
    calibrated = all(each is not None for each in maps)
    return Sureness(raw=before, confidence=mean, calibrated=calibrated, words=tuple(words))


def calibrated_share(opinion: Opinion, label: str, judge_map: JudgeMap, scale: Scale) -> float:
    """Return what a judge's probability of `label` is worth.

    A map reads the probability of the judge's own answer; what is left over is shared by the other labels in the
    proportions the judge gives them, evenly where it gives them nothing.
    """
    shares = dict(opinion.distribution)
    own = shares.get(opinion.label or "", 0.0)
    worth = judge_map.calibrate(own)
    if label == opinion.label:
        return worth
    if 1 - own > _CLOSE:
        return (1 - worth) * shares.get(label, 0.0) / (1 - own)
    return (1 - worth) / max(1, len(scale.labels) - 1)


def _shortfalls(settle: Settle | None, ruling: Verdict, confidence: float | None) -> list[str]:
    """Say in words what keeps the verdict of a step from holding."""
    if settle is None or ruling.label is None:
        return []
    found = []
    if settle.confidence is not None and confidence is not None and confidence < settle.confidence - _CLOSE:
        found.append(f"confidence {confidence:.9g} is below {settle.confidence:.9g}")
    if settle.disagreement is not None and ruling.disagreement > settle.disagreement + _CLOSE:
        found.append(f"disagreement {ruling.disagreement:.9g} is above {settle.disagreement:.9g}")
    return found


def _met(settle: Settle | None, ruling: Verdict, confidence: float | None) -> list[str]:
    if settle is None or ruling.label is None:
        return []
    found = []
    if settle.confidence is not None and confidence is not None:
        found.append(f"confidence {confidence:.9g} is at least {settle.confidence:.9g}")
    if settle.disagreement is not None:
        found.append(f"disagreement {ruling.disagreement:.9g} is at most {settle.disagreement:.9g}")
    return found


def _ends(decision: StepDecision, number: int) -> str:
    if decision is StepDecision.SETTLED:
        return f"step {number} settles the item"
    return f"step {number + 1} is asked" if decision is StepDecision.ESCALATED else "people decide"


def _verdict(ruling: Verdict, road: Sequence[StepOutcome], asked: Sequence[Opinion], scale: Scale) -> Verdict:
    """Return the verdict of the last step that was asked, with everything that was said on the way."""
    settled = road[-1].decision is StepDecision.SETTLED
    undecided = None if settled else ruling.undecided or Undecided.ESCALATED
    steps = [line for outcome in road for line in outcome.lines]
    return replace(
        ruling,
        label=ruling.label if settled else None,
        undecided=undecided,
        score=ruling.score if settled else None,
        disagreement=disagreement_of(asked, scale),
        opinions=tuple(asked),
        steps=tuple(steps),
        cascade=tuple(road),
    )
