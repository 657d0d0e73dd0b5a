"""From the terminal states of an item to its verdict; the same function while running and when read back."""

from collections import Counter
from collections.abc import Mapping, Sequence

from evenhand.judging.cascade import Ask, Cascade
from evenhand.judging.opinion import pool
from evenhand.judging.panel import combine
from evenhand.judging.readings import ReadingUnits
from evenhand.records.calibration import CalibrationMap
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import Spared
from evenhand.records.scale import Scale
from evenhand.records.verdict import Opinion, StepOutcome, Verdict


class Decider:
    """Decides items of one run."""

    def __init__(
        self,
        *,
        panel: Panel,
        units_by_judge: Mapping[str, int],
        scales: Mapping[str, Scale],
        calibration: CalibrationMap | None = None,
        fit: PanelFit | None = None,
        readings: "ReadingDecider | None" = None,
    ) -> None:
        """Hold what decides.

        Args:
            panel: The panel.
            units_by_judge: How many units each of its judges has on an item.
            scales: The scale of each principle.
            calibration: The calibration map the panel names.
            fit: The panel's fit.
            readings: What settles each reading by itself, where the panel is asked several times.
        """
        self._panel = panel
        self._fits = {principle: fit.find(principle) for principle in scales} if fit else {}
        self._units_by_judge = dict(units_by_judge)
        self._scales = scales
        self._units_per_item = sum(units_by_judge.values())
        self._cascade = Cascade(panel, calibration, self._fits) if panel.cascade else None
        self._readings = readings

    @property
    def cascade(self) -> Cascade | None:
        """The steps judges are asked in; None where all are asked about everything."""
        return self._cascade

    def scale(self, principle_id: str) -> Scale:
        """Return the scale of a principle."""
        return self._scales[principle_id]

    def decide(self, principle_id: str, units: Sequence[RatedUnit]) -> Verdict | None:
        """Return the verdict; None while a unit it needs is open."""
        if self._cascade:
            move = self.next_move(principle_id, units)
            return None if isinstance(move, Ask) else move
        if len(units) < self._units_per_item:
            return None
        scale = self._scales[principle_id]
        opinions = [self._opinion(judge, units, scale) for judge in self._units_by_judge]
        return combine(opinions, self._panel, scale, self._fits.get(principle_id))

    def next_move(self, principle_id: str, units: Sequence[RatedUnit]) -> Verdict | Ask:
        """Return the verdict, or the first step of the cascade of which a unit is open.

        Of a panel that is asked several times, a step that the road of one reading comes to is asked for all.
        """
        assert self._cascade is not None
        scale = self._scales[principle_id]
        whole = self._whole(units)
        opinions = {judge: self._opinion(judge, units, scale) for judge in whole}
        move = self._cascade.decide(opinions, scale, principle_id)
        if isinstance(move, Ask) or self._readings is None:
            return move
        steps = self._cascade.steps[: self._readings.furthest_step(principle_id, units)]
        ahead = (number for number, judges in enumerate(steps, start=1) if not whole.issuperset(judges))
        return next((Ask(step=number, road=move.cascade) for number in ahead), move)

    def _whole(self, units: Sequence[RatedUnit]) -> set[str]:
        """Return the judges whose units are all in their terminal state, and none of them spared."""
        counts = Counter(unit.judge for unit in units if not isinstance(unit.outcome, Spared))
        return {judge for judge, count in self._units_by_judge.items() if counts[judge] >= count}

    def road(self, principle_id: str, units: Sequence[RatedUnit]) -> tuple[StepOutcome, ...]:
        """Return the steps of the cascade an item has behind it, open or not; none without a cascade."""
        if not self._cascade:
            return ()
        move = self.next_move(principle_id, units)
        return move.road if isinstance(move, Ask) else move.cascade

    @staticmethod
    def _opinion(judge: str, units: Sequence[RatedUnit], scale: Scale) -> Opinion:
        outcomes = [
            (unit.order, unit.outcome)
            for unit in units
            if unit.judge == judge and not isinstance(unit.outcome, Spared)
        ]
        return pool(judge, outcomes, scale)


class ReadingDecider:
    """Decides each reading of an item by itself, as if the panel had been asked no other time."""

    def __init__(self, alone: Decider, units: ReadingUnits) -> None:
        """Hold what decides one reading, and which units are its own."""
        self._alone = alone
        self._units = units

    def decide(self, principle_id: str, units: Sequence[RatedUnit]) -> tuple[Verdict | None, ...]:
        """Return the verdict of each reading; None while a unit it needs is open."""
        return tuple(self._alone.decide(principle_id, each) for each in self._units.of(units))

    def furthest_step(self, principle_id: str, units: Sequence[RatedUnit]) -> int:
        """Return the last step of a cascade that the road of a reading comes to, asked or not."""
        moves = (self._alone.next_move(principle_id, each) for each in self._units.of(units))
        return max(move.step if isinstance(move, Ask) else len(move.cascade) for move in moves)
