"""From the terminal states of an item to its verdict; the same function while running and when read back."""

from collections.abc import Mapping, Sequence

from evenhand.judging.opinion import pool
from evenhand.judging.panel import combine
from evenhand.records.panel import Panel
from evenhand.records.rated import RatedUnit
from evenhand.records.scale import Scale
from evenhand.records.verdict import Verdict


class Decider:
    """Decides items of one run."""

    def __init__(
        self, *, panel: Panel, judges: Sequence[str], scales: Mapping[str, Scale], units_per_item: int
    ) -> None:
        """Hold the panel, its judges in order, the scale of each principle, and how many units make an item whole."""
        self._panel = panel
        self._judges = tuple(judges)
        self._scales = scales
        self._units_per_item = units_per_item

    def decide(self, principle_id: str, units: Sequence[RatedUnit]) -> Verdict | None:
        """Return the verdict; None while a unit of the item is open."""
        if len(units) < self._units_per_item:
            return None
        scale = self._scales[principle_id]
        opinions = [
            pool(judge, [(unit.order, unit.outcome) for unit in units if unit.judge == judge], scale)
            for judge in self._judges
        ]
        return combine(opinions, self._panel, scale)
